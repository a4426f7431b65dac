"""The facts of one resident, side by side, as the rules read them (steps R-02 and R-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters
from jobs.residence.rules.order import fired
from jobs.residence.rules.others import thin
from jobs.residence.rules.reading import newer

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def facts(residents: DataFrame, presence: DataFrame, scores: DataFrame, p: Parameters) -> DataFrame:
    """One row a resident: identity class, presence, bases of the half year, evidence score and chosen dwelling."""
    joined = residents.join(presence, "resident_id", how="left").join(scores, "resident_id", how="left")
    by_card = F.col("carded") & F.coalesce(F.col("address")["tier"] < 6, F.lit(True))
    home = F.when(by_card, _place(F.col("cards")[0])).otherwise(_place(F.col("address")))
    # few wide steps instead of many narrow ones: a Spark Connect plan may be a hundred messages deep, no more
    stated = joined.withColumns(
        {
            "carded": F.col("cards").isNotNull(),
            "uninsured_on": uninsured(p),
            "insured": F.coalesce(F.col("known_here") & (F.col("insured_until") > F.col("today")), F.lit(False)),
            "seen_twice": F.coalesce("seen_twice", F.lit(False)),
            "owns": F.coalesce("owns", F.lit(False)),
            "days_365": F.coalesce("days_365", F.lit(0)),
            "death_sources": F.coalesce("death_sources", F.lit(0)),
        }
    )
    placed = stated.withColumns(
        {
            "departed_on": F.greatest("departed_on", "uninsured_on"),
            "stands": F.coalesce("stands", F.lit(False)) | newer(F.col("uninsured_on"), F.col("newest_a")),
            "settled": F.col("carded") | F.col("seen_twice") | F.col("owns"),
            "home": home,
        }
    )
    held = placed.withColumn("kept", kept(p)).withColumns({c: _since_birth(c) for c in ("came_by", "last_came_by")})
    since = held.withColumns(
        {
            "came_by": F.coalesce("came_by", F.when(F.col("kept"), F.col("last_came_by"))),
            "here_since": F.coalesce("here_since", F.when(F.col("kept"), F.col("last_run"))),
            "home_dwelling": F.col("home")["dwelling_id"],
            "home_township": F.when(F.col("home")["township"].startswith("330110"), F.col("home")["township"]),
        }
    )
    counted = since.withColumns({"basis": basis(p), "score": score(p)}).drop("home")
    return counted.withColumn("half_year", F.col("basis").isNotNull())


def _since_birth(came: str) -> Column:
    """Nobody came before being born."""
    return F.when(F.col(came).isNotNull(), F.greatest(came, "birth_date"))


def _place(candidate: Column) -> Column:
    return F.struct(candidate["dwelling_id"].alias("dwelling_id"), candidate["township"].alias("township"))


def uninsured(p: Parameters) -> Column:
    """The day on which the last resident insurance here ended, when no job has taken its place: one that goes on, or went on
    long enough after it."""
    until = F.col("insured_until")
    enough = F.least(F.date_add(until, p.days.works_on), F.date_sub("today", p.days.work_in_force))
    works = F.coalesce(F.col("worked_on") >= F.greatest(until, enough), F.lit(False))
    return F.when((until <= F.col("today")) & ~works, until)


def kept(p: Parameters) -> Column:
    """Presence presumed: seen not long ago, or believed through silence, and nothing says that the person went away."""
    silence = F.date_diff("today", "last_seen")
    left = F.col("stands") | newer(F.col("departed_on"), F.col("newest_ab"))
    elsewhere = newer(F.col("elsewhere_on"), F.col("last_seen"))
    lately = silence <= p.days.keep
    listed = F.col("carded") | (F.col("insured") & ~F.col("local"))
    believed = F.when(F.col("last_seen").isNull(), listed).otherwise(lately | (silence <= longest(p)))
    return F.coalesce((lately & ~F.col("local")) | (believed & ~left & ~elsewhere), F.lit(False))


def longest(p: Parameters) -> Column:
    """How many days of silence are no absence."""
    local = F.col("local")
    return (
        F.when(F.col("carded"), F.when(local, p.days.settled_local).otherwise(p.days.settled_other))
        .when(~local & F.col("insured"), p.days.settled_insured)
        .when(local & F.col("owns"), p.days.settled_owner)
        .when(local & F.col("seen_twice"), p.days.settled_unlisted)
        .otherwise(0)
    )


def basis(p: Parameters) -> Column:
    """Which basis of the half year is met: HERE, HERE_CUM, AWAY, or none."""
    months = p.months.half_year
    here = F.add_months("came_by", months) <= F.col("today")
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
    nobody = {
        "parent_code": F.lit(None).cast("string"),
        "household_present": F.lit(False),
        "left_with": F.lit(None).cast("date"),
        "kin_here": F.lit(None).cast("string"),
    }
    alone = rows.withColumns(nobody)
    decided = alone.withColumn("own", fired(p, without=("R-08", "R-05c-household", "R-06f"))[0])
    weak = thin(F.col("own")["code"], F.col("score"), p)
    return decided.withColumn("own_code", F.when(weak, "62").otherwise(F.col("own")["code"])).drop(
        "own", "parent_code", "household_present", "left_with", "kin_here"
    )
