"""R-06 and R-07 for one person without a local hukou, from inland and from outside the border."""

from __future__ import annotations

import datetime as dt

from jobs.residence.plain.evidence import Person, newer
from jobs.residence.plain.rules.said import INLAND, OUTSIDE, Relatives, is_present


def outside(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-07: people from outside the border."""
    f = one.fact
    if f["nature"] not in OUTSIDE or not is_present(one):
        return None
    permanent = one.resident["id_type"] == "foreigner_pr" and f["dwells"]
    return OUTSIDE[f["nature"]] if f["basis"] or permanent else "32"


def usual(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-06a: living here, the half year met."""
    f = one.fact
    if not is_present(one):
        return None
    if f["nature"] == "NO_HUKOU":
        return "24"
    return INLAND.get(f["nature"]) if f["basis"] or (f["carded"] and f["last_run"] is None) else None


def with_kin(one: Person, others: Relatives, _h: str | None) -> str | None:
    """R-06f: silent, nothing tells of leaving, and spouse, parent or child is here."""
    f = one.fact
    away = f["stands"] or f["left_on"] is not None or newer(f["elsewhere_on"], f["last_seen"])
    away = away and not others.stays_with
    apart = one.resident.get("known_outside") and lapsed(one, others, None) is None
    if f["nature"] not in INLAND or away or apart or others.kin is None:
        return None
    return "31" if others.kin.code in ("31", "32") else INLAND[f["nature"]]


def temporary(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-06b: living here, the half year not met."""
    return "31" if is_present(one) else None


def lapsed(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-06c: once here, no more."""
    f = one.fact
    return "53" if f["last_run"] or f["departed_on"] or f["registered_on"] or f["listed"] else None


def tie(one: Person, _o: Relatives, _h: str | None) -> str | None:
    """R-06d: never lived here."""
    worked = one.fact["worked_on"]
    return "51" if worked and worked >= one.today - dt.timedelta(days=one.p.days.work_in_force) else "52"
