"""The questions of service departments, asked of a snapshot's tables."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from jobs.pool import living_views
from jobs.tables import table_for
from tests import literal_night as literal

TOWN, OTHER = literal.TOWNSHIPS


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """Two elders alone, a couple in their building, dormitory rooms next door; three who are doubted or not."""
    rows: literal.Rows = {
        "dwellings": [_dwelling(d, b, n) for d, b, n in (("d1", "b1", 1), ("d2", "b1", 2), ("d3", "b2", 1), ("d4", None, 1))],
        "households": [_household("h1", "d1", TOWN, 0.86, True), _household("h2", "d2", TOWN, 0.9, False, members=2),
                       _household("h3", "d3", OTHER, 0.5, True)],
        "household_members": [
            {"resident_id": r, "household_id": h, "dwelling_id": "x", "basis": "kin", "confidence": 0.9, "since": literal.FIRST}
            for r, h in (("r1", "h1"), ("r2", "h2"), ("r3", "h2"), ("r4", "h3"))
        ],
        "resident_ties": [],
        "residence": [literal.residence(n, "23", TOWN) for n in range(3)],
        "residency_index": [_index(0, 0.05, "rules_only"), _index(1, 0.9, None), _index(2, 0.01, "rules_only")],
    }  # fmt: skip
    made = duckdb.connect()
    for name, content in rows.items():
        made.register(name, literal.frame(table_for(name), content))
    made.register("resident", pa.table({"resident_id": ["r1", "r2", "r3", "r4"], "age": pa.array([91, 80, 79, 83], pa.int64())}))
    living_views.create(made)
    return made


def _dwelling(name: str, building: str | None, people: int) -> literal.Row:
    told = {"building": building and f"未来里 {building}幢", "township": TOWN, "kind": "home", "usual": 1, "households": 1}
    return {"dwelling_id": name, "building_id": building, "people": people, **told}


def _household(name: str, dwelling: str, town: str, confidence: float, alone: bool, members: int = 1) -> literal.Row:
    counts = {"members": members, "usual": members, "minors": 0, "aged": 1, "aged_alone": alone, "basis": "alone"}
    return {"household_id": name, "dwelling_id": dwelling, "township": town, "confidence": confidence, **counts}


def _index(n: int, value: float, doubt: str | None) -> literal.Row:
    told = {"evidence": value, "basis": "own", "resident_by_index": value > 0.3, "signs": ["S03"], "index_version": "t"}
    return {"resident_id": literal.resident_id(n), "residency_index": value, "doubt": doubt, **told}


def test_households_of_one_aged_80_by_township(con: duckdb.DuckDBPyConnection):
    assert con.execute("FROM aged_alone_by_township").fetchall() == [(TOWN, 1, 1), (OTHER, 1, 0)]
    assert con.execute("SELECT resident_id, age FROM aged_alone").fetchall() == [("r1", 91), ("r4", 83)]


def test_people_per_building(con: duckdb.DuckDBPyConnection):
    found = con.execute("SELECT building_id, building, people, dwellings FROM people_per_building").fetchall()
    assert found == [("b1", "未来里 b1幢", 3, 2), ("b2", "未来里 b2幢", 1, 1)]
    assert con.execute("FROM households_by_size").fetchall() == [(TOWN, 1, 1), (TOWN, 2, 1), (OTHER, 1, 1)]


def test_strong_disagreements_are_listed_worst_first(con: duckdb.DuckDBPyConnection):
    found = con.execute("SELECT resident_id, residency_index, status_code, reason FROM verification_list").fetchall()
    assert [(r[0], r[1], r[2]) for r in found] == [(literal.resident_id(2), 0.01, "23"), (literal.resident_id(0), 0.05, "23")]
    assert all("hardly a sign of life" in r[3] and "几乎无生活迹象" in r[3] for r in found)


def test_every_view_is_described(con: duckdb.DuckDBPyConnection):
    comments = dict(con.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
    for name, (meaning, _) in living_views.QUESTIONS.items():
        assert comments[name] == meaning
