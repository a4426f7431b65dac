"""Grid visits that nobody made: ticked in bulk on a quarter's last day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from jobs.residence.derived import ticked
from jobs.residence.parameters import load
from jobs.residence.plain.world import believed

QUARTER_END, OTHER = dt.date(2026, 9, 30), dt.date(2026, 9, 29)


def visits(day: dt.date, number: int) -> list[dict[str, Any]]:
    return [{"sign": "S05", "from_date": day, "record_id": f"{day}-{k}"} for k in range(number)]


def usual() -> list[dict[str, Any]]:
    """Ten visits a day on a hundred days."""
    return [v for k in range(100) for v in visits(dt.date(2026, 1, 1) + dt.timedelta(days=k), 10)]


@pytest.mark.parametrize(
    ("day", "number", "kept"),
    [
        (QUARTER_END, 300, False),
        (QUARTER_END, 40, True),  # not four times the usual number
        (OTHER, 300, True),  # a campaign on another day
        (QUARTER_END, 5, True),
    ],
)
def test_bulk_of_a_quarters_last_day_is_not_believed(day: dt.date, number: int, kept: bool) -> None:
    left = believed([*usual(), *visits(day, number)], load())
    assert len([s for s in left if s["from_date"] == day]) == (number if kept else 0)
    assert len([s for s in left if s["from_date"] < dt.date(2026, 5, 1)]) == 1000


def test_few_visits_are_never_a_bulk() -> None:
    assert len(believed([*visits(OTHER, 1), *visits(QUARTER_END, 19)], load())) == 20


def test_set_based_rules_find_the_same_days() -> None:
    for day, number in [(QUARTER_END, 300), (QUARTER_END, 40), (OTHER, 300)]:
        rows = [*usual(), *visits(day, number)]
        found = set(ticked(pl.LazyFrame(rows), load())["from_date"])
        believed_days = {s["from_date"] for s in believed(rows, load())}
        assert found == {r["from_date"] for r in rows} - believed_days
