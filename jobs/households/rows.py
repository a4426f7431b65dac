"""The night's four tables of living together, from what is stated: pure functions of frames."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import polars as pl

from jobs.households.buildings import buildings
from jobs.households.parameters import Parameters
from jobs.households.stated import Stated
from jobs.households.together import Evidence, together
from jobs.records.keys import keys_of


class Living(NamedTuple):
    """Rows of DWELLINGS, HOUSEHOLDS, HOUSEHOLD_MEMBERS and RESIDENT_TIES, each in the order of its key."""

    dwellings: pl.DataFrame
    households: pl.DataFrame
    members: pl.DataFrame
    ties: pl.DataFrame


def living(told: Stated, before: pl.DataFrame, tonight: dt.date, household_size: int, p: Parameters) -> Living:
    """Everything of one night. `before`: resident_id, household_id, since of last night's members (none on night one)."""
    evidence = Evidence(told.people, _in_force(told.ties, tonight), told.keys, told.tenancies)
    placed = _members(told.people, together(evidence, household_size, p.minor), before, tonight, p)
    homes = _dwellings(told, placed, household_size)
    return Living(homes, _households(placed, homes, p), placed.select(MEMBER_COLUMNS), _ties(told.ties, p))


MEMBER_COLUMNS = ("resident_id", "household_id", "dwelling_id", "basis", "confidence", "since")


def _in_force(ties: pl.DataFrame, tonight: dt.date) -> pl.DataFrame:
    return ties.filter(pl.col("to_date").is_null() | (pl.col("to_date") > tonight))


def _members(people: pl.DataFrame, grouped: pl.DataFrame, before: pl.DataFrame, tonight: dt.date, p: Parameters) -> pl.DataFrame:
    """Members with the facts of the person; the household's id names dwelling and anchor, `since` the night it was first so."""
    ids = keys_of(grouped.select(pl.concat_str("dwelling_id", "anchor", separator="|")).to_series())
    sure = pl.col("evidence") >= p.present_sure
    told = pl.col("basis").replace_strict({k: b.sure for k, b in p.basis.items()}, return_dtype=pl.Float64)
    doubted = pl.col("basis").replace_strict({k: b.unsure for k, b in p.basis.items()}, return_dtype=pl.Float64)
    known = before.select("resident_id", "household_id", was="since")
    return (
        grouped.with_columns(household_id=pl.lit("H:") + pl.Series(ids, dtype=pl.String))
        .join(people.drop("dwelling_id"), on="resident_id", how="left")
        .join(known, on=["resident_id", "household_id"], how="left")
        .with_columns(confidence=pl.when(sure).then(told).otherwise(doubted), since=pl.coalesce("was", pl.lit(tonight)))
        .sort("resident_id")
    )


def _dwellings(told: Stated, placed: pl.DataFrame, household_size: int) -> pl.DataFrame:
    """One row a dwelling where somebody is present."""
    counted = told.people.group_by("dwelling_id").agg(
        people=pl.len().cast(pl.Int64), usual=pl.col("counts_usual").sum().cast(pl.Int64),
        township=pl.col("township").drop_nulls().mode().min(),
    )  # fmt: skip
    kept = placed.group_by("dwelling_id").agg(households=pl.col("household_id").n_unique().cast(pl.Int64))
    kind = (
        pl.when(pl.col("people") > household_size).then(pl.lit("quarters"))
        .when(pl.col("households") > 1).then(pl.lit("shared"))
        .otherwise(pl.lit("home"))
    )  # fmt: skip
    return (
        counted.join(kept, on="dwelling_id", how="left")
        .with_columns(pl.col("households").fill_null(0))
        .with_columns(kind=kind)
        .join(buildings(told.texts, counted.select("dwelling_id", "township")), on="dwelling_id", how="left")
        .sort("dwelling_id")
    )


def _households(placed: pl.DataFrame, homes: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """One row a household. It is as sure as its least sure member, and as its weakest basis lets nobody be missing."""
    order = sorted(p.basis, key=lambda name: p.basis[name].whole)
    weakest = pl.col("basis").replace_strict({name: n for n, name in enumerate(order)}, return_dtype=pl.Int64).min()
    aged = (pl.col("age") >= p.aged).fill_null(False)
    found = placed.group_by("household_id", "dwelling_id").agg(
        members=pl.len().cast(pl.Int64), usual=pl.col("counts_usual").sum().cast(pl.Int64),
        minors=(pl.col("age") < p.minor).sum().cast(pl.Int64), aged=aged.sum().cast(pl.Int64),
        weakest=weakest, least=pl.col("confidence").min(),
    )  # fmt: skip
    whole = pl.col("basis").replace_strict({k: b.whole for k, b in p.basis.items()}, return_dtype=pl.Float64)
    return (
        found.with_columns(basis=pl.col("weakest").replace_strict(dict(enumerate(order)), return_dtype=pl.String))
        .with_columns(confidence=(whole * pl.col("least")).round(4))
        .join(homes.select("dwelling_id", "building_id", "township", "people"), on="dwelling_id", how="left")
        .with_columns(aged_alone=(pl.col("people") == 1) & (pl.col("aged") == 1) & (pl.col("basis") != "parted"))
        .drop("weakest", "least", "people")
        .sort("household_id")
    )


def _ties(ties: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    doubt = (1.0 - p.tie) * pl.lit(0.5).pow(pl.col("departments") - 1)
    named = ties.with_columns(confidence=(1.0 - doubt).round(4), departments="stated_by")
    return named.select("resident_id", "relative_id", "relation", "departments", "from_date", "to_date", "confidence")
