"""R-04d, R-04f and R-09 for one person: departures, a family that left, and strong evidence on both sides."""

from __future__ import annotations

from jobs.residence.plain.evidence import Person
from jobs.residence.plain.rules.said import Relatives, is_present


def departed(one: Person, others: Relatives, _h: str | None) -> str | None:
    """R-04d: a true departure since which the person was not met, or one that stands, unless the family was met since."""
    f = one.fact
    if f["local"] or not f["recent_run"] or f["departed_on"] is None or others.stays_with:
        return None
    return "53" if f["stands"] or f["left_on"] is not None else None


def with_family(one: Person, others: Relatives, _h: str | None) -> str | None:
    """R-04f: the family left and nothing newer tells of the person."""
    return "53" if not one.fact["local"] and is_present(one) and others.left_with is not None else None


def conflict(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-09: both sides strong and close in time."""
    f, bound = one.fact, one.p.scores.conflict
    if f["c_pos"] < bound or f["c_open"] < bound or f["newest_ab"] is None or f["newest_neg"] is None:
        return None
    left = any(day and day >= f["newest_neg"] for day in (f["left_on"], f["abroad_on"])) and f["newest_neg"] > f["newest_ab"]
    return "61" if abs((f["newest_ab"] - f["newest_neg"]).days) <= one.p.days.conflict and not left else None
