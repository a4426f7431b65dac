"""Profiles as the linkage engine sees them: the columns that the population model (models/population.yml) names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import polars as pl
import pyarrow as pa

MOST_NAMES, MOST_SURNAMES = 5, 2
"""A phone used under more names or surnames is an agent's, a landlord's, a clinic's: no evidence (domain §3.7)."""
MOST_IN_DWELLING = 12
"""A dwelling with more names is a dormitory or a whole building: no evidence."""
MOST_IN_BUILDING = 60
"""Up to this many names a dwelling still supports an equal name, beside `home`'s other evidence."""
NUMBER_TYPES = ("citizen", "hkmt_residence")
"""Numbers kept for life; passports, permits and cards are renewed under other numbers."""
UNNAMED = ("newborn", "placeholder", "missing")


@dataclass(frozen=True)
class Crowds:
    """What no longer says who somebody is: phones and dwellings of many; and births (mother|date) of more than one child."""

    phones: frozenset[str] = frozenset()
    dwellings: frozenset[str] = frozenset()
    buildings: frozenset[str] = frozenset()  # those of the dwellings that are beyond MOST_IN_BUILDING too
    births: frozenset[str] = frozenset()


def view(profiles: pa.Table, crowds: Crowds) -> pa.Table:
    """One row per profile, in the same order."""
    frame = cast(pl.DataFrame, pl.from_arrow(profiles))
    number, text = pl.col("id_number"), pl.col("id_text")
    citizen = pl.col("id_type").is_in(NUMBER_TYPES) & number.is_not_null()
    own = pl.when(number.is_not_null()).then(pl.concat_str(pl.col("id_type").fill_null("other"), pl.lit(":"), number))
    dim = pl.when(pl.col("name_kind").is_in(["masked", "damaged"])).then("name_raw")
    named = pl.when(~pl.col("name_kind").is_in(UNNAMED)).then(pl.coalesce("name", dim))
    birth = pl.concat_str("mother_number", pl.lit("|"), pl.col("birth_date").dt.strftime("%Y%m%d"))
    several = birth.is_in(sorted(crowds.births)).fill_null(False)
    parents = _gathered(pl.col("mother_number"), pl.col("father_number"), _listed("guardian_numbers"))
    return frame.select(
        "profile_id",
        pl.when(citizen).then(number).otherwise(pl.when(text.str.len_chars() >= 8).then(text)).alias("citizen"),
        pl.when(~citizen).then(own).alias("document"),
        own.alias("own"),
        _listed("aliases"),
        _gathered(own, _listed("aliases")).alias("numbers"),
        _listed("kin_numbers").alias("kin"),
        _gathered(pl.when(citizen).then(number), _listed("kin_numbers")).alias("claimed"),
        named.alias("name"),
        _provisional().alias("provisional"),
        _listed("other_names"),
        pl.when(pl.col("sex_stated") | pl.col("id_confirmed") | ~citizen).then("sex").alias("sex"),
        _gathered(
            _listed("dwellings").list.eval(pl.element().filter(pl.element().str.contains(r"^\d{9}")).str.slice(0, 9)),
            pl.col("township"),
        ).alias("townships"),
        pl.when(pl.col("birth_stated") | pl.col("id_confirmed") | ~citizen).then("birth_date").alias("birth_date"),
        "nationality",
        pl.when(pl.col("nationality") != "CHN").then("nationality").alias("foreign"),
        _without(_listed("phones"), crowds.phones).alias("phones"),
        _without(_listed("dwellings"), crowds.dwellings).alias("dwellings"),
        _gathered(
            _without(_listed("dwellings"), crowds.buildings),
            _without(_listed("family_dwellings"), crowds.buildings),
            _without(_listed("phones"), crowds.phones),
            _without(_listed("family_phones"), crowds.phones),
        ).alias("home"),
        "mother_number",
        parents.alias("parents"),
        _listed("parent_names"),
        "spouse_number",
        "employer",
        "school",
        _listed("account"),
        "birth_order",
        pl.col("id_confirmed").alias("confirmed"),
        (~citizen).alias("unnumbered"),
        several.alias("multiple"),
        (birth.is_not_null() & ~several).alias("single"),
        pl.when(~several).then(birth).alias("only_birth"),
    ).to_arrow()


def _provisional() -> pl.Expr:
    """A newborn's name that holds its parent's full name: 王小红之子. 张某之女 or 宝宝 name nobody."""
    text = pl.coalesce("name", "name_raw")
    return pl.when((pl.col("name_kind") == "newborn") & text.str.contains(r"^[^某无XＸ×*]{2,4}之[子女]$")).then(text)


def _listed(column: str) -> pl.Expr:
    return pl.col(column).fill_null(pl.lit([], pl.List(pl.String)))


def _gathered(*values: pl.Expr) -> pl.Expr:
    """Single values and lists of one row as one sorted list."""
    return pl.concat_list(*values).list.drop_nulls().list.unique().list.sort()


def _without(values: pl.Expr, crowded: frozenset[str]) -> pl.Expr:
    return values.list.eval(pl.element().filter(~pl.element().is_in(sorted(crowded)))) if crowded else values
