"""R-04d, R-04f and R-09: departures, a family that left, and strong evidence on both sides."""

from __future__ import annotations

import polars as pl

from jobs.residence.days import between
from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts, newer, present, yes


def gone_on(f: Facts) -> pl.Expr:
    """The first departure newer than every A and B event, else that of the family."""
    return pl.coalesce(f.gone_on, f.left_with)


def rule_departure(f: Facts, p: Parameters) -> pl.Expr:
    """R-04d: a true departure newer than every A and B event, or one that stands."""
    newest = newer(f.departed_on, f.newest_ab) | f.stands
    return pl.when(~f.local & yes(f.recent_run) & f.departed_on.is_not_null() & newest).then(pl.lit("53"))


def rule_family(f: Facts, p: Parameters) -> pl.Expr:
    """R-04f: spouse, parents or children left, none of them is here, and nothing newer tells of the person."""
    return pl.when(~f.local & present(f, p) & f.left_with.is_not_null()).then(pl.lit("53"))


def rule_conflict(f: Facts, p: Parameters) -> pl.Expr:
    """R-09: both sides strong and close in time; a negative that a newer A sign answers is no contradiction, nor is work that
    goes on beside it."""
    strong = (f.c_pos >= p.scores.conflict) & (f.c_open >= p.scores.conflict)
    close = between(f.newest_ab, f.newest_neg).abs() <= p.days.conflict
    return pl.when(yes(strong & close)).then(pl.lit("61"))
