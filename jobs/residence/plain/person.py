"""The same rules for one person in plain Python: read by people, used by what-if, and the check on the set-based rules.

It follows domain §1.3 sentence by sentence and shares with the set-based rules only the parameters and the code table.
A sign is a mapping with the columns of SIGNS that derived.py names, `grp` (departments that copy one another), and of its
record: closed_on, text_here, text_township, text_dwelling.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from jobs.residence.parameters import Parameters
from jobs.residence.plain.dates import newest_dates
from jobs.residence.plain.evidence import Person, Row, departure, weigh
from jobs.residence.plain.nature import age_of, nature
from jobs.residence.plain.presence import live_through
from jobs.residence.plain.scores import score


def person(resident: Row, signs: Iterable[Row], today: dt.date, p: Parameters) -> Person:
    """A person with all facts that rest on the own evidence."""
    one = Person(resident, today, p, list(signs), cards=list(resident.get("cards") or []))
    newest_on, began = _confirmed(one), _began(one)
    weighed = (weigh(s, newest_on.get((s["record_id"], s["sign"])), began.get(s["record_id"]), today, p) for s in one.signs)
    one.evidence = [e for e in weighed if e is not None]
    one.fact = {"age": age_of(resident["birth_date"], today), "local": bool(resident["hukou_active"])}
    for e in one.evidence:
        e.leaving = departure(e, one.fact["local"], p)
    one.fact["nature"] = nature(resident, one.fact["age"], today, p)
    division = resident.get("register_township") or resident["hukou_division"]
    one.fact["hukou_township"] = division[:9] if one.fact["local"] and division and len(division) >= 9 else None
    live_through(one)
    score(one)
    newest_dates(one)
    return one


def _confirmed(one: Person) -> dict[tuple[str, str], dt.date]:
    """The newest day of every sign of a record known tonight."""
    newest_on: dict[tuple[str, str], dt.date] = {}
    for s in one.signs:
        if s["from_date"] <= one.today and s["known_from"] <= one.today:
            key = (s["record_id"], s["sign"])
            newest_on[key] = max(newest_on.get(key, s["from_date"]), s["from_date"])
    return newest_on


def _began(one: Person) -> dict[str, dt.date]:
    """The first day of every registration known tonight, by its record."""
    first: dict[str, dt.date] = {}
    for s in one.signs:
        lasts = s["to_date"] is None or s["to_date"] > s["from_date"]
        if s["sign"] == "S01" and lasts and s["from_date"] <= one.today and s["known_from"] <= one.today:
            first[s["record_id"]] = min(first.get(s["record_id"], s["from_date"]), s["from_date"])
    return first
