"""Everything known about one resident on one night, personal values masked: what `renkou explain` tells.

Profiles are lettered A, B, C … in the order of their smallest record; a link is named by its two letters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from jobs.residents import masked

PARENTS = ("mother_of", "father_of", "guardian_of")
"""Relations of elders to children (jobs/residents/kinship.py, which explaining need not load)."""

Rows = list[dict[str, Any]]
Find = Callable[[str, str, Iterable[str]], Rows]
"""(table, column, values) → rows of the night's table where the column holds one of the values."""
NEAR_MISSES = 5
"""Links that lead out of the resident and did not join are told up to this many, heaviest first."""


def story(find: Find, resident_id: str) -> dict[str, Any]:
    """Resident, status, records, links that hold it together, near misses, events."""
    belongs = find("resident_records", "resident_id", [resident_id])
    letters = letters_of(sorted({row["profile_id"] for row in belongs}))
    of_record = {row["record_id"]: row for row in belongs}
    resident = find("residents", "resident_id", [resident_id])[0]
    records = find("records", "record_id", of_record)
    links = _links(find, set(letters))
    inside = [e for e in links if e["profile_l"] in letters and e["profile_r"] in letters]
    held = chain([e for e in inside if holds(e)])
    return {
        "resident": _resident(resident),
        "status": _status(find("residence", "resident_id", [resident_id]), {r["record_id"]: r for r in records}),
        "records": [_record(r, of_record[r["record_id"]], letters) for r in sorted(records, key=_by_department)],
        "links": [_link(e, letters) for e in held],
        "further_links": len([e for e in inside if e["grade"] == "auto" and not e["veto"] and e not in held]),
        "relatives": _through_relatives(find, of_record, letters, held),
        "near_misses": _near_misses(find, links, letters),
        "events": _events(find, resident_id),
    }


def letters_of(profiles: list[str]) -> dict[str, str]:
    """A … Z, AA, AB …"""
    names = {}
    for at, profile in enumerate(profiles):
        name, rest = "", at + 1
        while rest:
            rest, digit = divmod(rest - 1, 26)
            name = chr(65 + digit) + name
        names[profile] = name
    return names


def holds(link: dict[str, Any]) -> bool:
    """Whether a link inside one resident may hold it together. A likely one that is vetoed does so only where 公安's number
    outweighs the other (jobs/residents/outweighed.py) or a person decided; else its two ends would not be one resident."""
    return bool(link["likely"]) or (link["grade"] == "auto" and not link["veto"])


def chain(links: Rows) -> Rows:
    """The links that hold the profiles together: the heaviest that joins two parts not yet joined, and so on; links that
    joined as the only candidate come behind those that join by themselves."""
    parts = _Parts()
    ordered = sorted(
        links, key=lambda e: (bool(e.get("veto")), e["grade"] != "auto", -e["weight"], e["profile_l"], e["profile_r"])
    )
    return [e for e in ordered if parts.join(e["profile_l"], e["profile_r"])]


class _Parts:
    """Which profiles hang together so far."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def top(self, profile: str) -> str:
        while self.parent.get(profile, profile) != profile:
            profile = self.parent[profile]
        return profile

    def join(self, one: str, two: str) -> bool:
        """Whether the two were apart; together they are now."""
        left, right = self.top(one), self.top(two)
        self.parent[right] = left
        return left != right


def _through_relatives(find: Find, belongs: dict[str, dict[str, Any]], letters: dict[str, str], held: Rows) -> Rows:
    """What joins further profiles: named elder of the same child, or child of the same parent, under one name."""
    parts = _Parts()
    for link in held:
        parts.join(link["profile_l"], link["profile_r"])
    ways = (("from_record", "to_record", "elder of"), ("to_record", "from_record", "child of"))
    told = []
    for own, other, word in ways:
        ties = [t for t in find("ties", own, belongs) if t["relation"] in PARENTS]
        homes = {r["record_id"]: r["resident_id"] for r in find("resident_records", "record_id", {t[other] for t in ties})}
        through: dict[str, set[str]] = {}
        for tie in ties:
            if tie[other] in homes:
                through.setdefault(homes[tie[other]], set()).add(belongs[tie[own]]["profile_id"])
        for relative, profiles in sorted(through.items()):
            first, *rest = sorted(profiles)
            for profile in rest:
                if parts.join(first, profile):
                    told.append({"between": [letters[first], letters[profile]], "word": word, "relative": relative})
    return told


def comparisons(levels: str | None) -> list[dict[str, Any]]:
    """`name=exact:7.5;phone=missing:0.0` as a list of comparison, level, weight."""
    found = []
    for part in (levels or "").split(";"):
        comparison, _, rest = part.partition("=")
        level, _, weight = rest.rpartition(":")
        if comparison and weight:
            found.append({"comparison": comparison, "level": level, "weight": float(weight)})
    return found


def _resident(row: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "name": masked.name(row["name"]),
        "id_number": masked.number(row["id_number"]),
        "phone": masked.phone(row["phone"]),
        "birth_date": masked.birth(row["birth_date"]),
    }
    plain = ("resident_id", "records", "departments", "id_type", "sex", "ethnic", "nationality", "hukou_division", "hukou_active")
    related = ("mother_id", "father_id", "spouse_id", "provisional_of", "provisional_probability", "not_counted")
    sources = {k: v for k, v in row.items() if k.endswith("_source") and v}
    return {**{k: row[k] for k in plain}, **shown, **{k: row[k] for k in related}, "sources": sources}


def _record(row: dict[str, Any], belongs: dict[str, Any], letters: dict[str, str]) -> dict[str, Any]:
    return {
        "record_id": row["record_id"], "profile": letters[belongs["profile_id"]], "dept": row["dept"],
        "source_table": row["source_table"], "role": row["role"], "name": masked.name(row["name"] or row["name_raw"]),
        "number": masked.number(row["id_number"]), "number_grade": row["id_grade"], "birth_date": masked.birth(row["birth_date"]),
        "phone": masked.phone(row["phone"]), "township": row["township"], "known_from": row["known_from"],
        "closed_on": row["closed_on"], "since": belongs["since"],
    }  # fmt: skip


def _by_department(row: dict[str, Any]) -> tuple[str, ...]:
    return row["dept"], row["source_table"], row["role"], row["record_id"]


def _links(find: Find, profiles: set[str]) -> Rows:
    both = [*find("links", "profile_l", profiles), *find("links", "profile_r", profiles)]
    return list({(e["profile_l"], e["profile_r"]): e for e in both}.values())


def _link(row: dict[str, Any], letters: dict[str, str]) -> dict[str, Any]:
    plain = {k: row[k] for k in ("weight", "probability", "grade", "block", "veto", "likely", "model_version")}
    between = [letters.get(row[side], "?") for side in ("profile_l", "profile_r")]
    return {"between": between, **plain, "comparisons": comparisons(row["levels"])}


def _near_misses(find: Find, links: Rows, letters: dict[str, str]) -> Rows:
    """Links to other residents that did not join, and why."""
    out = [e for e in links if (e["profile_l"] in letters) != (e["profile_r"] in letters)]
    heaviest = sorted(out, key=lambda e: (e["grade"] != "auto", -e["weight"], e["profile_l"], e["profile_r"]))[:NEAR_MISSES]
    others = {e["profile_r"] if e["profile_l"] in letters else e["profile_l"] for e in heaviest}
    residents = {r["profile_id"]: r["resident_id"] for r in find("resident_records", "profile_id", others)}
    told = []
    for link in heaviest:
        other = link["profile_r"] if link["profile_l"] in letters else link["profile_l"]
        told.append({**_link(link, letters), "other_resident": residents.get(other)})
    return told


def _status(rows: Rows, records: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The status with its evidence; each sign says which department's table it stands in."""
    if not rows:
        return None
    status = dict(rows[0])
    told = json.loads(status.pop("explanation") or "{}")
    for sign in [*(told.get("positive") or []), *(told.get("negative") or [])]:
        record = records.get(sign.get("record"))
        sign["place"] = f"{record['dept']}.{record['source_table']}" if record else sign.get("dept")
    return {**status, "explanation": told}


def _events(find: Find, resident_id: str) -> Rows:
    rows = [*find("resident_events", "resident_id", [resident_id]), *find("resident_events", "other_id", [resident_id])]
    return sorted(rows, key=lambda e: (e["date"], e["kind"], e["resident_id"], e["other_id"]))
