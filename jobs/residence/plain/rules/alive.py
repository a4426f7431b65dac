"""R-00, R-01 and R-03 for one person: no person at all, decided by hand, death."""

from __future__ import annotations

import datetime as dt

from jobs.residence.plain.evidence import Person
from jobs.residence.plain.rules.said import Relatives


def void(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-00."""
    r, age = one.resident, one.fact["age"]
    nobody = r["id_number"] is None and r["name"] is None and r["birth_date"] is None
    unborn = r["birth_date"] is not None and r["birth_date"] > one.today
    return "99" if nobody or unborn or (age is not None and age > one.p.age.impossible) else None


def by_hand(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-03: the status decided by hand."""
    decided = one.resident.get("by_hand")
    return decided["status_code"] if decided else None


def death(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-01: two sources outweigh later activity."""
    f, grace = one.fact, dt.timedelta(days=one.p.days.death_activity)
    if f["death_sources"] == 0:
        return None
    active = f["newest_b"] is not None and f["newest_b"] > f["death_on"] + grace
    if active and f["death_sources"] == 1:
        return "92"
    return "91" if f["strong_death"] or f["death_sources"] >= 2 else None
