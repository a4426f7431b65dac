"""The engine over Spark: narrow keys are counted and joined, rows of one block meet in one partition, the kernel does the rest.

The kernels are functions from Arrow batches to Arrow batches; `prepare` turns stored rows into the model's columns. What
they compute depends on the rows of whole blocks alone, so never on how the partitions were cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.blocking import (
    Capped,
    Oversize,
    candidate_pairs,
    complete_keys,
    count_keys,
    effective_keys,
    oversize,
    sort_members,
)
from jobs.linkage.encoding import Encoded, Hashes, Index
from jobs.linkage.model import LinkModel
from jobs.linkage.nightly import crowd_keys, engine_stamp, row_stamps
from jobs.linkage.rows import encode
from jobs.linkage.scoring import SCHEMA, Kernel
from jobs.linkage.weights import Weights

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Prepare = Callable[[pa.Table], pa.Table]
COUNTS = pa.schema([("pass", pa.int32()), ("depth", pa.int32()), ("key", pa.int64()), ("rows", pa.int64())])
KEYS = pa.schema([("row_id", pa.string()), ("block", pa.int64()), ("pass", pa.int32())])
STAMPS = pa.schema([("row_id", pa.string()), ("stamp", pa.int64())])
STAMP, CROWD = -1, -2
"""In place of a pass: the row's stamp stands in `block`; the block is one of those that stay over their cap."""


def count_kernel(batches: Iterable[pa.RecordBatch], model: LinkModel, prepare: Prepare) -> Iterator[pa.RecordBatch]:
    """Key counts of one partition, at every depth of refinement."""
    table = _whole(batches)
    if table is None:
        return
    counts = count_keys(model, encode(model, prepare(table)))
    counts["key"] = counts["key"].to_numpy(np.uint64).view(np.int64)
    yield from pa.Table.from_pandas(counts, COUNTS, preserve_index=False).to_batches()


def key_kernel(
    batches: Iterable[pa.RecordBatch], model: LinkModel, prepare: Prepare, over: Oversize, engine: np.uint64
) -> Iterator[pa.RecordBatch]:
    """One narrow row per row and effective key, one with the row's stamp, and one for each crowd it stands in."""
    table = _whole(batches)
    if table is None:
        return
    encoded = encode(model, prepare(table))
    parts = []
    for position, matrix in enumerate(effective_keys(model, encoded, over)):
        row, slot = np.nonzero(matrix)
        parts.append(_narrow(encoded, row, matrix[row, slot], position))
    parts.append(_narrow(encoded, np.arange(len(encoded)), row_stamps(model, encoded, over, engine), STAMP))
    parts.append(_narrow(encoded, *crowd_keys(model, encoded, over), CROWD))
    yield from pa.concat_tables(parts).to_batches()


def _narrow(encoded: Encoded, row: Index, values: Hashes, position: int) -> pa.Table:
    columns = [encoded.ids.take(pa.array(row)), pa.array(values.view(np.int64)), pa.array(np.full(len(row), position, np.int32))]
    return pa.table(columns, schema=KEYS)


def score_kernel(
    batches: Iterable[pa.RecordBatch], model: LinkModel, weights: Weights, prepare: Prepare, over: Oversize
) -> Iterator[pa.RecordBatch]:
    """Links of one partition's blocks. Rows: the stored row with `block` and `pass`, a row standing once for each of its
    blocks, and `fresh`: only pairs with such a row are compared.

    The last row has no ids; its weight is the number of pairs compared.
    """
    table = _whole(batches)
    if table is None:
        return
    table = table.take(pc.sort_indices(table[model.id]))
    ids = table[model.id].combine_chunks().dictionary_encode()
    place = ids.indices.to_numpy().astype(np.int64)
    first = np.unique(place, return_index=True)[1]
    once = table.take(pa.array(first))
    encoded = encode(model, prepare(once.drop_columns(["block", "pass", "fresh"])))
    fresh = once["fresh"].to_numpy()
    blocks = table["block"].to_numpy().view(np.uint64)
    held = sort_members(place, blocks, table["pass"].to_numpy().astype(np.int8), encoded)
    keys = effective_keys(model, encoded, over)
    kernel = Kernel(model, weights, encoded)
    compared = 0
    for candidates in candidate_pairs(model, encoded, held, complete_keys(keys, over)):
        pairs = candidates.where(fresh[candidates.left] | fresh[candidates.right])
        compared += len(pairs.left)
        yield from kernel.score(pairs).to_batches()
    total = {n: [None] for n in SCHEMA.names} | {"weight": [float(compared)]}
    yield from pa.table(total, SCHEMA).to_batches()


def find_oversize(rows: DataFrame, model: LinkModel, prepare: Prepare) -> tuple[Oversize, list[Capped]]:
    """Keys over their pass's cap, counted over all rows."""
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema

    counted = rows.mapInArrow(partial(count_kernel, model=model, prepare=prepare), from_arrow_schema(COUNTS))
    caps = F.create_map(*(F.lit(v) for i, p in enumerate(model.passes) for v in (i, p.cap)))
    large = counted.groupBy("pass", "depth", "key").agg(F.sum("rows").alias("rows")).where(F.col("rows") > caps[F.col("pass")])
    found = large.toArrow().to_pandas() if model.passes else pd.DataFrame(columns=COUNTS.names)
    found["key"] = found["key"].to_numpy(np.int64).view(np.uint64)
    return oversize(model, found)


@dataclass(frozen=True)
class Keyed:
    """`keys`: KEYS of every row, stamps and crowds among them; `stamps`: STAMPS of every row."""

    keys: DataFrame
    stamps: DataFrame


def keyed(rows: DataFrame, model: LinkModel, weights: Weights, prepare: Prepare, over: Oversize) -> Keyed:
    """By what keys rows meet, and what their pairs depend on. The keys are held; unpersist them when done."""
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema

    kernel = partial(key_kernel, model=model, prepare=prepare, over=over, engine=engine_stamp(model, weights))
    keys = rows.mapInArrow(kernel, from_arrow_schema(KEYS)).persist()
    own = keys.where(F.col("pass") == STAMP).select("row_id", F.col("block").alias("own"))
    crowds = keys.where(F.col("pass") == CROWD)
    crowd = crowds.groupBy("block").agg(F.bit_xor(F.xxhash64("row_id")).alias("who"), F.count("*").alias("n"))
    around = (
        crowds.join(crowd, "block", how="inner").groupBy("row_id").agg(F.bit_xor(F.xxhash64("block", "who", "n")).alias("around"))
    )
    stamped = own.join(around, "row_id", how="left")
    stamp = F.xxhash64("own", "around")
    return Keyed(keys, stamped.select("row_id", stamp.alias("stamp")))


def score_blocks(
    rows: DataFrame,
    model: LinkModel,
    weights: Weights,
    prepare: Prepare,
    over: Oversize,
    keys: DataFrame,
    fresh: DataFrame | None = None,
) -> DataFrame:
    """Links above the review threshold (scoring.SCHEMA), and one row of counts a partition.

    With `fresh` (row_id) only the pairs that hold such a row, and only blocks with one are looked at.
    """
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema

    meeting = keys.where(F.col("pass") >= 0)
    if fresh is not None:
        meeting = meeting.join(fresh.withColumn("fresh", F.lit(True)), "row_id", how="left")
    else:
        meeting = meeting.withColumn("fresh", F.lit(True))
    meeting = meeting.withColumn("fresh", F.coalesce("fresh", F.lit(False)))
    shared = meeting.groupBy("block").agg(F.count("*").alias("n"), F.bool_or("fresh").alias("any")).where("n > 1 AND any")
    meeting = meeting.join(shared.select("block"), "block", how="left_semi").withColumnRenamed("row_id", model.id)
    together = rows.join(meeting, model.id, how="inner").repartition("block")
    kernel = partial(score_kernel, model=model, weights=weights, prepare=prepare, over=over)
    return together.mapInArrow(kernel, from_arrow_schema(SCHEMA))


def _whole(batches: Iterable[pa.RecordBatch]) -> pa.Table | None:
    held = [b for b in batches if b.num_rows]
    return pa.Table.from_batches(held) if held else None
