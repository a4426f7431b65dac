"""`renkou override`: a resident's status decided by hand (rule R-03), listed, and taken back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from jobs.residence.codes import CODES
from jobs.residence.overrides import Override, enter, in_force, read, undo

if TYPE_CHECKING:
    from jobs.settings import Settings

USUAL = dt.timedelta(days=180)
"""How long a decision holds where no end is asked for."""


def decide(settings: Settings, resident: str, status: str, said: tuple[dt.date, dt.date, str, str]) -> Override:
    """Enter a decision about a resident of the newest finished night. `said`: from, until, signer, reason."""
    from jobs.residents.asked import current
    from jobs.residents.finder import Finder, finished_night

    find = Finder(settings, finished_night(settings))
    shown, _ = current(find, resident.strip().upper())
    records = find("resident_records", "resident_id", [shown])
    on, until, by, why = said
    anchor = min(r["record_id"] for r in records)
    return enter(settings.overrides, Override("", shown, anchor, status, on, until, by.strip(), why.strip()))


def take_back(settings: Settings, override_id: str, by: str, on: dt.date) -> Override:
    """From that business date on the rules decide again."""
    return undo(settings.overrides, override_id.strip(), by, on)


def table(settings: Settings, on: dt.date) -> str:
    """What holds on a day, one line each; who and why are in the ledger."""
    held = in_force(read(settings.overrides), on)
    if not held:
        return f"No status is decided by hand on {on}. 无人工认定。"
    lines = [
        f"{o.override_id}  {o.resident_id}  {o.status_code} {CODES[o.status_code].zh}  {o.on} – {o.until}  {o.by}" for o in held
    ]
    return "\n".join([f"{len(held)} decided by hand on {on} 人工认定在有效期内", *lines])
