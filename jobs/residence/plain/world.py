"""The plain reference over a small world: signs that follow from other people, the chosen dwelling, children and households."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.residence.parameters import Parameters
from jobs.residence.plain.evidence import HERE_CODES, Person
from jobs.residence.plain.home import home
from jobs.residence.plain.person import person
from jobs.residence.plain.relatives import Row, World, family_of, households, is_strong, kin_of, parents_of
from jobs.residence.plain.rules.order import final, own_code
from jobs.residence.plain.rules.said import Decision, Relatives


@dataclass
class Outcome:
    """One person's decision with facts and home."""

    decision: Decision
    fact: Mapping[str, Any]
    dwelling_id: str | None
    township: str | None
    person: Person
    others: Relatives


def decide_all(world: World, p: Parameters, trusted: bool = False) -> dict[str, Outcome]:
    """Every resident's decision, R-11 aside. `trusted`: visits that nobody made were taken out before, by what the whole district
    shows."""
    told = world.signs if trusted else believed(world.signs, p)
    today = {r["resident_id"]: r["today"] for r in world.residents}
    return decide_told(world, with_derived(World(world.residents, world.records, told, world.ties), today), p)


def with_derived(world: World, today: Mapping[str, dt.date]) -> list[Row]:
    """All signs: the delivered ones and those that follow from other people's."""
    return [*_not_let(world, today), *_guardians(world), *_let_anew(world, today)]


def decide_told(world: World, told: list[Row], p: Parameters, fixed: Mapping[str, Relatives] | None = None) -> dict[str, Outcome]:
    """Every resident's decision from the signs told, derived ones among them; with the relatives given, where they are."""
    people = _people(World(world.residents, world.records, told, world.ties), p)
    homes: dict[str, tuple[str | None, str | None]] = {}
    for who, one in people.items():
        dwelling, township, one.fact["home_sure"] = home(one)
        homes[who] = dwelling, township
    own = {who: own_code(one, homes[who][1]) for who, one in people.items()}
    parents = parents_of(world, people, own)
    groups = households(people, own, homes, p)
    kin = kin_of(world)
    result = {}
    for who, one in people.items():
        parent = parents.get(who)
        known = Decision(own[parent], "", people[parent].fact["score"]) if parent else None
        present, strong = groups.get(homes[who][0] or "", (0, 0))
        left_with, nearest, stays_with = family_of(kin[who], one, (own, homes), people)
        doors = [(own[k], k) for k in kin[who] if own[k] in (*HERE_CODES, "31", "32") and people[k].fact["home_sure"]]
        self_strong = own[who] in HERE_CODES and is_strong(one)
        others = Relatives(
            known,
            homes[parent][1] if parent else None,
            present > 0 and own[who] not in ("11", "12"),
            strong > int(self_strong),
            left_with,
            Decision(own[nearest], "", people[nearest].fact["score"]) if nearest else None,
            stays_with,
            any(own[k] == "14" for k in kin[who]),
            homes[min(doors)[1]][1] if doors else None,
        )
        others = fixed[who] if fixed else others
        result[who] = Outcome(final(one, others, homes[who][1]), one.fact, *homes[who], one, others)
    return result


def believed(signs: list[Row], p: Parameters) -> list[Row]:
    """Signs without the grid visits that nobody made: ticked in bulk on a quarter's last day."""
    bulk = ticked(Counter(s["from_date"] for s in signs if s["sign"] == "S05"), p)
    return [s for s in signs if s["sign"] != "S05" or s["from_date"] not in bulk]


def ticked(daily: Mapping[dt.date, int], p: Parameters) -> set[dt.date]:
    """The days, of those with so many grid visits each, whose visits were ticks at a desk."""
    usual = sum(daily.values()) / len(daily) if daily else 0.0
    many = {d for d, n in daily.items() if n >= p.bulk_visits.least and n > p.bulk_visits.times * usual}
    return {d for d in many if d.month % 3 == 0 and (d + dt.timedelta(days=1)).day == 1}


def _people(world: World, p: Parameters) -> dict[str, Person]:
    today = {r["resident_id"]: r["today"] for r in world.residents}
    mine: dict[str, list[Row]] = defaultdict(list)
    for sign in world.signs:
        record = world.records[sign["record_id"]]
        mine[record["resident_id"]].append({**sign, **{k: v for k, v in record.items() if k != "resident_id"}})
    cards, registered = _cards(world, today), _registered(world)
    own = [r for r in world.records.values() if r.get("own", True)]
    lived = {r["resident_id"] for r in own if r["text_here"]}
    elsewhere = {r["resident_id"] for r in own if r["text_here"] is False}
    return {
        who: person(
            {**r, **registered[who], "cards": cards[who], "known_here": who in lived, "known_outside": who in elsewhere},
            mine[who],
            r["today"],
            p,
        )
        for who, r in ((r["resident_id"], r) for r in world.residents)
    }


def _registered(world: World) -> dict[str, Row]:
    """`register_township` by the active rows of the hukou register: nobody may be registered twice, the first row stands."""
    rows: dict[str, set[tuple[dt.date, str]]] = defaultdict(set)
    for s in world.signs:
        record = world.records[s["record_id"]]
        if s["sign"] == "S03" and record.get("hukou_active") and len(record["hukou_division"] or "") >= 9:
            rows[record["resident_id"]].add((s["from_date"], record["hukou_division"][:9]))
    return defaultdict(dict, {who: {"register_township": min(found)[1]} for who, found in rows.items()})


def _cards(world: World, today: Mapping[str, dt.date]) -> dict[str, list[tuple[str | None, str | None, str]]]:
    """(dwelling, township, record) of every resident's open cards that say "living here", the one visited last first: not those whose
    newest word is a negative sign."""
    seen: dict[str, dt.date] = {}
    doubted: dict[str, dt.date] = {}
    for s in world.signs:
        day = today[world.records[s["record_id"]]["resident_id"]]
        if world.records[s["record_id"]].get("card") and s["from_date"] <= day and s["known_from"] <= day:
            kept = seen if s["sign"] == "S05" else doubted if s["sign"].startswith("N") else {}
            kept[s["record_id"]] = max(s["from_date"], kept.get(s["record_id"], s["from_date"]))
    found: dict[str, list[tuple[dt.date, str, Row]]] = defaultdict(list)
    for record, r in world.records.items():
        visited = seen.get(record, dt.date.min)
        if r.get("card") and (record not in doubted or visited > doubted[record]):
            found[r["resident_id"]].append((visited, record, r))
    best = {who: sorted(cards, key=lambda c: c[:2], reverse=True) for who, cards in found.items()}
    return defaultdict(list, {who: [(r["text_dwelling"], r["text_township"], n) for _, n, r in cs] for who, cs in best.items()})


def _not_let(world: World, today: Mapping[str, dt.date]) -> list[Row]:
    """All delivered signs but S20 of dwellings that are let."""
    let = set()
    for s in world.signs:
        day = today[world.records[s["record_id"]]["resident_id"]]
        if s["sign"] == "S06" and s["from_date"] <= day and (s["to_date"] is None or s["to_date"] > day):
            let.add(s["dwelling_id"])
    return [s for s in world.signs if s["sign"] != "S20" or s["dwelling_id"] not in let - {None}]


def _guardians(world: World) -> list[Row]:
    """S08 from the pupil's S07."""
    listed = {(t["from_record"], t["to_record"]) for t in world.ties if t["relation"] == "guardian_of"}
    pupils = [s for s in world.signs if s["sign"] == "S07" and world.records[s["record_id"]]["text_here"] is not False]
    return [{**s, "sign": "S08", "record_id": a} for a, b in sorted(listed) for s in pupils if s["record_id"] == b]


def _let_anew(world: World, today: Mapping[str, dt.date]) -> list[Row]:
    """N06 where a later tenancy of the dwelling began after the resident's last one ended."""
    rows: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for s in world.signs:
        if s["sign"] == "S06" and s["dwelling_id"]:
            rows[s["dwelling_id"]].append((world.records[s["record_id"]]["resident_id"], s))
    made = []
    for tenants in rows.values():
        begun = [s["from_date"] for who, s in tenants if s["from_date"] <= today[who]]
        for who, sign in tenants:
            ended = max(s["to_date"] or dt.date.max for w, s in tenants if w == who)
            if begun and ended <= today[who] and max(begun) >= ended and sign["to_date"] == ended:
                made.append({**sign, "sign": "N06", "from_date": max(begun), "to_date": None, "place": "none"})
    return made
