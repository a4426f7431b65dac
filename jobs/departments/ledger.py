"""The deliveries table: one row for each delivery taken, held, carried or not due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from jobs.departments.clauses import Contract
from jobs.departments.delivery import Offer, Taken
from jobs.departments.landing import Landed
from jobs.departments.punctuality import state_of

Row = dict[str, Any]
"""One row of jobs.tables.DELIVERIES."""


def key(row: Row) -> tuple[Any, ...]:
    """The row's key within one department: a delivery that comes at last replaces the row that missed it."""
    return row["source_table"], row["business_date"], row["sequence"]


def taken_before(known: list[Row], table: str) -> Taken:
    """What earlier nights took of a table."""
    taken = Taken()
    for row in sorted((r for r in known if r["source_table"] == table and r["taken_on"] is not None), key=key):
        taken = also(taken, Offer(row["business_date"], tuple(row["files"]), row["sequence"]), row["rows"])
    return taken


def also(taken: Taken, offer: Offer, rows: int) -> Taken:
    """What is taken once this delivery is."""
    files = {**taken.files, offer.date: taken.files.get(offer.date, frozenset()) | frozenset(offer.names)}
    return Taken(files, {**taken.sequences, offer.date: offer.sequence}, rows)


@dataclass
class Book:
    """Tonight's entries for one table."""

    contract: Contract
    table: str
    night: dt.date
    rows: list[Row] = field(default_factory=list)

    def took(self, landed: Landed) -> None:
        """A delivery that landed."""
        delivered = landed.delivered
        self.rows.append(
            self._row(landed.offer, state_of(self.contract.tables[self.table], landed.offer.date, self.night))
            | {
                "taken_on": self.night,
                "files": delivered.files,
                "sha256": delivered.sha256,
                "rows": delivered.total,
                "rows_landed": landed.frame.height,
                "rejected": landed.refusals,
                "drift": delivered.drift,
                "sentence": f"Refused columns were dropped: {', '.join(delivered.dropped)}." if delivered.dropped else None,
            }
        )

    def note(self, offer: Offer, state: str, sentence: str | None = None) -> None:
        """A delivery that did not land: held, carried or not_due."""
        self.rows.append(self._row(offer, state) | {"sentence": sentence})

    def _row(self, offer: Offer, state: str) -> Row:
        code = self.contract.code
        return {
            "delivery_id": f"{code}.{self.table}.{offer.date}.{offer.sequence}",
            "dept": code,
            "source_table": self.table,
            "business_date": offer.date,
            "sequence": offer.sequence,
            "taken_on": None,
            "files": list(offer.names),
            "sha256": None,
            "rows": 0,
            "rows_landed": 0,
            "rejected": [],
            "mode": self.contract.tables[self.table].mode,
            "contract_version": self.contract.version,
            "state": state,
            "drift": [],
            "sentence": None,
        }
