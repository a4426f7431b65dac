"""Nights of a few residents published into a history in any order, and what a plain reading of them says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from jobs.history import log
from jobs.pool import history_views, views
from jobs.tables import RESIDENCE, RESIDENT_EVENTS, RESIDENTS, STATUS_HISTORY
from tests.literal_night import FLAGS, frame

START = dt.date(2026, 11, 1)
People = Mapping[str, tuple[str, str]]
"""Resident → (status code, township)."""


def day(n: int) -> dt.date:
    return START + dt.timedelta(days=n)


@dataclass
class History:
    """A history without a pool: nights are published by `log.new_rows` alone, questions asked through the catalog's statements."""

    folder: Path
    rows: pa.Table = field(default_factory=STATUS_HISTORY.schema.empty_table)
    nights: list[tuple[dt.date, dt.date, dict[str, tuple[str, str]]]] = field(default_factory=list)

    def publish(
        self, n: int, people: People, merged: Mapping[str, str] | None = None, doubles: Mapping[str, str] | None = None
    ) -> int:
        """Publish a night of day `n`; returns the rows it added. `merged`: id → id; `doubles`: provisional id → id."""
        merged, doubles = merged or {}, doubles or {}
        con = views.connection(self.folder)
        sealed = log.Sealed(0 if self.nights else None, tuple(sorted({d for d, _, _ in self.nights})))
        residents = [{"resident_id": r, "provisional_of": doubles.get(r)} for r in people]
        status = [_status(r, code, place, r in doubles) for r, (code, place) in people.items()]
        events = [{"resident_id": a, "date": day(n), "kind": "merged_into", "other_id": b} for a, b in merged.items()]
        for name, table, rows in (
            ("residents", RESIDENTS, residents),
            ("residence", RESIDENCE, status),
            ("resident_events", RESIDENT_EVENTS, events),
        ):
            con.register(name, frame(table, rows))
        con.register("log", self.rows)
        added = log.new_rows(con, day(n), f"night {len(self.nights)}", sealed)
        con.close()
        self.rows = pa.concat_tables([self.rows, added])
        self.nights.append((day(n), sealed.known_from(day(n)), dict(people)))
        return added.num_rows

    def ask(self) -> duckdb.DuckDBPyConnection:
        """A connection with the catalog's views and macro."""
        con = duckdb.connect()
        con.register("rows_of_history", self.rows)
        con.execute("CREATE TABLE held AS FROM rows_of_history")
        con.execute("CREATE VIEW status_history AS FROM held")
        con.execute(history_views.INTERVALS)
        con.execute(history_views.POPULATION)
        return con

    def published(self, as_of: dt.date, known: dt.date) -> dict[str, tuple[str, str]]:
        """Plainly: the people of the newest date not after `as_of`, in the last edition known by `known`."""
        seen = [(d, i) for i, (d, k, _) in enumerate(self.nights) if d <= as_of and k <= known]
        return self.nights[max(seen)[1]][2] if seen else {}


def _status(resident: str, code: str, township: str, double: bool) -> dict[str, object]:
    kind, *flags = FLAGS[code]
    usual, present, hukou = (f and not double for f in flags)
    return {
        "resident_id": resident, "status_code": code, "status_class": kind, "counts_usual": usual, "counts_present": present,
        "counts_hukou": hukou, "township": township, "rule_id": "R-05b", "rule_version": "test",
    }  # fmt: skip


def population(con: duckdb.DuckDBPyConnection, as_of: dt.date, known: dt.date) -> dict[str, tuple[str, str]]:
    """What the catalog's macro answers."""
    rows = con.execute("SELECT resident_id, status_code, township FROM population_as_of(?, ?)", [as_of, known]).fetchall()
    return {r: (code, place) for r, code, place in rows}


def intervals(rows: list[tuple[Any, ...]], as_of: dt.date, known: dt.date) -> list[tuple[str, tuple[str, str]]]:
    """Of the rows of status_intervals those that hold both dates."""
    found = []
    for who, code, _, _, _, township, _, _, true_from, true_to, known_from, known_to, _ in rows:
        if true_from <= as_of < (true_to or dt.date.max) and known_from <= known < (known_to or dt.date.max):
            found.append((who, (code, township)))
    return sorted(found)
