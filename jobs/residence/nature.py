"""R-02: the identity class of a resident, from hukou, document and nationality (domain §1.3).

The first six digits of a citizen number tell only where the person was first registered: they are used when nothing else
says the hukou place, and the explanation then says `hukou_from_id`.
"""

from __future__ import annotations

import polars as pl

from jobs.residence.codes import FOREIGN, HKMT, URBAN, URBAN_BEFORE
from jobs.residence.days import between, completed_years
from jobs.residence.parameters import Parameters


def with_nature(residents: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Residents with `age` (completed years), `nature`, `local`, `hukou_township`, `hukou_from_id`, `nobody` and `permanent`."""
    numbered = (pl.col("id_type") == "citizen") & (pl.col("id_number").str.len_chars() >= 15)
    number = pl.when(numbered).then(pl.col("id_number").str.slice(0, 6))
    hukou = pl.col("hukou_division")
    local = pl.coalesce("hukou_active", pl.lit(False))
    stated = pl.when(hukou.str.len_chars() >= 9).then(hukou.str.slice(0, 9))
    return residents.with_columns(
        age=completed_years("today", "birth_date"), local=local, division=pl.coalesce(hukou, number)
    ).with_columns(
        hukou_from_id=hukou.is_null() & number.is_not_null() & ~local,
        nature=_nature(p),
        hukou_township=pl.when("local").then(pl.coalesce("register_township", stated)),
        nobody=pl.coalesce("id_number", "name", pl.col("birth_date").cast(pl.String)).is_null(),
        permanent=pl.coalesce(pl.col("id_type") == "foreigner_pr", pl.lit(False)),
    )


def _nature(p: Parameters) -> pl.Expr:
    """Active local hukou first, then people from outside the border, then where the hukou is stated. A stated 330110
    without an active row is a hukou that left: since 2021 mostly another district of the city."""
    kind, division = pl.col("id_type"), pl.col("division")
    county = division.str.slice(0, 6)
    newborn = between("today", "birth_date") < p.days.newborn
    abroad = (pl.col("nationality") != "CHN") & (pl.coalesce(kind, pl.lit("")) != "citizen")
    return (
        pl.when("local")
        .then(pl.lit("LOCAL_HUKOU"))
        .when(kind.is_in(HKMT))
        .then(pl.lit("HKMT"))
        .when(kind.is_in(FOREIGN) | abroad)
        .then(pl.lit("FOREIGN"))
        .when(division.is_null() & (newborn | (kind == "birth_certificate")))
        .then(pl.lit("NO_HUKOU"))
        .when(division.is_null() & (pl.col("age") < p.age.minor))
        .then(pl.lit("NO_HUKOU"))
        .when(county.is_in([*URBAN, *URBAN_BEFORE, "330100"]) | division.is_null())
        .then(pl.lit("CITY_HUKOU"))
        .when(division.str.slice(0, 2) == "33")
        .then(pl.lit("PROV_HUKOU"))
        .otherwise(pl.lit("OUT_HUKOU"))
    )
