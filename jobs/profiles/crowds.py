"""Evidence that serves too many to tell persons apart, and births of several children: computed over all profiles in Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from jobs.profiles.view import MOST_IN_BUILDING, MOST_IN_DWELLING, MOST_NAMES, MOST_SURNAMES, Crowds

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def crowds(profiles: DataFrame) -> Crowds:
    """The phones, dwellings and births to know of; few beside the profiles, so they travel with the kernel."""
    used = _crowded(profiles)
    homes = [u for u in used if u["kind"] == "dwellings"]
    return Crowds(
        phones=frozenset(u["value"] for u in used if u["kind"] == "phones"),
        dwellings=frozenset(u["value"] for u in homes),
        buildings=frozenset(u["value"] for u in homes if u["names"] > MOST_IN_BUILDING),
        births=frozenset(_births(profiles)),
    )


def _crowded(profiles: DataFrame) -> list[dict[str, Any]]:
    """kind, value and names of phones and dwellings of many."""
    from pyspark.sql import functions as F

    each = [
        profiles.select("name", F.lit(column).alias("kind"), F.explode(column).alias("value"))
        for column in ("phones", "dwellings")
    ]
    surname = F.substring("name", 1, 1)
    counted = (
        each[0]
        .unionByName(each[1])
        .groupBy("kind", "value")
        .agg(F.countDistinct("name").alias("names"), F.countDistinct(surname).alias("surnames"))
    )
    phones = (F.col("names") > MOST_NAMES) | (F.col("surnames") > MOST_SURNAMES)
    many = F.when(F.col("kind") == "phones", phones).otherwise(F.col("names") > MOST_IN_DWELLING)
    return cast(list[dict[str, Any]], counted.where(many).toArrow().to_pylist())


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
    found = grouped.where("numbers > 1 OR sexes > 1 OR last > 1").select("value").toArrow()
    return cast(list[str], found["value"].to_pylist())
