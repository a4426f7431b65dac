"""No name, number, phone or address in any log or error: every whole value of the classified columns is looked for."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from jobs import airflow_local
from jobs.pool.nights import Night, sealed
from jobs.pool.store import Store
from jobs.settings import Settings
from jobs.tables import ADDRESS, NAME, NUMBER, PHONE, RECORDS
from tests.nightly.conftest import FIRST, LAST, ROOT, copy_before, renkou

pytestmark = [pytest.mark.spark, pytest.mark.slow]
SHORTEST = {NUMBER: 8, NAME: 2, PHONE: 7, ADDRESS: 5}
"""A value below this length is no whole value of its class: a date is found in every log line."""


def personal_values(settings: Settings) -> set[str]:
    night = sealed(settings.nights)[-1]
    files = Store(settings.tables).files("records", night.pins()["records"])
    found: set[str] = set()
    for kind, shortest in SHORTEST.items():
        for column in RECORDS.personal([kind]):
            rows = duckdb.execute(f"SELECT DISTINCT {column}::VARCHAR FROM read_parquet(?) WHERE {column} IS NOT NULL", [files])
            found |= {v.split(":")[-1] for (v,) in rows.fetchall() if len(v.split(":")[-1]) >= shortest}
    return found


def leaks(texts: Iterable[str], values: set[str]) -> list[str]:
    """The values found in any of the texts."""
    whole = pl.Series(list(texts), dtype=pl.String)
    return whole.str.extract_many(sorted(values), overlapping=True).explode().drop_nulls().unique().to_list()


def logs_of(*homes: Path) -> dict[str, str]:
    """Text of every log file: Spark's, Airflow's, the nights' own."""
    files = [p for home in homes for p in (home / "logs").rglob("*") if p.is_file()]
    return {str(p): p.read_text(errors="replace") for p in files}


@pytest.fixture(scope="module")
def values(good: Settings) -> set[str]:
    return personal_values(good)


def test_the_search_finds_a_planted_value(values: set[str]):
    assert len(values) > 2000
    planted = sorted(values)[:: len(values) // 5]
    assert set(leaks([f"… {v} …" for v in planted], values)) >= set(planted)


def test_good_nights_through_airflow_log_no_personal_value(demo: tuple[Path, str]):
    """Three nights of another district, Airflow's log folder included."""
    home, printed = demo
    values = personal_values(Settings(home, home / "sources.yml", "local[2]", 2, None))
    logs = logs_of(home)
    tasks = logs[str(home / "logs" / "airflow.log")]
    assert all(f"{step}" in tasks for step in ("gate_landing", "standardize", "publish"))
    assert leaks([printed, *logs.values()], values) == []


def test_questions_that_fail_show_no_personal_value(good: Settings, values: set[str]):
    said = [
        renkou(good, "query", "SELECT id_number::DATE, name::INTEGER FROM resident"),
        renkou(good, "query", "SELECT error(name || id_number) FROM resident"),
    ]
    assert all(s.returncode != 0 for s in said)
    assert leaks([s.stdout + s.stderr for s in said], values) == []


def test_failing_nights_through_airflow_log_no_personal_value(
    good: Settings, demo: tuple[Path, str], values: set[str], sample: Path, tmp_path: Path
):
    """A delivery that cannot be read, an error that quotes data on a Spark worker, a gate that refuses."""
    nights = {
        unreadable(good, tmp_path / "unreadable", sample): None,
        torn(good, tmp_path / "torn"): "start_session|extract|gate_landing",
        spoiled(good, tmp_path / "spoiled"): "start_session|extract|gate_landing|standardize",
    }
    done = through_airflow(demo[0], tmp_path / "airflow", nights)
    assert done.returncode == 0, done.stderr[-2000:]
    logs = logs_of(*nights, tmp_path / "airflow")
    for home in nights:
        assert f"night in {home}: failed" in done.stdout
    why = {home.name: (home / "logs" / f"failed-{LAST}.txt").read_text() for home in nights}
    assert "cannot be read" in why["unreadable"]
    assert "standardize broke" in why["torn"]
    assert "sex_listed" in why["spoiled"]
    written = done.stdout + done.stderr + "".join(logs.values())
    assert all(w in written for w in ("cannot be read", "Unexpected error", "sex_listed"))
    assert leaks([done.stdout, done.stderr, *logs.values(), *why.values()], values) == []


def through_airflow(demo: Path, home: Path, nights: dict[Path, str | None]) -> subprocess.CompletedProcess[str]:
    """The nights one after the other in one process, with a copy of the demo's Airflow database."""
    shutil.copytree(demo / "airflow", home / "airflow")
    (home / "logs").mkdir()
    airflow = Settings(home, home / "sources.yml", "local[2]", 2, None)
    words = [f"{at}={done}" if done else str(at) for at, done in nights.items()]
    return subprocess.run(
        [sys.executable, "-m", "tests.nightly.airflow_nights", *words],
        cwd=ROOT, env=airflow_local.environment(airflow), capture_output=True, text=True, timeout=600,
    )  # fmt: skip


def unreadable(good: Settings, home: Path, sample: Path) -> Path:
    """A night whose 公安 file holds names in bytes that are no UTF-8: the driver's error quotes the whole cell."""
    copy_before(good, home)
    shutil.copytree(sample / "ga", home / "ga")
    sources = home / "sources.yml"
    sources.write_text(sources.read_text().replace(f"{sample}/ga/", f"{home}/ga/"))
    with sqlite3.connect(home / "ga" / f"{LAST}.sqlite") as database:
        database.execute("ATTACH ? AS before", (str(home / "ga" / f"{FIRST}.sqlite"),))
        database.execute("INSERT INTO V_CZRK SELECT * FROM before.V_CZRK LIMIT 5")
        database.execute("UPDATE V_CZRK SET XM = CAST(CAST(GMSFHM AS BLOB) || X'FF' AS TEXT)")
    with sqlite3.connect(home / "ga" / f"{LAST}.sqlite") as database, pytest.raises(sqlite3.OperationalError, match=r"\d{17}"):
        database.execute("SELECT XM FROM V_CZRK").fetchall()
    return home


def torn(good: Settings, home: Path) -> Path:
    """A night whose standardizing breaks on a worker with the rows in its hands; see airflow_nights."""
    reopened(good, home, "standardize")
    return home


def spoiled(good: Settings, home: Path) -> Path:
    """A night whose records carry a phone as sex."""
    reopened(good, home, "gate.records")
    night = Night(home / "state" / "nights", LAST)
    for file in Store(home / "state" / "tables").files("records", night.pins()["records"]):
        Path(file).with_name(f".{Path(file).name}.crc").unlink(missing_ok=True)
        data = pq.read_table(file)
        sex = data.schema.get_field_index("sex")
        pq.write_table(data.set_column(sex, data.schema.field(sex), pc.coalesce(data["phone"], data["sex"])), file)
    return home


def reopened(good: Settings, home: Path, step: str) -> None:
    """The last night again, unfinished, as it stood before a step."""
    shutil.copytree(good.home, home)
    night = Night(home / "state" / "nights", LAST)
    (night.path / "manifest.json").unlink()
    night.void(step)
