"""A digest follows the contents of a table and nothing else."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jobs.digest import digest
from jobs.pool import views
from jobs.tables import DELIVERIES, LINKS, RESIDENTS
from tests.literal_night import FIRST, frame, tables

NUMBERS = itertools.count()
LINK = tables()["links"][0]
LINK_ROWS = [{**LINK, "profile_r": f"p{n}", "weight": n / 7, "levels": None if n % 3 else "a=b"} for n in range(40)]


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory):
    return views.connection(tmp_path_factory.mktemp("spill"))


def of(con, folder: Path, name: str, parts: list[pa.Table]) -> str:
    files = []
    for part in parts:
        file = folder / f"{next(NUMBERS)}.parquet"  # never one path twice: the engine remembers files by path
        pq.write_table(part, file)
        files.append(str(file))
    return digest(con, name, files)


@given(order=st.permutations(range(40)), cuts=st.sets(st.integers(1, 39), max_size=5))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_row_order_and_files_do_not_matter(con, tmp_path: Path, order: list[int], cuts: set[int]):
    whole = of(con, tmp_path, "links", [frame(LINKS, LINK_ROWS)])
    shuffled = frame(LINKS, [LINK_ROWS[n] for n in order])
    bounds = [0, *sorted(cuts), 40]
    assert of(con, tmp_path, "links", [shuffled.slice(a, b - a) for a, b in itertools.pairwise(bounds)]) == whole


def test_known_value(con, tmp_path: Path):
    """Written down once: the digest must not drift between versions of the engine."""
    assert of(con, tmp_path, "links", [frame(LINKS, [LINK])]) == of(con, tmp_path, "links", [frame(LINKS, [dict(LINK)])])
    two = pa.table({"k": ["a", "b"], "x": [1.0, None]})
    rows = 'k\nx{"k":"a","x":"1.0"}\n{"k":"b","x":null}\n'
    assert of(con, tmp_path, "other", [two]) == hashlib.blake2b(rows.encode(), digest_size=16).hexdigest()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (1.0000001, 1.0000002, True),
        (-1e-9, 0.0, True),
        (0.3, 0.300001, False),
        (1.0, 2.0, False),
        (float("nan"), 0.0, False),
        (float("inf"), float("-inf"), False),
    ],
)
def test_floats_are_rounded(con, tmp_path: Path, one: float, other: float, same: bool):
    made = [of(con, tmp_path, "links", [frame(LINKS, [{**LINK, "weight": w}])]) for w in (one, other)]
    assert (made[0] == made[1]) is same


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("departments", ["a,b"], ["a", "b"]),
        ("departments", None, []),
        ("name", None, ""),
        ("name", "NULL", None),
        ("name", 'a"b', "a'b"),
        ("birth_date", dt.date(1990, 1, 1), dt.date(1990, 1, 2)),
        ("records", 1, 2),
        ("hukou_active", None, False),
    ],
)
def test_every_value_counts(con, tmp_path: Path, column: str, one: object, other: object):
    row = tables()["residents"][0]
    made = [of(con, tmp_path, "residents", [frame(RESIDENTS, [{**row, column: v}])]) for v in (one, other)]
    assert made[0] != made[1]


def test_a_row_more_counts_even_when_it_repeats(con, tmp_path: Path):
    once, twice = [of(con, tmp_path, "links", [frame(LINKS, [LINK] * n)]) for n in (1, 2)]
    assert once != twice


def test_paths_of_delivered_files_are_left_out(con, tmp_path: Path):
    row = tables(FIRST)["deliveries/ga"][0]
    here, there = ({**row, "files": [f], "sentence": f} for f in ("/here/x", "/there/x"))
    made = [of(con, tmp_path, "deliveries/ga", [frame(DELIVERIES, [r])]) for r in (here, there)]
    assert made[0] == made[1]
    assert made[0] != of(con, tmp_path, "deliveries/ga", [frame(DELIVERIES, [{**row, "sha256": "cd"}])])


def test_a_table_without_files_and_one_without_rows_agree(con, tmp_path: Path):
    assert digest(con, "links", []) == of(con, tmp_path, "links", [LINKS.schema.empty_table()])


def test_undeclared_tables_are_digested_by_all_columns(con, tmp_path: Path):
    table = pa.table({"position": [2, 1, 3], "BH": ["b", "a", None]})
    made = {of(con, tmp_path, "landing/ga/czrk", [t]) for t in (table, table.take([2, 0, 1]), table.select(["BH", "position"]))}
    assert len(made) == 1
