"""Candidate pairs: rows agreeing on the key of a pass, each pair by its first pass only.

A row's keys are 64-bit hashes, a fixed number of slots a pass (list fields give several). Blocks over the cap are split
by the pass's `refine` parts; what is still over it is compared with its nearest neighbours in refined order instead of
with all. Both are reported by `Capped`, never dropped in silence. All of it is a function of key counts, so it can be
computed over partitions: count keys everywhere, gather the few oversize ones, then form effective keys row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from jobs.linkage.encoding import THREADS, Bools, Encoded, Hashes, Index
from jobs.linkage.in_common import in_common
from jobs.linkage.keys import parse_part
from jobs.linkage.model import LinkModel, Pass
from jobs.linkage.slots import NO_KEY as NO_KEY
from jobs.linkage.slots import PassKeys, pass_keys
from jobs.linkage.slots import mix as mix

if TYPE_CHECKING:
    import pandas as pd

SOURCED = 32
"""Bits of a row's place and, above it, its source."""
CHUNK = 250_000
"""Pairs scored at a time: bounds the kernel's memory whatever the blocks' sizes; few enough to stay near the processor."""


@dataclass(frozen=True)
class Capped:
    """Blocks of one pass that went over its cap: how many, rows in them, and how many stayed over after refinement."""

    name: str
    blocks: int
    rows: int
    windowed: int


@dataclass(frozen=True)
class Oversize:
    """Keys over the cap, by pass: for each depth of refinement the sorted hashes."""

    keys: tuple[tuple[Hashes, ...], ...]

    @classmethod
    def none(cls, model: LinkModel) -> Oversize:
        """Nothing over any cap."""
        return cls(tuple(tuple(np.zeros(0, np.uint64) for _ in range(len(p.refine) + 1)) for p in model.passes))


def depth_keys(model: LinkModel, encoded: Encoded, position: int) -> list[Hashes]:
    """Keys of one pass for every row (rows × slots, 0 for none): unrefined first, then one more refine part at a time."""
    keys = [first_keys(model, encoded, position)]
    for part in model.passes[position].refine:
        mixed = mix(keys[-1], refining_hashes(encoded, part)[:, None])
        keys.append(np.where(keys[-1] == NO_KEY, NO_KEY, mixed))
    return keys


def first_keys(model: LinkModel, encoded: Encoded, position: int) -> Hashes:
    """Unrefined keys of one pass for every row (rows × slots, 0 for none)."""
    return pass_keys(encoded, model.passes[position].key, position).matrix(len(encoded))


def refining_hashes(encoded: Encoded, part: str) -> Hashes:
    """What a part refines each row by: the hash of its first value; a missing one refines too."""
    return _part(encoded, part)[:, 0]


def count_keys(model: LinkModel, encoded: Encoded) -> pd.DataFrame:
    """How many rows hold each key: pass, depth, key, rows. Counts of partitions add up."""
    import pandas as pd  # not at the top: see encoding.hashes_of

    frames = []
    for position in range(len(model.passes)):
        for depth, keys in enumerate(depth_keys(model, encoded, position)):
            values, counts = np.unique(keys[keys != NO_KEY], return_counts=True)
            frames.append(pd.DataFrame({"pass": position, "depth": depth, "key": values, "rows": counts}))
    return pd.concat(frames, ignore_index=True)


def oversize(model: LinkModel, counts: pd.DataFrame) -> tuple[Oversize, list[Capped]]:
    """The keys over their pass's cap, and the report about them."""
    found, report = [], []
    for position, each in enumerate(model.passes):
        mine = counts[(counts["pass"] == position) & (counts["rows"] > each.cap)]
        by_depth = [mine[mine["depth"] == depth] for depth in range(len(each.refine) + 1)]
        found.append(tuple(np.sort(frame["key"].to_numpy(np.uint64)) for frame in by_depth))
        if len(by_depth[0]):
            report.append(Capped(each.name, len(by_depth[0]), int(by_depth[0]["rows"].sum()), len(by_depth[-1])))
    return Oversize(tuple(found)), report


def effective_keys(model: LinkModel, encoded: Encoded, over: Oversize) -> list[Hashes]:
    """For every pass the keys that rows really meet by: refined as far as needed."""
    result = []
    for position in range(len(model.passes)):
        levels = depth_keys(model, encoded, position)
        keys = levels[0]
        for depth in range(1, len(levels)):
            crowded = _member(levels[depth - 1], over.keys[position][depth - 1])
            keys = np.where(crowded, levels[depth], keys)
        result.append(keys)
    return result


def complete_keys(keys: list[Hashes], over: Oversize) -> list[Hashes]:
    """The effective keys without those still over the cap: rows sharing one of these have surely been compared."""
    return [np.where(_member(matrix, over.keys[p][-1]), NO_KEY, matrix) for p, matrix in enumerate(keys)]


def _member(keys: Hashes, wanted: Hashes) -> Bools:
    if not len(wanted):
        return np.zeros(keys.shape, bool)
    place = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
    return (wanted[place] == keys) & (keys != NO_KEY)


def _part(encoded: Encoded, text: str) -> Hashes:
    part = parse_part(text)
    column = encoded.columns[part.field]
    hashes = np.append(column.hashes(part.transform, part.length), NO_KEY)[column.codes]
    return hashes if hashes.ndim == 2 else hashes[:, None]


@dataclass(frozen=True)
class Members:
    """Rows of blocks: one entry per row and key, those of a block together, by source, then the row's place."""

    row: Index
    block: Hashes
    pass_: npt.NDArray[np.int8]


def members(keys: list[Hashes], encoded: Encoded) -> Members:
    """Entries of all rows that share a key with another row, pass after pass."""

    def entries(matrix: Hashes) -> PassKeys:
        row, slot = np.nonzero(matrix)
        return PassKeys(row, matrix[row, slot], (0, len(row)))

    return members_of([entries(matrix) for matrix in keys], encoded)


def members_of(keys: list[PassKeys], encoded: Encoded) -> Members:
    """The same of keys that stand as entries."""

    def of_pass(position: int) -> Members:
        mine = keys[position]
        return sort_members(mine.rows, mine.keys, np.full(len(mine.rows), position, np.int8), encoded)

    with ThreadPoolExecutor(THREADS) as pool:
        held = list(pool.map(of_pass, range(len(keys))))
    return Members(*(np.concatenate([getattr(each, name) for each in held]) for name in ("row", "block", "pass_")))


def sort_members(row: Index, block: Hashes, pass_: npt.NDArray[np.int8], encoded: Encoded) -> Members:
    """Sort, drop a row that stands twice in a block (a list holding twice the same key), drop blocks of one row."""
    order = np.argsort(block)
    block = block[order]
    order, block = order[(together := _shared(block))], block[together]
    row = _in_block_order(row[order], block, encoded.source)
    fresh = np.ones(len(row), bool)
    fresh[1:] = (row[1:] != row[:-1]) | (block[1:] != block[:-1])
    row, block, pass_ = row[fresh], block[fresh], pass_[order[fresh]]
    together = _shared(block)
    return Members(row[together], block[together], pass_[together])


def _shared(block: Hashes) -> Bools:
    """Which of the sorted entries share their block with another."""
    same = block[1:] == block[:-1]
    found = np.zeros(len(block), bool)
    found[1:] = same
    found[:-1] |= same
    return found


def _in_block_order(row: Index, block: Hashes, source: npt.NDArray[np.int8] | None) -> Index:
    """Rows of sorted blocks, within each by source, then row: all three as parts of one number."""
    packed = np.cumsum(np.append(False, block[1:] != block[:-1]))[: len(block)] << SOURCED | row
    if source is not None:
        packed |= source[row].astype(np.int64) << (SOURCED - 1)
    packed.sort()
    return np.asarray(packed & (1 << SOURCED - 1) - 1)


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs by row, with the pass that produced them."""

    left: Index
    right: Index
    pass_: npt.NDArray[np.int8]

    def where(self, keep: Bools) -> Pairs:
        """Some of them."""
        return Pairs(self.left[keep], self.right[keep], self.pass_[keep])

    def part(self, start: int, end: int) -> Pairs:
        """Those of a range."""
        return Pairs(self.left[start:end], self.right[start:end], self.pass_[start:end])

    def at(self, places: Index) -> Pairs:
        """Those at the places."""
        return Pairs(self.left[places], self.right[places], self.pass_[places])


def candidate_pairs(model: LinkModel, encoded: Encoded, held: Members, complete: list[Hashes]) -> Iterator[Pairs]:
    """All pairs of rows inside the blocks held, in chunks of bounded size, each pair by its first pass only.

    A partition may hold only some blocks; `complete` are always all complete keys of every row.
    """
    yield from pairs_within(held, reach(model, encoded, held), complete)


@dataclass(frozen=True)
class Reach:
    """For each entry of a block the first of the later entries it is compared with, and how many."""

    first: Index
    wanted: Index


def pairs_within(held: Members, far: Reach, complete: list[Hashes]) -> Iterator[Pairs]:
    """The pairs of entries as far as they reach, in chunks of bounded size, each pair by its first pass only."""
    first, wanted = far.first, far.wanted
    bounds = np.concatenate([[0], np.cumsum(wanted)])
    start = 0
    while start < len(wanted):
        end = int(np.searchsorted(bounds, bounds[start] + CHUNK, side="right")) - 1
        end = max(end, start + 1)
        pairs = _expand(held, first[start:end], wanted[start:end], start)
        if len(pairs.left):
            yield _first_only(pairs, complete, held, start, end, wanted)
        start = end


def reach(model: LinkModel, encoded: Encoded, held: Members) -> Reach:
    """For each entry the range of later entries it is compared with."""
    first, until = _range(model, encoded, held)
    return Reach(first, np.maximum(until - first, 0))


def _range(model: LinkModel, encoded: Encoded, held: Members) -> tuple[Index, Index]:
    here = np.arange(len(held.row))
    edges = np.flatnonzero(np.concatenate([[True], held.block[1:] != held.block[:-1], [True]])) if len(here) else here
    sizes = np.diff(edges)
    ends = np.repeat(edges[1:], sizes)
    caps = np.array([p.cap for p in model.passes])[held.pass_[edges[:-1]]]
    over = np.repeat(sizes > caps, sizes) if (sizes > caps).any() else np.zeros(len(here), bool)
    if encoded.source is None:
        until = ends.copy()
        until[over] = np.minimum(here[over] + 1 + np.repeat(caps, sizes)[over], ends[over])
        return here + 1, until
    begins, caps = np.repeat(edges[:-1], sizes), np.repeat(caps, sizes)
    source = encoded.source[held.row]
    edge = np.concatenate([[0], np.cumsum(source == 0)])
    first = np.where(source == 0, begins + edge[ends] - edge[begins], ends)
    if not over.any():
        return first, ends
    place, mine, theirs = here - begins, np.maximum(first - begins, 1), ends - first  # two sides' orders laid beside each other
    near = first + place * theirs // mine - caps // 2
    first = np.where(over, np.clip(near, first, np.maximum(ends - caps, first)), first)
    return first, np.where(over, np.minimum(first + caps, ends), ends)


def _expand(held: Members, first: Index, wanted: Index, offset: int) -> Pairs:
    here = np.repeat(np.arange(offset, offset + len(wanted)), wanted)
    within = np.arange(len(here)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    there = np.repeat(first, wanted) + within
    return Pairs(held.row[here], held.row[there], held.pass_[here])


def _first_only(pairs: Pairs, keys: list[Hashes], held: Members, start: int, end: int, wanted: Index) -> Pairs:
    """Drop pairs that meet in an earlier pass, or in the same pass by a smaller key."""
    block = np.repeat(held.block[start:end], wanted[start:end])
    keep = np.ones(len(pairs.left), bool)
    last = int(pairs.pass_.max())
    for position, matrix in enumerate(keys[: last + 1]):
        if position == last and matrix.shape[1] == 1:
            continue
        later = np.flatnonzero(keep & (pairs.pass_ >= position))
        if not len(later):
            continue
        same = pairs.pass_[later] == position
        if matrix.shape[1] == 1:
            later = later[~same]
            meet = _meets(matrix[pairs.left[later], 0], matrix[pairs.right[later], 0])
        else:
            meet = _meets_any(matrix, pairs.left[later], pairs.right[later], np.where(same, block[later], np.uint64(2**64 - 1)))
        keep[later[meet]] = False
    return pairs.where(keep)


def _meets(mine: Hashes, theirs: Hashes) -> Bools:
    return (mine == theirs) & (mine != NO_KEY)


def _meets_any(matrix: Hashes, left: Index, right: Index, below: Hashes) -> Bools:
    mine = matrix[left]
    return in_common(np.where(mine < below[:, None], mine, NO_KEY), matrix[right], int(NO_KEY))


def describe(each: Pass) -> str:
    """The pass as a reader sees it."""
    return f"{each.name} ({' + '.join(each.key)})"
