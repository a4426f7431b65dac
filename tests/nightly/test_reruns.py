"""The same night again gives the same digests: elsewhere, with other partitions, and after being killed at every stage."""

from __future__ import annotations

import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from jobs import plan
from jobs.run import run_night
from jobs.settings import Settings
from tests.nightly.conftest import FIRST, LAST, copy_before, digests_of, installation, spark_server
from tests.nightly.warm import command

pytestmark = [pytest.mark.spark, pytest.mark.slow]
KILLED = -signal.SIGKILL


def test_same_digests_in_another_place_with_other_partitions(good: Settings, sample: Path, tmp_path: Path, spark):
    other = installation(tmp_path / "other", sample, partitions=5)
    spark.conf.set("spark.sql.shuffle.partitions", "5")
    try:
        run_night(other, FIRST, lambda text: None)
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", "2")
    assert digests_of(other, FIRST) == digests_of(good, FIRST)


def test_a_second_revision_of_the_same_night_is_identical(good: Settings, tmp_path: Path, spark):
    shutil.copytree(good.home, tmp_path / "again")
    again = replace(good, home=tmp_path / "again", sources=tmp_path / "again" / "sources.yml")
    run_night(again, LAST, lambda text: None)
    assert (again.nights / LAST.isoformat() / "1" / "manifest.json").exists()
    assert digests_of(again, LAST) == digests_of(good, LAST)


def test_every_stage_survives_sigkill(good: Settings, tmp_path: Path):
    """After its first part file, before its commit, between commit and receipt; then each stage once undisturbed."""
    hurt = copy_before(good, tmp_path / "hurt", spark="connect")
    with spark_server(hurt):
        for stage in plan.STAGES:
            for point in ("part", "commit", "manifest") if stage.writes else ("manifest",):
                killed = command(hurt, stage.name, "--date", LAST.isoformat(), RENKOU_KILL=point)
                assert killed.returncode == KILLED, (stage.name, point, killed.said)
            done = command(hurt, stage.name, "--date", LAST.isoformat())
            assert done.returncode == 0, (stage.name, done.said)
            if stage.gate:
                gate = command(hurt, "validate", "--date", LAST.isoformat(), "--layer", stage.gate)
                assert gate.returncode == 0, (stage.gate, gate.said)
    assert digests_of(hurt, LAST) == digests_of(good, LAST)
