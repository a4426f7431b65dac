"""The engine over Spark: narrow keys are counted and joined, rows of one block meet in one partition, the kernel does the rest.

The kernels are functions from Arrow batches to Arrow batches; `prepare` turns stored rows into the model's columns. What
they compute depends on the rows of whole blocks alone, so never on how the partitions were cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
from jobs.linkage.encoding import encode
from jobs.linkage.model import LinkModel
from jobs.linkage.scoring import SCHEMA, Kernel
from jobs.linkage.weights import Weights

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Prepare = Callable[[pa.Table], pa.Table]
COUNTS = pa.schema([("pass", pa.int32()), ("depth", pa.int32()), ("key", pa.int64()), ("rows", pa.int64())])
KEYS = pa.schema([("row_id", pa.string()), ("block", pa.int64()), ("pass", pa.int32())])


def count_kernel(batches: Iterable[pa.RecordBatch], model: LinkModel, prepare: Prepare) -> Iterator[pa.RecordBatch]:
    """Key counts of one partition, at every depth of refinement."""
    table = _whole(batches)
    if table is None:
        return
    counts = count_keys(model, encode(model, prepare(table)))
    counts["key"] = counts["key"].to_numpy(np.uint64).view(np.int64)
    yield from pa.Table.from_pandas(counts, COUNTS, preserve_index=False).to_batches()


def key_kernel(batches: Iterable[pa.RecordBatch], model: LinkModel, prepare: Prepare, over: Oversize) -> Iterator[pa.RecordBatch]:
    """One narrow row per row and effective key."""
    table = _whole(batches)
    if table is None:
        return
    encoded = encode(model, prepare(table))
    parts = []
    for position, matrix in enumerate(effective_keys(model, encoded, over)):
        row, slot = np.nonzero(matrix)
        parts.append(
            pa.table(
                [
                    encoded.ids.take(pa.array(row)),
                    pa.array(matrix[row, slot].view(np.int64)),
                    pa.array(np.full(len(row), position, np.int32)),
                ],
                schema=KEYS,
            )
        )
    yield from pa.concat_tables(parts).to_batches()


def score_kernel(
    batches: Iterable[pa.RecordBatch], model: LinkModel, weights: Weights, prepare: Prepare, over: Oversize
) -> Iterator[pa.RecordBatch]:
    """Links of one partition's blocks. Rows: the stored row with `block` and `pass`, a row standing once for each of its blocks.

    The last row has no ids; its weight is the number of pairs compared.
    """
    table = _whole(batches)
    if table is None:
        return
    table = table.take(pc.sort_indices(table[model.id]))
    ids = table[model.id].combine_chunks().dictionary_encode()
    place = ids.indices.to_numpy().astype(np.int64)
    first = np.unique(place, return_index=True)[1]
    encoded = encode(model, prepare(table.take(pa.array(first)).drop_columns(["block", "pass"])))
    blocks = table["block"].to_numpy().view(np.uint64)
    held = sort_members(place, blocks, table["pass"].to_numpy().astype(np.int8), encoded)
    keys = effective_keys(model, encoded, over)
    kernel = Kernel(model, weights, encoded)
    compared = 0
    for pairs in candidate_pairs(model, encoded, held, complete_keys(keys, over)):
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


def score_blocks(rows: DataFrame, model: LinkModel, weights: Weights, prepare: Prepare, over: Oversize) -> DataFrame:
    """All links above the review threshold (scoring.SCHEMA), and one row of counts a partition."""
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema

    keys = rows.mapInArrow(partial(key_kernel, model=model, prepare=prepare, over=over), from_arrow_schema(KEYS))
    shared = keys.groupBy("block").agg(F.count("*").alias("n")).where("n > 1").select("block")
    meeting = keys.join(shared, "block", how="left_semi").withColumnRenamed("row_id", model.id)
    together = rows.join(meeting, model.id, how="inner").repartition("block")
    kernel = partial(score_kernel, model=model, weights=weights, prepare=prepare, over=over)
    return together.mapInArrow(kernel, from_arrow_schema(SCHEMA))


def _whole(batches: Iterable[pa.RecordBatch]) -> pa.Table | None:
    held = [b for b in batches if b.num_rows]
    return pa.Table.from_batches(held) if held else None
