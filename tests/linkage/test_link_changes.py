"""The link stage following the change, whole nights of it, without Spark: equal to the same stage from nothing, whatever
records came, went and changed; and in full wherever last night's tables cannot be gone by."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from jobs import link, link_changes
from jobs.context import Context, run_step
from jobs.link_changes import CARRIED, Engine, engine_for, follow
from jobs.pool.nights import Night
from jobs.profiles.collapse import Sources
from jobs.profiles.crowds_in_memory import crowds_among
from jobs.settings import Settings
from jobs.tables import PROFILE_STAMPS, RECORDS
from tests.linkage.mutable_records import NAMES, nights

DAY = dt.date(2026, 11, 20)
SOURCES = Sources({}, frozenset({"ga.czrk"}))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_for(SOURCES)


def begin(settings: Settings) -> None:
    """A night before all nights: every table stands and is empty."""
    night = Night(settings.nights, DAY - dt.timedelta(days=1))

    def empty(context: Context) -> None:
        for declared in (RECORDS, *CARRIED):
            context.write_arrow(declared, declared.schema.empty_table())

    run_step(settings, night, "link", empty)
    night.seal({"tables": night.pins()})


def run(settings: Settings, engine: Engine, records: pa.Table, day: int, **options: object) -> tuple[Context, bool]:
    """One night of the stage over these records; whether it could follow the night before."""
    night = Night(settings.nights, DAY + dt.timedelta(days=day))
    run_step(settings, night, "standardize", lambda c: c.write_arrow(RECORDS, records) and None)
    went: list[bool] = []
    receipt = run_step(settings, night, "link", lambda c: went.append(follow(c, engine)), **options)
    night.seal({"tables": night.pins()})
    return Context(settings, night, receipt), went[0]


def tables(context: Context) -> dict[str, pl.DataFrame]:
    return {t.name: pl.DataFrame(context.read_arrow(t.name)).sort(t.key) for t in CARRIED}


@pytest.fixture
def anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Follow even from nothing, and however much changed."""
    monkeypatch.setattr(link_changes, "MOST_CHANGED", float("inf"))
    monkeypatch.setattr(link_changes, "_known", lambda context, engine: True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.usefixtures("anything")
def test_any_sequence_of_nights_ends_where_starting_from_nothing_does(
    settings: Settings, tmp_path: Path, engine: Engine, seed: int
) -> None:
    begin(settings)
    for day, records in enumerate(nights(seed, rows=60, count=4)):
        context, _ = run(settings, engine, records, day)
        other = replace(settings, home=tmp_path / f"alone{day}")
        begin(other)
        alone, _ = run(other, engine, records, day)
        whole = tables(alone)
        for name, mine in tables(context).items():
            assert mine.equals(whole[name]), name
        assert len(whole["links"]) and whole["profiles"]["records"].sum() == records.num_rows
        if day:
            assert context.receipt.notes["pairs_compared"] < alone.receipt.notes["pairs_compared"]


@pytest.mark.usefixtures("anything")
def test_a_phone_that_becomes_one_of_many_is_no_evidence_for_anybody_any_more(settings: Settings, engine: Engine) -> None:
    begin(settings)
    rows = nights(1, rows=14, count=1)[0].to_pylist()
    lone = [r | {"phone": "13900000000", "name": NAMES[i % 2]} for i, r in enumerate(rows[:4])]
    many = [r | {"phone": "13900000000", "name": NAMES[i % 8]} for i, r in enumerate(rows)]
    before = pa.Table.from_pylist(lone + [r | {"phone": None} for r in rows[4:]], RECORDS.schema)
    run(settings, engine, before, 0)
    context, _ = run(settings, engine, pa.Table.from_pylist(many, RECORDS.schema), 1)
    profiles = pl.DataFrame(context.read_arrow("profiles"))
    assert crowds_among(profiles).phones == {"13900000000"} and context.receipt.notes["phones_of_many"] == 1
    assert not pl.DataFrame(context.read_arrow("links"))["levels"].str.contains("phone=any_common").any()


@pytest.mark.usefixtures("anything")
def test_a_night_without_change_compares_nothing(settings: Settings, engine: Engine) -> None:
    begin(settings)
    records = nights(3, rows=40, count=1)[0]
    first, _ = run(settings, engine, records, 0)
    second, _ = run(settings, engine, records.take(pa.array(range(records.num_rows - 1, -1, -1))), 1)
    assert second.receipt.notes["pairs_compared"] == second.receipt.notes["records_changed"] == 0
    assert all(mine.equals(tables(first)[name]) for name, mine in tables(second).items())


def settled(settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> pa.Table:
    """A first night as if made in full; returns its records."""
    records = nights(5, rows=40, count=1)[0]
    with monkeypatch.context() as patch:
        patch.setattr(link_changes, "_known", lambda context, engine: True)
        patch.setattr(link_changes, "MOST_CHANGED", float("inf"))
        begin(settings)
        run(settings, engine, records, 0)
    return records


def test_last_night_is_gone_by_when_the_same_engine_made_it(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = settled(settings, engine, monkeypatch)
    assert run(settings, engine, records, 1)[1]


@pytest.mark.parametrize("why", ["asked", "another engine", "much changed", "stamps lost"])
def test_the_stage_runs_in_full_where_last_night_cannot_be_gone_by(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    records = settled(settings, engine, monkeypatch)
    if why == "asked":
        context, went = run(settings, engine, records, 1, full=True)
    elif why == "another engine":
        context, went = run(settings, replace(engine, stamp=engine.stamp + 1), records, 1)
    elif why == "much changed":
        context, went = run(settings, engine, records.slice(records.num_rows // 5), 1)
    else:
        night = Night(settings.nights, DAY)
        pins = night.pins()
        night.seal({"tables": {n: v for n, v in pins.items() if n != PROFILE_STAMPS.name}})
        context, went = run(settings, engine, records, 1)
    assert not went and not context.receipt.writes


def test_the_engine_is_another_when_sources_speak_otherwise_or_its_code_changes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert engine_for(SOURCES).stamp == engine.stamp
    assert engine_for(Sources({"zf": "ga"}, SOURCES.sexed)).stamp != engine.stamp
    monkeypatch.setattr(link_changes, "version", lambda name: "0")
    assert engine_for(SOURCES).stamp != engine.stamp
    assert link.sources().voices
