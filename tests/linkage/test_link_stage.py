"""The stage on a small town of families: every record in one profile, the same links whatever the partitions, few mistakes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from jobs import link
from jobs.context import Context, run_step
from jobs.pool.nights import Night
from jobs.profiles import collapse_all
from jobs.profiles.kin import LISTS
from jobs.settings import Settings
from jobs.tables import LINKS, PROFILE_RECORDS, PROFILE_STAMPS, PROFILES, RECORDS
from tests.linkage.mutable_records import nights
from tests.linkage.people import Town
from tests.linkage.test_link_changes import anything, begin  # noqa: F401  (a fixture)

pytestmark = pytest.mark.spark


DAY = dt.date(2026, 11, 20)
MADE = (PROFILES, PROFILE_RECORDS, PROFILE_STAMPS, LINKS)


def run_town(settings: Settings, records: pa.Table, date: dt.date = DAY, **options: object) -> Context:
    """Put the records there and run the stage."""
    night = Night(settings.nights, date)
    run_step(settings, night, "standardize", lambda c: c.write_arrow(RECORDS, records) and None)
    receipt = run_step(settings, night, "link", link.run, **options)
    assert receipt.rows_in == records.num_rows and receipt.notes["pairs_compared"] > 0
    return Context(settings, night, receipt)


def assert_same(one: Context, two: Context) -> None:
    for declared in MADE:
        key = list(declared.key)
        assert table(one, declared.name).sort(key).equals(table(two, declared.name).sort(key)), declared.name


def table(context: Context, name: str) -> pl.DataFrame:
    frame = pl.from_arrow(context.read_arrow(name))
    assert isinstance(frame, pl.DataFrame)
    return frame


def test_the_stage_on_a_town(spark: object, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(250, seed=8)
    records = town.records()
    context = run_town(settings, records)
    where, links, profiles = table(context, "profile_records"), table(context, "links"), table(context, "profiles")
    assert where["record_id"].sort().to_list() == sorted(town.truth())
    assert set(where["profile_id"]) == set(profiles["profile_id"]) and profiles["records"].sum() == records.num_rows
    person = where.with_columns(pid=where["record_id"].replace_strict(town.truth(), return_dtype=pl.Int64))
    assert (person.group_by("profile_id").agg(pl.col("pid").n_unique())["pid"] == 1).mean() > 0.999
    owner = person.group_by("profile_id").agg(pl.col("pid").first())
    judged = links.join(owner, left_on="profile_l", right_on="profile_id").join(
        owner, left_on="profile_r", right_on="profile_id", suffix="_r"
    )
    auto = judged.filter(pl.col("grade") == "auto")
    assert len(auto) > 200 and (auto["pid"] == auto["pid_r"]).mean() > 0.995
    assert (links["profile_l"] < links["profile_r"]).all() and not links.select("profile_l", "profile_r").is_duplicated().any()
    assert links.filter(pl.col("veto").is_not_null())["grade"].unique().to_list() in ([], ["none"])

    other = replace(settings, home=tmp_path / "again", partitions=7)
    shuffled = records.take(pa.array(range(records.num_rows - 1, -1, -1)))
    monkeypatch.setattr(collapse_all, "TOGETHER", 300)
    again = run_town(other, shuffled)
    assert_same(context, again)

    monkeypatch.setattr(link, "MOST_RECORDS", 0)
    spread = run_town(replace(settings, home=tmp_path / "spread"), records)
    assert_same(context, spread)
    assert spread.receipt.notes == context.receipt.notes


def test_a_night_compares_what_changed_and_equals_a_full_rebuild(spark: object, settings: Settings, tmp_path: Path) -> None:
    town = pl.from_arrow(Town(250, seed=9).records())
    assert isinstance(town, pl.DataFrame)
    new, gone, other = (pl.int_range(pl.len()) % 97 == k for k in (3, 5, 7))
    yesterday = town.filter(~new)
    tonight = town.filter(~gone).with_columns(phone=pl.when(other).then(pl.lit("15099990000")).otherwise("phone"))
    first = run_town(settings, yesterday.to_arrow().cast(RECORDS.schema))
    seal(first)
    second = run_town(settings, tonight.to_arrow().cast(RECORDS.schema), DAY + dt.timedelta(days=1))
    notes = second.receipt.notes
    assert notes["records_changed"] == sum(town.filter(k).height for k in (new, gone, other))
    assert 0 < notes["pairs_compared"] < 0.25 * first.receipt.notes["pairs_compared"]
    assert 0 < notes["profiles_compared"] < 0.1 * notes["profiles"]

    whole = run_town(replace(settings, home=tmp_path / "whole"), tonight.to_arrow().cast(RECORDS.schema))
    assert_same(second, whole)
    full = run_town(settings, tonight.to_arrow().cast(RECORDS.schema), DAY + dt.timedelta(days=1), full=True)
    assert full.receipt.notes["pairs_compared"] == whole.receipt.notes["pairs_compared"] > notes["pairs_compared"]
    assert_same(full, whole)


@pytest.mark.usefixtures("anything")
def test_spark_and_the_spot_agree_on_families_certificates_and_accounts(
    spark: object, settings: Settings, tmp_path: Path
) -> None:
    records = nights(7, rows=150, count=1)[0]
    whole = run_town(settings, records, full=True)
    other = replace(settings, home=tmp_path / "spot")
    begin(other)
    spot = run_town(other, records)
    assert "records_changed" in spot.receipt.notes and "records_changed" not in whole.receipt.notes
    profiles = table(whole, "profiles")
    assert all(profiles[name].list.len().sum() for name in LISTS)
    assert_same(spot, whole)


def seal(context: Context) -> None:
    """Finish the night as publishing does, so that the next one has it as the night before."""
    context.night.seal({"tables": context.night.pins()})
