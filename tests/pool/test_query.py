"""`renkou query` answers one SELECT and opens nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.errors import UserError
from jobs.query import as_csv, as_table, query
from jobs.settings import Settings
from tests import literal_night as literal
from tests.literal_night import FIRST


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = literal.installation(tmp_path_factory.mktemp("query") / "home")
    literal.write(settings, FIRST, literal.tables(FIRST))
    return settings


def test_an_answer(settings: Settings):
    assert query(settings, "SELECT status_code, count(*) AS n FROM resident GROUP BY 1 ORDER BY 1 LIMIT 2") == (
        ["status_code", "n"],
        [("11", 1), ("12", 1)],
    )


@pytest.mark.parametrize(
    "sql", ["FROM resident", "SHOW TABLES", "DESCRIBE resident", "SUMMARIZE balance", "WITH a AS (SELECT 1) FROM a"]
)
def test_other_ways_to_ask(settings: Settings, sql: str):
    assert query(settings, sql)[1]


@pytest.mark.parametrize(
    "sql",
    [
        "COPY resident TO '{pool}/snapshots/stolen.parquet'",
        "EXPLAIN ANALYZE COPY resident TO '{pool}/snapshots/stolen.parquet'",
        "COPY resident TO '{outside}/stolen.parquet'",
        "EXPORT DATABASE '{outside}/all'",
        "ATTACH '{outside}/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "CREATE TEMP TABLE t AS SELECT 1",
        "CREATE OR REPLACE VIEW resident AS SELECT 1",
        "DROP VIEW resident",
        "DELETE FROM snapshots",
        "SELECT 1; SELECT 2",
        "PRAGMA enable_profiling",
        "",
    ],
)
def test_nothing_but_one_select(settings: Settings, sql: str, tmp_path: Path):
    files = sorted(settings.home.rglob("*"))
    with pytest.raises(UserError):
        query(settings, sql.format(pool=settings.pool, outside=tmp_path))
    assert sorted(settings.home.rglob("*")) == files
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_csv('{home}/sources.yml')",
        "SELECT * FROM read_parquet('{home}/state/tables/records/*/*.parquet')",
        "SELECT * FROM '{outside}/x.parquet'",
        "SELECT * FROM read_text('{pool}/snapshots/../../sources.yml')",
        "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
    ],
)
def test_no_file_outside_the_snapshots(settings: Settings, sql: str, tmp_path: Path):
    with pytest.raises(UserError):
        query(settings, sql.format(home=settings.home, pool=settings.pool, outside=tmp_path))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name::INTEGER FROM resident",
        "SELECT error(name) FROM resident",
        "SELECT error(id_number || phone) FROM resident",
        "SELECT phone::TINYINT FROM resident",
        "SELECT strptime(name, '%Y') FROM resident",
        "SELECT * FROM nowhere WHERE name = '王秀兰'",
        "SELECT nothing FROM resident WHERE phone = '13805710000'",
        "SELECT name + 1 FROM resident WHERE id_number = 330110195001010011",
        "SELEC name FROM resident WHERE name = '王秀兰'",
        "SELECT * FROM resident WHERE name = '王秀兰",
    ],
)
def test_errors_quote_no_value(settings: Settings, sql: str):
    with pytest.raises(UserError) as error:
        query(settings, sql)
    for row in literal.tables()["residents"]:
        for value in (row["name"], row["phone"], row["id_number"], "330110195001010011"):
            assert value not in str(error.value)
    assert error.value.__cause__ is None


def test_an_error_of_the_text_names_what_is_unknown(settings: Settings):
    with pytest.raises(UserError, match="nowhere"):
        query(settings, "SELECT * FROM nowhere")


def test_tables_align_chinese_names():
    text = as_table(["name", "n"], [("王秀兰", 1), ("Li", 20)])
    assert text.splitlines() == ["name     n", "──────  ──", "王秀兰   1", "Li      20"]


def test_csv():
    assert as_csv(["a", "b"], [(1, "x,y"), (None, "z")]) == 'a,b\n1,"x,y"\n,z'
