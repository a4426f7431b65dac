"""The publish protocol: one step from the old snapshot to the new, whatever kills it, whoever is reading."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from jobs.context import run_step
from jobs.digest import digests
from jobs.errors import GateRefused, MissingInput, UserError
from jobs.pool import catalog, current, faults, snapshots
from jobs.pool.nights import Night, sealed
from jobs.publish import published
from jobs.publish import run as publish
from jobs.query import query
from jobs.settings import Settings
from tests import literal_night as literal
from tests.literal_night import FIRST, SECOND

pytestmark = pytest.mark.slow  # snapshots built and killed at every point: not in `make test-quick`

POINTS = ("snapshot-tables", "snapshot-gate", "snapshot-named", "sealed", "catalog", "catalogued", "current", "manifest")
ROOT = Path(__file__).resolve().parents[2]


class Killed(BaseException):
    """Stands for SIGKILL inside this process: no handler of Exception catches it."""


def moved_on() -> literal.Rows:
    """The second night: one resident dead, one moved within the district, one arrived."""
    rows = literal.tables(SECOND)
    rows["residence"][0] = literal.residence(0, "91", literal.TOWNSHIPS[0]) | {"dwelling_id": "d0"}
    rows["residence"][1] = literal.residence(1, "12", literal.TOWNSHIPS[0]) | {"dwelling_id": "elsewhere"}
    rows["residence"][4] = literal.residence(4, "23", literal.TOWNSHIPS[0])
    return rows


@pytest.fixture(scope="module")
def before_publishing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of an installation: the first night published, the second one validated."""
    settings = literal.installation(tmp_path_factory.mktemp("pool") / "home")
    literal.write(settings, FIRST, literal.tables(FIRST))
    literal.write(settings, SECOND, moved_on(), through="validate")
    return settings.home


@pytest.fixture
def settings(before_publishing: Path, tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    shutil.copytree(before_publishing, home)
    copied = Settings(home, home / "sources.yml", "local[2]", 2, "test-key")
    catalog.build(copied.pool, published(copied.nights, copied.pool), FIRST.isoformat())  # absolute paths moved
    return copied


def go(settings: Settings) -> None:
    options = {"engine": "pandas", "contracts": settings.home / "contracts"}
    run_step(settings, Night(settings.nights, SECOND), "publish", publish, **options)


def deaths_seen(settings: Settings) -> int:
    """1 in the second snapshot, 0 in the first."""
    return query(settings, "SELECT count(*) FROM resident WHERE status_code = '91'")[1][0][0]


def contents(settings: Settings) -> dict[str, object]:
    """What readers and auditors can see, comparable across places."""
    night = next(n for n in sealed(settings.nights) if n.date == SECOND)
    seen = {v: query(settings, f"FROM {v} ORDER BY ALL")[1] for v in (*catalog.VIEWS, *catalog.HISTORY)}
    return {"digests": digests(settings, night), "views": seen, "current": current.current(settings.pool)}


def test_publishing_moves_every_door_at_once(settings: Settings):
    assert deaths_seen(settings) == 0
    go(settings)
    assert deaths_seen(settings) == 1
    assert current.current(settings.pool) == {
        "label": "2026-11-22", "date": "2026-11-22", "revision": 0, "folder": "snapshots/2026-11-22",
    }  # fmt: skip
    assert query(settings, "SELECT label, residents, is_current FROM snapshots ORDER BY 1")[1] == [
        ("2026-11-21", 6, False), ("2026-11-22", 6, True),
    ]  # fmt: skip
    manifest = Night(settings.nights, SECOND).manifest()
    assert manifest is not None
    assert manifest["predecessor"] == "2026-11-21"
    assert manifest["inputs"] == {"ga.czrk.2026-11-22.1": "ab", "zf.grid_person.2026-11-22.1": "ab"}
    assert manifest["parameters"] == {"model": ["m1"], "residence": ["test"]}
    assert set(manifest["tables"]) >= {"residents", "quality", "quality/snapshot", "balance"}


def test_changes_and_account_explain_the_night(settings: Settings):
    go(settings)
    told = "SELECT resident_id, kind, before, after FROM changes WHERE kind <> 'account' ORDER BY ALL"
    assert query(settings, told)[1] == [
        (literal.resident_id(0), "status", "11", "91"),
        (literal.resident_id(1), "address", "330110002", "330110001"),
        (literal.resident_id(4), "status", "51", "23"),
    ]
    assert query(settings, "SELECT resident_id, before, after, reason FROM changes WHERE kind = 'account' ORDER BY ALL")[1] == [
        (literal.resident_id(0), "330110001", None, "deaths"),
        (literal.resident_id(1), "330110002", "330110001", "moves"),
        (literal.resident_id(4), None, "330110001", "arrivals"),
    ]
    columns, rows = query(settings, "FROM balance ORDER BY township")
    account = [dict(zip(columns, r, strict=True)) for r in rows]
    flows = ("before", "arrivals", "deaths", "moved_in", "moved_out", "after", "residual")
    assert [tuple(a[f] for f in flows) for a in account] == [(2, 1, 1, 1, 0, 3, 0), (2, 0, 0, 0, 1, 1, 0)]


def test_snapshots_by_date(settings: Settings):
    go(settings)
    codes = [query(settings, f"SELECT status_code FROM resident_as_of('{d}') ORDER BY resident_id LIMIT 1")[1]
             for d in ("2026-11-20", "2026-11-21", "2026-11-22", "2027-01-01")]  # fmt: skip
    assert codes == [[], [("11",)], [("91",)], [("91",)]]


def test_lineage_leads_back_to_source_rows(settings: Settings):
    go(settings)
    rows = query(settings, f"SELECT dept, source_table, source_key, role FROM trace('{literal.resident_id(3)}') ORDER BY 1")[1]
    assert rows == [("ga", "czrk", "3", "self"), ("zf", "grid_person", "3", "self")]


@pytest.fixture(scope="module")
def undisturbed(before_publishing: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(before_publishing, home)
    settings = Settings(home, home / "sources.yml", "local[2]", 2, "test-key")
    go(settings)
    return contents(settings)


@pytest.mark.slow
@pytest.mark.parametrize("place", POINTS)
def test_killed_anywhere_and_run_again(settings: Settings, undisturbed: dict[str, object], place: str, monkeypatch):
    def kill(name: str) -> None:
        if name == place:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(faults, "point", kill)
        go(settings)
    assert deaths_seen(settings) in (0, 1)
    assert query(settings, "SELECT count(*) FROM resident")[1] == [(6,)]
    assert query(settings, "SELECT count(DISTINCT snapshot_date) FROM resident")[1] == [(1,)]
    go(settings)
    assert contents(settings) == undisturbed
    left = [p.name for p in settings.pool.rglob("*") if p.name.startswith(".") or p.suffix == ".tmp"]
    assert left == []


@pytest.mark.slow
@pytest.mark.parametrize("place", ["part", *POINTS])
def test_killed_for_real(settings: Settings, undisturbed: dict[str, object], place: str):
    code = f"""
        from pathlib import Path
        from jobs.settings import Settings
        from tests.pool.test_publish import go
        home = Path({str(settings.home)!r})
        go(Settings(home, home / "sources.yml", "local[2]", 2, "test-key"))
    """
    environment = os.environ | {faults.VARIABLE: place, "PYTHONPATH": str(ROOT)}
    died = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env=environment, cwd=ROOT, capture_output=True)
    assert died.returncode == -signal.SIGKILL
    assert query(settings, "SELECT count(*) FROM resident")[1] == [(6,)]
    go(settings)
    assert contents(settings) == undisturbed


def test_publishing_twice_changes_nothing(settings: Settings):
    go(settings)
    once = contents(settings)
    files = {p: p.stat().st_mtime_ns for p in (settings.pool / "snapshots").rglob("*.parquet")}
    go(settings)
    assert contents(settings) == once
    assert {p: p.stat().st_mtime_ns for p in (settings.pool / "snapshots").rglob("*.parquet")} == files


def test_a_lost_snapshot_is_built_again_from_its_pins(settings: Settings):
    go(settings)
    once = contents(settings)
    shutil.rmtree(snapshots.folder(settings.pool, "2026-11-22"))
    go(settings)
    again = contents(settings)
    for name in catalog.VIEWS.keys() - {"quality"}:
        assert again["views"][name] == once["views"][name]
    assert set(again["views"]["quality"]) == set(once["views"]["quality"])


@pytest.mark.slow
def test_an_older_night_does_not_become_current(settings: Settings):
    go(settings)
    night = Night(settings.nights, FIRST, 1)
    literal.write(settings, FIRST, literal.tables(FIRST), revision=1)
    assert night.manifest() is not None
    held = current.current(settings.pool)
    assert held is not None and held["label"] == "2026-11-22"
    assert deaths_seen(settings) == 1
    assert query(settings, "SELECT label FROM snapshots ORDER BY 1")[1] == [("2026-11-21.1",), ("2026-11-22",)]


def test_a_reader_is_not_disturbed(settings: Settings, tmp_path: Path):
    reader = textwrap.dedent(f"""
        import duckdb, sys
        con = duckdb.connect({str(settings.pool / "catalog.duckdb")!r}, read_only=True)
        con.execute("SET enable_progress_bar = false")   # on a slow machine it would write among the answers
        ask = "SELECT count(*) FILTER (status_code = '91'), min(snapshot_date)::VARCHAR FROM resident"
        held = con.execute("FROM resident")          # a result still being read
        print(con.cursor().execute(ask).fetchall(), flush=True)
        sys.stdin.readline()
        print(con.cursor().execute(ask).fetchall(), len(held.fetchall()), flush=True)
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", reader], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert child.stdin is not None and child.stdout is not None
    assert child.stdout.readline() == "[(0, '2026-11-21')]\n"
    go(settings)
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "[(0, '2026-11-21')] 6\n"
    assert child.wait(30) == 0
    plain = duckdb.connect(str(settings.pool / "catalog.duckdb"), read_only=True)
    assert plain.execute("SELECT min(snapshot_date)::VARCHAR FROM resident").fetchall() == [("2026-11-22",)]


def test_a_refused_snapshot_leaves_no_trace_in_the_pool(settings: Settings, monkeypatch):
    monkeypatch.setattr(snapshots, "_LINEAGE", f"SELECT * FROM ({snapshots._LINEAGE}) WHERE source_key <> '3'")
    with pytest.raises(GateRefused, match="snapshot_lineage"):
        go(settings)
    assert deaths_seen(settings) == 0
    assert sorted(p.name for p in (settings.pool / "snapshots").iterdir()) == ["2026-11-21"]
    assert Night(settings.nights, SECOND).manifest() is None
    assert "snapshot_lineage" in current.notice(settings.pool)


def test_a_night_without_its_own_figures_is_not_published(settings: Settings):
    (Night(settings.nights, SECOND).path / "validate.receipt.json").unlink()
    with pytest.raises(MissingInput, match="has not made changes"):
        go(settings)


def test_only_the_group_reads_the_files(settings: Settings):
    go(settings)
    paths = list((settings.pool / "snapshots" / "2026-11-22").rglob("*"))
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths if p.is_file()} == {0o640}
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths if p.is_dir()} == {0o750}


def test_nothing_published_yet(tmp_path: Path):
    settings = literal.installation(tmp_path / "home")
    with pytest.raises(UserError, match="No snapshot has been published yet"):
        query(settings, "SELECT 1")
    current.mark_stale(settings.pool, FIRST, "Gate landing refused.")
    with pytest.raises(UserError, match="Gate landing refused"):
        query(settings, "SELECT 1")


def test_stale_since_keeps_the_first_failed_night(settings: Settings, capsys):
    current.mark_stale(settings.pool, SECOND, "why one")
    said = current.mark_stale(settings.pool, SECOND.replace(day=23), "why two")
    assert "stale since" in said and "2026-11-22" in said and "why two" in said
    query(settings, "SELECT 1")
    assert "why two" in capsys.readouterr().err
    go(settings)
    assert json.loads((settings.pool / "status.json").read_text(encoding="utf-8"))["stale_since"] == "2026-11-22"
    current.clear_stale(settings.pool, SECOND.replace(day=23))
    assert current.notice(settings.pool) == ""
