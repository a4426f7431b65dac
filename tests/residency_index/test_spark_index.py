"""The index on DataFrames: literal people with the index that follows by hand; any order of rows gives the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from jobs.residence import parameters
from jobs.residence.index import Index, Told, residency_index
from jobs.residence.index_weights import load
from jobs.tables import RECORDS, RESIDENCE, RESIDENT_RECORDS, RESIDENTS, SIGNS, Table

TONIGHT = dt.date(2026, 11, 22)
P = load()
MANY = 40


def ago(days: int) -> dt.date:
    return TONIGHT - dt.timedelta(days=days)


def sign(code: str, begun: int, until: int | None = None, **said: Any) -> dict[str, Any]:
    """A sign that began so many days ago, and ended."""
    ends = None if until is None else ago(until)
    return {"sign": code, "from_date": ago(begun), "to_date": ends, "known_from": ago(begun), "in_district": True, **said}


ALWAYS = P.windows * P.window_days
HERE = [sign("S01", ALWAYS)]
CROWD: dict[str, tuple[str, list[dict[str, Any]]]] = {
    **{f"here{n}": ("23", HERE) for n in range(MANY)},  # certain residents: registered all the time
    **{f"gone{n}": ("52", [sign("S11", 400, 10)]) for n in range(MANY)},  # certain non-residents: work paid here
}
CASES: dict[str, tuple[str, list[dict[str, Any]], float]] = {
    "silent for half a year": ("23", [sign("S01", ALWAYS, P.window_days)], 0.5),
    "came last week": ("31", [sign("S01", 7)], 1.0),
    "said to have left, registered still": ("53", [*HERE, sign("N02", 20, detail="left")], 0.5),
    "left in the half year before": ("53", [*HERE, sign("N02", P.window_days + 20, detail="left")], 0.25),
    "cancelled automatically": ("23", [*HERE, sign("N02", 20, detail="automatic")], 1.0),
    "left and came back": ("23", [*HERE, sign("N02", 30, detail="left"), sign("S01", 20)], 0.5),
    "known only tomorrow": ("52", [sign("S01", 7, known_from=ago(-1))], 0.0),
    "registered elsewhere": ("52", [sign("S01", ALWAYS, in_district=False)], 0.0),
    "dead": ("91", [*HERE, sign("N09", 5)], 0.0),
    "works here only": ("51", [sign("S11", ALWAYS)], 0.0),
    "left long ago": ("53", [sign("S01", 3 * ALWAYS, 2 * ALWAYS), sign("N02", 2 * ALWAYS, detail="left")], 0.0),
    "no sign": ("52", [], 0.0),
    "long silent": ("23", [sign("S01", ALWAYS, (P.windows - 1) * P.window_days)], 0.5 ** (P.windows - 1)),
    "registered all the time": ("52", HERE, 1.0),
    "row closed": ("53", [sign("S01", ALWAYS, row_closed=P.window_days)], 0.5),
}
PARENTS = {
    "small child": ("no sign", "came last week", None, 1.0),
    "small child of the father": ("no sign", None, "came last week", 1.0),
}


def frame(spark: Any, rows: list[dict[str, Any]], table: Table) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    data = pa.table({f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in table.schema}, schema=table.schema)
    return spark.createDataFrame(data.to_pylist(), from_arrow_schema(table.schema))


def run(spark: Any, turned: bool = False) -> Index:
    from pyspark.sql import functions as F

    people = {**CROWD, **{name: (code, signs) for name, (code, signs, _) in CASES.items()}}
    people |= {name: ("24", []) for name in PARENTS}
    step = -1 if turned else 1
    residents, records, signs, status = [], [], [], []
    for name, (code, lived) in list(people.items())[::step]:
        _, mother, father, _ = PARENTS.get(name, (None, None, None, 0.0))
        born = ago(900) if name in PARENTS else ago(14_000)
        residents.append({"resident_id": name, "records": 1, "mother_id": mother, "father_id": father, "birth_date": born})
        present = code in ("23", "24", "31")
        band = "high" if name.startswith("here") else "none"
        kind = "D" if code == "91" else "R"
        said = {"status_code": code, "status_class": kind, "counts_present": present, "band": band, "nature": "OUT_HUKOU"}
        status.append({"resident_id": name, **said})
        for n, one in enumerate(lived):
            closed = ago(one["row_closed"]) if "row_closed" in one else None
            records.append({"record_id": f"{name}-{n}", "closed_on": closed, "resident_id": name})
            signs.append({**one, "record_id": f"{name}-{n}", "dept": "ga"})
    told = Told(
        frame(spark, residents, RESIDENTS).withColumn("today", F.lit(TONIGHT)), frame(spark, records, RESIDENT_RECORDS),
        frame(spark, records, RECORDS), frame(spark, signs[::step], SIGNS), frame(spark, status, RESIDENCE),
    )  # fmt: skip
    return residency_index(told, P, parameters.load())


@pytest.mark.spark
def test_literal_people(spark: Any):
    made = run(spark)
    assert set(made.weights) == {(False, "S01"), (False, "S11")}
    assert made.weights[(False, "S11")] == 0  # as often among those who live elsewhere
    full = made.weights[(False, "S01")] / 1_000_000
    assert 0.5 < full < 1.0
    rows = {r["resident_id"]: r for r in made.rows.collect()}
    assert len(rows) == len(CROWD) + len(CASES) + len(PARENTS)
    assert rows["here0"]["residency_index"] == pytest.approx(full, abs=1e-4)
    for name, (_, _, share) in CASES.items():
        assert rows[name]["residency_index"] == pytest.approx(share * full, abs=1e-4), name
    for name, (*_, share) in PARENTS.items():
        assert rows[name]["residency_index"] == pytest.approx(share * full, abs=1e-4), name
    assert [rows[n]["basis"] for n in PARENTS] == ["mother", "father"]
    assert (rows["dead"]["basis"], rows["no sign"]["basis"], rows["here0"]["basis"]) == ("dead", "none", "own")
    assert rows["here0"]["signs"] == ["S01"]
    assert rows["silent for half a year"]["signs"] == []
    assert all(rows[f"here{n}"]["resident_by_index"] and not rows[f"gone{n}"]["resident_by_index"] for n in range(MANY))
    doubts = {n: r["doubt"] for n, r in rows.items() if r["doubt"]}
    assert doubts == {"long silent": "rules_only", "registered all the time": "index_only"}


@pytest.mark.spark
@pytest.mark.slow
def test_the_order_of_rows_changes_nothing(spark: Any):
    one, other = run(spark), run(spark, turned=True)
    assert (one.weights, one.threshold) == (other.weights, other.threshold)
    key = lambda r: r["resident_id"]  # noqa: E731
    assert sorted(one.rows.collect(), key=key) == sorted(other.rows.collect(), key=key)
