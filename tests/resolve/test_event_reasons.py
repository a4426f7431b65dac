"""Ids change only when the truth says so, and the reason given is what really happened to the delivered rows."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from jobs.departments.contract import contract_for
from jobs.linkage.identities import MERGED, SPLIT
from jobs.pool.nights import Night
from jobs.pool.store import Store
from jobs.run import do_mapped, do_step, night_for
from jobs.settings import Settings
from tests.resolve.corrections import Corrected, spoil_and_correct

pytestmark = [pytest.mark.spark, pytest.mark.slow]
SECOND = dt.date(2026, 11, 22)
FIRST = SECOND - dt.timedelta(days=1)
COUNT = 4
ORIGIN = ["dept", "source_table", "source_key", "role"]
CLAIM = re.compile(r"(?P<word>[a-z' ]+) changed in (?P<place>\w+\.\w+)")
NEW = re.compile(r"new record in (?P<place>\w+\.\w+)")


@dataclass(frozen=True)
class Nights:
    """Two nights up to resolve, whose register was corrected in between."""

    settings: Settings
    sample: Path
    corrected: Corrected

    def table(self, date: dt.date, name: str) -> pl.DataFrame:
        files = Store(self.settings.tables).files(name, Night(self.settings.nights, date).pins()[name])
        return pl.concat([pl.read_parquet(f, hive_partitioning=False) for f in files], how="diagonal_relaxed")

    def members(self, date: dt.date) -> pl.DataFrame:
        """resident_id, record_id, origin and true person of every record."""
        truth = pl.read_parquet(self.sample / "truth" / "records.parquet").select(*ORIGIN, "person_id").unique()
        records = self.table(date, "records").select("record_id", *ORIGIN)
        whose = self.table(date, "resident_records").select("record_id", "resident_id")
        return records.join(whose, on="record_id").join(truth, on=ORIGIN, how="left")

    def arrived(self, residents: set[str]) -> set[str]:
        """Tables (dept.table) that by the truth delivered a first row about these residents' persons on the second night."""
        persons = self.members(SECOND).filter(pl.col("resident_id").is_in(residents)).select("person_id").unique()
        truth = pl.read_parquet(self.sample / "truth" / "records.parquet").filter(pl.col("valid_from") == SECOND)
        places = truth.join(persons, on="person_id", how="semi").select(pl.concat_str("dept", pl.lit("."), "source_table"))
        return set(places.to_series())

    def changes(self) -> pl.DataFrame:
        """The second night's merges and splits."""
        return self.table(SECOND, "resident_events").filter((pl.col("date") == SECOND) & pl.col("kind").is_in([MERGED, SPLIT]))


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, spark) -> Nights:
    from jobs.sample.make import make_sample
    from jobs.sample.server import serve

    home = tmp_path_factory.mktemp("corrected")
    sample = home / "sample"
    make_sample(sample, 600, 2, 11, SECOND, 1.0, None, lambda text: None)
    corrected = spoil_and_correct(sample, FIRST, SECOND, COUNT)
    shutil.copy(sample / "sources.yml", home / "sources.yml")
    settings = Settings(home, home / "sources.yml", "local[2]", 2, None)
    with pytest.MonkeyPatch.context() as patch, serve(sample) as url:
        patch.setitem(os.environ, "RENKOU_SAMPLE_API", url)
        for date in (FIRST, SECOND):
            do_mapped(settings, date, "extract", lambda text: None)
            for step in ("standardize", "link", "resolve"):
                do_step(settings, date, step)
            night = night_for(settings, date, "resolve")
            night.seal({"tables": night.pins()})
    return Nights(settings, sample, corrected)


def moved_records(nights: Nights, event: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(records that changed residents by the event, the other records standing today where a part of them stands)."""
    old, new = (event["resident_id"], event["other_id"])[:: 1 if event["kind"] == MERGED else -1]
    before, today = nights.members(FIRST), nights.members(SECOND)
    were = before.filter(pl.col("resident_id") == old).select("record_id")
    moved = today.filter(pl.col("resident_id") == new).join(were, on="record_id", how="semi")
    counterpart = new if event["kind"] == MERGED else old
    rest = today.filter(pl.col("resident_id") == counterpart).join(moved, on="record_id", how="anti")
    return moved, rest


def test_every_correction_moves_its_person_once(nights: Nights):
    """A late number merges, a returned identity splits, and nobody else's id changes."""
    found = {MERGED: set(), SPLIT: set()}
    for event in nights.changes().to_dicts():
        moved, _ = moved_records(nights, event)
        found[event["kind"]] |= set(moved["person_id"])
    assert found == {MERGED: set(nights.corrected.late), SPLIT: set(nights.corrected.borrowed)}


def test_a_merge_joins_one_true_person_and_a_split_parts_two(nights: Nights):
    events = nights.changes().to_dicts()
    assert len(events) == 2 * COUNT
    for event in events:
        moved, rest = moved_records(nights, event)
        assert len(moved) and len(rest)
        assert (set(moved["person_id"]) == set(rest["person_id"])) is (event["kind"] == MERGED)
        assert moved["person_id"].n_unique() == rest["person_id"].n_unique() == 1


def test_every_reason_is_what_happened_to_the_delivered_row(nights: Nights):
    for event in nights.changes().to_dicts():
        moved, _ = moved_records(nights, event)
        row = moved.filter((pl.col("dept") == "rs") & (pl.col("source_table") == "ac01")).to_dicts()[0]
        claims = [m.groupdict() for m in CLAIM.finditer(event["reason"].replace(": ", "; "))]
        assert claims, event["reason"]
        assert "removed" not in event["reason"]
        assert {m["place"] for m in NEW.finditer(event["reason"])} <= nights.arrived({event["resident_id"], event["other_id"]})
        for claim in claims:
            assert claim["place"] == "rs.ac01"
            assert nights.corrected.changed(row["source_key"], claim["word"].strip())
        assert claims[0]["word"].strip() == "number"
        assert event["reason"].startswith("one person now" if event["kind"] == MERGED else "no longer one person")


def test_no_id_changes_without_its_event(nights: Nights):
    before, today = nights.members(FIRST), nights.members(SECOND)
    both = before.join(today.select("record_id", now="resident_id"), on="record_id")
    moved = both.filter(pl.col("resident_id") != pl.col("now")).select("resident_id", "now").unique().rows()
    told = {frozenset((e["resident_id"], e["other_id"])) for e in nights.changes().to_dicts()}
    assert {frozenset(pair) for pair in moved} == told
    assert len(told) == 2 * COUNT


def test_the_register_is_the_one_of_the_contract():
    assert contract_for("rs").tables["ac01"].source == "AC01"
