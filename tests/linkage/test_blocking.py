"""Candidate pairs against a plain reference: every pair sharing a key, once, whatever the partitions."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.linkage.blocking import (
    Members,
    Oversize,
    candidate_pairs,
    complete_keys,
    count_keys,
    effective_keys,
    members,
    oversize,
)
from jobs.linkage.encoding import Encoded
from jobs.linkage.model import LinkModel
from jobs.linkage.rows import encode

MODEL = LinkModel.model_validate(
    {
        "model": "m",
        "id": "id",
        "fields": {"a": {}, "b": {}, "c": {"type": "list"}},
        "comparisons": {"a": {"field": "a", "levels": ["exact"]}},
        "passes": [
            {"name": "ab", "key": ["a", "b"], "cap": 1000},
            {"name": "c", "key": ["c"], "cap": 1000},
            {"name": "a", "key": ["a"], "cap": 1000},
        ],
    }
)
ROW = st.tuples(
    st.sampled_from(["x", "y", None]), st.sampled_from(["p", "q", None]), st.lists(st.sampled_from("123"), max_size=3)
)


def table(rows: list[tuple[str | None, str | None, list[str]]]) -> pa.Table:
    ids = [f"r{i:03d}" for i in range(len(rows))]
    return pa.table(
        {"id": ids, "a": pa.array([r[0] for r in rows], pa.string()), "b": pa.array([r[1] for r in rows], pa.string()),
         "c": pa.array([r[2] for r in rows], pa.list_(pa.string()))}
    )  # fmt: skip


def found(
    model: LinkModel, encoded: Encoded, over: Oversize | None = None, held: Members | None = None
) -> list[tuple[int, int, int]]:
    over = over or Oversize.none(model)
    keys = effective_keys(model, encoded, over)
    held = held or members(keys, encoded)
    return [
        (int(a), int(b), int(p))
        for pairs in candidate_pairs(model, encoded, held, complete_keys(keys, over))
        for a, b, p in zip(pairs.left, pairs.right, pairs.pass_, strict=True)
    ]


def first_pass(one: tuple[str | None, str | None, list[str]], two: tuple[str | None, str | None, list[str]]) -> int | None:
    """The reference: the first pass that a pair of rows meets in."""
    if one[0] and one[0] == two[0] and one[1] and one[1] == two[1]:
        return 0
    if set(one[2]) & set(two[2]):
        return 1
    return 2 if one[0] and one[0] == two[0] else None


@settings(deadline=None, max_examples=60)
@given(st.lists(ROW, min_size=2, max_size=14))
def test_every_pair_once_by_its_first_pass(rows: list[tuple[str | None, str | None, list[str]]]) -> None:
    expected = sorted((i, j, p) for i, j in combinations(range(len(rows)), 2) if (p := first_pass(rows[i], rows[j])) is not None)
    assert sorted(found(MODEL, encode(MODEL, table(rows)))) == expected


@settings(deadline=None, max_examples=30)
@given(st.lists(ROW, min_size=2, max_size=14), st.integers(2, 4))
def test_blocks_may_lie_in_any_partition(rows: list[tuple[str | None, str | None, list[str]]], parts: int) -> None:
    encoded = encode(MODEL, table(rows))
    whole = members(effective_keys(MODEL, encoded, Oversize.none(MODEL)), encoded)
    split: list[tuple[int, int, int]] = []
    for part in range(parts):
        mine = whole.block % np.uint64(parts) == np.uint64(part)
        split += found(MODEL, encoded, held=Members(whole.row[mine], whole.block[mine], whole.pass_[mine]))
    assert sorted(split) == sorted(found(MODEL, encoded))


def test_only_pairs_across_two_tables() -> None:
    rows = [("x", "p", ["1"])] * 3 + [("x", "p", ["1"])] * 2
    encoded = encode(MODEL, table(rows), np.array([0, 0, 0, 1, 1], np.int8))
    assert sorted((a, b) for a, b, _ in found(MODEL, encoded)) == [(a, b) for a in range(3) for b in (3, 4)]


def capped(cap: int, refine: list[str]) -> LinkModel:
    passes = [{"name": "a", "key": ["a"], "cap": cap, "refine": refine}]
    return LinkModel.model_validate(MODEL.model_dump() | {"passes": passes})


def test_a_block_over_its_cap_is_refined_and_reported() -> None:
    model = capped(10, ["b"])
    encoded = encode(model, table([("x", f"{i % 4}", []) for i in range(32)]))
    over, report = oversize(model, count_keys(model, encoded))
    pairs = found(model, encoded, over)
    assert len(pairs) == 4 * (8 * 7 // 2) and all(a % 4 == b % 4 for a, b, _ in pairs)
    assert [(c.name, c.blocks, c.rows, c.windowed) for c in report] == [("a", 1, 32, 0)]


def test_what_cannot_be_refined_meets_its_neighbours_and_is_reported() -> None:
    model = capped(10, [])
    encoded = encode(model, table([("x", "p", [])] * 1000))
    over, report = oversize(model, count_keys(model, encoded))
    pairs = found(model, encoded, over)
    assert report[0].windowed == 1 and len(pairs) == sum(min(10, 999 - i) for i in range(1000))
    assert len({row for pair in pairs for row in pair[:2]}) == 1000


def test_a_huge_block_across_tables_stays_bounded() -> None:
    model = capped(20, [])
    encoded = encode(model, table([("x", "p", [])] * 600), np.array([0] * 200 + [1] * 400, np.int8))
    over, _ = oversize(model, count_keys(model, encoded))
    pairs = found(model, encoded, over)
    assert len(pairs) == 200 * 20 and {a for a, _, _ in pairs} == set(range(200)) and all(b >= 200 for _, b, _ in pairs)
