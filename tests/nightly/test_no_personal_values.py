"""No name, number, phone or address in any log or error: every whole value of the classified columns is looked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from jobs.pool.nights import sealed
from jobs.pool.store import Store
from jobs.settings import Settings
from jobs.tables import ADDRESS, NAME, NUMBER, PHONE, RECORDS
from tests.nightly.conftest import FIRST, LAST, copy_before, renkou

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


def leaks(text: str, values: set[str]) -> int:
    return sum(value in text for value in values)


def test_the_search_finds_a_planted_value(good: Settings):
    values = personal_values(good)
    assert len(values) > 2000
    assert leaks(f"… {next(iter(values))} …", values) >= 1


def test_good_and_failing_nights_log_no_personal_value(good: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    values = personal_values(good)
    hurt = copy_before(good, tmp_path / "hurt")
    said = [renkou(hurt, "run", "--date", LAST.isoformat())]
    said.append(renkou(hurt, "query", "SELECT id_number::DATE, name::INTEGER FROM resident"))
    said.append(renkou(hurt, "query", "SELECT error(name || id_number) FROM resident"))
    broken = copy_before(good, tmp_path / "broken")
    shutil.rmtree(broken.tables / "source_current" / "zf")
    said.append(renkou(broken, "run", "--date", LAST.isoformat()))
    assert said[0].returncode == 0, said[0].stderr
    assert all(s.returncode != 0 for s in said[1:])
    text = "\n".join(s.stdout + s.stderr for s in said)
    files = [p for home in (good.home, hurt.home, broken.home) for p in (home / "logs").rglob("*") if p.is_file()]
    assert files
    text += "\n".join(p.read_text(errors="replace") for p in files)
    assert leaks(text, values) == 0
    assert FIRST.isoformat() in " ".join(n.label for n in sealed(good.nights))
