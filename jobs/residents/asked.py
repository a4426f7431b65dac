"""What an id typed by somebody stands for on a night: a resident, by way of merges, or a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobs.errors import UserError

if TYPE_CHECKING:
    from jobs.residents.finder import Finder

Rows = list[dict[str, Any]]


def meant(find: Finder, text: str) -> tuple[Rows, Rows]:
    """(rows of RESIDENT_RECORDS that an id stands for, the merges that led there)."""
    from jobs.linkage.identities import is_resident_id

    text = text.strip()
    if not is_resident_id(text.upper()):
        rows = find("resident_records", "record_id", [text])
        if not rows:
            raise UserError(
                f"{safe(text)} is neither a resident id nor a record id known on {find.night.label}.",
                "Copy an id whole from `renkou query`, `renkou explain RK…` or `renkou review --list`.",
            )
        return rows, []
    shown, told = current(find, text.upper())
    return find("resident_records", "resident_id", [shown]), told


def current(find: Finder, resident_id: str) -> tuple[str, Rows]:
    """(the id that stands for it on that night, the merges that led there)."""
    from jobs.linkage.identities import is_resident_id

    if not is_resident_id(resident_id):
        raise UserError(
            f"{safe(resident_id)} is no resident id.", "An id is RK and 13 characters; copy it whole from `renkou query`."
        )
    told: Rows = []
    while not find("residents", "resident_id", [resident_id]):
        events = find("resident_events", "resident_id", [resident_id])
        merged = sorted((e for e in events if e["kind"] == "merged_into"), key=lambda e: e["date"])
        if not merged or len(told) > len(events) + 1_000:
            raise UserError(
                _unknown(resident_id, events, find.night.label),
                'Find ids with: renkou query "SELECT resident_id FROM residents".',
            )
        told.append(merged[-1])
        resident_id = merged[-1]["other_id"]
    return resident_id, told


def _unknown(resident_id: str, events: Rows, night: str) -> str:
    retired = [e["date"] for e in events if e["kind"] == "retired"]
    if retired:
        return f"Resident {resident_id} was retired on {max(retired)}: all its records are gone."
    return f"There is no resident {resident_id} on {night}."


def safe(text: str) -> str:
    """What was typed, if it looks like an id at all: a number or a name is never repeated."""
    return text if text.startswith("RK") and len(text) <= 20 and text.isascii() and text.isalnum() else "That"
