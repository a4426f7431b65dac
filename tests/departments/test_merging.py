"""Merging against a plain reference: whatever is delivered in whatever batches, the last version stays, and no row is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.departments.clauses import Contract
from jobs.departments.current import Current
from jobs.departments.delivery import Delivered, Offer, Refusal, Request
from jobs.departments.landing import holds, land
from jobs.departments.sources import Source

from .conftest import day, department, table

COLUMNS = {"id": {"clean": "key", "required": True}, "name": {"clean": "text"}, "gone": {"clean": "code"}, "v": {"clean": "text"}}


def request(mode: str) -> Request:
    spec = table(columns=COLUMNS, updated="v", deleted={"gone": ["1"]}, mode=mode)
    contract = Contract.model_validate(department("files", {"t": spec}))
    return Request(contract, "t", Source(url="file:///nowhere"), day(9))


def landed(asked: Request, date: dt.date, rows: list[tuple[str | None, ...]]) -> Any:
    columns = [pa.array([r[i] for r in rows], pa.string()) for i in range(4)]
    delivered = Delivered(
        pa.table(columns, names=list(COLUMNS)), pa.array(range(1, len(rows) + 1), pa.int64()), len(rows), [], "", {}
    )
    return land(asked, Offer(date, ()), delivered)


def state(current: Current) -> dict[str, tuple[Any, ...]]:
    return {r["source_key"]: (tuple(r["values"]), r["known_from"], r["closed_on"]) for r in current.whole().to_pylist()}


def reference(mode: str, deliveries: list[list[tuple[str | None, ...]]]) -> dict[str, tuple[Any, ...]]:
    """The rules in plain Python, row by row."""
    known: dict[str, tuple[Any, ...]] = {}
    for number, rows in enumerate(deliveries):
        last: dict[str, tuple[str | None, ...]] = {}
        for row in sorted((r for r in rows if r[0]), key=lambda r: (r[3] is not None, r[3] or "")):
            last[str(row[0]).strip()] = row
        for key, row in last.items():
            deleted = row[2] is not None and row[2].strip() == "1"
            if key in known:
                values, _, closed = known[key]
                if values == row and deleted == (closed is not None):
                    continue
                if row[3] is not None and values[3] is not None and row[3] < values[3]:
                    continue
            known[key] = (row, day(number), day(number) if deleted else None)
        if mode == "full":
            for key in set(known) - set(last):
                if known[key][2] is None:
                    known[key] = (*known[key][:2], day(number))
    return known


cells = st.sampled_from([None, "1", "2", "3", "甲"])
rows = st.tuples(st.sampled_from([None, "a", "b", "c", " b"]), cells, st.sampled_from([None, "0", "1"]), cells)


@pytest.mark.parametrize("mode", ["delta", "full"])
@settings(max_examples=60, deadline=None)
@given(deliveries=st.lists(st.lists(rows, max_size=8), min_size=1, max_size=4))
def test_current_is_the_last_version(mode: str, deliveries: list[list[tuple[str | None, ...]]]) -> None:
    asked = request(mode)
    current = Current.of(None)
    for number, delivery in enumerate(deliveries):
        one = landed(asked, day(number), delivery)
        refused = sum(len(p) for p in one.refused.values())
        assert one.frame.height + refused == len(delivery)
        assert one.frame.height == len({str(r[0]).strip() for r in delivery if r[0]})
        current.apply(asked.spec, one)
        current = Current.of(current.whole())  # as the next night reads it
    assert state(current) == reference(mode, deliveries)


@given(delivery=st.lists(rows, min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_the_same_delivery_again_changes_nothing(delivery: list[tuple[str | None, ...]]) -> None:
    asked = request("full")
    current = Current.of(None)
    current.apply(asked.spec, landed(asked, day(0), delivery))
    again = Current.of(current.whole())
    again.apply(asked.spec, landed(asked, day(1), delivery))
    assert not again.changed
    assert state(again) == state(current)


def test_new_keys_alone_are_appended() -> None:
    asked = request("delta")
    current = Current.of(None)
    current.apply(asked.spec, landed(asked, day(0), [("a", "x", None, "1")]))
    after = Current.of(current.whole())
    after.apply(asked.spec, landed(asked, day(1), [("b", "y", None, "2")]))
    assert after.changed
    assert not after.touched
    assert after.appended()["source_key"].to_pylist() == ["b"]


def test_two_deliveries_of_one_night_touch_each_other() -> None:
    asked = request("delta")
    current = Current.of(None)
    for number, name in enumerate(["old", "new"]):
        current.apply(asked.spec, landed(asked, day(number), [("a", name, None, str(number))]))
    assert state(current) == {"a": (("a", "new", None, "1"), day(1), None)}


def test_null_and_empty_values_hash_apart() -> None:
    asked = request("delta")
    hashes = landed(asked, day(0), [("a", None, None, "1"), ("b", "", None, "1"), ("c", "x\x1f", None, "1")]).keyed["row_hash"]
    assert hashes.n_unique() == 3


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"c": ["1"]}, [True, False, True, False, False]),
        ({"c": "present"}, [True, True, True, False, False]),
        ({"c": "absent"}, [False, False, False, True, True]),
        ({"c": ["1", "2"], "d": "absent"}, [False, True, True, False, False]),
    ],
)
def test_conditions(conditions: Any, expected: list[bool]) -> None:
    import polars as pl

    frame = pl.DataFrame({"c": ["1", "2", " 1 ", None, " "], "d": ["x", None, "", None, None]})
    assert frame.select(holds(conditions)).to_series().to_list() == expected


def test_refusals_say_where() -> None:
    asked = request("delta")
    one = landed(asked, day(0), [(None, "x", None, None), ("a", "1", None, "1"), ("a", "2", None, "2")])
    assert one.refusals == ["KEY_EMPTY=1@1", "KEY_REPEATED=1@2"]
    assert set(one.refused) == {Refusal.KEY_EMPTY, Refusal.KEY_REPEATED}
