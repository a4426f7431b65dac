"""Ties between records lifted to residents: whose mother, father and spouse."""

from __future__ import annotations

import datetime as dt

import polars as pl

from jobs.residents.best_values import UNTRUSTED

RELATIONS = {"mother_id": "mother_of", "father_id": "father_of", "spouse_id": "spouse_of"}


def relatives(ties: pl.LazyFrame, members: pl.LazyFrame, trust: dict[str, int], date: dt.date) -> pl.DataFrame:
    """resident_id, mother_id, father_id, spouse_id; null where no tie says.

    The most trusted department decides, then the number of departments that say so, then the newest statement; a
    spouse must be in force on the date. `trust` ranks departments, `members` holds record_id, resident_id.
    """
    stated = _lifted(ties.filter(pl.col("relation").is_in(RELATIONS.values())), members)
    in_force = (pl.col("from_date") <= date).fill_null(True) & (pl.col("to_date") > date).fill_null(True)
    spouse = pl.col("relation") == "spouse_of"
    stated = stated.filter(~spouse | in_force)
    reverse = stated.filter(spouse).rename({"resident_id": "relative", "relative": "resident_id"})
    both = pl.concat([stated, reverse.select(stated.collect_schema().names())])
    backed = both.group_by("resident_id", "relation", "relative").agg(
        rank=pl.col("dept").replace_strict(trust, default=UNTRUSTED, return_dtype=pl.Int64).min(),
        departments=pl.col("dept").n_unique().cast(pl.Int64),
        newest=pl.coalesce("from_date", "known_from").max(),
    )
    # the newest marriage counts, whoever states it
    order = [pl.when(spouse).then(0).otherwise("rank"), pl.when(spouse).then(0).otherwise(-pl.col("departments"))]
    ranked = backed.sort("resident_id", "relation", *order, -pl.col("newest").cast(pl.Int32), "relative")
    best = ranked.unique(["resident_id", "relation"], keep="first", maintain_order=True)
    named = {name: pl.col("relative").filter(pl.col("relation") == relation).first() for name, relation in RELATIONS.items()}
    return best.group_by("resident_id").agg(**named).collect()


def _lifted(ties: pl.LazyFrame, members: pl.LazyFrame) -> pl.LazyFrame:
    """Ties with both ends' residents: the mother (from) is a relative of the child (to)."""
    one = members.select(from_record="record_id", relative="resident_id")
    two = members.select(to_record="record_id", resident_id="resident_id")
    lifted = ties.join(one, on="from_record").join(two, on="to_record").filter(pl.col("relative") != pl.col("resident_id"))
    return lifted.select("resident_id", "relative", "relation", "dept", "from_date", "to_date", "known_from")
