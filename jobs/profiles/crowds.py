"""Evidence that serves too many to tell persons apart, and births of several children: computed over all profiles in Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.profiles.view import MOST_IN_BUILDING, MOST_IN_DWELLING, MOST_NAMES, MOST_SURNAMES, Crowds

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def crowds(profiles: DataFrame) -> Crowds:
    """The phones, dwellings and births to know of; few beside the profiles, so they travel with the kernel."""
    return Crowds(
        phones=frozenset(_crowded(profiles, "phones", MOST_NAMES, MOST_SURNAMES)),
        dwellings=frozenset(_crowded(profiles, "dwellings", MOST_IN_DWELLING, None)),
        buildings=frozenset(_crowded(profiles, "dwellings", MOST_IN_BUILDING, None)),
        births=frozenset(_births(profiles)),
    )


def _crowded(profiles: DataFrame, column: str, names: int, surnames: int | None) -> list[str]:
    from pyspark.sql import functions as F

    many: Column = F.col("names") > names
    if surnames is not None:
        many = many | (F.col("surnames") > surnames)
    counted = (
        profiles.select("name", F.explode(column).alias("value"))
        .groupBy("value")
        .agg(F.countDistinct("name").alias("names"), F.countDistinct(F.substring("name", 1, 1)).alias("surnames"))
    )
    return _values(counted.where(many))


def _births(profiles: DataFrame) -> list[str]:
    """mother|date of births that gave two numbers, two sexes or a second in order: twins and more."""
    from pyspark.sql import functions as F

    number = F.when(F.col("id_type") == "citizen", F.col("id_number"))
    grouped = (
        profiles.where("mother_number IS NOT NULL AND birth_date IS NOT NULL")
        .select(
            F.concat_ws("|", "mother_number", F.date_format("birth_date", "yyyyMMdd")).alias("value"),
            number.alias("number"),
            "sex",
            F.expr("try_cast(birth_order AS INT)").alias("place"),
        )
        .groupBy("value")
        .agg(F.countDistinct("number").alias("numbers"), F.countDistinct("sex").alias("sexes"), F.max("place").alias("last"))
    )
    return _values(grouped.where("numbers > 1 OR sexes > 1 OR last > 1"))


def _values(frame: DataFrame) -> list[str]:
    return [str(v) for v in frame.select("value").toArrow()["value"].to_pylist()]
