"""One sign of one person as evidence tonight, in plain Python: its interval, its value, and what it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jobs.residence.parameters import Parameters

Row = Mapping[str, Any]
DAY = dt.timedelta(days=1)
HERE_CODES = ("11", "12", "21", "22", "23", "24", "25", "26")


@dataclass
class Evidence:
    """One sign, with its interval and its value tonight."""

    row: Row
    strength: str | None
    since: dt.date
    ends: dt.date
    last: dt.date
    event: dt.date
    value: float
    here: bool
    is_weak: bool = False  # a negative that says little, and no departure
    leaving: bool = False  # a true departure sign


@dataclass
class Person:
    """One resident with evidence and facts; `status` fills code, rule and evidence score."""

    resident: Row
    today: dt.date
    p: Parameters
    signs: list[Row]
    evidence: list[Evidence] = field(default_factory=list)
    fact: dict[str, Any] = field(default_factory=dict)
    cards: list[tuple[str | None, str | None, str]] = field(default_factory=list)  # dwelling, township, record


def rounded(value: float, places: int) -> float:
    """Half away from zero, of the number as it is written."""
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def weigh(sign: Row, confirmed: dt.date | None, began: dt.date | None, today: dt.date, p: Parameters) -> Evidence | None:
    """A sign as evidence tonight; None when it lies in the future or ends before it starts. `confirmed` is the newest day of
    that sign on the same record, `began` the first day of its registration."""
    code, since, until = sign["sign"], sign["from_date"], sign["to_date"]
    if since > today or sign["known_from"] > today:
        return None
    if code in p.negatives:
        n = p.negatives[code]
        renewed = began is not None and (since - began).days >= p.days.lapsed_after
        is_weak = sign["detail"] in n.weak_details and not (code == "N02" and sign["detail"] in p.lapses and renewed)
        weight = n.weak if is_weak and n.weak else n.weight
        told = _evidence(sign, None, since, since + DAY, since, weight, n.half_life, today)
        told.is_weak = is_weak
        return told
    s = p.signs[code]
    carry = s.carry_permit if s.carry_permit and sign["detail"] in ("residence_permit", "permanent") else s.carry
    start = confirmed if s.shape == "continuing" and confirmed else since
    bound = start + dt.timedelta(days=carry) if carry is not None else dt.date.max
    if s.shape == "continuing":
        if until is not None and until <= since:
            return None
        if until is None and sign["closed_on"] is not None:
            until = max(sign["closed_on"], since + DAY)
        ends = min(until or bound, bound)
        last = min(ends - DAY, today)
    else:
        until = until if until is not None and until > since else None
        ends = max(until or bound, bound)
        last = min(until - DAY, today) if until else since
    return _evidence(sign, s.strength, since, ends, last, s.weight, s.half_life, today)


def _evidence(
    sign: Row, strength: str | None, since: dt.date, ends: dt.date, last: dt.date, weight: float, half: int | None, today: dt.date
) -> Evidence:
    age = max(0, (today - (ends - DAY)).days)
    decay = 2.0 ** (-age / half) if half else 1.0
    here = sign["place"] in ("dwelling", "district", "work") and sign["in_district"] is not False
    event = last if strength in ("B", "C") else since
    return Evidence(sign, strength, since, ends, last, event, rounded(weight * decay, 6), here)


def where(e: Evidence) -> str | None:
    """The dwelling that a sign names, else the text of its row."""
    named: str | None = e.row["dwelling_id"] or e.row["text_dwelling"]
    return named


def at_desk(e: Evidence) -> bool:
    """A collective hukou: its address is an office, no dwelling."""
    return e.row["sign"] == "S03" and not e.row["dwelling_id"]


def departure(e: Evidence, local: bool, p: Parameters) -> bool:
    """A true departure sign; a hukou moved out is none of a person who holds a local one."""
    n = p.negatives.get(e.row["sign"])
    return n is not None and n.departure and not e.is_weak and not (local and e.row["sign"] == "N01")


def enrolled(e: Evidence, today: dt.date) -> bool:
    """A school here that goes on tonight, of a pupil whose row does not put the dwelling outside the district."""
    return e.row["sign"] == "S07" and e.last >= today and e.here and e.row["text_here"] is not False


def newest(days: Iterable[dt.date]) -> dt.date | None:
    """The latest day, or None."""
    return max(days, default=None)


def newer(day: dt.date | None, seen: dt.date | None) -> bool:
    """There is a day, and none or an earlier one to compare it with."""
    return day is not None and (seen is None or day > seen)
