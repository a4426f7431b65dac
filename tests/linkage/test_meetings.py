"""Pairs found row by row are those found block by block, crowded blocks and two tables included."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from jobs.linkage.blocking import Pairs, pairs_within
from jobs.linkage.blocks import Blocks, blocks_of
from jobs.linkage.in_common import in_common
from jobs.linkage.local import encode_tables
from jobs.linkage.meetings import Meetings
from jobs.linkage.model import LinkModel

MODEL = {
    "model": "meetings",
    "id": "id",
    "fields": {"name": {"type": "name"}, "phones": {"type": "list"}, "town": {}},
    "comparisons": {"name": {"field": "name", "levels": ["exact"]}},
    "passes": [
        {"name": "town", "key": ["town"], "cap": 12, "refine": ["name"]},
        {"name": "phone", "key": ["phones"], "cap": 4},
        {"name": "name", "key": ["name"], "cap": 6},
    ],
    "thresholds": {"review": 0.1, "auto": 0.9},
}


def rows(count: int, seed: int, first: int = 0) -> pa.Table:
    draw = np.random.default_rng(seed)
    phones = [[f"p{p}" for p in draw.integers(0, count // 3, draw.integers(0, 4))] for _ in range(count)]
    return pa.table(
        {
            "id": [f"r{first + i:05}" for i in range(count)],
            "name": [f"n{n}" for n in draw.integers(0, count // 8, count)],
            "phones": pa.array(phones, pa.list_(pa.string())),
            "town": [f"t{t}" for t in draw.integers(0, 5, count)],
        }
    )


def counted(found: list[Pairs]) -> Counter[tuple[int, int, int]]:
    return Counter((a, b, p) for c in found for a, b, p in zip(c.left.tolist(), c.right.tolist(), c.pass_.tolist(), strict=True))


def by_blocks(blocks: Blocks) -> Counter[tuple[int, int, int]]:
    return counted(list(pairs_within(blocks.held, blocks.far, blocks.complete)))


@pytest.mark.parametrize("most", [1, 50, 10**6])
@pytest.mark.parametrize("tables", [[rows(400, 1)], [rows(250, 2), rows(200, 3, first=250)]], ids=["one table", "two tables"])
def test_rows_and_blocks_make_the_same_pairs(tables: list[pa.Table], most: int) -> None:
    model = LinkModel.model_validate(MODEL)
    blocks = blocks_of(model, encode_tables(model, tables))
    meetings = Meetings.of(blocks)
    assert any(c.windowed for c in blocks.capped), "some blocks are compared with neighbours only"
    found = [meetings.pairs(a, b) for a, b in meetings.pieces(most)]
    assert set(counted(found)) == set(by_blocks(blocks)) and len(set(counted(found))) > 300
    order = [(a, b) for c in found for a, b in zip(c.left.tolist(), c.right.tolist(), strict=True)]
    assert order == sorted(order)


def test_without_crowds_every_pair_is_made_once() -> None:
    model = LinkModel.model_validate(MODEL | {"passes": [{"name": "phone", "key": ["phones"], "cap": 400}, *MODEL["passes"][2:]]})
    blocks = blocks_of(model, encode_tables(model, [rows(60, 4)]))
    meetings = Meetings.of(blocks)
    found = counted([meetings.pairs(a, b) for a, b in meetings.pieces(7)])
    assert found == by_blocks(blocks) and set(found.values()) == {1}


def test_no_pairs_at_all() -> None:
    model = LinkModel.model_validate(MODEL)
    blocks = blocks_of(model, encode_tables(model, [rows(60, 4).slice(0, 1)]))
    assert Meetings.of(blocks).pieces(10) == []


def test_lists_in_common() -> None:
    left = np.array([[1, 2, 0], [0, 3, 0], [0, 0, 0], [4, 5, 6]])
    right = np.array([[2, 0, 0], [1, 2, 0], [0, 0, 0], [7, 8, 6]])
    assert in_common(left, right, 0).tolist() == [True, False, False, True]
