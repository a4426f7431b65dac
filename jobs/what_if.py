"""`renkou what-if RK… --as-of D --without RECORD`: the status as published, and as it would be on another day or without records.

Decided by the plain reference of the rules from the evidence known on a finished night; nothing is written.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobs.errors import MissingInput, UserError

if TYPE_CHECKING:
    from jobs.residence.parameters import Parameters
    from jobs.residents.finder import Finder
    from jobs.residents.one_resident import Around
    from jobs.residents.one_resident_changes import Deciding
    from jobs.settings import Settings

PLAIN = r"[0-9a-f]{20}|[a-z]{2,4}(\.[a-z_]{1,24})?"
"""A record id, a department, a table."""
PENDING = ("pending_status", "pending_since", "pending_until")
FORESEEN = 3_660
"""Days after the night for which a status may be asked: hukou and families change, and nothing of that is known."""


@dataclass(frozen=True)
class Supposed:
    """What is asked: `as_of` (None: the night's date), `without` record ids, departments (`ga`) or tables (`ga.ldrk`), and the
    night whose evidence is known (None: the newest finished one)."""

    resident_id: str
    as_of: dt.date | None = None
    without: tuple[str, ...] = ()
    night: dt.date | None = None


def what_if(settings: Settings, supposed: Supposed, as_json: bool = False) -> str:
    """The answer as a page of 80 columns, or as JSON. Unknown residents, records of others and days before the first evidence
    are UserErrors."""
    from jobs.residents.one_resident_page import page

    told = compare(settings, supposed)
    return json.dumps(told, ensure_ascii=False, indent=1, default=str) if as_json else page(told)


def compare(settings: Settings, supposed: Supposed) -> dict[str, Any]:
    """Published status, decision on the same evidence, decision as supposed, and what differs between the two."""
    from jobs.residence.parameters import load
    from jobs.residents import one_resident_changes as changes
    from jobs.residents import one_resident_facts as facts
    from jobs.residents.asked import current
    from jobs.residents.finder import Finder, finished_night
    from jobs.residents.one_resident_world import Asked, decide_one

    night, p = finished_night(settings, supposed.night), load()
    find = Finder(settings, night)
    shown, redirects = current(find, supposed.resident_id.strip().upper())
    found = _around(settings, find, shown, p)
    as_of = supposed.as_of or night.date
    _foreseeable(found, shown, as_of)
    asked = Asked(as_of, _records(found, shown, supposed.without))
    before, after = decide_one(found, shown, Asked(night.date), p), decide_one(found, shown, asked, p)
    way = changes.on_the_way(found, shown, asked, p) if as_of != night.date and after is not None else []
    row = found.published.get(shown)
    published, again = facts.published(row), facts.decided(before, p)
    return {
        "night": night.label,
        "resident_id": shown,
        "redirects": redirects,
        "as_of": as_of,
        "as_known_on": night.date,
        "without": [_told(found, record, p) for record in sorted(asked.without)],
        "not_counted": next(r["not_counted"] for r in found.residents if r["resident_id"] == shown),
        "rule_versions": {"published": row["rule_version"] if row else None, "now": p.version},
        "published": published,
        "pending": {name: row.get(name) for name in ("counts_usual", *PENDING)} if row and row.get("pending_status") else None,
        "decided_anew": again,
        "agrees": bool(published) and facts.same(published, again),
        "supposed": facts.decided(after, p),
        "rules": _rules(again["rule"], changes.said(after)[1]),
        "reasons": facts.reasons(before, after),
        "on_the_way": [{"date": d, "before": b, "after": a, "rule": r} for d, b, a, r in way],
    }


def deciding(settings: Settings, find: Finder, resident_id: str) -> dict[str, Any] | None:
    """For `renkou explain`: what the rules in force say of the resident on that night, whether that is what was published, and
    the single records and departments, its own and the family's, of which it hangs. None where the night decided no status."""
    from jobs.residence.parameters import load
    from jobs.residents import one_resident_changes as changes
    from jobs.residents import one_resident_facts as facts
    from jobs.residents.one_resident_world import Asked, decide_one

    if not (find.context.has("signs") and find.context.has("residence")):
        return None
    p, asked = load(), Asked(find.night.date)
    found = _around(settings, find, resident_id, p)
    row = found.published.get(resident_id)
    if row is None:
        return None
    again = facts.decided(decide_one(found, resident_id, asked, p), p)
    single: list[Deciding] = changes.deciding(found, resident_id, asked, p)
    return {
        "resident_id": resident_id,
        "agrees": facts.same(facts.published(row), again),
        "decided_anew": {**{name: again[name] for name in ("status", "rule", "evidence")}, "version": p.version},
        "single": [one.told for one in single],
    }


def _around(settings: Settings, find: Finder, resident_id: str, p: Parameters) -> Around:
    from jobs.residents.one_resident import around

    for table in ("records", "signs"):
        if not find.context.has(table):
            raise MissingInput(f"Night {find.night.label} keeps no {table}.", "Ask of another night: renkou nights.")
    return around(settings, find.night, [resident_id], p)


def _foreseeable(found: Around, resident_id: str, as_of: dt.date) -> None:
    """UserError for a day before the resident's first evidence, or too long after the night."""
    mine = {r["record_id"]: r["known_from"] for r in found.of(resident_id)}
    first = min([*mine.values(), *(s["from_date"] for s in found.signs if s["record_id"] in mine)])
    if as_of < first:
        raise UserError(
            f"Nothing is known of {resident_id} on {as_of}: its first evidence is of {first}.", "Ask for a later day."
        )
    if (as_of - found.night).days > FORESEEN:
        raise UserError(f"{as_of} lies more than ten years after the night {found.night}.", "Ask for an earlier day.")


def _records(found: Around, resident_id: str, without: tuple[str, ...]) -> frozenset[str]:
    """The resident's records that ids, departments or tables name."""
    mine, chosen = found.of(resident_id), set()
    for text in (t.strip() for t in without):
        named = {r["record_id"] for r in mine if text.lower() in (r["record_id"], r["dept"], f"{r['dept']}.{r['source_table']}")}
        if not named:
            plain = re.fullmatch(PLAIN, text.lower()) is not None  # a number or a name is never repeated
            raise UserError(
                f"{text.lower() if plain else 'That'} is no record, department or table of {resident_id} on the night {found.night}.",
                f"Its records and their ids: renkou explain {resident_id} --json.",
            )
        chosen |= named
    return frozenset(chosen)


def _told(found: Around, record: str, p: Parameters) -> dict[str, Any]:
    from jobs.residents.one_resident_changes import told_by

    row, signs = found.records[record], list(told_by(found, {record}, p))
    return {"record": record, "place": f"{row['dept']}.{row['source_table']}", "role": row["role"], "signs": signs}


def _rules(*ids: str) -> dict[str, dict[str, str]]:
    """The words of the rules that decided."""
    from jobs.residence.rules.order import RULES

    words = {r.id: {"zh": r.zh, "en": r.en} for r in RULES}
    words["R-10"] = {"zh": "判为在区但证据分低于下限", "en": "counted as living here on too low a score"}
    return {rule: words[rule] for rule in ids if rule in words}
