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
        joined.withColumn("uninsured_on", uninsured())
        .withColumn("departed_on", departed(p))
        .withColumn("settled", F.coalesce("seen_twice", F.lit(False)) | F.coalesce("owns", F.lit(False)))
        .withColumn("kept", kept(p))
        .withColumn("here_since", F.coalesce("here_since", F.when(F.col("kept"), F.col("last_run"))))
        .withColumn("days_365", F.coalesce("days_365", F.lit(0)))
        .withColumn("basis", basis(p))
        .withColumn("half_year", F.col("basis").isNotNull())
        .withColumn("death_sources", F.coalesce("death_sources", F.lit(0)))
        .withColumn("home_dwelling", F.col("address")["dwelling_id"])
        .withColumn("home_township", F.when(district, F.col("address")["township"]))
        .withColumn("score", score(p))
    )


def uninsured() -> Column:
    """The day on which the last resident insurance here ended, when no job has taken its place."""
    works = F.coalesce(F.col("worked_on") >= F.col("insured_until"), F.lit(False))
    return F.when((F.col("insured_until") <= F.col("today")) & ~works, F.col("insured_until"))


def departed(p: Parameters) -> Column:
    """The newest departure; work still paid long after it, by one who does not state a home outside, contradicts it."""
    told = F.greatest("departed_on", "uninsured_on")
    still = F.col("paid_on") >= F.date_sub("today", p.days.work_in_force)
    works_on = still & (F.col("paid_on") >= F.date_add(told, p.days.works_on))
    return F.when(~F.coalesce(works_on, F.lit(False)), told)


def kept(p: Parameters) -> Column:
    """Presence presumed: seen not long ago, or settled and silent, and nothing says that the person went away."""
    silence = F.date_diff("today", "last_seen")
    left = F.coalesce(F.col("departed_on") > F.col("newest_ab"), F.col("departed_on").isNotNull())
    elsewhere = F.coalesce(F.col("elsewhere_on") > F.col("last_seen"), F.lit(False))
    longest = F.when(F.col("local"), p.days.settled_local).otherwise(p.days.settled_other)
    lately = silence <= p.days.keep
    presumed = ~left & ~elsewhere & (lately | (F.col("settled") & (silence <= longest)))
    return F.coalesce((lately & ~F.col("local")) | presumed, F.lit(False))


def basis(p: Parameters) -> Column:
    """Which basis of the half year is met: HERE, HERE_CUM, AWAY, or none."""
    months = p.months.half_year
    here = F.add_months("here_since", months) <= F.col("today")
    cumulative = (F.col("days_365") >= p.days.cumulative) & (F.col("kept") | F.coalesce("run_now", F.lit(False)))
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
    weak = thin(F.col("own")["code"], F.col("score"), p)
    return decided.withColumn("own_code", F.when(weak, "62").otherwise(F.col("own")["code"])).drop(
        "own", "parent_code", "household_present"
    )
