"""Profiles of a night that changed little: which records changed, whom they met and meet, and those profiles made anew.

A profile is a function of the records of one collapse key. So the profiles to make anew are those of the keys that a changed
record had last night or has tonight; and keys change for changed records, and for those that borrow a number from a
changed record of their account and name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import cast

import polars as pl
import pyarrow as pa

from jobs.profiles.collapse import NEEDED, SCHEMA, Sources, collapse, hashed, record_stamp
from jobs.profiles.collapse_key import KEY_COLUMNS, NAMED, collapse_keys
from jobs.profiles.kin import ROW
from jobs.tables import PROFILE_RECORDS, PROFILES


@dataclass(frozen=True)
class Records:
    """Tonight's records, and an index: record_id, `stamp` of what profiles take from it, `named` (hash of account and name,
    null where one is missing) and `row` (hash of its source row)."""

    rows: pl.LazyFrame
    index: pl.DataFrame

    @classmethod
    def of(cls, rows: pl.LazyFrame) -> Records:
        """The one pass over all of tonight's records."""
        return cls(rows, rows.select("record_id", *_whose(), stamp=record_stamp()).collect(engine="streaming"))


@dataclass(frozen=True)
class Changed:
    """`records`: record_id of new, changed and removed records and last night's `met_by` (null for new ones); `named` and
    `rows`: hashes, as in Records, of both nights' of them."""

    records: pl.DataFrame
    named: pl.Series
    rows: pl.Series


@dataclass(frozen=True)
class Remade:
    """`keys`: met_by of all records concerned, last night's and tonight's; `gone`: last night's profiles of those keys;
    `profiles`: tonight's (PROFILES, without what kin say); `where`: their records (PROFILE_RECORDS)."""

    keys: pl.Series
    gone: pl.Series
    profiles: pl.DataFrame
    where: pl.DataFrame


def changed_records(tonight: Records, before: pl.LazyFrame, where: pl.DataFrame) -> Changed:
    """What changed since last night. `before`: last night's records; `where`: last night's PROFILE_RECORDS.

    A stamp is of the record's id too, so the record of a stamp that both nights have did not change.
    """
    came = tonight.index.filter(~among("stamp", where["stamp"]))
    left = where.filter(~among("stamp", tonight.index["stamp"])).select("record_id", "met_by")
    then = before.select("record_id", *_whose()).filter(among("record_id", left["record_id"])).collect()
    both = pl.concat([came.drop("stamp"), then])
    changed = came.select("record_id").join(left, on="record_id", how="full", coalesce=True)
    return Changed(changed, both["named"].drop_nulls().unique(), both["row"].unique())


def remake(changed: Changed, tonight: Records, where: pl.DataFrame, sources: Sources) -> Remade:
    """Collapse again what the changed records met or meet. `where`: last night's PROFILE_RECORDS."""
    met = _keys(changed, tonight, where)
    moved = met.filter(pl.col("changed") | pl.col("was").ne_missing(pl.col("met_by")))
    keys = pl.concat([moved["met_by"], moved["was"], changed.records["met_by"]]).drop_nulls().unique()
    held = where.filter(among("met_by", keys)).select("record_id", "profile_id", "met_by")
    stay = held.filter(~among("record_id", pl.concat([met["record_id"], changed.records["record_id"]]))).select(
        "record_id", "met_by"
    )
    now = pl.concat([stay, met.filter(among("met_by", keys)).select("record_id", "met_by")])
    made = collapse(_members(tonight.rows, now), sources)
    frame = cast(pl.DataFrame, pl.from_arrow(made)) if made.num_rows else _empty(SCHEMA)
    return Remade(keys, held["profile_id"].unique(), frame.select(PROFILES.schema.names), members_of(frame))


def members_of(made: pl.DataFrame) -> pl.DataFrame:
    """PROFILE_RECORDS of collapsed profiles (collapse.SCHEMA)."""
    each = made.select("profile_id", "collapse_key", record_id="members", stamp="stamps").explode("record_id", "stamp")
    return each.with_columns(met_by=pl.col("collapse_key").cast(pl.Int64)).select(PROFILE_RECORDS.schema.names)


def among(column: str, values: pl.Series) -> pl.Expr:
    """Whether the column's value is one of these."""
    return pl.col(column).is_in(values.implode())


def _keys(changed: Changed, tonight: Records, where: pl.DataFrame) -> pl.DataFrame:
    """Tonight's and last night's met_by of the changed records that stand, and of all of their accounts and names."""
    ids = changed.records["record_id"]
    beside = tonight.index.filter(among("named", changed.named))["record_id"]
    both = pl.concat([ids, beside]).unique()
    met = collapse_keys(tonight.rows.select(KEY_COLUMNS).filter(among("record_id", both)).collect())
    was = where.filter(among("record_id", both)).select("record_id", was="met_by")
    now = met.select("record_id", hashed("collapse_key").alias("met_by"), changed=among("record_id", ids))
    return now.join(was, on="record_id", how="left")


def _members(records: pl.LazyFrame, now: pl.DataFrame) -> pa.Table:
    """The records to collapse, their hashed keys in place of the keys."""
    wide = records.select(NEEDED).filter(among("record_id", now["record_id"])).collect()
    return wide.join(now.select("record_id", collapse_key=pl.col("met_by").cast(pl.String)), on="record_id").to_arrow()


def _whose() -> tuple[pl.Expr, pl.Expr]:
    """`named` and `row` (see Records)."""
    both = pl.all_horizontal(pl.col(NAMED).is_not_null())
    return pl.when(both).then(_hash(NAMED)).alias("named"), _hash(ROW).alias("row")


def _hash(columns: list[str]) -> pl.Expr:
    """By the seeds of `record_stamp`: beside it, a column is hashed once."""
    seeds = {name: seed for seed, name in enumerate(NEEDED)}
    return reduce(xor, [pl.col(name).hash(seeds.get(name, len(seeds))) for name in columns])


def _empty(schema: pa.Schema) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(schema.empty_table()))
