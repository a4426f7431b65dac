"""How far back tonight's facts reach: the last day on which anything that the rules read of a resident may have moved.

R-11 asks what the rules would have said on earlier dates, from the same evidence. Facts stand still between the days named
here: a sign began, ended or was carried no longer, a length of the parameters was reached, or a score lies so near a bound
that its slow fading may have crossed it (then every day counts as one). Too many days cost time, a missing one makes R-11
wrong: whoever gives a fact a new clock names it here, and tests/residence/test_hysteresis.py compares with every date decided anew.
"""

from __future__ import annotations

import polars as pl

from jobs.residence.around import Evidence, dwells
from jobs.residence.days import between, later, months_later
from jobs.residence.facts import longest
from jobs.residence.home import names_dwelling
from jobs.residence.parameters import Parameters
from jobs.residence.signs import official, where


def fading(p: Parameters) -> float:
    """More than any score of the rules may fade or rise between the first and the last of the dates: 0.04 with half-lives of 120 days
    and seven dates."""
    lives = [*(s.half_life for s in p.signs.values()), *(n.half_life for n in p.negatives.values())]
    shortest = min(days for days in lives if days)
    return float(2 ** ((p.days.hysteresis - 1) / shortest) - 1 + 0.005)  # scores are rounded


def moved(told: Evidence, facts: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """(who, moved): the last such day until `today`; null where there is none."""
    joined = facts.join(_of_signs(told.rows, p), on="who", how="left")
    unsettled = ~pl.col("local") & ~pl.col("settled")
    weighs = unsettled | (pl.col("c_open") >= p.scores.conflict - fading(p))
    many_homes = (pl.col("homes") >= 2) & ~pl.col("carded")
    days: list[str | pl.Expr] = [
        *("began", "crossed", "ended", "official_faded", "supported"),
        pl.when(~pl.col("seen_twice")).then("faded"),
        pl.when(weighs).then("visited"),
        pl.when(many_homes).then("home_moved"),
        pl.when("in_hospital").then("day_after"),  # beside a stay that goes on, a sighting is a second one from the day after
        *_clocks(p),
        pl.when(_fading(unsettled, p)).then("today"),
    ]
    reached = [_until_today(pl.col(d) if isinstance(d, str) else d) for d in days]
    return joined.select("who", moved=pl.max_horizontal(reached))


def near_for_kin(p: Parameters) -> pl.Expr:
    """The score lies so near a bound that its fading may alter what the rules say of a child or of kin."""
    return ((pl.col("score") * p.scores.parent - p.scores.low).abs() <= fading(p)).fill_null(False)


def near_for_home(p: Parameters) -> pl.Expr:
    """The strongest sign had a member's full weight lately: S21 of those at the same dwelling."""
    bound = p.scores.strong_member
    return pl.col("strongest").is_between(bound - fading(p), bound, closed="left").fill_null(False)


def _until_today(day: pl.Expr) -> pl.Expr:
    return pl.when(day <= pl.col("today")).then(day)


def _of_signs(rows: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Per resident (`who`) the last days on which a sign moved something, and in how many dwellings it may live."""
    counts_end = official() | pl.col("sign").is_in(["S07", "S12", "S20"])
    lasting = later("last", p.days.settled_window)
    visited = later("since", p.days.visits_window)
    went_on = pl.max_horizontal(_until_today(later("since", 1)), _until_today(pl.col("ends")))
    return rows.group_by("who").agg(
        began=pl.col("since").max(),
        crossed=_until_today(later("since", 1)).filter(pl.col("strength").is_null()).max(),
        ended=_until_today(pl.col("ends")).filter(counts_end).max(),
        official_faded=_until_today(lasting).filter(official()).max(),
        supported=later("ends", p.days.support).filter(dwells()).max(),
        faded=_until_today(lasting).max(),
        day_after=_until_today(later("since", 1)).max(),
        in_hospital=((pl.col("strength") == "B") & (pl.col("last") > pl.col("since"))).any(),
        visited=_until_today(visited).filter(pl.col("sign") == "S10").max(),
        home_moved=went_on.filter(names_dwelling()).max(),
        homes=where().filter(names_dwelling()).n_unique(),
    )


def _clocks(p: Parameters) -> list[pl.Expr]:
    """Days on which a length of the parameters was reached, whatever the evidence of that day."""
    days = p.days
    lost = pl.when(~pl.col("kept")).then("run_until")  # presumed presence goes on where the run ends
    return [
        *clock_days(p),
        pl.col("birth_date"),
        lost,
        later("run_until", days.keep),
        later("run_until", days.recent_run),
        later("away_until", days.chain),
        later("last_seen", days.keep + 1),
        later("newest_own", days.window + 1),
        later("newest_neg", days.conflict + 1),
        later("newest_neg", days.conflict_hold + 1),
        later("death_on", days.death_activity + 1),
        later("death_on", days.death_activity + 2),
        later("worked_on", days.work_in_force + 1),
        later("any_on", days.silent),
        later("registered_on", days.newly_registered),
        months_later("birth_date", 12 * (p.age.impossible + 1)),
    ]


def clock_days(p: Parameters) -> list[pl.Expr]:
    """Clock boundaries of R-11: the half year, 183, 365 and 730 days, and the ages of the law."""
    days, half = p.days, p.months.half_year
    silent_from = [pl.max_horizontal(day, "registered_on") for day in (pl.coalesce("gone_on", "last_seen"), "last_seen")]
    patience = pl.when(longest(p) > 0).then(later("last_seen", longest(p) + 1))
    ages = (p.age.child, p.age.minor, p.age.elder)
    birthdays = [months_later("birth_date", 12 * age) for age in ages]
    return [
        months_later("came_by", half),
        months_later("last_came_by", half),
        months_later("away_since", half),
        patience,
        later("birth_date", days.newborn),
        *(later(day, length) for day in silent_from for length in (days.absent, days.silent)),
        *birthdays,
        *(later(day, 1) for day in birthdays),  # who was born on 29 February completes a year on 1 March
    ]


def _fading(unsettled: pl.Expr, p: Parameters) -> pl.Expr:
    """A score or a count of days so near its bound that it may have crossed it lately."""
    low, bound = p.scores.low, p.scores.conflict
    thin = unsettled & ((pl.col("score") - low).abs() <= fading(p))
    sides = [pl.col("c_pos"), pl.col("c_open")]
    near = pl.any_horizontal((side - bound).abs() <= fading(p) for side in sides)
    conflict = near & pl.all_horizontal(side >= bound - fading(p) for side in sides)
    close = between("newest_ab", "newest_neg").abs() <= p.days.conflict + p.days.hysteresis
    week = p.days.hysteresis
    counted = (pl.col("days_365") - p.days.cumulative).abs() <= week
    unmet = pl.col("basis").is_null() | (pl.col("basis") != "HERE")
    return (thin | (conflict & close) | (counted & unmet)).fill_null(False)
