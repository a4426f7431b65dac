"""A resident's surroundings as a small world of the plain rules: as of any day, and without any of its records.

The day may differ from the night. Later: what the clock alone will do. Earlier: what the evidence known on the night tells of
that day. Leaving out a record leaves out its signs, its ties and what the resident's best values take from it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import cache

from jobs.residence.overrides import in_force
from jobs.residence.parameters import Parameters
from jobs.residence.plain.relatives import World
from jobs.residence.plain.world import Outcome, decide_all
from jobs.residents.one_resident import Around, Row

BEST = ("id_type", "id_number", "name", "birth_date", "nationality", "hukou_division", "hukou_active")
"""The best values that the rules read."""
RELATIONS = {"mother_id": "mother_of", "father_id": "father_of", "spouse_id": "spouse_of"}
LOWEST = 9
"""Rank of a department that no trust order names (jobs/residents/best_values.py)."""


@dataclass(frozen=True)
class Asked:
    """What is supposed: the day, and the records left out."""

    as_of: dt.date
    without: frozenset[str] = frozenset()


def decide_one(found: Around, resident_id: str, asked: Asked, p: Parameters) -> Outcome | None:
    """The resident's decision under what is supposed; None when no record would be left."""
    if all(r["record_id"] in asked.without for r in found.of(resident_id)):
        return None
    return decide_all(world(found, resident_id, asked, p), p, trusted=True)[resident_id]


def world(found: Around, resident_id: str | None, asked: Asked, p: Parameters) -> World:
    """Everybody around as the reference takes it; the resident, and whoever lost a record, is made anew of the records kept."""
    kept = {k: r for k, r in found.records.items() if k not in asked.without}
    told = [_known(s, asked.as_of, found.night) for s in found.signs if s["record_id"] in kept]
    ties = [t for t in found.ties if t["from_record"] in kept and t["to_record"] in kept]
    decided = _by_hand(found, asked.as_of)
    people = [{**r, "today": asked.as_of, "by_hand": decided.get(r["resident_id"])} for r in found.residents]
    if resident_id is not None and (asked.without or asked.as_of < found.night):
        people = _renewed(people, {resident_id}, found, asked, World([], kept, told, ties))
    people += [_bystander(who, asked.as_of) for who in sorted(found.bystanders)]
    later = _not_begun(told, asked.as_of) if asked.as_of < found.night else set()
    return World(people, {k: _record(r, asked.as_of, p, k not in later) for k, r in kept.items()}, told, ties)


def _by_hand(found: Around, as_of: dt.date) -> dict[str, Row]:
    """Statuses decided by hand that hold on the day, by resident; leaving out the record they were tied to takes none back."""
    held = in_force(found.overrides, as_of)
    return {found.records[o.record_id]["resident_id"]: asdict(o) for o in held if o.record_id in found.records}


def _renewed(people: list[Row], who: set[str], found: Around, asked: Asked, left: World) -> list[Row]:
    """The people with `who`, and the owners of records left out, made anew; those without any record are gone."""
    lost = {found.records[k]["resident_id"] for k in asked.without if k in found.records}
    gone = lost - {r["resident_id"] for r in left.records.values()}
    rows = [r for r in people if r["resident_id"] not in gone]
    return [_anew(r, found, asked, left) if r["resident_id"] in who | lost else _unlinked(r, left, who | lost) for r in rows]


@cache
def _ranks() -> dict[str, dict[str, int]]:
    """Attribute → department → rank of trust."""
    from jobs.departments.contract import all_contracts

    ranks: dict[str, dict[str, int]] = defaultdict(dict)
    for dept, contract in all_contracts().items():
        for attribute, rank in contract.trust.items():
            ranks[attribute][dept] = rank
    return dict(ranks)


def _known(sign: Row, as_of: dt.date, night: dt.date) -> Row:
    """Whatever the night knew counts, also for a day before it was known."""
    return {**sign, "known_from": min(sign["known_from"], as_of)} if as_of < night else sign


def _not_begun(signs: list[Row], as_of: dt.date) -> set[str]:
    """Records of which every sign is later than the day: their text did not tell where anybody lived then."""
    first: dict[str, dt.date] = {}
    for s in signs:
        first[s["record_id"]] = min(s["from_date"], first.get(s["record_id"], s["from_date"]))
    return {record for record, day in first.items() if day > as_of}


def _record(record: Row, as_of: dt.date, p: Parameters, begun: bool = True) -> Row:
    return {
        "resident_id": record["resident_id"],
        "closed_on": record["closed_on"],
        "text_here": record["in_district"] if begun else None,
        "text_dwelling": record["dwelling_id"] if begun else None,
        "text_township": record["township"] if begun else None,
        "card": begun and is_card(record, as_of, p),
        "own": record["role"] == "self",
        "hukou_active": record["hukou_active"],
        "hukou_division": record["hukou_division"],
    }


def is_card(record: Row, as_of: dt.date, p: Parameters) -> bool:
    """A row, open on that day, of a list of people living here."""
    listed = record["role"] == "self" and f"{record['dept']}.{record['source_table']}" in p.cards
    return bool(listed and (record["closed_on"] is None or record["closed_on"] > as_of) and record["in_district"])


def _anew(resident: Row, found: Around, asked: Asked, left: World) -> Row:
    """The resident by the records, signs and ties that are left."""
    me, kept = resident["resident_id"], left.records
    row = {**resident, **_relatives(left.ties, kept, me, asked.as_of)}
    stated = [r for r in kept.values() if r["resident_id"] == me]
    then = [_as_then(r, left.signs, asked.as_of) for r in stated] if asked.as_of < found.night else stated
    return {**row, **_best(then)} if then != stated or _gave(resident, found, asked) else row


def _as_then(record: Row, signs: list[Row], as_of: dt.date) -> Row:
    """The record as it stood on an earlier day: not yet closed, the hukou not yet moved here."""
    began = [s["from_date"] for s in signs if s["sign"] == "S03" and s["record_id"] == record["record_id"]]
    closed = record["closed_on"] if record["closed_on"] and record["closed_on"] <= as_of else None
    here = False if record["hukou_active"] and began and min(began) > as_of else record["hukou_active"]
    return {**record, "closed_on": closed, "hukou_active": here}


def _gave(resident: Row, found: Around, asked: Asked) -> bool:
    """Whether a record left out gave one of the best values, or the local hukou: else the others give the same."""
    sources = {resident[f"{name}_source"] for name in BEST if f"{name}_source" in resident}
    gone = (found.records[k] for k in asked.without if k in found.records)
    return any(r["record_id"] in sources or r["hukou_active"] for r in gone)


def _best(records: list[Row]) -> Row:
    """The best values of these records, as jobs/residents/best_values.py chooses them."""
    import pyarrow as pa

    from jobs.residents.best_values import COLUMNS, best_of
    from jobs.tables import RECORDS

    types = {name: RECORDS.schema.field(name).type for name in COLUMNS} | {"resident_id": pa.string()}
    schema = pa.schema([pa.field(name, kind) for name, kind in types.items()])
    best = best_of(pa.Table.from_pylist(records, schema=schema), _ranks()).to_pylist()[0]
    return {name: best[name] for name in BEST}


def _relatives(ties: list[Row], kept: dict[str, Row], me: str, as_of: dt.date) -> Row:
    """Mother, father and spouse by the ties left, as jobs/residents/relatives.py chooses them."""
    said: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for t in ties:
        one, two = kept[t["from_record"]]["resident_id"], kept[t["to_record"]]["resident_id"]
        married = t["relation"] == "spouse_of"
        if one == two or (married and not _in_force(t, as_of)):
            continue
        if two == me:
            said[t["relation"], one].append(t)
        if one == me and married:
            said[t["relation"], two].append(t)
    found: Row = {}
    for name, relation in RELATIONS.items():
        options = [(*_believed(rows, relation), who) for (r, who), rows in said.items() if r == relation]
        found[name] = min(options)[-1] if options else None
    return found


def _in_force(tie: Row, day: dt.date) -> bool:
    return (tie["from_date"] is None or tie["from_date"] <= day) and (tie["to_date"] is None or tie["to_date"] > day)


def _believed(rows: list[Row], relation: str) -> tuple[int, int, int]:
    """Smallest first: trust of the best department, number of departments, newest statement; of marriages the newest."""
    newest = -max((t["from_date"] or t["known_from"]).toordinal() for t in rows)
    if relation == "spouse_of":
        return 0, newest, newest
    trust = _ranks().get("id_number", {})
    return min(trust.get(t["dept"], LOWEST) for t in rows), -len({t["dept"] for t in rows}), newest


def _unlinked(row: Row, left: World, lost: set[str]) -> Row:
    """Somebody else, no longer the child or spouse of a resident whose record said so."""
    cut: Row = {}
    for name, relation in RELATIONS.items():
        if row[name] in lost:
            said = (t for t in left.ties if t["relation"] == relation)
            ends = ({left.records[t[end]]["resident_id"] for end in ("from_record", "to_record")} for t in said)
            if {row[name], row["resident_id"]} not in ends:
                cut[name] = None
    return {**row, **cut}


def _bystander(who: str, as_of: dt.date) -> Row:
    """Somebody of whom only single signs matter: nobody lives with, or follows, such a row."""
    return {"resident_id": who, "today": as_of, **dict.fromkeys((*BEST, *RELATIONS))}
