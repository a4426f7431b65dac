"""R-04d, R-04f and R-09: departures, a family that left, and strong evidence on both sides."""

from __future__ import annotations

import polars as pl

from jobs.residence.days import between
from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts, present, yes


def gone_on(f: Facts) -> pl.Expr:
    """When the absence began that nothing newer answers, else when the family left; never of one whose family stayed."""
    return pl.when(~f.stays_with).then(pl.coalesce(f.gone_on, f.left_with))


def rule_departure(f: Facts, p: Parameters) -> pl.Expr:
    """R-04d: a true departure since which the person was not met, or one that stands, unless the family was met since."""
    left = (f.left_on.is_not_null() | f.stands) & ~f.stays_with
    return pl.when(~f.local & yes(f.recent_run) & f.departed_on.is_not_null() & left).then(pl.lit("53"))


def rule_family(f: Facts, p: Parameters) -> pl.Expr:
    """R-04f: spouse, parents or children left, none of them was met since, and nothing newer tells of the person."""
    return pl.when(~f.local & present(f, p) & f.left_with.is_not_null()).then(pl.lit("53"))


def rule_conflict(f: Facts, p: Parameters) -> pl.Expr:
    """R-09: both sides strong and close in time; a negative that a newer A sign answers is no contradiction, nor is work that
    goes on beside it, nor that somebody was met first and then left."""
    strong = (f.c_pos >= p.scores.conflict) & (f.c_open >= p.scores.conflict)
    close = between(f.newest_ab, f.newest_neg).abs() <= p.days.conflict
    left = (f.newest_neg > f.newest_ab) & (pl.max_horizontal(f.left_on, f.abroad_on) >= f.newest_neg)
    return pl.when(yes(strong & close) & ~yes(left)).then(pl.lit("61"))
