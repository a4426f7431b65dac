"""The district comparison without its engines: what is judged, what is printed, and what Splink is asked to compare."""

from __future__ import annotations

import polars as pl
import pyarrow.parquet as pq
import pytest

from jobs.profiles.collapse import NEEDED
from jobs.tables import PROFILES, RECORDS
from tests.benchmark import district_tables, splink_district
from tests.benchmark.district import cases
from tests.benchmark.district_judge import of_records

FIGURES = {
    "merged_per_10000": 12.34,
    "split_per_10000": 0.0,
    "exact": 0.98765,
    "count_error": -0.0123,
    "numberless": {"recall": 0.5, "precision": None},
    "b3": {"precision": 1.0, "recall": 0.9, "f1": 0.94737},
    "strata": {"twin": {"b3": {"f1": 0.25}}},
    "cases": [{"case": "twins", "cases": 300, "merged": 2, "split": 7}],
}


def lines(text: str) -> dict[str, list[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_one_row_a_measure_one_column_a_clustering() -> None:
    page = lines(district_tables.right({"renkou": FIGURES, "other": FIGURES | {"cases": []}}))
    assert page["wrongly merged per 10,000"] == ["12.3", "12.3"] and page["exactly right"] == ["98.77%", "98.77%"]
    assert page["count error"] == ["-1.23%", "-1.23%"] and page["B³ F1, twins"] == ["0.2500", "0.2500"]
    assert page["no number: precision"] == page["pairs: F1"] == ["–", "–"]
    assert page["twins (300): merged / split"] == ["2 / 7", "–"]


def test_a_session_is_in_no_total() -> None:
    seconds = {"session": 9.0, "collapse": 1.0, "train": 2.0, "score": 3.0, "write": 0.0}
    each = {"seconds": seconds, "process_s": 20.0, "memory_mb": 1234.0, "pairs": 5678}
    page = lines(district_tables.speed({"x": each}))
    row = dict(zip(district_tables.SPEED[1:], page["x"], strict=True))
    assert (row["total s"], row["without train s"], row["session s"], row["read s"]) == ("6.0", "4.0", "9.0", "–")
    assert (row["memory MB"], row["pairs"]) == ("1,234", "5,678")


def test_a_record_belongs_where_its_profile_does() -> None:
    members = pl.DataFrame({"record_id": ["a", "b", "c"], "profile_id": ["a", "a", "c"]})
    clusters = pl.DataFrame({"profile_id": ["a", "c"], "cluster": ["x", "y"]})
    assert dict(of_records(clusters, members).iter_rows()) == {"a": "x", "b": "x", "c": "y"}
    own = members.select("record_id", cluster="profile_id")
    assert of_records(own, members) is own


def test_cases_as_the_sample_takes_them() -> None:
    assert cases("twins=3,all=300") == {"twins": 3, "all": 300} and cases("") == {}


@pytest.mark.parametrize(("kind", "schema"), [("records", RECORDS.schema), ("profiles", PROFILES.schema)])
def test_splink_reads_what_is_exported(kind: str, schema, tmp_path) -> None:
    """Its query runs on an empty export and gives every column that its comparisons and passes name."""
    import duckdb

    columns = NEEDED if kind == "records" else schema.names
    file = tmp_path / "given.parquet"
    pq.write_table(schema.empty_table().select(columns), file)
    connection = duckdb.connect()
    connection.execute(f"create table given as {splink_district.READ[kind].replace('$file', repr(str(file)))}")
    condition = splink_district.ALIAS[kind]
    both = "select {l} from given as a, given as b"
    sides = ", ".join(
        f"{side}.{c} as {c}_{end}" for side, end in (("a", "l"), ("b", "r")) for c in connection.table("given").columns
    )
    conditions = [condition, splink_district.OTHER_TYPE, splink_district.LONG, *splink_district.BY_CHARACTERS]
    asked = " and ".join(f"({c})" for c in conditions)
    assert connection.execute(f"select * from ({both.format(l=sides)}) where {asked}").fetchall() == []
