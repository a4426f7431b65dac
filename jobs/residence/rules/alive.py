"""R-00 and R-01: no person at all, and death."""

from __future__ import annotations

import polars as pl

from jobs.residence.days import later
from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts, yes


def rule_void(f: Facts, p: Parameters) -> pl.Expr:
    """R-00."""
    return pl.when(f.nobody | yes(f.birth_date > f.today) | yes(f.age > p.age.impossible)).then(pl.lit("99"))


def active_after_death(f: Facts, p: Parameters) -> pl.Expr:
    """The person acted later than the grace days after the death."""
    return yes(f.newest_b > later(f.death_on, p.days.death_activity))


def dead(f: Facts, p: Parameters) -> pl.Expr:
    """One strong source or two weaker ones."""
    return yes(f.strong_death) | (f.death_sources >= 2)


def rule_death(f: Facts, p: Parameters) -> pl.Expr:
    """R-01: two sources outweigh later activity (which is then misuse of the identity)."""
    one = f.death_sources == 1
    doubted = active_after_death(f, p) & one
    return (
        pl.when(yes(f.strong_death) & doubted)
        .then(pl.lit("92"))
        .when(dead(f, p))
        .then(pl.lit("91"))
        .when(doubted)
        .then(pl.lit("92"))
    )
