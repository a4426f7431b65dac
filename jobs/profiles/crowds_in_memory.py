"""Phones, dwellings and births of many among profiles in memory (jobs/profiles/crowds.py asks Spark the same of all profiles).

What a night changed of them is counted from the profiles that changed: where none of a value's profiles did, it is of as many as before.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from jobs.profiles.view import MOST_IN_BUILDING, MOST_IN_DWELLING, MOST_NAMES, MOST_SURNAMES, Crowds

NEAR = ["name", "phones", "dwellings", "mother_number", "birth_date", "id_type", "id_number", "sex", "birth_order"]
"""Columns of PROFILES that crowds are counted from."""


class Touched(NamedTuple):
    """Phones, dwellings and mothers of profiles that changed."""

    phones: pl.Series
    dwellings: pl.Series
    mothers: pl.Series

    @classmethod
    def of(cls, near: pl.DataFrame) -> Touched:
        """Of these profiles (NEAR), each value once."""
        phones, homes = (near[name].explode().drop_nulls().unique() for name in ("phones", "dwellings"))
        return cls(phones, homes, near["mother_number"].drop_nulls().unique())


def crowds_among(near: pl.DataFrame, only: Touched | None = None) -> Crowds:
    """The phones, dwellings and births of many among profiles (NEAR); with `only`, of these values alone."""
    phones = _used(near, "phones", only.phones if only else None)
    homes = _used(near, "dwellings", only.dwellings if only else None)
    return Crowds(
        phones=_set(phones.filter((pl.col("names") > MOST_NAMES) | (pl.col("surnames") > MOST_SURNAMES))),
        dwellings=_set(homes.filter(pl.col("names") > MOST_IN_DWELLING)),
        buildings=_set(homes.filter(pl.col("names") > MOST_IN_BUILDING)),
        births=_births(near, only.mothers if only else None),
    )


def crowds_before(before: pl.DataFrame, seen: Crowds, touched: Touched) -> Crowds:
    """Last night's crowds, from its profiles (NEAR), tonight's crowds, and the values of all profiles that changed, came or went."""
    then = crowds_among(before, touched)
    phones, homes, mothers = (frozenset(values.to_list()) for values in touched)
    return Crowds(
        phones=(seen.phones - phones) | then.phones,
        dwellings=(seen.dwellings - homes) | then.dwellings,
        buildings=(seen.buildings - homes) | then.buildings,
        births=frozenset(b for b in seen.births if b.rpartition("|")[0] not in mothers) | then.births,
    )


def _births(near: pl.DataFrame, mothers: pl.Series | None) -> frozenset[str]:
    number = pl.when(pl.col("id_type") == "citizen").then("id_number")
    stated = near.drop_nulls(["mother_number", "birth_date"])
    stated = stated if mothers is None else stated.filter(pl.col("mother_number").is_in(mothers.implode()))
    of_several = (
        stated.group_by(value=pl.concat_str("mother_number", pl.lit("|"), pl.col("birth_date").dt.strftime("%Y%m%d")))
        .agg(
            numbers=number.drop_nulls().n_unique(),
            sexes=pl.col("sex").drop_nulls().n_unique(),
            last=pl.col("birth_order").cast(pl.Int64, strict=False).max(),
        )
        .filter((pl.col("numbers") > 1) | (pl.col("sexes") > 1) | (pl.col("last") > 1).fill_null(False))
    )
    return _set(of_several)


def _used(near: pl.DataFrame, column: str, only: pl.Series | None) -> pl.DataFrame:
    each = near.select("name", value=column).explode("value").drop_nulls()
    each = each if only is None else each.filter(pl.col("value").is_in(only.implode()))
    surname = pl.col("name").str.slice(0, 1)
    return each.group_by("value").agg(names=pl.col("name").drop_nulls().n_unique(), surnames=surname.drop_nulls().n_unique())


def _set(frame: pl.DataFrame) -> frozenset[str]:
    return frozenset(frame["value"].to_list())
