"""The records of a blind trial: confirmed numbered ones, made up like the night's records without a number, with the number hidden.

What came from the number goes with it: the birth date and sex that only it told, kin that named it. The person's other records stay
behind as the profile they make without the hidden one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import polars as pl
import pyarrow as pa

from jobs.profiles.collapse import DWELLING_LEVELS, NEEDED, Sources, collapse
from jobs.profiles.kin import LISTS
from jobs.profiles.view import Crowds
from jobs.tables import PROFILES

MOST = 4_000
"""Records hidden in one trial: a share near 0.98 is then known to half a point."""
FEWEST = 200
"""Records that could be hidden, below which there is no trial."""
COARSE = ["relative", "age", "named", "reached"]
STRATUM = ["dept", "source_table", "role", *COARSE]
RELATIVE = pl.col("role").is_in(["mother", "father"]) | pl.col("role").str.starts_with("guardian")
"""A parent or guardian named on somebody else's row."""
ROW = ["dept", "source_table", "source_key"]
COLUMNS = [*dict.fromkeys(["record_id", *ROW, "role", *NEEDED])]


@dataclass(frozen=True)
class Night:
    """What a trial reads: records (COLUMNS), profile_records and profiles, the crowds among these, contracts' sources."""

    records: pl.LazyFrame
    where: pl.LazyFrame
    profiles: pl.LazyFrame
    crowds: Crowds
    sources: Sources
    year: int


def described(records: pl.LazyFrame, night: Night) -> pl.LazyFrame:
    """Add STRATUM's parts, as they are once the number is hidden."""
    born = pl.when(pl.col("birth_date_basis") == "stated").then("birth_date")
    years = night.year - born.dt.year()
    reached = pl.col("phone").is_not_null() | (
        pl.col("dwelling_id").is_not_null() & pl.col("address_level").is_in(DWELLING_LEVELS)
    )
    return records.with_columns(
        relative=RELATIVE, age=age_band(years), named=pl.col("name").is_not_null(), reached=reached.fill_null(False)
    )


def age_band(years: pl.Expr) -> pl.Expr:
    """0–6, 7–17, 18–59, 60+, unknown."""
    bands = pl.when(years < 7).then(pl.lit("0-6")).when(years < 18).then(pl.lit("7-17")).when(years < 60).then(pl.lit("18-59"))
    return bands.when(years >= 60).then(pl.lit("60+")).otherwise(pl.lit("unknown"))


def chosen(night: Night, most: int = MOST) -> pl.DataFrame:
    """The records to hide: COLUMNS, STRATUM, profile_id, `weight` (numberless records each stands for); empty if too few."""
    told = described(night.records, night)
    sought = told.filter(pl.col("id_number").is_null()).group_by(STRATUM).agg(wanted=pl.len()).collect()
    confirmed = night.profiles.filter("id_confirmed").select("profile_id")
    able = (
        told.filter((pl.col("id_type") == "citizen") & (pl.col("id_grade") == "OK"))
        .select("record_id", *STRATUM)
        .join(night.where, on="record_id")
        .join(confirmed, on="profile_id", how="semi")
        .sort(pl.col("record_id").str.reverse())  # record ids are hashes: their order is a draw
        .collect()
    )
    if len(able) < FEWEST or not len(sought):
        return able.head(0).with_columns(weight=pl.lit(0.0), own=pl.lit(0.0))
    picked = _picked(able, sought, most / float(sought["wanted"].sum()))
    rows = told.join(picked.lazy(), on="record_id").collect()
    return rows.join(weigh(rows.select("record_id", *STRATUM), sought), on="record_id").sort("record_id")


def _picked(able: pl.DataFrame, sought: pl.DataFrame, share: float) -> pl.DataFrame:
    """record_id, profile_id: from each sought stratum its share; where nobody of a stratum can be hidden, from all records alike
    in age and missing fields. One record a profile, and of a profile's records the one that its stratum needs most."""
    strata = sought.join(able.select(STRATUM).unique(), on=STRATUM, how="semi").with_columns(
        among=pl.concat_str(STRATUM, separator="|")
    )
    others = sought.join(able.select(STRATUM).unique(), on=STRATUM, how="anti").group_by(COARSE).agg(pl.col("wanted").sum())
    own = able.join(strata.select(*STRATUM, "among", "wanted"), on=STRATUM)
    alike = able.join(others, on=COARSE).with_columns(among=pl.concat_str(COARSE, separator="|"))
    every = pl.concat([own, alike.select(own.columns)]).with_columns(quota=(pl.col("wanted") * share).ceil())
    place = pl.int_range(pl.len()).over("among")
    needed = every.with_columns(need=place / pl.col("quota")).sort("need", maintain_order=True)
    single = needed.unique("profile_id", keep="first", maintain_order=True)
    return single.filter(place < pl.col("quota")).select("record_id", "profile_id")


def weigh(picked: pl.DataFrame, sought: pl.DataFrame) -> pl.DataFrame:
    """record_id, weight, `own` (that of its own stratum alone): sampled records stand for the numberless ones of their
    stratum; strata without a sampled record are stood for by those alike in kinship, age and missing fields."""
    sampled = picked.group_by(STRATUM).agg(n=pl.len())
    both = sought.join(sampled, on=STRATUM, how="left").with_columns(pl.col("n").fill_null(0))
    orphan = both.filter(pl.col("n") == 0).group_by(COARSE).agg(extra=pl.col("wanted").sum())
    near = picked.group_by(COARSE).agg(near=pl.len())
    return (
        picked.join(both.select(*STRATUM, "wanted", "n"), on=STRATUM, how="left")
        .join(orphan.join(near, on=COARSE), on=COARSE, how="left")
        .select(
            "record_id",
            own=(pl.col("wanted") / pl.col("n")).fill_null(0.0),
            weight=(pl.col("wanted") / pl.col("n")).fill_null(0.0) + (pl.col("extra") / pl.col("near")).fill_null(0.0),
        )
    )


def hidden(rows: pl.DataFrame, night: Night) -> pa.Table:
    """The chosen records as profiles of their own, without the number and what came from it."""
    null = pl.lit(None, pl.String)
    origin = pl.concat_str("dept", pl.lit("."), "source_table")
    blind = rows.with_columns(
        id_type=null,
        id_number=null,
        id_raw=null,
        id_grade=pl.lit("MISSING"),
        alias_number=pl.when(~pl.col("alias_number").str.starts_with("citizen:")).then("alias_number"),
        birth_date=pl.when(pl.col("birth_date_basis") == "stated").then("birth_date"),
        sex=pl.when(origin.is_in(sorted(night.sources.sexed))).then("sex"),
        collapse_key=null,
    )
    alone = cast(pl.DataFrame, pl.from_arrow(collapse(blind.select(*NEEDED, "collapse_key").to_arrow(), night.sources)))
    elders = _elders(rows, night)
    empty = pl.lit([], pl.List(pl.String))
    lists = alone.drop("guardian_numbers", "parent_names").join(elders, left_on="profile_id", right_on="record_id", how="left")
    return (
        lists.with_columns(pl.col("guardian_numbers", "parent_names").fill_null(empty)).select(PROFILES.schema.names).to_arrow()
    )


def _elders(rows: pl.DataFrame, night: Night) -> pl.DataFrame:
    """record_id of a child's record, with numbers and names of parents and guardians on the same source row."""
    child = rows.filter(pl.col("role") == "self").select("record_id", *ROW)
    beside = night.records.filter(RELATIVE).select(*ROW, "id_type", "id_number", "name").join(child.lazy(), on=ROW).collect()
    numbered = pl.col("id_number").filter(pl.col("id_type") == "citizen").drop_nulls().unique().sort()
    return beside.group_by("record_id").agg(guardian_numbers=numbered, parent_names=pl.col("name").drop_nulls().unique().sort())


def remaining(rows: pl.DataFrame, night: Night) -> pa.Table:
    """What the hidden records' profiles are without them; those that stood on one record alone are gone."""
    touched = rows.select("profile_id").unique()
    members = (
        night.where.join(touched.lazy(), on="profile_id")
        .join(rows.lazy().select("record_id"), on="record_id", how="anti")
        .join(night.records, on="record_id")
        .collect()
    )
    if not len(members):
        return PROFILES.schema.empty_table()
    keyed = members.with_columns(collapse_key=pl.col("profile_id")).select(*NEEDED, "collapse_key")
    made = cast(pl.DataFrame, pl.from_arrow(collapse(keyed.to_arrow(), night.sources)))
    kin = night.profiles.join(touched.lazy(), on="profile_id").select(pl.col("profile_id").alias("of"), *LISTS).collect()
    whose = members.select("record_id", of="profile_id")
    lists = made.drop(LISTS).join(whose, left_on="profile_id", right_on="record_id").join(kin, on="of")
    return lists.select(PROFILES.schema.names).to_arrow().cast(PROFILES.schema)
