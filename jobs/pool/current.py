"""Which snapshot readers see, and whether it is tonight's: `current.json` and `status.json` in the pool.

Both are replaced by rename, so a reader finds the old or the new one. A refused night leaves `current.json` alone and
writes why into `status.json`; the next snapshot that is published clears it.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from jobs.errors import UserError
from jobs.pool.json_files import write_json


def current(pool: Path) -> dict[str, Any] | None:
    """Label, date, revision and folder of the current snapshot; None before the first."""
    return _read(pool / "current.json")


def require(pool: Path) -> dict[str, Any]:
    """The current snapshot, or a UserError when nothing was ever published."""
    found = current(pool)
    if found is None:
        why = status(pool).get("why", "")
        raise UserError(f"No snapshot has been published yet. {why}".strip(), "Run a night first: renkou run --date YYYY-MM-DD.")
    return found


def newest(pool: Path, label: str, date: dt.date, revision: int) -> str:
    """Which snapshot is to be current once this one is published: it, unless the current one is of a later date."""
    held = current(pool)
    return str(held["label"]) if held and (held["date"], held["revision"]) > (date.isoformat(), revision) else label


def move(pool: Path, label: str, date: dt.date, revision: int) -> None:
    """Make this snapshot the current one."""
    write_json(
        pool / "current.json", {"label": label, "date": date.isoformat(), "revision": revision, "folder": f"snapshots/{label}"}
    )


def status(pool: Path) -> dict[str, Any]:
    """`stale_since` (a business date), `night` and `why` while the newest night is not published; empty otherwise."""
    return _read(pool / "status.json") or {}


def mark_stale(pool: Path, date: dt.date, why: str) -> str:
    """Say that the night of this date published nothing, and why; returns the sentence readers are shown.

    `stale_since` keeps the first such date since the last snapshot.
    """
    held, known = current(pool), status(pool)
    if held and held["date"] >= date.isoformat():
        return f"The pool shows snapshot {held['label']}; the failed run of {date} does not make it stale."
    since = min(filter(None, [known.get("stale_since"), date.isoformat()]))
    label = held["label"] if held else None
    write_json(pool / "status.json", {"current": label, "stale_since": since, "night": date.isoformat(), "why": why})
    return notice(pool)


def clear_stale(pool: Path, date: dt.date) -> None:
    """A snapshot of this date is out: nothing up to it is stale any more."""
    held = current(pool)
    if status(pool).get("night", "") <= date.isoformat():
        write_json(pool / "status.json", {"current": held["label"] if held else None})


def notice(pool: Path) -> str:
    """One line for readers while the pool is stale, in both languages; empty otherwise."""
    known = status(pool)
    if "stale_since" not in known:
        return ""
    shown = known["current"] or "no snapshot"
    return f"⚠ The pool shows {shown}, stale since 自此未更新 {known['stale_since']}: {known['why']}"


def _read(file: Path) -> dict[str, Any] | None:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
