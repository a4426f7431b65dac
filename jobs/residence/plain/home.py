"""The dwelling one person's signs tell, in plain Python: the best candidate of all that name one (domain §1.3, address)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from jobs.residence.codes import ADDRESS_ORDER
from jobs.residence.plain.evidence import Evidence, Person, at_desk, where


def home(one: Person) -> tuple[str | None, str | None, bool]:
    """(dwelling, township) of the best candidate, a township outside the district is none; and whether a card, or a contract or
    registration of the last years, tells it."""
    best = max((c for c in (_candidate(e, one) for e in one.evidence) if c), default=None)
    if one.cards and (best is None or best[0] < 6):
        dwelling, township, _ = one.cards[0]
    elif best is None:
        return None, None, False
    else:
        dwelling, township = best[4][1] or None, best[3][1]
    sure = bool(one.cards) or (best is not None and best[0] >= 5)
    return dwelling, township if township and township.startswith("330110") else None, sure


def _candidate(e: Evidence, one: Person) -> tuple[Any, ...] | None:
    row, code = e.row, e.row["sign"]
    placed = row["place"] == "dwelling" and e.here and (row["dwelling_id"] or row["township"])
    text = code != "S19" and row["text_here"] and (row["text_dwelling"] or row["text_township"])
    if e.strength is None or not (placed or text) or at_desk(e):
        return None
    dwelling, township = ("dwelling_id", "township") if placed else ("text_dwelling", "text_township")
    known = ((d is not None, d or "") for d in (row[township], row[dwelling]))
    return (*_tier(e, one, row[dwelling]), e.event, *known, code, row["record_id"])


def _tier(e: Evidence, one: Person, dwelling: str | None) -> tuple[int, int]:
    """How much a sign tells where the person lives: its tier, and its place among A signs in force. A dwelling that was left
    since tells least; rows of continuing relations keep their first address."""
    code = e.row["sign"]
    told = e.event if e.strength in ("A", "A-", "B") else dt.date.min
    left = (d for d in one.evidence if d.leaving and where(d) == dwelling and d.since > told)
    if dwelling is not None and code not in ("S03", "S20") and any(left):
        return -1, 0
    if e.strength in ("A", "A-"):
        if e.ends > one.today:
            return 6, -ADDRESS_ORDER.index(code)
        return (5 if e.last > one.today - dt.timedelta(days=one.p.days.settled_window) else 0), 0
    if e.strength in ("B", "C"):
        return 4, 0
    return {"S03": 2, "S20": 1}.get(code, 3), 0
