"""Fixtures that every test may use. Most tests need none of them; one Spark session serves all that do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.settings import Settings

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
