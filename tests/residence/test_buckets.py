"""The number of buckets, the order of rows and the engine that runs a bucket change nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobs.pool.store import conform
from jobs.residence.decide import decide
from jobs.residence.inputs import Inputs
from jobs.residence.parameters import load
from jobs.residence.plain.world import decide_all
from jobs.residence.split import bucket_of
from jobs.tables import RESIDENCE
from tests.residence.generated import TODAY, world
from tests.residence.people import GROUPS
from tests.residence.plain_world import inputs

WORLD = inputs(world(800, 7))


def rows(frame: pl.DataFrame) -> pl.DataFrame:
    told = pl.from_arrow(conform(frame.to_arrow(), RESIDENCE.schema))
    assert isinstance(told, pl.DataFrame)
    return told.sort("resident_id")


@pytest.fixture(scope="module")
def whole() -> pl.DataFrame:
    return rows(decide(WORLD, load(), GROUPS))


@pytest.mark.parametrize(("buckets", "seed"), [(2, 1), (7, 2), (16, 3)])
def test_neither_buckets_nor_order_alter_a_row(whole: pl.DataFrame, buckets: int, seed: int) -> None:
    shuffled = Inputs(*(frame.collect().sample(fraction=1.0, shuffle=True, seed=seed).lazy() for frame in WORLD))
    assert_frame_equal(rows(decide(shuffled, load(), GROUPS, buckets)), whole)


def test_of_two_stays_on_the_same_days_the_one_in_the_district_comes_first() -> None:
    one = world(1, 1)
    one.residents[0] |= {"hukou_division": "341226", "hukou_active": None, "id_type": "citizen"}
    one.records.clear()
    one.signs.clear()
    for number, (start, inside) in enumerate([(400, True), (100, True), (100, False)]):
        day = TODAY - dt.timedelta(days=start)
        text = {"closed_on": None, "text_here": None, "text_dwelling": None, "text_township": None}
        one.records[f"r{number}"] = {"resident_id": "RK00000", **text}
        one.signs.append(
            {
                "record_id": f"r{number}", "sign": "S06", "dept": "zj", "grp": "zj", "from_date": day,
                "to_date": day + dt.timedelta(days=99), "known_from": day, "place": "dwelling", "dwelling_id": f"d{number}",
                "township": None, "in_district": inside, "detail": None,
            }
        )  # fmt: skip
    for signs in (one.signs, one.signs[::-1]):
        made = replace(one, signs=signs)
        began = TODAY - dt.timedelta(days=400)
        assert decide_all(made, load())["RK00000"].fact["away_since"] == began
        assert decide(inputs(made), load(), GROUPS)["away_since"].to_list() == [began]


def test_a_night_of_nobody_has_no_rows() -> None:
    empty = Inputs(*(frame.head(0) for frame in WORLD))
    assert decide(empty, load(), GROUPS, 2).height == 0


def test_a_residents_bucket_is_the_same_for_ever() -> None:
    ids = ["RK00018SRND5RT8", "RK0004321G71S7C", "RK00051QYTNW9AZ", "甲/乙", "x", ""]
    plainly = []
    for one in ids:
        number = int.from_bytes(f"{'0' * 8}{one}".encode()[-8:], "little")
        for odd in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9):
            number = number * odd % 2**64
            number ^= number >> 32
        plainly.append(number % 1000)
    found = pl.DataFrame({"resident_id": ids}).select(bucket=bucket_of(1000))["bucket"].to_list()
    assert found == plainly


def test_buckets_are_of_about_one_size() -> None:
    ids = pl.DataFrame({"resident_id": [f"RK{n:012d}" for n in range(20_000)]}).select(bucket=bucket_of(20))
    sizes = ids["bucket"].value_counts()["count"]
    assert int(str(sizes.min())) > 900 and int(str(sizes.max())) < 1100


@pytest.mark.spark
def test_workers_leave_the_same_rows(whole: pl.DataFrame, spark: Any, tmp_path: Path) -> None:
    from jobs.residence.decide_on_spark import decided_by_workers

    found = pl.from_arrow(decided_by_workers(spark, WORLD, (load(), GROUPS), tmp_path, 2).toArrow())
    assert isinstance(found, pl.DataFrame)
    assert_frame_equal(rows(found), whole)
