"""Profiles of a night that changed little: which records changed, whom they met and meet, and those profiles made anew.

A profile is a function of the records of one collapse key. So the profiles to make anew are those of the keys that a changed
record had last night or has tonight; and keys change for changed records, and for those that borrow a number from a
changed record of their account and name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import polars as pl
import pyarrow as pa

from jobs.profiles.collapse import NEEDED, SCHEMA, Sources, collapse, hashed, record_stamp
from jobs.profiles.collapse_key import KEY_COLUMNS, NAMED, collapse_keys
from jobs.tables import PROFILE_RECORDS, PROFILES


@dataclass(frozen=True)
class Remade:
    """`keys`: met_by of all records concerned, last night's and tonight's; `gone`: last night's profiles of those keys;
    `profiles`: tonight's (PROFILES, without what kin say); `where`: their records (PROFILE_RECORDS)."""

    keys: pl.Series
    gone: pl.Series
    profiles: pl.DataFrame
    where: pl.DataFrame


def changed_records(records: pl.LazyFrame, where: pl.LazyFrame) -> pl.DataFrame:
    """record_id of new, changed and removed records, with last night's `met_by` (null for new ones).

    `records`: tonight's; `where`: last night's PROFILE_RECORDS.
    """
    now = records.select("record_id", now=record_stamp())
    both = now.join(where.select("record_id", "stamp", "met_by"), on="record_id", how="full", coalesce=True)
    return both.filter(pl.col("now").ne_missing(pl.col("stamp"))).select("record_id", "met_by").collect(engine="streaming")


def remake(changed: pl.DataFrame, records: pl.LazyFrame, before: pl.LazyFrame, where: pl.LazyFrame, sources: Sources) -> Remade:
    """Collapse again what the changed records (`changed_records`) met or meet. `before`: last night's records."""
    met = _keys(changed, records, before, where)
    moved = met.filter(pl.col("changed") | pl.col("was").ne_missing(pl.col("met_by")))
    keys = pl.concat([moved["met_by"], moved["was"], changed["met_by"]]).drop_nulls().unique()
    held = where.filter(pl.col("met_by").is_in(keys.implode())).select("record_id", "profile_id", "met_by").collect()
    known = pl.concat([met["record_id"], changed["record_id"]])
    stay = held.filter(~pl.col("record_id").is_in(known.implode())).select("record_id", "met_by")
    now = pl.concat([stay, met.filter(pl.col("met_by").is_in(keys.implode())).select("record_id", "met_by")])
    made = collapse(_members(records, now), sources)
    frame = cast(pl.DataFrame, pl.from_arrow(made)) if made.num_rows else _empty(SCHEMA)
    return Remade(keys, held["profile_id"].unique(), frame.select(PROFILES.schema.names), members_of(frame))


def _keys(changed: pl.DataFrame, records: pl.LazyFrame, before: pl.LazyFrame, where: pl.LazyFrame) -> pl.DataFrame:
    """Tonight's and last night's met_by of the changed records that stand, and of all of their accounts and names."""
    mine = pl.col("record_id").is_in(changed["record_id"].implode())
    now = records.select(KEY_COLUMNS).filter(mine).collect()
    then = before.select(KEY_COLUMNS).filter(mine).collect()
    named = pl.concat([now, then]).select(NAMED).drop_nulls().unique()
    beside = records.select(KEY_COLUMNS).join(named.lazy(), on=NAMED, how="semi").collect()
    met = collapse_keys(pl.concat([beside, now]).unique("record_id"))
    was = where.filter(pl.col("record_id").is_in(met["record_id"].implode())).select("record_id", was="met_by").collect()
    return met.select("record_id", hashed("collapse_key").alias("met_by"), changed=mine).join(was, on="record_id", how="left")


def _members(records: pl.LazyFrame, now: pl.DataFrame) -> pa.Table:
    """The records to collapse, their hashed keys in place of the keys."""
    wide = records.select(NEEDED).filter(pl.col("record_id").is_in(now["record_id"].implode())).collect()
    return wide.join(now.select("record_id", collapse_key=pl.col("met_by").cast(pl.String)), on="record_id").to_arrow()


def members_of(made: pl.DataFrame) -> pl.DataFrame:
    """PROFILE_RECORDS of collapsed profiles (collapse.SCHEMA)."""
    each = made.select("profile_id", "collapse_key", record_id="members", stamp="stamps").explode("record_id", "stamp")
    return each.with_columns(met_by=pl.col("collapse_key").cast(pl.Int64)).select(PROFILE_RECORDS.schema.names)


def _empty(schema: pa.Schema) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(schema.empty_table()))
