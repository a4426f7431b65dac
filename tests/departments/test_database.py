"""Databases: SQLite files a night, a live view asked for a window, and a real PostgreSQL server by another URL only."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from jobs.errors import DeliveryHeld

from .conftest import NIGHT, Office, day, department, table


def sqlite(file: Path, rows: list[tuple[str | None, ...]], columns: str = "id, name, updated", name: str = "people") -> None:
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" for _ in columns.split(","))
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)


@pytest.fixture
def nightly(office: Office, tmp_path: Path) -> Office:
    office.add(
        department("database", {"people": table(late={"carry_days": 2})}), {"url": f"sqlite:///{tmp_path}/{{date}}.sqlite"}
    )
    sqlite(tmp_path / f"{NIGHT}.sqlite", [("1", "甲", "2026-11-19 10:00:00"), ("2", "乙", "2026-11-20 10:00:00")])
    return office


def test_first_file_then_deltas(nightly: Office, tmp_path: Path) -> None:
    nightly.extract(NIGHT)
    sqlite(
        tmp_path / f"{day(1)}.sqlite",
        [("2", "乙", "2026-11-20 10:00:00"), ("1", "甲甲", "2026-11-21 08:00:00"), ("3", "丙", "2026-11-21 09:00:00")],
    )
    receipt = nightly.extract(day(1))
    assert (receipt.rows_in, receipt.rows_out, receipt.rejected) == (3, 3, 0)
    assert nightly.current(day(1)) == {
        "1": (["1", "甲甲", "2026-11-21 08:00:00"], day(1), None),
        "2": (["2", "乙", "2026-11-20 10:00:00"], NIGHT, None),
        "3": (["3", "丙", "2026-11-21 09:00:00"], day(1), None),
    }
    assert nightly.current(NIGHT)["1"][0][1] == "甲"  # the night before still stands


def test_backlog_is_taken_in_sequence(nightly: Office, tmp_path: Path) -> None:
    sqlite(tmp_path / f"{day(1)}.sqlite", [("1", "甲甲", "2026-11-21 08:00:00")])
    nightly.extract(day(2))
    assert nightly.current(day(2))["1"][0][1] == "甲甲"
    assert nightly.states(day(2)) == {("people", NIGHT): "late", ("people", day(1)): "late", ("people", day(2)): "carried"}


def test_missing_file_is_carried_then_stops(nightly: Office) -> None:
    nightly.extract(NIGHT)
    receipt = nightly.extract(day(2))
    assert "did not come; the one of 2026-11-20 is carried, 2 days overdue" in receipt.notes["warnings"][0]
    assert nightly.current(day(2)) == nightly.current(NIGHT)
    with pytest.raises(DeliveryHeld, match="3 days overdue"):
        nightly.extract(day(3))


def test_a_late_file_does_not_overwrite_newer_rows(nightly: Office, tmp_path: Path) -> None:
    nightly.extract(NIGHT)
    sqlite(tmp_path / f"{day(2)}.sqlite", [("1", "新", "2026-11-22 08:00:00")])
    nightly.extract(day(2))
    sqlite(tmp_path / f"{day(1)}.sqlite", [("1", "旧", "2026-11-21 08:00:00"), ("4", "丁", "2026-11-21 08:00:00")])
    sqlite(tmp_path / f"{day(3)}.sqlite", [])
    nightly.extract(day(3))
    assert nightly.current(day(3))["1"][0][1] == "新"
    assert nightly.current(day(3))["4"][1] == day(1)
    assert nightly.states(day(3))[("people", day(1))] == "late"


def test_only_taken_columns_land_and_a_new_one_is_named(office: Office, tmp_path: Path) -> None:
    spec = table(ignored=["note"], refused=["faith"])
    office.add(department("database", {"people": spec}), {"url": f"sqlite:///{tmp_path}/{{date}}.sqlite"})
    sqlite(tmp_path / f"{NIGHT}.sqlite", [("1", "甲", "2026", "n", "f", "secret")], "ID, NAME, UPDATED, note, faith, extra")
    receipt = office.extract(NIGHT)
    assert "does not know: extra" in receipt.notes["warnings"][0]
    (landed,) = office.rows(NIGHT, "landing/xx/people")
    assert landed == {"delivery_id": "xx.people.2026-11-20.0", "position": 1, "id": "1", "name": "甲", "updated": "2026"}
    (row,) = office.rows(NIGHT, "deliveries/xx")
    assert row["drift"] == ["extra"]
    assert row["sentence"] == "Refused columns were dropped: faith."


def test_repeated_and_empty_keys_are_counted(nightly: Office, tmp_path: Path) -> None:
    sqlite(
        tmp_path / f"{NIGHT}.sqlite",
        [
            ("1", "old", "2026-11-18"),
            ("1", "new", "2026-11-19"),
            ("1", "new", "2026-11-19"),
            (None, "x", "2026-11-17"),
            ("2", "y", None),
        ],
    )
    receipt = nightly.extract(NIGHT)
    assert (receipt.rows_in, receipt.rows_out, receipt.rejected) == (5, 2, 3)
    assert nightly.current(NIGHT)["1"][0][1] == "new"
    (row,) = nightly.rows(NIGHT, "deliveries/xx")
    assert [r.split("@")[0] for r in row["rejected"]] == ["KEY_EMPTY=1", "KEY_REPEATED=2"]


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda f: f.write_bytes(b"this is no database" * 100), r"database .*sqlite:people cannot be read \(DatabaseError\)"),
        (lambda f: sqlite(f, [], name="other"), "has no view or table people"),
        (lambda f: sqlite(f, [], "id, full_name, updated"), r"people lacks the column name; full_name may be name renamed"),
        (lambda f: sqlite(f, [], "id, name, updated, updated2"), None),
    ],
)
def test_broken_databases(nightly: Office, tmp_path: Path, break_it, sentence) -> None:
    nightly.extract(NIGHT)
    break_it(tmp_path / f"{day(1)}.sqlite")
    receipt = nightly.extract(day(1))
    if sentence is None:
        assert nightly.states(day(1))[("people", day(1))] == "on_time"
        return
    (warning,) = [w for w in receipt.notes["warnings"] if "held" in w]
    assert re.search(sentence, warning)
    assert "xx.people (某局, Office)" in warning
    assert nightly.current(day(1)) == nightly.current(NIGHT)
    assert nightly.states(day(1))[("people", day(1))] == "held"


def test_live_view_is_asked_for_a_window(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "live.sqlite"
    office.add(department("database", {"people": table()}), {"url": f"sqlite:///{file}"})
    sqlite(file, [("1", "甲", "2026-01-01 00:00:00"), ("2", "乙", "2026-11-19 00:00:00")])
    assert office.extract(NIGHT).rows_in == 2
    receipt = office.extract(day(1))
    assert receipt.rows_in == 1  # three days of overlap before the last delivery
    assert set(office.current(day(1))) == {"1", "2"}


def test_unreachable_server_says_no_password(office: Office) -> None:
    url = "postgresql+psycopg://reader:topsecret@127.0.0.1:9/none?connect_timeout=2"
    office.add(department("database", {"people": table()}), {"url": url})
    with pytest.raises(DeliveryHeld, match=r"cannot be read \(OperationalError\)") as caught:
        office.extract(NIGHT)
    assert "topsecret" not in str(caught.value)
    assert caught.value.__cause__ is None
