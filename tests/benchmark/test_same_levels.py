"""Both sides of the comparison do the same work: Splink's SQL gives every pair the level and every pass the pairs that ours gives."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from jobs.linkage.blocking import candidate_pairs, complete_keys, count_keys, effective_keys, members, oversize
from jobs.linkage.comparisons import compare
from jobs.linkage.local import encode_tables
from jobs.linkage.model import load_model
from tests.benchmark import splink_people
from tests.benchmark.people import Rates, people

MODEL = load_model(Path(__file__).parent / "people.yml")
COLUMNS = {"name": "name", "birth": "birth_date", "sex": "sex", "address": "address", "phone": "phone"}
# names whose edits are easily miscounted
HARD = [
    "王伟",
    "伟王",
    "王芳",
    "王小伟",
    "王伟小",
    "小王伟",
    "王小明伟",
    "王小伟明",
    "欧阳小伟",
    "欧阳伟小",
    "欧阳伟",
    "王",
    "娜娜王",
]


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """Few persons with many errors, so that every level is met; names easily miscounted among them."""
    made, _ = people(600, seed=11, rates=Rates().times(2))
    near = made.with_columns(name=pl.Series([HARD[i % len(HARD)] if i % 4 == 0 else n for i, n in enumerate(made["name"])]))
    again = near.with_columns(id=pl.concat_str(pl.lit("x"), "id"), phone=pl.col("phone").str.head(10))
    return pl.concat([near, again])


def sql_levels(table: pl.DataFrame, left: np.ndarray, right: np.ndarray, column: str) -> list[int]:
    """As Splink puts its levels: missing -1, exact 0, the middle ones, else last."""
    frame = table.sort("id").with_row_index("row")  # noqa: F841
    middle = splink_people.LEVELS[column]
    cases = "".join(f" when {sql} then {i}" for i, sql in enumerate(middle, start=1))
    case = (
        f"case when {column}_l is null or {column}_r is null then -1 when {column}_l = {column}_r then 0{cases} "
        f"else {len(middle) + 1} end"
    )
    pairs = pl.DataFrame({"place": np.arange(len(left)), "a": left, "b": right})  # noqa: F841
    base = f"select *, {splink_people.EXTRA} from frame"
    names = [*table.columns, "size", *(f"c{k}" for k in splink_people.PLACES)]
    sides = ", ".join(f"l.{n} as {n}_l, r.{n} as {n}_r" for n in names)
    joined = f"select place, {sides} from pairs join t l on l.row = a join t r on r.row = b"
    return [row[0] for row in duckdb.sql(f"with t as ({base}), p as ({joined}) select {case} from p order by place").fetchall()]


@pytest.mark.parametrize("comparison", [c for c in COLUMNS if c != "address"])
def test_levels_agree_on_every_pair(table: pl.DataFrame, comparison: str) -> None:
    encoded = encode_tables(MODEL, [table.to_arrow()])
    left, right = np.triu_indices(len(encoded), 1)
    ours = compare(MODEL.comparisons[comparison], encoded, left, right)
    theirs = np.array(sql_levels(table, left, right, COLUMNS[comparison]))
    assert set(np.unique(theirs)) >= set(range(len(splink_people.LEVELS[COLUMNS[comparison]]) + 2))
    assert np.array_equal(np.where(ours < 0, -1, ours), theirs)


def test_passes_agree(table: pl.DataFrame) -> None:
    encoded = encode_tables(MODEL, [table.to_arrow()])
    over, _ = oversize(MODEL, count_keys(MODEL, encoded))
    keys = effective_keys(MODEL, encoded, over)
    ours = sum(len(p.left) for p in candidate_pairs(MODEL, encoded, members(keys, encoded), complete_keys(keys, over)))
    people_ = table  # noqa: F841
    rule = " or ".join("(" + " and ".join(_equal(part) for part in key) + ")" for key in splink_people.PASSES)
    theirs = duckdb.sql(f"select count(*) from people_ l join people_ r on l.id < r.id where {rule}").fetchone()
    assert theirs and ours == theirs[0] > 1_000


def _equal(part: str) -> str:
    for column in COLUMNS.values():
        if column in part:
            return f"{part.replace(column, f'l.{column}')} = {part.replace(column, f'r.{column}')}"
    raise AssertionError(part)
