"""Days and figures come out as the law writes them, whatever the engine."""

from __future__ import annotations

import datetime as dt
import math
import random

import polars as pl
import pytest

from jobs.residence.days import months_later
from jobs.residence.figures import multiplied, rounded
from jobs.residence.plain.evidence import rounded as plainly
from jobs.residence.plain.stays import add_months
from jobs.residence.running import earlier_max


@pytest.mark.parametrize("places", [2, 4, 6])
def test_rounding_half_up_agrees_with_decimals(places: int) -> None:
    chance = random.Random(5)
    halves = [(chance.randrange(10**places) + 0.5) / 10**places for _ in range(300)]
    values = [*halves, *(math.nextafter(h, 0.0) for h in halves), *(math.nextafter(h, 1.0) for h in halves), 0.0, 1.0]
    assert pl.DataFrame({"x": values}).select(rounded(pl.col("x"), places))["x"].to_list() == [plainly(v, places) for v in values]


def test_months_end_where_a_month_is_shorter() -> None:
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=d) for d in range(1500)]
    for months in (6, 84, 192):
        found = pl.DataFrame({"d": days}).select(months_later("d", months))["d"].to_list()
        assert found == [add_months(d, months) for d in days]


def test_products_are_taken_in_the_given_order() -> None:
    chance = random.Random(7)
    lists = [[chance.random() for _ in range(chance.randrange(9))] for _ in range(200)]
    frame = pl.DataFrame({"x": lists}, schema={"x": pl.List(pl.Float64)})
    assert frame.select(x=multiplied(frame, "x"))["x"].to_list() == [math.prod(one) for one in lists]


def test_the_greatest_before_stays_in_its_group() -> None:
    days = [dt.date(1931, 5, 1), dt.date(9999, 12, 31), None, dt.date(2020, 1, 1), None, dt.date(1899, 1, 1), dt.date(1898, 1, 1)]
    frame = pl.DataFrame({"who": [1, 1, 1, 2, 3, 3, 3], "day": days})
    before = [None, days[0], days[1], None, None, None, days[5]]
    assert frame.select(x=earlier_max("day", "who"))["x"].to_list() == before
