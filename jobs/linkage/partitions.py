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
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.blocking import Capped, Members, Oversize, candidate_pairs, complete_keys, effective_keys, sort_members
from jobs.linkage.encoding import Bools
from jobs.linkage.model import LinkModel
from jobs.linkage.nightly import engine_stamp
from jobs.linkage.row_keys import KEYS, STAMPED, Keys, crowding, row_keys, stamped
from jobs.linkage.rows import encode
from jobs.linkage.scoring import SCHEMA, Kernel
from jobs.linkage.weights import Weights

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Prepare = Callable[[pa.Table], pa.Table]
MEETING = ["block", "pass", "fresh"]
"""What stands beside a stored row for each block it goes to: the block, its pass, and whether the row is to be compared."""


def key_kernel(
    batches: Iterable[pa.RecordBatch], model: LinkModel, prepare: Prepare, engine: np.uint64
) -> Iterator[pa.RecordBatch]:
    """KEYS of one partition's rows: the only time that all rows are encoded."""
    table = _whole(batches)
    if table is not None:
        yield from row_keys(model, encode(model, prepare(table)), engine).to_batches()


def stamp_kernel(batches: Iterable[pa.RecordBatch], model: LinkModel, over: Oversize) -> Iterator[pa.RecordBatch]:
    """STAMPED of the rows that stand in no crowded block."""
    table = _whole(batches)
    if table is not None:
        made = stamped(model, table, over, whole=False)
        yield from made.filter(pc.invert(made["crowded"])).to_batches()


def crowd_kernel(batches: Iterable[pa.RecordBatch], blocks: npt.NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
    """KEYS of the rows that stand in one of the blocks."""
    for batch in batches:
        entries = batch["blocks"]
        row = np.repeat(np.arange(batch.num_rows), entries.value_lengths().to_numpy())
        found = np.unique(row[np.isin(entries.flatten().to_numpy(), blocks)])
        if len(found):
            yield batch.take(pa.array(found))


def score_kernel(
    batches: Iterable[pa.RecordBatch], model: LinkModel, weights: Weights, prepare: Prepare, over: Oversize
) -> Iterator[pa.RecordBatch]:
    """Links of one partition's blocks. Rows: the stored row with MEETING, a row standing once for each of its blocks; only
    pairs with a fresh row are compared.

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
    encoded = encode(model, prepare(once.drop_columns(MEETING)))
    blocks = table["block"].to_numpy().view(np.uint64)
    held = sort_members(place, blocks, table["pass"].to_numpy().astype(np.int8), encoded)
    yield from compare(Kernel(model, weights, encoded), held, over, once["fresh"].to_numpy())


def compare(kernel: Kernel, held: Members, over: Oversize, fresh: Bools) -> Iterator[pa.RecordBatch]:
    """Links of the pairs that meet in the blocks held and hold a fresh row; last a row of null ids, its weight their number."""
    complete = complete_keys(effective_keys(kernel.model, kernel.encoded, over), over)
    compared = 0
    for candidates in candidate_pairs(kernel.model, kernel.encoded, held, complete):
        pairs = candidates.where(fresh[candidates.left] | fresh[candidates.right])
        compared += len(pairs.left)
        yield from kernel.score(pairs).to_batches()
    total = {n: [None] for n in SCHEMA.names} | {"weight": [float(compared)]}
    yield from pa.table(total, SCHEMA).to_batches()


@dataclass(frozen=True)
class Keyed:
    """`rows`: STAMPED of every row; `over`: keys over their pass's cap, and the report; `held`: frames to release when done."""

    rows: DataFrame
    over: Oversize
    capped: list[Capped]
    held: tuple[DataFrame, ...]


def keyed(rows: DataFrame, model: LinkModel, weights: Weights, prepare: Prepare) -> Keyed:
    """By what keys rows meet, counted over all rows, and what their pairs depend on."""
    from pyspark.sql.pandas.types import from_arrow_schema

    kernel = partial(key_kernel, model=model, prepare=prepare, engine=engine_stamp(model, weights))
    keys = rows.mapInArrow(kernel, from_arrow_schema(KEYS)).persist()
    crowd = _crowded(keys, model)
    over, capped = crowding(model, Keys.of(model, crowd))
    made = keys.mapInArrow(partial(stamp_kernel, model=model, over=over), from_arrow_schema(STAMPED))
    if crowd.num_rows:
        beside = rows.sparkSession.createDataFrame(stamped(model, crowd, over, whole=True), from_arrow_schema(STAMPED))
        made = made.unionByName(beside)
    return Keyed(made.persist(), over, capped, (keys, made))


def _crowded(keys: DataFrame, model: LinkModel) -> pa.Table:
    """KEYS of all rows in blocks over their pass's cap; few beside all rows."""
    from pyspark.sql import functions as F

    caps = F.create_map(*(F.lit(v) for i, p in enumerate(model.passes) for v in (i, p.cap)))
    large = (
        keys.select(F.explode(F.arrays_zip("passes", "blocks")).alias("each"))
        .groupBy("each")
        .agg(F.count("*").alias("rows"))
        .where(F.col("rows") > caps[F.col("each.passes").cast("int")])
        .select("each.blocks")
    )
    blocks = large.toArrow()["blocks"].to_numpy()
    if not len(blocks):
        return KEYS.empty_table()
    return keys.mapInArrow(partial(crowd_kernel, blocks=blocks), keys.schema).toArrow().cast(KEYS)


def score_blocks(rows: DataFrame, model: LinkModel, weights: Weights, prepare: Prepare, known: Keyed) -> DataFrame:
    """Links above the review threshold (scoring.SCHEMA), and one row of counts a partition."""
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema

    each = F.explode(F.arrays_zip("meets", "passes")).alias("each")
    meeting = known.rows.select(F.col("row_id").alias(model.id), each)
    meeting = meeting.select(
        model.id, F.col("each.meets").alias("block"), F.col("each.passes").alias("pass"), F.lit(True).alias("fresh")
    )
    shared = meeting.groupBy("block").agg(F.count("*").alias("n")).where("n > 1")
    meeting = meeting.join(shared.select("block"), "block", how="left_semi")
    together = rows.join(meeting, model.id, how="inner").repartition("block")
    kernel = partial(score_kernel, model=model, weights=weights, prepare=prepare, over=known.over)
    return together.mapInArrow(kernel, from_arrow_schema(SCHEMA))


def _whole(batches: Iterable[pa.RecordBatch]) -> pa.Table | None:
    held = [b for b in batches if b.num_rows]
    return pa.Table.from_batches(held) if held else None
