"""R-03: a resident's status decided by hand, signed, with a reason and an end (domain §1.3).

One JSON object a line, append-only: `override_id`, `resident_id` (as it was), `record_id`, `status_code`, `on` (first business date),
`until` (the first one on which it no longer holds), `by`, `why`, and `revokes` where the line takes another back. It holds for
whoever the record belongs to, so it follows the person through merges and splits of ids. The newest word counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from jobs.append_only import append, locked, signed
from jobs.errors import UserError
from jobs.residence.codes import CODES

BY_HAND = {
    "resident_id": pl.String, "override_id": pl.String, "status_code": pl.String, "on": pl.Date, "until": pl.Date, "by": pl.String,
    "why": pl.String,
}  # fmt: skip
"""What holds on a night, by tonight's resident."""
LONGEST = 365
"""Days after which a status must be decided anew."""


@dataclass(frozen=True)
class Override:
    """One decision, or with `revokes` one taken back."""

    override_id: str
    resident_id: str
    record_id: str
    status_code: str
    on: dt.date
    until: dt.date
    by: str
    why: str
    revokes: str | None = None


def read(file: Path) -> list[Override]:
    """The whole ledger, in order; no file is an empty one. UserError names the line of the first mistake."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_override(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def in_force(ledger: Iterable[Override], date: dt.date) -> list[Override]:
    """Those that hold on a business date, oldest first, one a record."""
    known = [o for o in ledger if o.on <= date]
    revoked = {o.revokes for o in known if o.revokes}
    latest: dict[str, Override] = {}
    for each in known:
        if not each.revokes and each.override_id not in revoked and each.until > date:
            latest.pop(each.record_id, None)
            latest[each.record_id] = each
    return list(latest.values())


def by_resident(held: Iterable[Override], resident_records: pl.LazyFrame) -> pl.LazyFrame:
    """BY_HAND: decisions in force with the resident that each one's record belongs to tonight; of several the newest."""
    told = [
        {"record_id": o.record_id, "place": at, **{k: v for k, v in asdict(o).items() if k in BY_HAND}}
        for at, o in enumerate(held)
    ]
    schema = {"record_id": pl.String, "place": pl.Int64} | {k: v for k, v in BY_HAND.items() if k != "resident_id"}
    decided = pl.LazyFrame([{k: row[k] for k in schema} for row in told], schema=schema)
    mine = resident_records.select("record_id", "resident_id").join(decided, on="record_id")
    return mine.sort("place").unique("resident_id", keep="last", maintain_order=True).select(*BY_HAND)


def enter(file: Path, said: Override) -> Override:
    """Enter a decision (its id is given here); UserError, and nothing entered, if it is unsigned, without reason or too long."""
    _check(said)
    with locked(file) as out:
        before = read(file)
        made = replace(said, override_id=_id(len(before), said))
        append(out, [asdict(made)])
    return made


def undo(file: Path, override_id: str, by: str, on: dt.date, why: str = "") -> Override:
    """Take a decision back from a business date on; the line itself stays."""
    signed(by, why)
    with locked(file) as out:
        before = read(file)
        found = next((o for o in before if o.override_id == override_id and not o.revokes), None)
        if found is None:
            raise UserError("There is no such decision.", "List them with: renkou override --list.")
        if any(o.revokes == override_id for o in before):
            raise UserError(f"{override_id} was already taken back.", "Nothing is left to undo.")
        back = replace(found, by=by.strip(), why=why, on=max(on, found.on), revokes=override_id)
        made = replace(back, override_id=_id(len(before), back))
        append(out, [asdict(made)])
    return made


def _check(said: Override) -> None:
    signed(said.by, said.why)
    if not said.why.strip():
        raise UserError("A status decided by hand needs a reason.", "Give it with --why: what was seen, where, by whom.")
    if said.status_code not in CODES:
        raise UserError(f"{said.status_code!r} is no status code.", f"Use one of {', '.join(CODES)} (docs/rules.md).")
    if said.until <= said.on:
        raise UserError(f"The decision ends on {said.until}, before it begins.", "Give a later day with --until.")
    if (said.until - said.on).days > LONGEST:
        raise UserError(f"The decision would hold for more than {LONGEST} days.", "Give an earlier --until and decide anew then.")


def _id(place: int, said: Override) -> str:
    seed = "|".join([str(place), said.record_id, said.status_code, said.by, str(said.on), said.revokes or ""])
    return "O" + hashlib.sha256(seed.encode()).hexdigest()[:10]


def _override(file: Path, number: int, line: str) -> Override:
    try:
        raw = json.loads(line)
        made = Override(**{**raw, "on": dt.date.fromisoformat(raw["on"]), "until": dt.date.fromisoformat(raw["until"])})
    except (ValueError, TypeError, KeyError):
        raise UserError(
            f"Line {number} of {file.name} is no decision.", "Mend or remove that line; see docs/glossary.md."
        ) from None
    if made.status_code not in CODES:
        raise UserError(f"Line {number} of {file.name} names no status code.", f"Use one of {', '.join(CODES)}.")
    return made
