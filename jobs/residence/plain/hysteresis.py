"""R-11 in plain Python: everybody decided anew on every date, and what stands (jobs/residence/hysteresis.py says the law)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from jobs.residence.codes import CODES
from jobs.residence.parameters import Parameters
from jobs.residence.plain.dates import longest
from jobs.residence.plain.evidence import DAY, Evidence
from jobs.residence.plain.relatives import World
from jobs.residence.plain.rules.order import first
from jobs.residence.plain.stays import add_months
from jobs.residence.plain.world import Outcome, believed, decide_told, with_derived
from jobs.residence.series import Held, Told, held

AGAINST = ("R-00", "R-01", "R-04d", "R-09")
"""Rules left out where a case to be verified counts as if the newest negative signs were absent."""


def held_all(world: World, p: Parameters, trusted: bool = False) -> dict[str, Held]:
    """Everybody's standing count of usual residents, and for how many dates the rules have said tonight's word."""
    tonight = {r["resident_id"]: r["today"] for r in world.residents}
    delivered = world.signs if trusted else believed(world.signs, p)
    derived = with_derived(World(world.residents, world.records, delivered, world.ties), tonight)
    owner = {record: r["resident_id"] for record, r in world.records.items()}
    known = [{**s, "known_from": s["from_date"]} for s in derived if s["known_from"] <= tonight[owner[s["record_id"]]]]
    days: list[dict[str, Outcome]] = []
    for back in range(p.days.hysteresis_search):
        moved = [{**r, "today": r["today"] - back * DAY} for r in world.residents]
        far = back >= p.days.hysteresis
        fixed = {who: o.others for who, o in days[p.days.hysteresis - 1].items()} if far else None
        days.append(decide_told(World(moved, world.records, world.signs, world.ties), known, p, fixed))
    kin = _kin(world)
    return {who: _stands(who, days, kin.get(who, set()), p) for who in tonight}


def _stands(who: str, days: list[dict[str, Outcome]], kin: set[str], p: Parameters) -> Held:
    series = []
    for back, day in enumerate(days):
        hard = is_hard(day[who], p) or _by_days(day[who].fact, days[back + 1][who].fact if back + 1 < len(days) else None)
        near = back < p.days.hysteresis
        if near and back == p.days.hysteresis - 1:  # the date before belongs to those asked of the own evidence
            hard = is_hard(day[who], p)
        series.append(Told(counts(day[who], p), hard or (near and any(is_hard(day[k], p) for k in kin if k in day))))
    stands = held(series, p.days.hysteresis, p.days.hysteresis_search)
    assert stands is not None
    return stands


def counts(outcome: Outcome, p: Parameters) -> bool:
    """Whether the rules count the person as a usual resident; cases to be verified as if the newest negatives were absent."""
    code, one = outcome.decision.code, outcome.person
    newest = one.fact["newest_neg"]
    if code in ("61", "92") and newest is not None and newest >= one.today - p.days.conflict_hold * DAY:
        code = first(one, outcome.others, outcome.township, AGAINST)[0]
    return CODES[code].usual and one.resident.get("not_counted") is None


def is_hard(outcome: Outcome, p: Parameters) -> bool:
    """A hard event or a clock boundary lies on the day."""
    one = outcome.person
    return (
        one.resident["birth_date"] == one.today
        or any(one.today in _ends(e, p) for e in one.evidence if e.row["sign"] in p.hard_events)
        or one.today in _clocks(outcome, p)
    )


def _ends(e: Evidence, p: Parameters) -> set[dt.date]:
    """The days on which a hard sign began, ended, or was to end."""
    since, until = e.since, e.row["to_date"]
    if e.strength is not None and p.signs[e.row["sign"]].shape == "continuing":
        until = until or (max(e.row["closed_on"], since + DAY) if e.row["closed_on"] else None)
    else:
        until = until if until is not None and until > since else None
    return {since, *([e.ends] if e.strength is not None else []), *([until] if until else [])}


def _clocks(outcome: Outcome, p: Parameters) -> set[dt.date]:
    f, born, days = outcome.fact, outcome.person.resident["birth_date"], p.days
    found = {add_months(f[name], p.months.half_year) for name in ("came_by", "last_came_by", "away_since") if f[name]}
    if f["last_seen"] and (patience := longest(f, p)):
        found.add(f["last_seen"] + (patience + 1) * DAY)
    silent = [(day, f["registered_on"]) for day in (f["gone_on"] or f["last_seen"], f["last_seen"])]
    left = outcome.others.left_with
    for start in (*silent, *([(left, f["registered_on"])] if left else [])):
        known = [day for day in start if day]
        found |= {max(known) + length * DAY for length in (days.absent, days.silent) if known}
    if born:
        birthdays = {add_months(born, 12 * age) for age in (p.age.child, p.age.minor, p.age.elder)}
        found |= {born + days.newborn * DAY} | birthdays | {day + DAY for day in birthdays}
    return found


def _by_days(now: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    """The cumulative half year was met or lost by the day alone."""
    if before is None:
        return False
    summed = [f["basis"] == "HERE_CUM" for f in (now, before)]
    return summed[0] != summed[1] and abs(now["days_365"] - before["days_365"]) <= 1


def _kin(world: World) -> dict[str, set[str]]:
    """Spouses, parents and children, and listed guardians, both ways."""
    pairs: dict[str, set[str]] = {}
    listed = [
        (world.records[t["from_record"]]["resident_id"], world.records[t["to_record"]]["resident_id"])
        for t in world.ties
        if t["relation"] == "guardian_of"
    ]
    stated = [(r["resident_id"], r[n]) for r in world.residents for n in ("mother_id", "father_id", "spouse_id") if r.get(n)]
    for one, other in [*stated, *listed]:
        if one != other:
            pairs.setdefault(one, set()).add(other)
            pairs.setdefault(other, set()).add(one)
    return pairs
