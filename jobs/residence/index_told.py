"""What the residency index reads, as one narrow row a person and one a sign of life; persons are numbers from here on.

At size there are tens of millions of signs: they stream through the join that says whose they are, and 14 bytes of each stay.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import polars as pl

from jobs.records.whose import whose
from jobs.residence.index_weights import IndexParameters
from jobs.residence.parameters import Parameters


class Told(NamedTuple):
    """What the index reads: the business date, tables of the night, and as `residence` tonight's rows of RESIDENCE."""

    tonight: dt.date
    residents: pl.LazyFrame
    resident_records: pl.LazyFrame
    records: pl.LazyFrame
    signs: pl.LazyFrame
    residence: pl.LazyFrame


def people(told: Told, p: IndexParameters) -> pl.DataFrame:
    """who (0, 1, … in the order of ids), resident_id, local, certain (true, false or null), present, status_class, small,
    mother and father (their `who`)."""
    present, score = pl.col("counts_present"), pl.col("evidence_score")
    absent = pl.col("status_code").is_in(p.absent_codes) & (score < p.absent_score)
    certain = pl.when(present & (score >= p.resident_score)).then(True).when(~present & absent).then(False)
    status = told.residence.select(
        "resident_id", "status_class", local=pl.col("nature").eq_missing("LOCAL_HUKOU"), certain=certain, present=present
    )
    grown = pl.col("birth_date").dt.offset_by(f"{12 * p.child}mo")
    parents = ("mother_id", "father_id")
    who = told.residents.select("resident_id", *parents, small=(grown > told.tonight).fill_null(False))
    made = who.join(status, on="resident_id").sort("resident_id").with_row_index("who").collect()
    for parent in parents:
        named = made.select(pl.col("resident_id").alias(parent), pl.col("who").alias(parent.removesuffix("_id")))
        made = made.join(named, on=parent, how="left", maintain_order="left").drop(parent)
    return made


def signs(told: Told, who: pl.DataFrame, p: IndexParameters, rules: Parameters) -> pl.DataFrame:
    """who, sign, since, until (first day after; an open one ends with its source row, else tomorrow), leaves, dies: delivered
    signs that are known and told here. In no order."""
    mine = whose(told.resident_records, who)
    tomorrow = told.tonight + dt.timedelta(days=1)
    closed = told.records.filter(pl.col("closed_on").is_not_null()).select("closed_on", record=mine.number("record_id"))
    point = pl.col("sign").is_in([code for code, one in rules.signs.items() if one.shape == "point"])
    after = pl.col("since") + pl.duration(days=1)
    until = pl.when(point).then(after).otherwise(pl.coalesce("to_date", "closed_on", pl.lit(tomorrow)))
    return (
        _believed(told, p, rules).with_columns(record=mine.number("record_id"))
        .drop("record_id")
        .join(closed, on="record", how="left")
        .join(mine.rows, on="record")
        .select("who", "sign", "leaves", "dies", "since", until=pl.min_horizontal(until, pl.lit(tomorrow)))
        .collect(engine="streaming")
    )  # fmt: skip


def _believed(told: Told, p: IndexParameters, rules: Parameters) -> pl.LazyFrame:
    """record_id, sign, since, to_date, positive, leaves, dies of signs that count: known tonight, told here, no ticks at a desk."""
    codes = {*rules.signs, *p.exits, *p.death}
    known = (pl.col("from_date") <= told.tonight) & (pl.col("known_from") <= told.tonight)
    return (
        told.signs.filter(pl.col("sign").is_in(codes) & known)
        .join(_ticked(told.signs, rules).lazy(), on=["sign", "from_date"], how="anti")
        .select("record_id", pl.col("sign").cast(pl.Enum(sorted(codes))), "to_date", *_kinds(p, rules), since="from_date")
        .filter(pl.any_horizontal("positive", "leaves", "dies"))
    )


def _kinds(p: IndexParameters, rules: Parameters) -> list[pl.Expr]:
    """`positive`: a sign of life told here; `leaves`: a stated departure that is not weak; `dies`."""
    sign, detail = pl.col("sign"), pl.col("detail")
    weak = [(sign == code) & detail.is_in(one.weak_details).fill_null(False) for code, one in rules.negatives.items()]
    return [
        (sign.is_in(list(rules.signs)) & pl.col("in_district").fill_null(True)).alias("positive"),
        (sign.is_in(p.exits) & ~pl.any_horizontal(weak)).alias("leaves"),
        sign.is_in(p.death).alias("dies"),
    ]


def _ticked(signs: pl.LazyFrame, rules: Parameters) -> pl.DataFrame:
    """(sign, from_date) of grid visits that nobody made: a quarter's last day with many times the usual number (domain §8, 13).
    Which account entered a visit is not in the sign, so the day's few true visits go with them."""
    day, visits = pl.col("from_date"), pl.col("visits")
    daily = signs.filter(pl.col("sign") == "S05").group_by("sign", "from_date").agg(visits=pl.len())
    quarter_end = (day.dt.month() % 3 == 0) & (day == day.dt.month_end())
    many = (visits >= rules.bulk_visits.least) & (visits > rules.bulk_visits.times * visits.mean())
    return daily.filter(quarter_end & many).select("sign", "from_date").collect(engine="streaming")
