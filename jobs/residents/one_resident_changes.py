"""Which single record, or which single department, decides a resident's status; and on which days the clock alone moves it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from jobs.residence.parameters import Parameters
from jobs.residence.plain.evidence import HERE_CODES
from jobs.residence.plain.world import Outcome, decide_all
from jobs.residents.one_resident import Around, Row
from jobs.residents.one_resident_world import Asked, decide_one, is_card, world

EFFORT = 1_500
"""People times days that a search through time decides at most, before it halves the days between two of different status."""
NO_ONE = "none"
"""The status of a resident without any record."""


@dataclass(frozen=True)
class Deciding:
    """Records of which the status hangs: one, or all of one department; whose they are, and what it would be without them."""

    resident_id: str
    place: str
    records: tuple[str, ...]
    signs: tuple[str, ...]
    status: str
    rule: str
    confidence: float | None

    @property
    def told(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "counterfactual": f"without {self.place} ({' '.join(self.signs) or 'no sign'}): {self.status}"}


def deciding(found: Around, resident_id: str, asked: Asked, p: Parameters) -> list[Deciding]:
    """Every single record, then every department of several records, without which the status would be another one. Where the
    family makes the status, its records follow behind the own."""
    found = trimmed(found, resident_id, asked, p)
    before, _, _ = said(decide_one(found, resident_id, asked, p))
    own, _, _ = said(decide_one(_only(found, {resident_id}), resident_id, asked, p))
    whole = {r["resident_id"] for r in found.residents}
    family = sorted((_family(found, resident_id) | _guardians(found, resident_id)) & whole - {resident_id})
    return [
        Deciding(who, place, records, told_by(found, set(records), p), *after)
        for who in [resident_id, *(family if own != before else ())]
        for place, records, after in _without(found, resident_id, who, asked, p)
        if after[0] != before
    ]


Said = tuple[str, str, float | None]


def _without(
    found: Around, resident_id: str, who: str, asked: Asked, p: Parameters
) -> Iterator[tuple[str, tuple[str, ...], Said]]:
    """(place, records, what is said of the resident without them) of the records of `who`; those on which nothing that is known
    of `who` rests, nor of anybody else, are passed over: without them all is as before."""
    alone, telling = _only(found, {who}), _telling(found)
    as_before = decide_one(alone, who, asked, p)
    for place, records in _parts([r for r in found.of(who) if r["record_id"] not in asked.without]):
        less = replace(asked, without=asked.without | set(records))
        if telling & set(records) or decide_one(alone, who, less, p) != as_before:
            yield place, records, said(decide_one(found, resident_id, less, p))


def _telling(found: Around) -> set[str]:
    """Records that tell of others too: ties, tenancies (whose dwelling is let), enrolments (who is a pupil's guardian)."""
    ends = {t[end] for t in found.ties for end in ("from_record", "to_record")}
    return ends | {s["record_id"] for s in found.signs if s["sign"] in ("S06", "S07")}


def said(outcome: Outcome | None) -> Said:
    """Status, rule and how sure it is."""
    return (outcome.decision.code, outcome.decision.rule, outcome.decision.confidence) if outcome else (NO_ONE, "", None)


def told_by(found: Around, records: set[str], p: Parameters) -> tuple[str, ...]:
    """The signs that stand on these records, and `card` for an open grid card that nothing on it doubts."""
    signs = {(s["record_id"], s["sign"]) for s in found.signs if s["record_id"] in records}
    doubted = {record for record, sign in signs if sign.startswith("N")}
    cards = {"card" for r in records - doubted if is_card(found.records[r], found.night, p)}
    return tuple(sorted({sign for _, sign in signs} | cards))


def _parts(records: list[Row]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is left out in turn: (its name, record ids)."""
    departments: dict[str, list[str]] = {}
    for r in records:
        departments.setdefault(r["dept"], []).append(r["record_id"])
        yield f"{r['dept']}.{r['source_table']}", (r["record_id"],)
    yield from ((dept, tuple(ids)) for dept, ids in departments.items() if len(ids) > 1)


def on_the_way(found: Around, resident_id: str, asked: Asked, p: Parameters) -> list[tuple[dt.date, str, str, str]]:
    """(day, status before, status from that day on, rule), from the night to the day asked for, or from that day to the night.

    Changes that undo each other within a step of the search (`EFFORT`) may stay unseen; those told are exact to the day.
    """
    found = trimmed(found, resident_id, asked, p)
    start, end = sorted((found.night, asked.as_of))
    days, seen = (end - start).days, {}

    def at(day: int) -> tuple[str, str]:
        if day not in seen:
            then = replace(asked, as_of=start + dt.timedelta(days=day))
            seen[day] = said(decide_one(found, resident_id, then, p))[:2]
        return seen[day]

    step = max(1, -(-days * len(found.residents) // EFFORT))
    sampled = [*range(0, days, step), days]
    exact = [_first_other(one, two, at) for one, two in pairwise(sampled) if at(one)[0] != at(two)[0]]
    return [(start + dt.timedelta(days=day), at(day - 1)[0], *at(day)) for day in exact]


def _first_other(one: int, two: int, at: Any) -> int:
    """The day in (one, two] on which the status of `two` begins, by halving."""
    while two - one > 1:
        middle = (one + two) // 2
        one, two = (one, middle) if at(middle)[0] == at(two)[0] else (middle, two)
    return two


def trimmed(found: Around, resident_id: str, asked: Asked, p: Parameters) -> Around:
    """The same without people who have evidence at the resident's dwellings and live elsewhere, and, of more than a household
    living there, only as many as show that it is none."""
    outcomes = decide_all(world(found, resident_id, asked, p), p, trusted=True)
    mine = {r["record_id"] for r in found.of(resident_id)}
    homes = {r["dwelling_id"] for r in found.of(resident_id)} | {s["dwelling_id"] for s in found.signs if s["record_id"] in mine}
    homes.discard(None)
    rented = {s["record_id"] for s in found.signs if s["sign"] in ("S06", "S20") and s["dwelling_id"] in homes}
    ends = {(t["from_record"], t["to_record"]) for t in found.ties}
    tied = {b for a, b in ends if a in mine} | {a for a, b in ends if b in mine}
    keep = {resident_id, *_family(found, resident_id), *(found.records[r]["resident_id"] for r in rented | tied)}
    crowds: dict[str, int] = {}
    for who in sorted(r["resident_id"] for r in found.residents):
        at, here = outcomes[who].dwelling_id, outcomes[who].decision.code in HERE_CODES
        if at in homes and at is not None and who not in keep and crowds.get(at, 0) < 3 * p.household_size:
            keep.add(who)
            crowds[at] = crowds.get(at, 0) + here
    return _only(found, keep)


def _family(found: Around, me: str) -> set[str]:
    """Parents, children, spouse."""
    columns = ("mother_id", "father_id", "spouse_id")
    own = {r[c] for r in found.residents if r["resident_id"] == me for c in columns}
    return own | {r["resident_id"] for r in found.residents if me in (r[c] for c in columns)}


def _guardians(found: Around, me: str) -> set[str]:
    """Listed guardians."""
    mine = {r["record_id"] for r in found.of(me)}
    listed = {t["from_record"] for t in found.ties if t["relation"] == "guardian_of" and t["to_record"] in mine}
    return {str(found.records[r]["resident_id"]) for r in listed}


def _only(found: Around, keep: set[str]) -> Around:
    """These residents; of others, single signs that derived signs look at."""
    whole = [r for r in found.residents if r["resident_id"] in keep]
    tenancies = {s["dwelling_id"] for s in found.signs if s["sign"] in ("S06", "S20") and _owner(found, s) in keep}
    ties = [t for t in found.ties if {found.records[t[end]]["resident_id"] for end in ("from_record", "to_record")} & keep]
    pupils = {t["to_record"] for t in ties}
    signs = [
        s
        for s in found.signs
        if _owner(found, s) in keep
        or (s["sign"] == "S06" and s["dwelling_id"] in tenancies)
        or (s["sign"] == "S07" and s["record_id"] in pupils)
    ]
    needed = {s["record_id"] for s in signs} | {t[end] for t in ties for end in ("from_record", "to_record")}
    records = {k: r for k, r in found.records.items() if r["resident_id"] in keep or k in needed}
    others = {r["resident_id"] for r in records.values()} - {r["resident_id"] for r in whole}
    return Around(found.night, whole, others, records, signs, ties, found.published)


def _owner(found: Around, sign: Row) -> str:
    return str(found.records[sign["record_id"]]["resident_id"])
