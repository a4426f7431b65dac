"""Who follows whom in the plain reference's small world: parents, kin and households."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.residence.parameters import Parameters
from jobs.residence.plain.evidence import HERE_CODES, Person

Row = dict[str, Any]
FOLLOWED = (*HERE_CODES, "13", "14", "31", "32")


@dataclass
class World:
    """Residents (with `today`, and `by_hand` where a status was decided so), their records (record_id → resident and text of the
    row), signs and ties."""

    residents: list[Row]
    records: dict[str, Row]
    signs: list[Row]
    ties: list[Row]


def parents_of(world: World, people: Mapping[str, Person], own: Mapping[str, str]) -> dict[str, str]:
    """Mother, father, then guardians: the first whose own status may be followed."""
    edges: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for r in world.residents:
        for order, parent in ((1, r["mother_id"]), (2, r["father_id"])):
            edges[r["resident_id"]].add((order, parent))
    for t in world.ties:
        if t["relation"] == "guardian_of":
            edges[world.records[t["to_record"]]["resident_id"]].add((3, world.records[t["from_record"]]["resident_id"]))
    chosen = {}
    for child, listed in edges.items():
        age = people[child].fact["age"]
        fit = [(o, q) for o, q in listed if q in own and q != child and own[q] in FOLLOWED]
        if fit and age is not None and age < people[child].p.age.minor:
            chosen[child] = min(fit)[1]
    return chosen


def kin_of(world: World) -> dict[str, set[str]]:
    """Everybody's spouse, parents and children."""
    known = {r["resident_id"] for r in world.residents}
    pairs: dict[str, set[str]] = defaultdict(set)
    for r in world.residents:
        for other in (r["mother_id"], r["father_id"], r.get("spouse_id")):
            if other is not None and other in known and other != r["resident_id"]:
                pairs[r["resident_id"]].add(other)
                pairs[other].add(r["resident_id"])
    return pairs


def family_of(
    kin: set[str],
    one: Person,
    told: tuple[Mapping[str, str], Mapping[str, tuple[str | None, str | None]]],
    people: Mapping[str, Person],
) -> tuple[dt.date | None, str | None, bool]:
    """(day on which the family left, when nobody of it was met since, no minor of it is here, and the person was not surely met; who
    of the kin is here, of smallest status, which is 31 or 32 only when nobody of them is a usual resident; whether one of them, at
    home elsewhere than where the person left, was met after that). `told` are everybody's own status and home."""
    own, homes = told
    here = [(own[k], k) for k in kin if own[k] in (*HERE_CODES, "31", "32")]
    gone = [people[k].fact["gone_on"] for k in kin if own[k] in ("13", "41", "53") and people[k].fact["gone_on"]]
    met_on = {k: people[k].fact["newest_ab"] for _, k in here if people[k].fact["newest_ab"]}
    met, f = max(met_on.values(), default=None), one.fact
    moved = max((d for k, d in met_on.items() if homes[k][0] and f["left_at"] and homes[k][0] != f["left_at"]), default=None)
    went = max((d for d in (f["departed_on"], f["elsewhere_on"], f["gone_on"]) if d), default=None)
    stays = not f["stands"] and moved is not None and went is not None and moved > went
    firm = f["firm_ab"]
    minor = any((age := people[k].fact["age"]) is not None and age < one.p.age.minor for _, k in here)
    stayed = minor or f["enrolled"] or (met is not None and met > max(gone, default=met))
    left = bool(gone) and (firm is None or max(gone) > firm) and not stayed
    return max(gone) if left and not stays else None, min(here)[1] if here else None, stays


def households(
    people: Mapping[str, Person], own: Mapping[str, str], homes: Mapping[str, tuple[str | None, str | None]], p: Parameters
) -> dict[str, tuple[int, int]]:
    """Dwelling → (people there as 11 or 12, people there with a strong sign), where few enough live there."""
    at: dict[str, list[str]] = defaultdict(list)
    for who in people:
        dwelling = homes[who][0]
        if own[who] in HERE_CODES and dwelling:
            at[dwelling].append(who)
    return {
        dwelling: (sum(own[w] in ("11", "12") for w in ids), sum(is_strong(people[w]) for w in ids))
        for dwelling, ids in at.items()
        if len(ids) <= p.household_size
    }


def is_strong(one: Person) -> bool:
    """Whether some sign of a department's strongest weighs enough tonight."""
    bound = one.p.scores.strong_member
    return any(e.value >= bound and e.strength is not None and e.row["in_district"] is not False for e in one.evidence)
