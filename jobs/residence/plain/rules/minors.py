"""R-08 for one person: small children and silent minors go with a parent."""

from __future__ import annotations

import datetime as dt

from jobs.residence.plain.evidence import HERE_CODES, Person
from jobs.residence.plain.rules.said import INLAND, OUTSIDE, Relatives, is_present, township_code


def follows_parent(one: Person) -> bool:
    """Whether R-08 lets this child follow a parent."""
    f, p = one.fact, one.p
    age, own = f["age"], f["newest_own"]
    if age is None or age >= p.age.minor:
        return False
    recent = own is not None and own >= one.today - dt.timedelta(days=p.days.window)
    if not ((age < p.age.child and not is_present(one)) or _newcomer(one) or not recent):
        return False
    since = own or one.resident["birth_date"]
    return not (f["elsewhere_on"] is not None and f["elsewhere_on"] > since)


def _newcomer(one: Person) -> bool:
    """An inland infant with a hukou elsewhere that has not been here half a year: born so, it has no half year of its own."""
    born, inland = one.resident["birth_date"], one.fact["nature"] in INLAND
    return inland and born is not None and (one.today - born).days < one.p.days.newborn and one.fact["basis"] is None


def child(one: Person, others: Relatives, home: str | None) -> str | None:
    """R-08: the parent's class with the child's own nature."""
    if others.parent is None or not follows_parent(one):
        return None
    parent, nature = others.parent.code, one.fact["nature"]
    if parent in ("13", "14"):
        return parent if nature == "LOCAL_HUKOU" else None
    usual = parent in HERE_CODES
    if nature == "LOCAL_HUKOU":
        return township_code(one, others.parent_township or home)
    if nature in OUTSIDE:
        return OUTSIDE[nature] if usual else "32"
    if nature == "NO_HUKOU":
        if (one.today - one.resident["birth_date"]).days >= one.p.days.newborn and parent in (*INLAND.values(), "31"):
            return parent  # births are registered within a month, where the parents are
        return "24" if usual or parent == "31" else None
    return INLAND[nature] if usual else "31"
