"""`renkou explain RK…`: why these records are one person, and why this person has this status."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jobs.errors import UserError

if TYPE_CHECKING:
    from jobs.context import Context
    from jobs.pool.nights import Night
    from jobs.settings import Settings


def explain(settings: Settings, resident_id: str, date: dt.date | None = None, as_json: bool = False) -> str:
    """The story of a resident on a finished night (the newest by default), personal values masked.

    An id that was merged away leads to the one that stands for it now, and says so. Unknown ids are UserErrors.
    """
    from jobs.residents.page import page
    from jobs.residents.story import story

    resident_id = resident_id.strip().upper()
    night = _night(settings, date)
    find = _Finder(settings, night)
    shown, told = _current(find, resident_id, night)
    whole = {"night": night.label, "asked_for": resident_id, "redirects": told, **story(find, shown)}
    if as_json:
        return json.dumps(whole, ensure_ascii=False, indent=1, default=str)
    ahead = [f"{e['resident_id']} was merged into {e['other_id']} on {e['date']}. 已并入。" for e in told]
    return "\n".join([*ahead, *([""] if ahead else []), page(whole, night.label)])


def _night(settings: Settings, date: dt.date | None) -> Night:
    """The newest finished night, or the one of that date."""
    from jobs.pool.nights import sealed

    found = [n for n in sealed(settings.nights) if date in (None, n.date)]
    if not found:
        when = f" of {date}" if date else ""
        raise UserError(f"There is no finished night{when}.", "List them with: renkou nights.")
    return found[-1]


def _current(find: _Finder, resident_id: str, night: Night) -> tuple[str, list[dict[str, Any]]]:
    """(the id that stands for it on that night, the merges that led there)."""
    from jobs.linkage.identities import is_resident_id

    if not is_resident_id(resident_id):
        raise UserError(
            f"{_safe(resident_id)} is no resident id.", "An id is RK and 13 characters; copy it whole from `renkou query`."
        )
    told: list[dict[str, Any]] = []
    while not find("residents", "resident_id", [resident_id]):
        events = find("resident_events", "resident_id", [resident_id])
        merged = sorted((e for e in events if e["kind"] == "merged_into"), key=lambda e: e["date"])
        if not merged or len(told) > len(events) + 1_000:
            raise UserError(
                _unknown(resident_id, events, night), 'Find ids with: renkou query "SELECT resident_id FROM residents".'
            )
        told.append(merged[-1])
        resident_id = merged[-1]["other_id"]
    return resident_id, told


def _unknown(resident_id: str, events: list[dict[str, Any]], night: Night) -> str:
    retired = [e["date"] for e in events if e["kind"] == "retired"]
    if retired:
        return f"Resident {resident_id} was retired on {max(retired)}: all its records are gone."
    return f"There is no resident {resident_id} on {night.label}."


def _safe(text: str) -> str:
    """What was typed, if it looks like an id at all: a number or a name is never repeated."""
    return text if text.startswith("RK") and len(text) <= 20 and text.isascii() and text.isalnum() else "That"


class _Finder:
    """Rows of the night's tables by a column's values; only matching rows are read into memory."""

    def __init__(self, settings: Settings, night: Night) -> None:
        from jobs.context import Context
        from jobs.pool.nights import Receipt

        self.context: Context = Context(settings, night, Receipt("explain"))

    def __call__(self, name: str, column: str, values: Iterable[str]) -> list[dict[str, Any]]:
        """Rows as dictionaries; a table that the night lacks has none."""
        import pyarrow as pa
        import pyarrow.dataset as ds

        from jobs.tables import table_for

        wanted = sorted(values)
        if not wanted or not self.context.has(name) or not (files := self.context.files(name)):
            return []
        data = ds.dataset(files, schema=table_for(name).schema)
        return list(data.to_table(filter=ds.field(column).isin(pa.array(wanted, pa.string()))).to_pylist())
