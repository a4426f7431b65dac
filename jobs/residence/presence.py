"""Presence: intervals of evidence become runs, and runs the bases HERE, HERE_CUM and AWAY (domain §1.3, half-year counting).

Two chains are built by one code: `here` (living in the district, gaps bridged up to 30 days, up to 60 at one place) and
`away` (any evidence outside the hukou township, gaps up to 90 days).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters
from jobs.residence.signs import among

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def presence(rows: DataFrame, p: Parameters) -> DataFrame:
    """Per resident: here_since, came_by, here_until, run_now, last_seen, days_365, recent_run, away_since, gaps.

    `rows` is the evidence with its resident-wide columns."""
    return _summary(runs(intervals(rows, p), p), p)


def creates_presence(p: Parameters) -> Column:
    """A and A− signs here; visits and work only beside a dwelling sign; none whose own row puts the dwelling outside."""
    official = F.col("strength").isin("A", "A-")
    outside = F.coalesce(~F.col("text_here"), F.lit(False))
    beside = F.col("supported") | (F.col("text_here") & (F.col("sign") != "S19")) | (F.col("sign") == "S07")
    lives = F.col("strength").isin("B", "C") & beside & ~outside
    return F.coalesce(F.col("here") & (official | lives), F.lit(False))


def intervals(rows: DataFrame, p: Parameters) -> DataFrame:
    """(resident_id, today, breaks, kind, start, ends, last, shown, inside, before) of both chains; `shown` is the sign's own
    start, `before` the days by which the person had come before it. A departure from a dwelling here tells that the person, whose hukou is
    elsewhere, lived there until then."""
    was_here = F.col("leaving") & F.col("sign").isin(p.from_dwelling) & ~F.col("local")
    positive = F.col("strength").isNotNull() & ((F.col("strength") != "D") | F.col("sign").isin("S12", "S20"))
    seen = rows.where(positive | was_here).withColumn("present", creates_presence(p))
    outside = was_here | (F.coalesce(F.col("township") != F.col("hukou_township"), ~F.col("local")) & (F.col("place") != "none"))
    place = F.when(F.col("strength") == "C", F.concat_ws(":", "sign", "record_id")).otherwise(F.col("dwelling_id"))
    joined = _joined(seen.withColumn("stay", F.when(F.col("present"), place)), p)
    last, shown, inside = F.col("last"), F.col("since").alias("shown"), (F.col("here") | was_here).alias("inside")
    before = F.coalesce(among(F.col("sign"), {c: p.before(c) for c in p.signs}), F.lit(0)).alias("before")
    start = F.coalesce("joined", "since").alias("start")
    here = F.struct(F.lit("here").alias("kind"), start, F.col("ends"), last, shown, inside, before)
    away = F.struct(
        F.lit("away").alias("kind"),
        F.col("since").alias("start"),
        F.date_add("last", 1).alias("ends"),
        last,
        shown,
        inside,
        before,
    )
    both = F.array_compact(F.array(F.when(F.col("present"), here), F.when(outside, away)))
    return joined.select("resident_id", "today", "breaks", F.explode(both).alias("i")).select(
        "resident_id", "today", "breaks", "i.*"
    )


def _joined(seen: DataFrame, p: Parameters) -> DataFrame:
    """`joined`: where an earlier stay at the same place ended, if the gap to it is bridged; else null."""
    before = Window.partitionBy("resident_id", "stay").orderBy("since", "ends").rowsBetween(Window.unboundedPreceding, -1)
    visit = F.when(F.col("sign") == "S05", F.col("since"))
    rows = seen.withColumn("was", F.max("ends").over(before)).withColumn("visited", F.last(visit, ignorenulls=True).over(before))
    away = F.exists(
        "outside",
        lambda o: F.date_diff(F.least(o["ends"], F.col("since")), F.greatest(o["since"], F.col("was"))) > p.days.elsewhere_breaks,
    )
    gap = F.date_diff("since", "was")
    same_place = (gap > 0) & (gap <= p.days.bridge_same_place) & ~away
    contrary = F.exists("leaves", lambda d: (d["since"] >= F.col("visited")) & (d["since"] < F.col("since")))
    visits = visit.isNotNull() & (gap > 0) & (F.date_diff("since", "visited") <= p.days.bridge_visits) & ~contrary & ~away
    bridged = F.col("stay").isNotNull() & (same_place | F.coalesce(visits, F.lit(False)))
    return rows.withColumn("joined", F.when(bridged, F.col("was")))


def runs(parts: DataFrame, p: Parameters) -> DataFrame:
    """(resident_id, kind, run, today, start, ends, last, gaps, first_shown, last_shown): intervals overlapping or bridged."""
    order = Window.partitionBy("resident_id", "kind").orderBy("start", "ends", "shown")
    earlier = F.max(F.struct("ends", "inside")).over(order.rowsBetween(Window.unboundedPreceding, -1))
    seen = parts.withColumn("earlier", earlier).withColumn("was", F.col("earlier")["ends"])
    breaks = F.when(F.col("was").isNull() | (F.date_diff("start", "was") > _allowed(p)), 1).otherwise(0)
    gap = F.when(
        (F.col("shown") > F.col("was")) & (breaks == 0),
        F.struct(F.col("was").alias("from"), F.col("shown").alias("to"), F.date_diff("shown", "was").alias("days")),
    )
    numbered = seen.withColumn("gap", gap).withColumn("run", F.sum(breaks).over(order.rowsBetween(Window.unboundedPreceding, 0)))
    lately = F.when(F.col("last") > F.date_sub("today", p.days.settled_window), F.col("shown"))
    return numbered.groupBy("resident_id", "kind", "run").agg(
        F.first("today").alias("today"),
        F.min("start").alias("start"),
        F.min(F.struct("start", "before"))["before"].alias("before"),
        F.first("breaks").alias("breaks"),
        F.max("ends").alias("ends"),
        F.max("last").alias("last"),
        F.array_sort(F.collect_list("gap")).alias("gaps"),
        F.min(lately).alias("first_shown"),
        F.max(lately).alias("last_shown"),
    )


def _allowed(p: Parameters) -> Column:
    """The longest gap bridged. In the chain outside the hukou township, silence between two stays in the district, without a
    departure sign, is no return home."""
    left = F.exists("breaks", lambda d: (d >= F.col("was")) & (d < F.col("start")))
    silent = F.col("inside") & F.col("earlier")["inside"] & ~left
    return F.when(F.col("kind") == "here", p.days.bridge).when(silent, p.days.chain_silent).otherwise(p.days.chain)


def _came_by(run: Column) -> Column:
    """The day by which the person had come: whoever is first met on some day came before it, but not before last leaving."""
    left = F.array_max(F.filter(run["breaks"], lambda d: d <= run["start"]))
    return F.greatest(F.date_sub(run["start"], run["before"]), left)


def _summary(chains: DataFrame, p: Parameters) -> DataFrame:
    """One row a resident: the run that counts tonight, the newest run, and the sums over all."""
    here, away = F.col("kind") == "here", F.col("kind") == "away"
    counts = here & (F.col("ends") > F.date_sub("today", p.days.keep))
    reaches = away & (F.col("ends") > F.date_sub("today", p.days.chain))
    window = F.date_sub("today", p.days.window)
    days = F.greatest(F.lit(0), F.date_diff(F.least("ends", "today"), F.greatest("start", window)))
    run = F.max(F.when(counts, F.struct("start", "ends", "before", "breaks", "gaps")))
    newest = F.max(F.when(here, F.struct("start", "before", "breaks")))
    span = F.date_diff(F.max(F.when(here, F.col("last_shown"))), F.min(F.when(here, F.col("first_shown"))))
    return chains.groupBy("resident_id").agg(
        run["start"].alias("here_since"),
        _came_by(run).alias("came_by"),
        run["ends"].alias("here_until"),
        run["gaps"].alias("gaps"),
        newest["start"].alias("last_run"),
        _came_by(newest).alias("last_came_by"),
        F.max(F.when(here, F.col("ends") > F.col("today"))).alias("run_now"),
        F.max(F.when(here, F.col("last"))).alias("last_seen"),
        F.max(here & (F.col("ends") > F.date_sub("today", p.days.recent_run))).alias("recent_run"),
        F.sum(F.when(here, days)).cast("int").alias("days_365"),
        F.max(F.when(reaches, F.col("start"))).alias("away_since"),
        F.coalesce(span >= p.days.settled_span, F.lit(False)).alias("seen_twice"),
    )
