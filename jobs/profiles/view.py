"""Profiles as the linkage engine sees them: the columns that the population model (models/population.yml) names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import polars as pl
import pyarrow as pa

from jobs.profiles.collapse import CITIZEN_TYPES

MOST_NAMES, MOST_SURNAMES = 5, 2
"""A phone used under more names or surnames is an agent's, a landlord's, a clinic's: no evidence (domain §3.7)."""
MOST_IN_DWELLING = 12
"""A dwelling with more names is a dormitory or a whole building: no evidence."""
UNNAMED = ("newborn", "placeholder", "missing")


@dataclass(frozen=True)
class Crowds:
    """What no longer says who somebody is: phones and dwellings of many; and births (mother|date) of more than one child."""

    phones: frozenset[str] = frozenset()
    dwellings: frozenset[str] = frozenset()
    births: frozenset[str] = frozenset()


def view(profiles: pa.Table, crowds: Crowds) -> pa.Table:
    """One row per profile, in the same order."""
    frame = cast(pl.DataFrame, pl.from_arrow(profiles))
    empty = pl.lit([], pl.List(pl.String))
    number, text = pl.col("id_number"), pl.col("id_text")
    citizen = pl.col("id_type").is_in(CITIZEN_TYPES) & number.is_not_null()
    own = pl.when(number.is_not_null()).then(pl.concat_str(pl.col("id_type").fill_null("other"), pl.lit(":"), number))
    dim = pl.when(pl.col("name_kind").is_in(["masked", "damaged"])).then("name_raw")
    named = pl.when(~pl.col("name_kind").is_in(UNNAMED)).then(pl.coalesce("name", dim))
    birth = pl.concat_str("mother_number", pl.lit("|"), pl.col("birth_date").dt.strftime("%Y%m%d"))
    several = birth.is_in(sorted(crowds.births)).fill_null(False)
    parents = _gathered(pl.col("mother_number"), pl.col("father_number"), pl.col("guardian_numbers").fill_null(empty))
    return frame.select(
        "profile_id",
        pl.when(citizen).then(number).otherwise(pl.when(text.str.len_chars() >= 8).then(text)).alias("citizen"),
        pl.when(~citizen).then(own).alias("document"),
        own.alias("own"),
        pl.col("aliases").fill_null(empty),
        _gathered(own, pl.col("aliases").fill_null(empty)).alias("numbers"),
        pl.col("kin_numbers").fill_null(empty).alias("kin"),
        _gathered(pl.when(citizen).then(number), pl.col("kin_numbers").fill_null(empty)).alias("claimed"),
        named.alias("name"),
        pl.col("other_names").fill_null(empty),
        "sex",
        pl.when(pl.col("birth_stated") | pl.col("id_confirmed") | ~citizen).then("birth_date").alias("birth_date"),
        "nationality",
        pl.when(pl.col("nationality") != "CHN").then("nationality").alias("foreign"),
        _without(pl.col("phones").fill_null(empty), crowds.phones).alias("phones"),
        _without(pl.col("dwellings").fill_null(empty), crowds.dwellings).alias("dwellings"),
        "mother_number",
        parents.alias("parents"),
        "spouse_number",
        "employer",
        "school",
        pl.col("account").fill_null(empty),
        "birth_order",
        pl.col("id_confirmed").alias("confirmed"),
        (~citizen).alias("unnumbered"),
        several.alias("multiple"),
        pl.when(~several).then(birth).alias("only_birth"),
    ).to_arrow()


def _gathered(*values: pl.Expr) -> pl.Expr:
    """Single values and lists of one row as one sorted list."""
    return pl.concat_list(*values).list.drop_nulls().list.unique().list.sort()


def _without(values: pl.Expr, crowded: frozenset[str]) -> pl.Expr:
    return values.list.eval(pl.element().filter(~pl.element().is_in(sorted(crowded)))) if crowded else values
