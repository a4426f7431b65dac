"""Presence: intervals of evidence become runs, and runs the bases HERE, HERE_CUM and AWAY (domain §1.3, half-year counting).

Two chains are built by one code: `here` (living in the district, gaps bridged up to 30 days, up to 60 at one place) and
`away` (any evidence outside the hukou township, gaps up to 90 days).
"""

from __future__ import annotations

import polars as pl

from jobs.residence.around import Evidence
from jobs.residence.days import between, earlier, later
from jobs.residence.json_text import plain, text, whole
from jobs.residence.parameters import Parameters
from jobs.residence.running import earlier_max, newest_before
from jobs.residence.signs import OFFICIAL


def presence(told: Evidence, p: Parameters) -> pl.DataFrame:
    """Per resident (`who`): here_since, came_by, here_until, run_now, run_until, last_seen, days_365, recent_run,
    away_since, away_until, gaps (JSON)."""
    rows = told.rows.with_columns(present=_creates(), was_here=_was_here(p))
    here = _here(_joined(rows.filter("present"), told, p), p)
    living, gaps = _runs(here, pl.lit(p.days.bridge, pl.Int32))
    reached = _reached(_away(rows, told, p), p)
    summary = _summary(living, p).join(_seen_twice(here, p), on="who", how="left")
    return _counted(summary, living, gaps, told).join(reached, on="who", how="full", coalesce=True)


def _creates() -> pl.Expr:
    """A and A− signs here; visits and work only beside a dwelling sign; none whose own row puts the dwelling outside."""
    beside = pl.col("supported") | (pl.col("text_here") & (pl.col("sign") != "S19")) | (pl.col("sign") == "S07")
    lives = pl.col("strength").is_in(["B", "C"]) & beside & pl.col("text_here").fill_null(True)
    return (pl.col("here") & (pl.col("strength").is_in(OFFICIAL) | lives)).fill_null(False)


def _was_here(p: Parameters) -> pl.Expr:
    """A departure from a dwelling here tells that the person, whose hukou is elsewhere, lived there until then."""
    return pl.col("leaving") & pl.col("sign").is_in(p.from_dwelling) & ~pl.col("local")


def _joined(present: pl.DataFrame, told: Evidence, p: Parameters) -> pl.DataFrame:
    """`joined`: where an earlier stay at the same place ended, if the gap to it is bridged; else null. The place is a dwelling; of
    continuing relations the record."""
    own = pl.concat_str("sign", pl.lit(":"), "row")
    place = pl.when(pl.col("strength") == "C").then(own).otherwise("dwelling_id")
    rows = present.select("number", "who", "since", "ends", visit=pl.col("sign") == "S05", place=place).drop_nulls("place")
    sorted_ = rows.sort("who", "place", "since", "ends")
    changed = (pl.col("who") != pl.col("who").shift()) | (pl.col("place") != pl.col("place").shift())
    stays = sorted_.with_columns(group=changed.fill_null(True).cast(pl.Int64).cum_sum()).with_columns(
        was=earlier_max("ends", "group"), visited=earlier_max(pl.when("visit").then("since"), "group")
    )
    gap = between("since", "was")
    same_place = gap <= p.days.bridge_same_place
    again = pl.col("visit") & (between("since", "visited") <= p.days.bridge_visits)
    near = stays.filter((gap > 0) & (same_place | again.fill_null(False)))
    stayed_away = _stayed_away(near, told.outside, p)
    asked = newest_before(near, told.leaves, "since", strictly=True)
    contrary = (pl.col("newest_before") >= pl.col("visited")).fill_null(False)
    bridged = asked.filter(same_place | ~contrary).join(stayed_away, on="number", how="anti")
    return present.join(bridged.select("number", joined="was"), on="number", how="left")


def _stayed_away(near: pl.DataFrame, outside: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """(number) of stays before which the resident spent longer elsewhere."""
    both = near.select("number", "who", "was", begin="since").join(outside, on="who")
    long = between(pl.min_horizontal("ends", "begin"), pl.max_horizontal("since", "was")) > p.days.elsewhere_breaks
    return both.filter(long).select("number")


def _here(present: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Intervals of living here: start, ends, last; `shown` is the sign's own start, `before` the days by which the person had come
    before it."""
    start = pl.coalesce("joined", "since")
    return present.select("who", "today", "ends", "last", "before", inside=pl.lit(True), start=start, shown="since")


def _away(rows: pl.DataFrame, told: Evidence, p: Parameters) -> pl.DataFrame:
    """Intervals outside the hukou township, with `left`: the newest departure before the start."""
    positive = pl.col("strength").is_not_null() & ((pl.col("strength") != "D") | pl.col("sign").is_in(["S12", "S20"]))
    other = pl.coalesce(pl.col("township") != pl.col("hukou_township"), ~pl.col("local")) & (pl.col("place") != "none")
    gone = rows.filter(pl.col("was_here") | (positive & other))
    stays = gone.select(
        "who", "today", "last", start="since", shown="since", ends=later("last", 1), before=pl.lit(0, pl.Int32),
        inside=pl.col("here").fill_null(False) | pl.col("was_here"),
    )  # fmt: skip
    return newest_before(stays, told.breaks, "start", strictly=True).rename({"newest_before": "left"})


def _reached(stays: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """(who, away_since, away_until). In the chain outside the hukou township, silence between two stays in the district, without a
    departure sign, is no return home."""
    left = (pl.col("left") >= pl.col("was")).fill_null(False)
    silent = pl.col("inside") & pl.col("inside_before") & ~left
    chains, _ = _runs(stays, pl.when(silent).then(p.days.chain_silent).otherwise(p.days.chain))
    reaches = pl.col("ends") > earlier("today", p.days.chain)
    return chains.group_by("who").agg(away_since=pl.col("start").filter(reaches).max(), away_until=pl.col("ends").max())


def _runs(parts: pl.DataFrame, allowed: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Intervals overlapping or bridged as runs (who, run, today, start, before, ends, last), and the gaps bridged (run, from,
    to). `allowed` may read `was` and `inside_before`: when all earlier intervals had ended, and whether the last of them lay inside."""
    # of the same days the one inside first: it tells that the silence before was no return home
    rows = parts.sort("who", "start", "ends", "inside", "shown", descending=[False, False, False, True, False])
    before = earlier_max(pl.col("ends").cast(pl.Int64) * 2 + pl.col("inside"), "who", kind=pl.Int64)
    seen = rows.with_columns(earlier=before).with_columns(
        was=(pl.col("earlier") // 2).cast(pl.Int32).cast(pl.Date), inside_before=pl.col("earlier") % 2 == 1
    )
    breaks = (pl.col("was").is_null() | (between("start", "was") > allowed)).cast(pl.Int32)
    numbered = seen.with_columns(breaks=breaks).with_columns(run=pl.col("breaks").cum_sum())
    first = pl.col("start").cast(pl.Int64) * 1024 + pl.col("before")
    runs = numbered.group_by("run").agg(
        *(pl.col(name).first() for name in ("who", "today", "start")),
        before=(first.min() % 1024).cast(pl.Int32),
        ends=pl.col("ends").max(),
        last=pl.col("last").max(),
    )
    bridged = numbered.filter((pl.col("shown") > pl.col("was")) & (pl.col("breaks") == 0))
    return runs, bridged.select("run", **{"from": "was", "to": "shown"})


def _summary(living: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """One row a resident: sums over all runs, the newest run, and the run that counts tonight (`run`)."""
    window, today = earlier("today", p.days.window), pl.col("today")
    days = between(pl.min_horizontal("ends", today), pl.max_horizontal("start", window)).clip(0)
    counts = pl.col("ends") > earlier("today", p.days.keep)
    return (
        living.sort("who", "start")
        .with_columns(days=days, counts=counts)
        .group_by("who", maintain_order=True)
        .agg(
            run=pl.col("run").filter("counts").last(),
            newest=pl.col("run").last(),
            run_now=(pl.col("ends") > today).any(),
            run_until=pl.col("ends").max(),
            last_seen=pl.col("last").max(),
            recent_run=(pl.col("ends") > earlier("today", p.days.recent_run)).any(),
            days_365=pl.col("days").sum(),
        )
    )


def _seen_twice(here: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """`seen_twice`: the first and last start of what was seen lately lie far apart."""
    lately = here.filter(pl.col("last") > earlier("today", p.days.settled_window))
    span = between(pl.col("shown").max(), pl.col("shown").min())
    return lately.group_by("who").agg(seen_twice=span >= p.days.settled_span)


def _counted(summary: pl.DataFrame, living: pl.DataFrame, gaps: pl.DataFrame, told: Evidence) -> pl.DataFrame:
    """What the rules read of the run that counts tonight and of the newest."""
    # whoever is first met on some day came before it, but not before last leaving
    began = newest_before(living, told.breaks, "start", strictly=False)
    came = began.select(
        "run", "start", "ends", came_by=pl.max_horizontal(pl.col("newest_before"), earlier("start", pl.col("before")))
    )
    gap = whole(text("from", "from"), text("to", "to"), plain("days", between("to", "from")))
    listed = gaps.join(summary.select("run"), on="run", how="semi").sort("run", "from", "to").select("run", gap=gap)
    told_gaps = listed.group_by("run", maintain_order=True).agg(gaps=pl.col("gap").str.join(","))
    now = came.rename({"start": "here_since", "ends": "here_until"})
    last = came.select(newest="run", last_run="start", last_came_by="came_by")
    joined = summary.join(now, on="run", how="left").join(last, on="newest", how="left").join(told_gaps, on="run", how="left")
    return joined.drop("run", "newest")
