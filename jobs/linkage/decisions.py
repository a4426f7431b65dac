"""The ledger of human judgements: these two records are the same person, are different persons, or it stays unsure.

One JSON object a line, append-only: `decision_id`, `record_l`, `record_r`, `verdict`, `by`, `on` (date), `why`, and
`revokes` (the decision it takes back) where it does. The newest word about a pair counts; nothing is ever deleted.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from jobs.errors import UserError

Verdict = Literal["same", "different", "unsure"]


@dataclass(frozen=True)
class Decision:
    """One judgement about two records, by whom, when and why; `revokes` names a decision taken back."""

    decision_id: str
    record_l: str
    record_r: str
    verdict: Verdict
    by: str
    on: dt.date
    why: str
    revokes: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """The two records in order."""
        return min(self.record_l, self.record_r), max(self.record_l, self.record_r)


def read(file: Path) -> list[Decision]:
    """The whole ledger, in order; no file is an empty one. UserError names the line of the first mistake."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_decision(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def in_force(ledger: Iterable[Decision], date: dt.date) -> dict[tuple[str, str], Verdict]:
    """The verdict on each pair of records as of a business date; revoked and unsure ones say nothing."""
    known = [d for d in ledger if d.on <= date]
    revoked = {d.revokes for d in known if d.revokes}
    latest: dict[tuple[str, str], Verdict] = {}
    for decision in known:
        if decision.decision_id not in revoked and not decision.revokes:
            latest[decision.pair] = decision.verdict
    return {pair: verdict for pair, verdict in latest.items() if verdict != "unsure"}


def _decision(file: Path, number: int, line: str) -> Decision:
    try:
        raw = json.loads(line)
        made = Decision(**{**raw, "on": dt.date.fromisoformat(raw["on"])})
    except (ValueError, TypeError, KeyError):
        raise UserError(
            f"Line {number} of {file.name} is no decision.", "Mend or remove that line; see docs/glossary.md."
        ) from None
    if made.verdict not in get_args(Verdict) or made.record_l == made.record_r:
        raise UserError(f"Line {number} of {file.name} has no usable verdict.", f"Use one of {', '.join(get_args(Verdict))}.")
    return made
