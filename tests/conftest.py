"""Fixtures that every test may use. Most tests need none of them; one Spark session serves all that do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

BYTECODE = Path(sys.prefix) / "bytecode"
"""Compiled modules, outside the source tree. Where the environment forbids to keep them, every process of a test, Spark's
workers included, would compile the thousands of files of the engines anew."""
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
sys.dont_write_bytecode, sys.pycache_prefix = False, str(BYTECODE)

from jobs.settings import Settings  # noqa: E402  (after the bytecode's place is known)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty installation in a folder of its own."""
    return Settings(tmp_path, tmp_path / "sources.yml", "local[2]", 2, "test-key")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """The one local session, with the product's own settings: two cores, two shuffle partitions (data are small)."""
    from jobs.session import spark_session

    home = tmp_path_factory.mktemp("spark")
    session = spark_session(Settings(home, home / "sources.yml", "local[2]", 2, "test-key"))
    yield session
    session.stop()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The home folder of one `make run` (three nights through the real DAG), and what it printed."""
    from tests.demo import renkou

    home = tmp_path_factory.mktemp("demo") / "var"
    return home, renkou(home, ["demo"])
