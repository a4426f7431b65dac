"""The ten real contracts against a small sample: nothing is lost, and doing a night again gives the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from jobs import extract
from jobs.context import Context, run_step
from jobs.departments.contract import all_contracts
from jobs.pool.nights import Night, Receipt
from jobs.settings import Settings

from .conftest import day

pytestmark = pytest.mark.slow

NIGHTS = [day(0), day(1)]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from jobs.sample.make import make_sample
    from jobs.sample.server import serve

    folder = tmp_path_factory.mktemp("sample")
    make_sample(folder, residents=400, nights=2, seed=11, last_night=NIGHTS[-1], progress=lambda *_: None)
    with serve(folder) as url, pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "RENKOU_SAMPLE_API", url)
        yield folder


def tables(settings: Settings, night: Night) -> dict[str, list[dict[str, Any]]]:
    """Every table that extract wrote, rows in the order of their text."""
    context = Context(settings, night, Receipt("test"))
    names = [n for p in ("landing/", "source_current/", "deliveries/") for n in context.pinned(p)]
    return {n: sorted(ds.dataset(context.files(n)).to_table().to_pylist(), key=str) if context.files(n) else [] for n in names}


def test_nothing_is_lost_and_a_second_time_gives_the_same(sample: Path, tmp_path: Path) -> None:
    settings = Settings(tmp_path, sample / "sources.yml", "local[2]", 2, None)
    for date in NIGHTS:
        night = Night(settings.nights, date)
        receipt = run_step(settings, night, "extract", extract.run)
        first = tables(settings, night)
        assert run_step(settings, night, "extract", extract.run).rows_in == receipt.rows_in
        assert tables(settings, night) == first
        night.seal({"tables": night.pins()})
    rows = [r for name, content in first.items() if name.startswith("deliveries/") for r in content]
    assert {r["state"] for r in rows} <= {"on_time", "not_due"}
    for row in rows:
        refused = sum(int(x.split("=")[1].split("@")[0]) for x in row["rejected"])
        assert row["rows"] == row["rows_landed"] + refused, row["delivery_id"]
        landed = first[f"landing/{row['dept']}/{row['source_table']}"]
        assert sum(r["delivery_id"] == row["delivery_id"] for r in landed) == row["rows_landed"]
    truth = pq.read_table(
        sample / "truth" / "records.parquet", columns=["dept", "source_table", "source_key", "role"]
    ).to_pylist()
    known = {
        (*name.split("/")[1:], r["source_key"]) for name, c in first.items() if name.startswith("source_current/") for r in c
    }
    missing = {(r["dept"], r["source_table"]) for r in truth if (r["dept"], r["source_table"], r["source_key"]) not in known}
    assert truth
    assert not missing
    roles = {
        (c.code, table, role.replace("{n}", str(n)))
        for c in all_contracts().values()
        for table, spec in c.tables.items()
        for role, record in spec.records.items()
        for n in range(1, record.count + 1)
    }
    assert {(r["dept"], r["source_table"], r["role"]) for r in truth} <= roles


def test_values_follow_the_contracts_order(sample: Path, tmp_path: Path) -> None:
    settings = Settings(tmp_path, sample / "sources.yml", "local[2]", 2, None)
    night = Night(settings.nights, NIGHTS[0])
    run_step(settings, night, "extract.ga", extract.run, department="ga")
    content = tables(settings, night)
    columns = list(all_contracts()["ga"].tables["czrk"].columns)
    landed = {(r["delivery_id"], r["position"]): [r[c] for c in columns] for r in content["landing/ga/czrk"]}
    assert landed
    for row in content["source_current/ga/czrk"]:
        assert row["values"] == landed[(row["delivery_id"], row["position"])]
        assert row["source_key"] == row["values"][columns.index("RYBH")]
