"""R-00 and R-01: no person at all, and death."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts, yes

if TYPE_CHECKING:
    from pyspark.sql import Column


def rule_void(f: Facts, p: Parameters) -> Column:
    """R-00."""
    return F.when(f.nobody | yes(f.birth_date > f.today) | yes(f.age > p.age.impossible), "99")


def active_after_death(f: Facts, p: Parameters) -> Column:
    """The person acted later than the grace days after the death."""
    return yes(f.newest_b > F.date_add("death_on", p.days.death_activity))


def dead(f: Facts, p: Parameters) -> Column:
    """One strong source or two weaker ones."""
    return yes(f.strong_death) | (f.death_sources >= 2)


def rule_death(f: Facts, p: Parameters) -> Column:
    """R-01: two sources outweigh later activity (which is then misuse of the identity)."""
    one = f.death_sources == 1
    doubted = active_after_death(f, p) & one
    return F.when(yes(f.strong_death) & doubted, "92").when(dead(f, p), "91").when(doubted, "92")
