"""The facts of one resident, side by side, as the rules read them (steps R-02 and R-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters
from jobs.residence.rules import fired, thin

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def facts(residents: DataFrame, presence: DataFrame, scores: DataFrame, p: Parameters) -> DataFrame:
    """One row a resident: identity class, presence, bases of the half year, evidence score and chosen dwelling."""
    joined = residents.join(presence, "resident_id", how="left").join(scores, "resident_id", how="left")
    district = F.col("address")["township"].startswith("330110")
    return (
        joined.withColumn("basis", basis(p))
        .withColumn("half_year", F.col("basis").isNotNull())
        .withColumn("death_sources", F.coalesce("death_sources", F.lit(0)))
        .withColumn("days_365", F.coalesce("days_365", F.lit(0)))
        .withColumn("home_dwelling", F.col("address")["dwelling_id"])
        .withColumn("home_township", F.when(district, F.col("address")["township"]))
        .withColumn("score", score(p))
    )


def basis(p: Parameters) -> Column:
    """Which basis of the half year is met: HERE, HERE_CUM, AWAY, or none."""
    months = p.months.half_year
    here = F.add_months("here_since", months) <= F.col("today")
    cumulative = (F.col("days_365") >= p.days.cumulative) & (F.col("last_seen") >= F.date_sub("today", p.days.keep))
    away = F.add_months("away_since", months) <= F.col("today")
    return F.when(here, "HERE").when(cumulative, "HERE_CUM").when(away, "AWAY")


def score(p: Parameters) -> Column:
    """The evidence score of presence, c_pos · (1 − c_neg · share): share 1 when the newest negative is the newer."""
    newer = F.coalesce(F.col("newest_neg") > F.col("newest_ab"), F.lit(True))
    share = F.when(newer, 1.0).otherwise(p.scores.older_negative)
    told = F.coalesce("c_pos", F.lit(0.0)) * (1.0 - F.coalesce("c_neg", F.lit(0.0)) * share)
    return F.round(told, 4)


def own_status(rows: DataFrame, p: Parameters) -> DataFrame:
    """The decision on everybody's own evidence alone: what children and households may follow."""
    alone = rows.withColumn("parent_code", F.lit(None).cast("string")).withColumn("household_present", F.lit(False))
    decided = alone.withColumn("own", fired(p, without=("R-08", "R-05c-household"))[0])
    weak = thin(F.col("own")["code"], F.col("score"), F.col("local"), p)
    return decided.withColumn("own_code", F.when(weak, "62").otherwise(F.col("own")["code"])).drop(
        "own", "parent_code", "household_present"
    )
