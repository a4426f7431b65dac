"""Is a table's delivery due, on time, late, carried or missing for too long?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from jobs.departments.clauses import TableSpec

PERIOD = {"daily": 1, "weekly": 7, "monthly": 31, "termly": 200}
"""Days until the next delivery is due; `when_sent` is never due."""


@dataclass(frozen=True)
class Standing:
    """How a table stands after a night's deliveries: days overdue, and whether the policy lets the night go on."""

    overdue: int
    goes_on: bool


def standing(spec: TableSpec, last: dt.date | None, night: dt.date, broken: bool) -> Standing:
    """Judge a table by the business date of the newest delivery taken.

    A table that never came has nothing to carry: daily ones (and broken ones) stop the night, for others the first
    delivery may still be to come.
    """
    period = PERIOD.get(spec.due)
    if last is None:
        return Standing(1, goes_on=not broken and spec.due != "daily")
    overdue = max(0, (night - last).days - period + 1) if period else 0
    if overdue == 0:
        return Standing(0, goes_on=True)
    return Standing(overdue, goes_on=not spec.late.stop and overdue <= spec.late.carry_days)


def state_of(spec: TableSpec, date: dt.date, night: dt.date) -> str:
    """`on_time` or `late` for a delivery taken tonight."""
    return "on_time" if (night - date).days < PERIOD.get(spec.due, 10**6) else "late"
