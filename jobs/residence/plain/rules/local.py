"""R-05 for one person with a local hukou: abroad, here, away for a short time, silent, away."""

from __future__ import annotations

import datetime as dt

from jobs.residence.plain.evidence import Person
from jobs.residence.plain.rules.said import Relatives, gone, is_present, township_code


def abroad(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-05a: outside the border and not seen since."""
    f = one.fact
    if not f["local"] or f["abroad"] is None or (f["newest_own"] and f["newest_own"] > f["abroad_on"]):
        return None
    return "14" if f["abroad"] in one.p.abroad_stay else "61"


def local_present(one: Person, others: Relatives, home: str | None) -> str | None:
    """R-05b: here, in the township of the hukou or in another."""
    f = one.fact
    here = f["in_force"] or is_present(one) or newly_registered(one)
    return township_code(one, home) if f["local"] and here and not gone(one, others) else None


def newly_registered(one: Person) -> bool:
    """A hukou registered in person lately, and nothing else that tells anything."""
    f, since = one.fact, one.today - dt.timedelta(days=one.p.days.newly_registered)
    return f["last_seen"] is None and f["elsewhere_on"] is None and f["registered_on"] is not None and f["registered_on"] > since


def _absence(one: Person, others: Relatives) -> int | None:
    days = [d for d in (gone(one, others) or one.fact["last_seen"], one.fact["registered_on"]) if d]
    return (one.today - max(days)).days if days else None


def local_short(one: Person, others: Relatives, _h: str | None) -> str | None:
    """R-05c: absent for less than half a year."""
    away = _absence(one, others)
    if not one.fact["local"] or away is None or away >= one.p.days.absent:
        return None
    return "14" if _once_abroad(one, others) else "13"


def _once_abroad(one: Person, others: Relatives) -> bool:
    """Worked or studied outside the border before, or spouse, a parent or a child does."""
    return others.kin_abroad or one.fact["abroad"] in one.p.abroad_stay


def local_household(one: Person, others: Relatives, home: str | None) -> str | None:
    """R-05c: silent, but the household or kin is here and nothing tells of leaving."""
    age, p = one.fact["age"], one.p
    tender = age is not None and (age >= p.age.elder or age < p.age.child)
    elsewhere = one.fact["elsewhere_on"] is not None and not others.stays_with
    if not one.fact["local"] or elsewhere or gone(one, others):
        return None
    return township_code(one, home) if (tender and others.household_present) or others.kin else None


def local_silent(one: Person, others: Relatives, _h: str | None) -> str | None:
    """R-05c: no sign at all in any other register."""
    f, away, limit = one.fact, _absence(one, others), one.p.days.silent
    if not f["local"] or away is None or away < limit or f["elsewhere_on"] is not None or f["carded"]:
        return None
    return None if f["any_on"] and f["any_on"] > one.today - dt.timedelta(days=limit) else "42"


def local_away(one: Person, others: Relatives, _h: str | None) -> str | None:
    """R-05c: half a year or more."""
    code = "14" if _once_abroad(one, others) else "41"
    return code if one.fact["local"] else None
