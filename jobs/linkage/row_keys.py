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

from jobs.linkage.blocking import NO_KEY, Capped, Oversize, complete_keys, mix, oversize
from jobs.linkage.blocks import Blocks
from jobs.linkage.encoding import Bools, Encoded, Hashes
from jobs.linkage.model import LinkModel, Pass
from jobs.linkage.nightly import NEXT, Index, key_stamps, windowed, with_crowds
from jobs.linkage.slots import PassKeys, pass_keys
from jobs.linkage.slots import refining as refining_part

NUMBERS = pa.list_(pa.int64())
KEYS = pa.schema([("row_id", pa.string()), ("content", pa.int64()), ("blocks", NUMBERS), ("passes", NUMBERS), ("finer", NUMBERS)])
"""`blocks`: keys before any refinement; `passes`: the pass of each; `finer`: a hash for each of `refining(model)`."""
STAMPED = pa.schema([*KEYS, ("stamp", pa.int64()), ("crowded", pa.bool_()), ("meets", NUMBERS)])
"""`crowded`: some block is over its cap; `meets`: `blocks` refined as far as needed."""


def refining(model: LinkModel) -> list[str]:
    """All parts that passes refine by, sorted."""
    return sorted({part for each in model.passes for part in each.refine})


def row_keys(model: LinkModel, encoded: Encoded, engine: np.uint64) -> pa.Table:
    """KEYS of encoded rows."""
    first = [pass_keys(encoded, each.key, position) for position, each in enumerate(model.passes)]
    return _table(model, encoded, _content(model, encoded, engine), _ByRow.of(first, len(encoded)))


@dataclass(frozen=True)
class _ByRow:
    """Entries of all passes by row, pass and slot: how many a row has, the place of each pass's entries, and their keys."""

    size: Index
    places: list[Index]
    keys: Hashes

    @classmethod
    def of(cls, passes: list[PassKeys], count: int) -> _ByRow:
        size, places = _by_row(passes, count)
        keys = np.empty(int(size.sum()), np.uint64)
        for each, place in zip(passes, places, strict=True):
            keys[place] = each.keys
        return cls(size, places, keys)

    def lists(self, values: Hashes) -> pa.Array:
        """A list of numbers for each row."""
        return _lists(values.view(np.int64), self.size)

    def passes(self) -> Hashes:
        """The pass of each entry."""
        found = np.empty(len(self.keys), np.uint64)
        for position, place in enumerate(self.places):
            found[place] = position
        return found

    def refined(self, first: list[PassKeys], met: list[PassKeys]) -> Hashes:
        """The keys, refined where they are."""
        keys = self.keys.copy()
        for before, after, place in zip(first, met, self.places, strict=True):
            if after.keys is not before.keys:
                keys[place] = after.keys
        return keys


def _table(model: LinkModel, encoded: Encoded, content: Hashes, held: _ByRow) -> pa.Table:
    rows = np.arange(len(encoded))
    parts = [refining_part(encoded, part, rows) for part in refining(model)]
    finer = np.column_stack(parts) if parts else np.zeros((len(encoded), 0), np.uint64)
    each = np.full(len(encoded), finer.shape[1])
    columns = [held.lists(held.keys), held.lists(held.passes()), _lists(finer.ravel().view(np.int64), each)]
    return pa.table([encoded.ids, _signed(content), *columns], schema=KEYS)


def _by_row(passes: list[PassKeys], count: int) -> tuple[Index, list[Index]]:
    """How many entries each row has, and each entry's place when they stand by row, pass and slot."""
    size = np.zeros(count, np.int64)
    for each in passes:
        for slot in each.slots():
            size[each.rows[slot]] += 1
    free = np.cumsum(size) - size
    places = []
    for each in passes:
        place = np.empty(len(each.rows), np.int64)
        for slot in each.slots():
            rows = each.rows[slot]
            place[slot] = free[rows]
            free[rows] += 1
        places.append(place)
    return size, places


def _content(model: LinkModel, encoded: Encoded, engine: np.uint64) -> Hashes:
    """nightly.content_stamps, without a look at empty slots."""
    stamp = np.full(len(encoded), engine, np.uint64)
    for name in model.fields:
        column = encoded.columns[name]
        hashes = column.hashes()
        stamp = mix(stamp, NEXT)
        for rows, codes in column.slots():
            stamp[rows] = mix(stamp[rows], hashes[codes])
    return stamp


def stamped_blocks(model: LinkModel, encoded: Encoded, blocks: Blocks, engine: np.uint64) -> pa.Table:
    """STAMPED of a whole encoded table whose blocks are made: what `row_keys`, `crowding` and `stamped` give together."""
    content = stamps = _content(model, encoded, engine)
    crowded = np.zeros(len(encoded), bool)
    rows, keys = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for first, met, over in zip(blocks.first, blocks.met, blocks.over.keys, strict=True):
        crowded[first.rows[_member(first.keys, over[0])]] = True
        windowed = _member(met.keys, over[-1])
        rows.append(met.rows[windowed])
        keys.append(met.keys[windowed])
        stamps = _folded(_folded(stamps, met), met.where(~windowed) if windowed.any() else met)
    stamps = _with_crowds(stamps, encoded.ids, np.concatenate(rows), np.concatenate(keys))
    held = _ByRow.of(blocks.first, len(encoded))
    table = _table(model, encoded, content, held)
    extra = [_signed(stamps), pa.array(crowded), held.lists(held.refined(blocks.first, blocks.met))]
    return pa.table([*(table[n] for n in KEYS.names), *extra], schema=STAMPED)


def _folded(stamp: Hashes, keys: PassKeys) -> Hashes:
    """A pass's keys mixed into each row's stamp, slot by slot."""
    stamp = mix(stamp, NEXT)
    for slot in keys.slots():
        rows = keys.rows[slot]
        stamp[rows] = mix(stamp[rows], keys.keys[slot])
    return stamp


def _with_crowds(stamps: Hashes, ids: pa.Array, row: Index, key: Hashes) -> Hashes:
    """nightly.with_crowds, for the rows of windowed blocks alone: there are few."""
    some = np.unique(row)
    stamps[some] = with_crowds(stamps[some], ids.take(pa.array(some)), np.searchsorted(some, row), key)
    return stamps


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
