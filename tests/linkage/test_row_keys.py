"""Rows' keys kept apart say what the rows themselves say; and a night that follows them ends where a full run does."""

from __future__ import annotations

from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.linkage.blocking import count_keys, depth_keys, oversize
from jobs.linkage.encoding import Encoded
from jobs.linkage.fresh import Rows, Scored, moved, score
from jobs.linkage.local import score_all
from jobs.linkage.nightly import row_stamps
from jobs.linkage.row_keys import STAMPED, Keys, crowding, row_keys, stamped
from jobs.linkage.weights import blank
from tests.linkage.test_nightly import MODEL, TABLE, encoded

ENGINE = np.uint64(11)
Table = dict[int, tuple]


def keys_of(rows: Table) -> tuple[Encoded, pa.Table]:
    found = encoded(rows)
    return found, row_keys(MODEL, found, ENGINE)


def whole(rows: Table) -> pl.DataFrame:
    """The stamps of all rows, as a full run has them."""
    table = keys_of(rows)[1]
    over, _ = crowding(MODEL, Keys.of(MODEL, table))
    return frame(stamped(MODEL, table, over, whole=True))


def frame(table: pa.Table) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(table))


@given(TABLE)
@settings(max_examples=60, deadline=None)
def test_keys_kept_apart_are_the_rows_keys(rows: Table) -> None:
    found, table = keys_of(rows)
    keys = Keys.of(MODEL, table)
    for position in range(len(MODEL.passes)):
        for mine, theirs in zip(keys.depths(MODEL, position), depth_keys(MODEL, found, position), strict=True):
            assert [sorted(filter(None, r)) for r in mine.tolist()] == [sorted(filter(None, r)) for r in theirs.tolist()]
    over, report = crowding(MODEL, keys)
    expected, told = oversize(MODEL, count_keys(MODEL, found))
    assert report == told
    for mine, theirs in zip(over.keys, expected.keys, strict=True):
        assert [m.tolist() for m in mine] == [t.tolist() for t in theirs]


@given(TABLE)
@settings(max_examples=60, deadline=None)
def test_stamps_of_rows_outside_crowds_are_those_of_the_rows(rows: Table) -> None:
    found, table = keys_of(rows)
    over, _ = crowding(MODEL, Keys.of(MODEL, table))
    alone = frame(stamped(MODEL, table, over, whole=False))
    own = row_stamps(MODEL, found, over, ENGINE).view(np.int64)
    assert all(s is None or s == o for s, o in zip(alone["stamp"], own, strict=True))
    assert alone["crowded"].to_list() == alone["stamp"].is_null().to_list()


def follow(before: Table, after: Table) -> tuple[pl.DataFrame, pl.DataFrame, Scored]:
    """Stamps and links of `after` from those of `before`."""
    old = whole(before)
    differ = {i: r for i, r in after.items() if before.get(i) != r}
    gone = pl.Series([f"r{i:02}" for i in before if i not in after], dtype=pl.String)
    came = keys_of(differ)[1] if differ else STAMPED.empty_table().select(list(range(5)))
    change = moved(MODEL, old.drop("meets"), gone, came)
    kept = old.filter(~pl.col("row_id").is_in(change.replaced.implode()))
    stamps = pl.concat([kept, change.rows]).drop("meets").sort("row_id")

    def load(ids: pl.Series) -> pa.Table:
        wanted = set(ids)
        rows = {i: r for i, r in sorted(after.items()) if f"r{i:02}" in wanted}
        columns = {"id": [f"r{i:02}" for i in rows], **{n: [r[k] for r in rows.values()] for k, n in enumerate("abc")}}
        return pa.table(columns, pa.schema([("id", S), ("a", S), ("b", S), ("c", pa.list_(S))]))

    scored = score(Rows(MODEL, blank(MODEL), load, lambda table: table), stamps, change)
    was = frame(score_all(MODEL, blank(MODEL), encoded(before)).links)
    fallen = pl.col("left").is_in(change.unsure.implode()) | pl.col("right").is_in(change.unsure.implode())
    links = pl.concat([was.filter(~fallen), frame(scored.links)]).sort("left", "right")
    return stamps, links, scored


S = pa.string()


@pytest.mark.slow
@given(TABLE, TABLE, st.sets(st.integers(0, 30)))
@settings(max_examples=200, deadline=None)
def test_following_the_change_ends_where_a_full_run_does(before: Table, other: Table, touched: set[int]) -> None:
    after = {i: r for i, r in before.items() if i not in touched} | {i: r for i, r in other.items() if i in touched}
    if len(after) < 2:
        return
    stamps, links, scored = follow(before, after)
    assert stamps.equals(whole(after).drop("meets").sort("row_id"))
    full = score_all(MODEL, blank(MODEL), encoded(after))
    assert links.equals(frame(full.links)) and scored.compared <= full.compared


def test_a_block_that_outgrows_its_cap_and_one_that_shrinks_back() -> None:
    few: Table = {i: ("x", ["王一", "王二"][i % 2], []) for i in range(4)}  # pass a: four rows, its cap
    many = few | {4: ("x", "王二", [])}
    for before, after in ((few, many), (many, few)):
        stamps, links, _ = follow(before, after)
        assert stamps.equals(whole(after).drop("meets").sort("row_id"))
        assert links.equals(frame(score_all(MODEL, blank(MODEL), encoded(after)).links))
    assert not whole(few)["crowded"].any() and whole(many)["crowded"].all()


def test_nothing_changed_nothing_compared_nor_written() -> None:
    rows: Table = {i: ("xyz"[i % 3], ["王一", "王二", "李三"][i % 3], ["1"]) for i in range(12)}
    old = whole(rows)
    change = moved(MODEL, old.drop("meets"), pl.Series([], dtype=pl.String), keys_of(rows)[1])
    assert not len(change.rows) and not len(change.fresh) and not len(change.replaced)
