"""Whole nights on small districts, made once for all tests of this folder."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.pool.nights import Night, sealed
from jobs.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
LAST = dt.date(2026, 11, 22)
FIRST = LAST - dt.timedelta(days=1)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district of 1,200 residents with two nights of deliveries and a few of every hard case."""
    from jobs.sample.make import make_sample

    out = tmp_path_factory.mktemp("district") / "sample"
    make_sample(out, 1200, 2, 7, LAST, 1.0, {"twins": 4, "namesakes": 4, "newborns": 4}, lambda text: None)
    return out


@pytest.fixture(scope="session")
def sample_api(sample: Path) -> Iterator[str]:
    """The district's REST departments."""
    from jobs.sample.server import serve

    with serve(sample) as url:
        os.environ["RENKOU_SAMPLE_API"] = url
        yield url


def installation(home: Path, sample: Path, partitions: int = 2, spark: str = "local[2]") -> Settings:
    """An empty installation that reads the sample."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(sample / "sources.yml", home / "sources.yml")
    return Settings(home, home / "sources.yml", spark, partitions, None)


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory, sample: Path, sample_api: str, spark) -> Settings:
    """Both nights run undisturbed."""
    from jobs.run import run_night

    settings = installation(tmp_path_factory.mktemp("good"), sample)
    for date in (FIRST, LAST):
        run_night(settings, date, lambda text: None)
    return settings


def digests_of(settings: Settings, date: dt.date) -> dict[str, str]:
    """Digests of a finished night's tables."""
    from jobs.digest import digests

    return digests(settings, next(n for n in sealed(settings.nights) if n.date == date))


def copy_before(settings: Settings, home: Path, spark: str | None = None) -> Settings:
    """A copy of an installation as it stood after its first night."""
    shutil.copytree(settings.home, home)
    copied = replace(settings, home=home, sources=home / "sources.yml", spark=spark or settings.spark)
    shutil.rmtree(Night(copied.nights, LAST).path.parent, ignore_errors=True)
    return copied


def renkou(settings: Settings, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    environment = os.environ | {
        "RENKOU_HOME": str(settings.home),
        "RENKOU_SOURCES": str(settings.sources),
        "RENKOU_SPARK": settings.spark,
        "RENKOU_PARTITIONS": str(settings.partitions),
        **extra,
    }
    return subprocess.run(
        [sys.executable, "-m", "jobs", *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )


@contextlib.contextmanager
def spark_server(settings: Settings) -> Iterator[None]:
    """A Spark Connect server for an installation whose setting is `connect`."""
    from jobs import connect

    connect.start(settings)
    try:
        yield
    finally:
        connect.stop(settings)
