"""Linking tables in memory, without Spark: the same passes, kernel and weights as the population's link stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.errors import UserError
from jobs.linkage.alignment import ROW, aligned
from jobs.linkage.blocking import CHUNK, Capped, Pairs, count_keys, mix, oversize
from jobs.linkage.blocks import Blocks, blocks_of
from jobs.linkage.encoding import Bools, Encoded, Index
from jobs.linkage.input_checks import check_values
from jobs.linkage.meetings import Meetings
from jobs.linkage.model import LinkModel
from jobs.linkage.rows import encode
from jobs.linkage.scoring import SCHEMA, Kernel
from jobs.linkage.weights import Weights

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """Links (scoring.SCHEMA, sorted by ids), how many pairs were compared, and blocks over a cap."""

    links: pa.Table
    compared: int
    capped: list[Capped]


def encode_tables(model: LinkModel, tables: list[pa.Table]) -> Encoded:
    """One table to dedupe, or two to link, as one encoded table in the order of ids; UserError for doubtful ids."""
    if not 1 <= len(tables) <= 2:
        raise UserError(f"{len(tables)} tables were given.", "Give one table to find its duplicates, or two to link.")
    for table in tables:
        if not table.num_rows:
            raise UserError("A table is empty.", "Give tables with rows.")
    tables = aligned(model, tables)
    columns = [model.id, *dict.fromkeys(model.column(f) for f in model.fields if model.column(f) != model.id)]
    for table in tables:
        encode(model, table.slice(0, 0))  # names what a table lacks
    parts = [
        table.select(columns).append_column("__source", pa.array([i] * table.num_rows, pa.int8()))
        for i, table in enumerate(tables)
    ]
    whole = pa.concat_tables(parts, promote_options="permissive")
    if whole[model.id].null_count:
        raise UserError(f"Column {model.id} has rows without an id.", "Give every row an id of its own.")
    if not _ascending(whole[model.id]):
        whole = whole.take(pc.sort_indices(whole[model.id]))
    if not _ascending(whole[model.id]):
        raise UserError(
            f"Column {model.id} holds ids that stand twice.",
            f"Give every row an id of its own, or write `id: '{ROW}'` for row numbers.",
        )
    source = whole["__source"].to_numpy().astype(np.int8) if len(tables) == 2 else None
    encoded = encode(model, whole, source)
    check_values(model, whole, encoded)
    return encoded


def _ascending(ids: pa.ChunkedArray) -> bool:
    """Whether each id is greater than the one before."""
    return bool(pc.all(pc.less(ids[:-1], ids[1:])).as_py() in (True, None))


def score_all(
    model: LinkModel, weights: Weights, encoded: Encoded, fresh: Bools | None = None, blocks: Blocks | None = None
) -> Scored:
    """Every candidate pair scored, or with `fresh` those that hold such a row; pairs above the review threshold returned."""
    blocks = blocks or blocks_of(model, encoded)
    kernel = Kernel(model, weights, encoded)
    tables, compared = [SCHEMA.empty_table()], 0
    meetings = Meetings.of(blocks)
    for start, end in meetings.pieces(CHUNK):
        candidates = meetings.pairs(start, end)
        pairs = candidates if fresh is None else candidates.where(fresh[candidates.left] | fresh[candidates.right])
        compared += len(pairs.left)
        tables.append(kernel.score(pairs))
    return Scored(distinct_links(pa.concat_tables(tables)), compared, blocks.capped)


def stamps(model: LinkModel, weights: Weights, encoded: Encoded) -> pd.Series:
    """Stamp of each row by its id (jobs/linkage/nightly.py): rows that keep theirs keep the links between them."""
    import pandas as pd  # not at the top: see encoding.hashes_of

    from jobs.linkage.nightly import crowd_keys, engine_stamp, row_stamps

    over, _ = oversize(model, count_keys(model, encoded))
    own = row_stamps(model, encoded, over, engine_stamp(model, weights))
    row, key = crowd_keys(model, encoded, over)
    ids = encoded.ids.to_numpy(zero_copy_only=False)
    crowds = pd.DataFrame({"row": row, "key": key, "who": pd.util.hash_array(ids[row], categorize=False)})
    for _, crowd in crowds.groupby("key"):
        own[crowd["row"]] ^= mix(crowd["key"].to_numpy(), np.full(len(crowd), np.bitwise_xor.reduce(crowd["who"].to_numpy())))
    return pd.Series(own, ids)


def distinct_links(links: pa.Table) -> pa.Table:
    """Sorted by ids; a pair met in a windowed block and again elsewhere is kept once, with the earlier block name."""
    if not links.num_rows or _sorted(links):
        return links
    order = links.sort_by([(name, "ascending") for name in ("left", "right", "block")])
    left, right = order["left"].combine_chunks(), order["right"].combine_chunks()
    again = pc.and_(pc.equal(left[1:], left[:-1]), pc.equal(right[1:], right[:-1]))
    return order.filter(pa.concat_arrays([pa.array([True]), pc.invert(again)]))


def _sorted(links: pa.Table) -> bool:
    """Whether every pair of ids is greater than the one before, so that no pair stands twice."""
    left, right = links["left"].combine_chunks(), links["right"].combine_chunks()
    greater = pc.or_(pc.less(left[:-1], left[1:]), pc.and_(pc.equal(left[:-1], left[1:]), pc.less(right[:-1], right[1:])))
    return pc.all(greater).as_py() is not False


def weigh_pairs(model: LinkModel, weights: Weights, encoded: Encoded, left: Index, right: Index) -> Floats:
    """Match weights of given pairs of rows."""
    from jobs.linkage.comparisons import levels_of

    kernel = Kernel(model, weights, encoded)
    pairs = Pairs(left, right, np.full(len(left), -1, np.int8))
    return kernel.weigh(kernel.parts(pairs, levels_of(model, encoded, left, right)))


def expected_cut(probability: Floats) -> float:
    """The probability from which taking pairs gives the best expected F1: half of that F1, by the model's own beliefs.

    Taking one more pair of probability p raises F1 exactly when p is over half of what it stands at.
    """
    ordered = np.sort(probability)[::-1]
    if not len(ordered):
        return 0.5
    right = np.cumsum(ordered)
    return float(np.max(right / (np.arange(1, len(ordered) + 1) + right[-1])))
