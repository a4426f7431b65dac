"""The history in the pool: published nights, a late correction of the first, and what `renkou population` prints of them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from pathlib import Path

import polars as pl
import pytest
import yaml

from jobs import publish
from jobs.errors import UserError
from jobs.history import log
from jobs.pool import snapshots
from jobs.pool.nights import Night
from jobs.population import as_csv, page, population
from jobs.quality import gates
from jobs.query import query
from jobs.settings import Settings
from jobs.usual_rates import usual_rates
from tests import literal_night as literal
from tests.literal_night import FIRST, SECOND, TOWNSHIPS

LATER = SECOND + dt.timedelta(days=1)


def second() -> literal.Rows:
    """The second night: resident 0 is dead, resident 4 arrived."""
    rows = literal.tables(SECOND)
    rows["residence"][0] = literal.residence(0, "91", TOWNSHIPS[0])
    rows["residence"][4] = literal.residence(4, "23", TOWNSHIPS[0])
    return rows


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two nights, then the first again with a late delivery: resident 2 was away already."""
    settings = literal.installation(tmp_path_factory.mktemp("history") / "home")
    late = literal.tables(FIRST)
    late["residence"][2] = literal.residence(2, "41", TOWNSHIPS[0])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(log, "FILES", 2)
        patched.setattr(gates, "judge", lambda *asked, **options: [])  # tests/pool publishes through the gates
        literal.write(settings, FIRST, literal.tables(FIRST))
        literal.write(settings, SECOND, second())
        literal.write(settings, FIRST, late, revision=1)
    return settings


def usual(pool: Settings, as_of: dt.date, known: dt.date | None) -> dict[str, int]:
    """Usual residents by status, where there are any."""
    return {row[0]: row[1] for row in population(pool, as_of, known, "status")[1] if row[1]}


def test_each_edition_stays_answerable(pool: Settings):
    before, corrected = {"11": 1, "12": 1, "13": 1, "23": 1}, {"11": 1, "12": 1, "13": 1}
    assert [usual(pool, FIRST, k) for k in (FIRST, SECOND, LATER, None)] == [before, before, corrected, corrected]
    assert [usual(pool, SECOND, k) for k in (SECOND, LATER)] == [{"12": 1, "13": 1, "23": 2}] * 2
    assert query(pool, "SELECT is_current FROM snapshots WHERE label = '2026-11-22'")[1] == [(True,)]


def test_only_what_changed_is_kept(pool: Settings):
    anew = "SELECT resident_id, true_from, known_from, night, status_code FROM status_history WHERE seq > 1 ORDER BY seq, 1, 2"
    assert query(pool, anew)[1] == [
        (literal.resident_id(0), SECOND, SECOND, "2026-11-22", "91"),
        (literal.resident_id(4), SECOND, SECOND, "2026-11-22", "23"),
        (literal.resident_id(2), FIRST, LATER, "2026-11-21.1", "41"),
        (literal.resident_id(2), SECOND, LATER, "2026-11-21.1", "23"),
    ]
    both = "SELECT true_from, true_to, known_from, known_to FROM status_intervals WHERE resident_id = '{}' ORDER BY ALL"
    assert query(pool, both.format(literal.resident_id(2)))[1] == [
        (FIRST, SECOND, LATER, None), (FIRST, None, FIRST, LATER), (SECOND, None, LATER, None),
    ]  # fmt: skip


def test_page_and_csv(pool: Settings):
    lines = page(*population(pool, FIRST, LATER, "township")).splitlines()
    assert "按 2026-11-23 所知" in lines[0] and "as known on 2026-11-23" in lines[1]
    assert lines[-1].split() == ["Σ", "3", "2", "5", "6"]
    assert max(len(line) + sum(ord(c) > 0x2E7F for c in line) for line in lines) <= 80
    told = list(csv.DictReader(io.StringIO(as_csv(*population(pool, FIRST, FIRST, "status")))))
    assert {(r["as_of"], r["known"]) for r in told} == {("2026-11-21", "2026-11-21")}
    assert {r["status"]: r["usual"] for r in told} == {"11": "1", "12": "1", "13": "1", "23": "1", "41": "0", "51": "0"}


@pytest.mark.parametrize(
    ("as_of", "known", "words"),
    [
        (SECOND, FIRST, "was not known yet"),
        (FIRST - dt.timedelta(days=1), LATER, "begins with"),
        (FIRST, FIRST - dt.timedelta(days=1), "begins with"),
    ],
)
def test_what_cannot_be_known_is_said(pool: Settings, as_of: dt.date, known: dt.date, words: str):
    with pytest.raises(UserError, match=words):
        population(pool, as_of, known, "status")


def test_a_lost_snapshot_gets_its_history_back(pool: Settings):
    before = query(pool, "FROM status_history ORDER BY ALL")
    for label, night in (("2026-11-21.1", Night(pool.nights, FIRST, 1)), ("2026-11-22", Night(pool.nights, SECOND))):
        shutil.rmtree(snapshots.folder(pool.pool, label))
        literal.run_step(pool, night, "publish", publish.run, engine="pandas", contracts=pool.home / "contracts")
    assert query(pool, "FROM status_history ORDER BY ALL") == before


def test_many_part_files_become_one(pool: Settings):
    """The third publication finds two files, the most this installation keeps."""
    folders = [snapshots.folder(pool.pool, label) / "status_history" for label in ("2026-11-21", "2026-11-22", "2026-11-21.1")]
    assert [len(list(f.iterdir())) for f in folders] == [1, 2, 1]


def test_the_report_tells_the_total_with_its_interval(pool: Settings):
    told = query(pool, "SELECT metric, value FROM quality WHERE dimension = 'total' AND \"column\" = 'Σ' ORDER BY 1")[1]
    assert [m for m, _ in told] == ["total.counted", "total.here", "total.one_department", "total.usual"]
    assert dict(told)["total.counted"] == dict(told)["total.here"] == 4.0
    text = (pool.reports / "2026-11-22" / "report.md").read_text(encoding="utf-8")
    assert "⚠ 本夜规则 test" in text
    row = next(line for line in text.split("Usual residents, with an interval")[1].splitlines() if line.startswith("| Σ"))
    assert row.split(" | ")[1] == "4" and row.split(" | ")[3].startswith("95%: ")


def test_rates_are_measured_against_the_truth(pool: Settings, tmp_path: Path):
    """Residents 0 to 5 are persons 0 to 5; 2 truly lives here though told away, 1 lives elsewhere in the district, 4 not here;
    person 9 lives here and nobody delivered anything about it."""
    persons = range(6)
    truth = [
        {"dept": d, "source_table": t, "source_key": str(n), "role": "self", "person_id": n, "valid_from": FIRST}
        for d, t in (("ga", "czrk"), ("zf", "grid_person")) for n in persons
    ]  # fmt: skip
    lives = [
        {"date": FIRST, "person_id": n, "counts_usual": n in (0, 1, 2, 3, 9), "township": TOWNSHIPS[(n in (1, 3)) != (n == 1)]}
        for n in (*persons, 9)
    ]
    pl.DataFrame(truth).write_parquet(tmp_path / "records.parquet")
    pl.DataFrame(lives).write_parquet(tmp_path / "status.parquet")
    out = tmp_path / "rates.yml"
    for _ in range(2):
        told = usual_rates(pool, Night(pool.nights, FIRST, 1), tmp_path, out)
    assert told == {
        "rules": "test", "misplaced": [3, 1], "unseen": [5, 1],
        "cells": {
            "11": {"high": [1, 1]}, "12": {"high": [1, 1]}, "13": {"high": [1, 1]}, "41": {"high": [2, 1]}, "51": {"high": [1, 0]},
        },
    }  # fmt: skip
    assert yaml.safe_load(out.read_text(encoding="utf-8")) == {"samples": [told, told]}
    with pytest.raises(UserError, match="no truth"):
        usual_rates(pool, Night(pool.nights, FIRST, 1), tmp_path / "nowhere", out)
