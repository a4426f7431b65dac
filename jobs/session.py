"""The Spark session of this process, and typed reading and writing of part files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.connect import address
from jobs.errors import UserError
from jobs.settings import Settings
from jobs.spark_environment import prepare_environment, spark_config

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def spark_session(settings: Settings) -> SparkSession:
    """The session of this process, started at first use; `sc://` connects to a Spark Connect server."""
    from pyspark.sql import SparkSession

    remote = _remote(settings)
    if remote:
        return SparkSession.builder.remote(remote).getOrCreate()
    prepare_environment(settings)
    builder = SparkSession.builder.master(settings.spark).appName("renkou")
    for key, value in spark_config(settings).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _remote(settings: Settings) -> str | None:
    """Address of the Spark Connect server to use, or None for a session inside this process."""
    if settings.spark != "connect":
        return settings.spark if settings.spark.startswith("sc://") else None
    known = address(settings)
    if known is None:
        raise UserError("No Spark Connect server runs for this home folder.", "Start it: renkou session start.")
    return f"sc://127.0.0.1:{known[1]}"


def read_files(spark: SparkSession, files: list[str], schema: pa.Schema) -> DataFrame:
    """Part files with the declared schema; none of them is an empty frame."""
    from pyspark.sql.pandas.types import from_arrow_schema

    spark_schema = from_arrow_schema(schema)
    if not files:
        return spark.createDataFrame([], spark_schema)
    return spark.read.schema(spark_schema).parquet(*files)


def write_files(frame: DataFrame, schema: pa.Schema, folder: Path) -> None:
    """Write the declared columns, in order and type, as Parquet part files into a folder that must not exist yet."""
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema

    columns = [F.col(f.name).cast(f.dataType).alias(f.name) for f in from_arrow_schema(schema).fields]
    frame.select(*columns).write.parquet(str(folder))
