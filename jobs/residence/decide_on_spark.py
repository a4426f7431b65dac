"""Very large nights: the same steps as decide.py, a bucket a task of Spark's workers.

The driver splits the evidence below the home folder, which must be the workers' too; they leave the facts of their buckets
there, the driver finds the relatives and what R-11 holds back, and they publish.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import polars as pl
import pyarrow as pa

from jobs.residence.children import NARROW
from jobs.residence.decide import family_pass, first_pass, last_pass
from jobs.residence.hysteresis import Tonight, kept_back
from jobs.residence.inputs import Inputs
from jobs.residence.parameters import Parameters
from jobs.residence.split import guardian_pairs, split
from jobs.tables import RESIDENCE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from jobs.context import Context

_KINDS = {
    "score": pa.float64(),
    "strongest": pa.float64(),
    "age": pa.int32(),
    "stands": pa.bool_(),
    "home_sure": pa.bool_(),
    "enrolled": pa.bool_(),
} | dict.fromkeys(("newest_ab", "firm_ab", "gone_on", "departed_on", "elsewhere_on"), pa.date32())
NARROWED = pa.schema([(name, _KINDS.get(name, pa.string())) for name in NARROW])


def write_by_workers(context: Context, inputs: Inputs, p: Parameters, groups: Mapping[str, str], buckets: int) -> int:
    """Write RESIDENCE; returns its rows."""
    with TemporaryDirectory(dir=context.settings.home, prefix="residence-") as scratch:
        return context.write(RESIDENCE, decided_by_workers(context.spark, inputs, (p, dict(groups)), Path(scratch), buckets))


def decided_by_workers(
    spark: SparkSession, inputs: Inputs, law: tuple[Parameters, dict[str, str]], folder: Path, buckets: int
) -> DataFrame:
    """Rows of RESIDENCE, as long as the folder stands. `law` is the parameters, and the departments that copy one another."""
    p, groups = law
    split(inputs, p, folder, buckets)
    facts = _run(spark, partial(facts_kernel, folder=folder, p=p, groups=groups), NARROWED, buckets).toArrow()
    narrow = cast(pl.DataFrame, pl.from_arrow(facts.cast(NARROWED)))
    guardians = guardian_pairs(inputs)
    family_pass(folder, narrow, guardians, p, buckets)
    held = kept_back(Tonight(folder, buckets), narrow, guardians, p, groups)
    return _run(spark, partial(rows_kernel, folder=folder, held=held, p=p), RESIDENCE.schema, buckets)


def _run(spark: SparkSession, kernel: Any, schema: pa.Schema, buckets: int) -> DataFrame:
    from pyspark.sql.pandas.types import from_arrow_schema

    return spark.range(0, buckets, 1, buckets).mapInArrow(kernel, from_arrow_schema(schema))


def facts_kernel(
    batches: Iterable[pa.RecordBatch], folder: Path, p: Parameters, groups: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    """Leave the facts of the numbered buckets below the folder; what relatives read of them (NARROWED)."""
    for number in _numbers(batches):
        yield from first_pass(folder, number, p, groups).to_arrow().cast(NARROWED).to_batches()


def rows_kernel(batches: Iterable[pa.RecordBatch], folder: Path, held: pl.DataFrame, p: Parameters) -> Iterator[pa.RecordBatch]:
    """The published rows of the numbered buckets."""
    for number in _numbers(batches):
        rows = last_pass(folder, number, held, p).select(RESIDENCE.schema.names)
        yield from rows.to_arrow().cast(RESIDENCE.schema).to_batches()


def _numbers(batches: Iterable[pa.RecordBatch]) -> Iterator[int]:
    for batch in batches:
        yield from batch.column(0).to_pylist()
