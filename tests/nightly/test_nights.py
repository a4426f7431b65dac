"""What two consecutive nights must agree on."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from jobs.pool.nights import Night
from jobs.pool.store import Store
from jobs.query import query
from jobs.settings import Settings
from tests.nightly.conftest import FIRST, LAST

pytestmark = [pytest.mark.spark, pytest.mark.slow]


def rows(settings: Settings, date, table: str, sql: str):
    files = Store(settings.tables).files(table, Night(settings.nights, date).pins()[table])
    return duckdb.sql(sql.format(t=f"read_parquet({files})")).fetchall()


def test_no_resident_changes_id_without_an_event(good: Settings):
    before = dict(rows(good, FIRST, "resident_records", "SELECT record_id, resident_id FROM {t}"))
    after = dict(rows(good, LAST, "resident_records", "SELECT record_id, resident_id FROM {t}"))
    events = {r for (r,) in rows(good, LAST, "resident_events", f"SELECT resident_id FROM {{t}} WHERE date = DATE '{LAST}'")}
    moved = {before[r] for r in before.keys() & after.keys() if before[r] != after[r]}
    assert moved <= events
    gone = set(before.values()) - set(after.values())
    assert gone <= events
    assert len(set(before.values()) & set(after.values())) > 0.99 * len(set(before.values()))


def test_every_record_belongs_to_exactly_one_resident(good: Settings):
    records = rows(good, LAST, "records", "SELECT count(*), count(DISTINCT record_id) FROM {t}")[0]
    members = rows(good, LAST, "resident_records", "SELECT count(*), count(DISTINCT record_id) FROM {t}")[0]
    assert records[0] == records[1] == members[0] == members[1]


def test_residents_and_statuses_are_one_to_one(good: Settings):
    residents = rows(good, LAST, "residents", "SELECT resident_id FROM {t} ORDER BY 1")
    assert rows(good, LAST, "residence", "SELECT resident_id FROM {t} ORDER BY 1") == residents


def test_the_current_snapshot_answers_queries(good: Settings):
    columns, found = query(good, "SELECT count(*) AS people FROM resident")
    assert columns == ["people"]
    assert found[0][0] == len(rows(good, LAST, "residents", "SELECT resident_id FROM {t}"))


def test_earlier_snapshots_are_kept(good: Settings):
    assert {p.name for p in Path(good.pool / "snapshots").iterdir()} >= {FIRST.isoformat(), LAST.isoformat()}


def test_hardly_any_resident_merges_or_splits_in_a_night(good: Settings):
    """At most 0.1 % (whether the reasons are true is tested in tests/resolve/test_event_reasons.py)."""
    sql = f"SELECT count(DISTINCT resident_id) FROM {{t}} WHERE date = DATE '{LAST}' AND kind IN ('merged_into', 'split_from')"
    changed = rows(good, LAST, "resident_events", sql)[0][0]
    assert changed <= 0.001 * len(rows(good, LAST, "residents", "SELECT resident_id FROM {t}"))
