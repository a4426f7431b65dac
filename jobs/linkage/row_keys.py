"""A row's keys, kept apart from the row: all that candidate pairs and stamps need, a few numbers a row.

Blocks are counted, refined and told apart by them alone, so no row is encoded twice, nor again on a night that did not
change it. Hashes stand in tables as signed numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from jobs.linkage.blocking import NO_KEY, Capped, Oversize, complete_keys, first_keys, mix, oversize, refining_hashes
from jobs.linkage.blocks import Blocks
from jobs.linkage.encoding import Bools, Encoded, Hashes
from jobs.linkage.model import LinkModel, Pass
from jobs.linkage.nightly import Index, content_stamps, key_stamps, windowed, with_crowds

NUMBERS = pa.list_(pa.int64())
KEYS = pa.schema([("row_id", pa.string()), ("content", pa.int64()), ("blocks", NUMBERS), ("passes", NUMBERS), ("finer", NUMBERS)])
"""`blocks`: keys before any refinement; `passes`: the pass of each; `finer`: a hash for each of `refining(model)`."""
STAMPED = pa.schema([*KEYS, ("stamp", pa.int64()), ("crowded", pa.bool_()), ("meets", NUMBERS)])
"""`crowded`: some block is over its cap; `meets`: `blocks` refined as far as needed."""


def refining(model: LinkModel) -> list[str]:
    """All parts that passes refine by, sorted."""
    return sorted({part for each in model.passes for part in each.refine})


def row_keys(model: LinkModel, encoded: Encoded, engine: np.uint64, first: list[Hashes] | None = None) -> pa.Table:
    """KEYS of encoded rows. `first`: keys of each pass before refinement, where they are known."""
    rows, blocks, passes = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for position in range(len(model.passes)):
        matrix = first[position] if first else first_keys(model, encoded, position)
        row, slot = np.nonzero(matrix)
        rows.append(row)
        blocks.append(matrix[row, slot])
        passes.append(np.full(len(row), position, np.int64))
    row = np.concatenate(rows)
    order = np.argsort(row, kind="stable")
    size = np.bincount(row, minlength=len(encoded))
    parts = [refining_hashes(encoded, part) for part in refining(model)]
    finer = np.column_stack(parts) if parts else np.zeros((len(encoded), 0), np.uint64)
    return pa.table(
        [
            encoded.ids,
            _signed(content_stamps(model, encoded, engine)),
            _lists(np.concatenate(blocks)[order].view(np.int64), size),
            _lists(np.concatenate(passes)[order], size),
            _lists(finer.ravel().view(np.int64), np.full(len(encoded), finer.shape[1])),
        ],
        schema=KEYS,
    )


def stamped_blocks(model: LinkModel, encoded: Encoded, blocks: Blocks, engine: np.uint64) -> pa.Table:
    """STAMPED of a whole encoded table whose blocks are made: what `row_keys`, `crowding` and `stamped` give together."""
    table = row_keys(model, encoded, engine, blocks.first)
    content = table["content"].to_numpy().view(np.uint64)
    stamps = key_stamps(content, blocks.keys, blocks.complete)
    stamps = with_crowds(stamps, encoded.ids, *windowed(blocks.keys, blocks.complete))
    crowded = np.zeros(len(encoded), bool)
    rows, meets = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for first, keys, over in zip(blocks.first, blocks.keys, blocks.over.keys, strict=True):
        crowded |= _member(first, over[0]).any(axis=1)
        row, slot = np.nonzero(keys)
        rows.append(row)
        meets.append(keys[row, slot])
    order = np.argsort(np.concatenate(rows), kind="stable")
    size = table["blocks"].combine_chunks().value_lengths().to_numpy().astype(np.int64)
    extra = [_signed(stamps), pa.array(crowded), _lists(np.concatenate(meets)[order].view(np.int64), size)]
    return pa.table([*(table[n] for n in KEYS.names), *extra], schema=STAMPED)


def _lists(values: Index, size: Index) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(size)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values, pa.int64()))


def _signed(hashes: Hashes) -> pa.Array:
    return pa.array(hashes.view(np.int64))


@dataclass(frozen=True)
class Keys:
    """KEYS as arrays: for each entry of `blocks` the row it is of, and its place among the row's of the same pass."""

    ids: pa.Array
    content: Hashes
    row: Index
    pass_: Index
    slot: Index
    block: Hashes
    finer: Hashes

    @classmethod
    def of(cls, model: LinkModel, table: pa.Table) -> Keys:
        """Read a table with the columns of KEYS."""
        lists = {n: table[n].combine_chunks() for n in ("blocks", "passes", "finer")}
        row = np.repeat(np.arange(table.num_rows), lists["blocks"].value_lengths().to_numpy().astype(np.int64))
        pass_ = lists["passes"].flatten().to_numpy().astype(np.int64)
        group = row * max(len(model.passes), 1) + pass_  # entries stand by row, then pass
        slot = np.arange(len(group)) - np.searchsorted(group, group, side="left")
        finer = lists["finer"].flatten().to_numpy().view(np.uint64).reshape(table.num_rows, len(refining(model)))
        block = lists["blocks"].flatten().to_numpy().view(np.uint64)
        ids = table["row_id"].combine_chunks()
        return cls(ids, table["content"].to_numpy().view(np.uint64), row, pass_, slot, block, finer)

    def depths(self, model: LinkModel, position: int) -> list[Hashes]:
        """Keys of one pass as blocking.depth_keys has them, empty slots last."""
        each = model.passes[position]
        mine = self.pass_ == position
        slot = self.slot[mine]
        matrix = np.zeros((len(self.ids), int(slot.max(initial=0)) + 1), np.uint64)
        matrix[self.row[mine], slot] = self.block[mine]
        return [matrix, *self._refined(each, matrix, refining(model))]

    def _refined(self, each: Pass, keys: Hashes, parts: list[str]) -> list[Hashes]:
        found = []
        for part in each.refine:
            finer = self.finer[:, [parts.index(part)]]
            keys = np.where(keys == NO_KEY, NO_KEY, mix(keys, finer))
            found.append(keys)
        return found


def crowding(model: LinkModel, keys: Keys) -> tuple[Oversize, list[Capped]]:
    """Keys over their pass's cap at every depth, and the report. `keys` hold all rows of every block that is over.

    A refined key stands in its parent's rows only, so none is over its cap whose parent is not.
    """
    frames = [pd.DataFrame({"pass": np.zeros(0, np.int64), "depth": 0, "key": np.zeros(0, np.uint64), "rows": 0})]
    for position, each in enumerate(model.passes):
        for depth, matrix in enumerate(keys.depths(model, position)):
            values, counts = np.unique(matrix[matrix != NO_KEY], return_counts=True)
            large = counts > each.cap
            frames.append(pd.DataFrame({"pass": position, "depth": depth, "key": values[large], "rows": counts[large]}))
    return oversize(model, pd.concat(frames, ignore_index=True))


def stamped(model: LinkModel, table: pa.Table, over: Oversize, whole: bool) -> pa.Table:
    """STAMPED of rows with KEYS. `whole`: all rows of crowded blocks are among them, so that neighbours are known;
    else crowded rows have no stamp.
    """
    keys = Keys.of(model, table)
    levels = [keys.depths(model, position) for position in range(len(model.passes))]
    meets = [_effective(each, over.keys[p]) for p, each in enumerate(levels)]
    complete = complete_keys(meets, over)
    stamps = key_stamps(keys.content, meets, complete)
    if whole:
        stamps = with_crowds(stamps, keys.ids, *windowed(meets, complete))
    crowded = np.zeros(len(keys.ids), bool)
    for position, matrices in enumerate(levels):
        crowded |= _member(matrices[0], over.keys[position][0]).any(axis=1)
    entries = np.zeros(len(keys.row), np.uint64)
    for position, matrix in enumerate(meets):
        mine = keys.pass_ == position
        entries[mine] = matrix[keys.row[mine], keys.slot[mine]]
    signed = pa.array(stamps.view(np.int64), mask=None if whole else crowded)
    size = table["blocks"].combine_chunks().value_lengths().to_numpy().astype(np.int64)
    extra = [signed, pa.array(crowded), _lists(entries.view(np.int64), size)]
    return pa.table([*(table[n] for n in KEYS.names), *extra], schema=STAMPED)


def _effective(levels: list[Hashes], over: tuple[Hashes, ...]) -> Hashes:
    keys = levels[0]
    for depth in range(1, len(levels)):
        keys = np.where(_member(levels[depth - 1], over[depth - 1]), levels[depth], keys)
    return keys


def _member(keys: Hashes, wanted: Hashes) -> Bools:
    if not len(wanted):
        return np.zeros(keys.shape, bool)
    found: npt.NDArray[np.bool_] = np.isin(keys, wanted) & (keys != NO_KEY)
    return found
