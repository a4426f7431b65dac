"""Nights: which version of which table belongs to which business date.

A night is (date, revision). While it is built, each finished step leaves one receipt (a JSON file moved into place
atomically) saying the versions it read and wrote; publishing seals the night with a manifest. A table's version in a
night is the one its own receipts wrote, else the one its predecessor's manifest pins. Rerunning a step voids the
receipts of the steps after it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs import plan
from jobs.pool.json_files import write_json


@dataclass
class Receipt:
    """What one step of one night did. `step` is a stage, or `extract.ga` for one department of the first."""

    step: str
    reads: dict[str, int] = field(default_factory=dict)
    writes: dict[str, int] = field(default_factory=dict)
    rows_in: int = 0
    rows_out: int = 0
    rejected: int = 0
    seconds: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Night:
    """One revision of one business date."""

    root: Path
    date: dt.date
    revision: int = 0

    @property
    def path(self) -> Path:
        """Folder of receipts and manifest."""
        return self.root / self.date.isoformat() / str(self.revision)

    @property
    def label(self) -> str:
        """`2026-11-22`, or `2026-11-22.1` for a later revision."""
        return self.date.isoformat() if self.revision == 0 else f"{self.date.isoformat()}.{self.revision}"

    def receipts(self) -> list[Receipt]:
        """Receipts in the order of the plan."""
        found = [Receipt(**json.loads(p.read_text())) for p in self.path.glob("*.receipt.json")]
        return sorted(found, key=lambda r: plan.order(r.step))

    def receipt(self, step: str) -> Receipt | None:
        """One step's receipt, or None while it has not finished."""
        return next((r for r in self.receipts() if r.step == step), None)

    def put(self, receipt: Receipt) -> None:
        """Record that a step finished."""
        write_json(self.path / f"{receipt.step}.receipt.json", vars(receipt))

    def void(self, step: str) -> None:
        """Forget this step and everything after it; their table versions stay unpinned."""
        for later in self.receipts():
            if later.step == step or later.step.startswith(f"{step}.") or plan.order(later.step)[0] > plan.order(step)[0]:
                (self.path / f"{later.step}.receipt.json").unlink(missing_ok=True)

    def manifest(self) -> dict[str, Any] | None:
        """The seal of a published night, or None."""
        file = self.path / "manifest.json"
        return json.loads(file.read_text()) if file.exists() else None

    def seal(self, manifest: dict[str, Any]) -> None:
        """Write the manifest: the one atomic step that makes this a finished night."""
        write_json(self.path / "manifest.json", manifest)

    def predecessor(self) -> Night | None:
        """The latest sealed night before this date (its highest sealed revision)."""
        earlier = [n for n in sealed(self.root) if n.date < self.date]
        return earlier[-1] if earlier else None

    def pins(self) -> dict[str, int]:
        """Table → version: the predecessor's, overlaid by what this night's steps wrote."""
        own = self.manifest()
        if own is not None:
            return dict(own["tables"])
        before = self.predecessor()
        pinned = dict((before.manifest() or {})["tables"]) if before else {}
        for receipt in self.receipts():
            pinned.update(receipt.writes)
        return pinned

    def own(self) -> dict[str, int]:
        """Table → version written by this night itself."""
        return {t: v for r in self.receipts() for t, v in r.writes.items()}


def sealed(root: Path) -> list[Night]:
    """All finished nights by date, each at its highest sealed revision."""
    best: dict[dt.date, Night] = {}
    for file in sorted(root.glob("*/*/manifest.json")):
        night = Night(root, dt.date.fromisoformat(file.parent.parent.name), int(file.parent.name))
        if night.date not in best or best[night.date].revision < night.revision:
            best[night.date] = night
    return [best[d] for d in sorted(best)]
