"""Who meets whom, row by row: the entries of all blocks in the order of their rows, cut into ranges of rows.

All pairs of a row stand in one range, whatever block they come from, so that a pair which several passes make is told
apart by sorting the range's pairs, and links come out in the order of ids. The pairs are those of blocking.pairs_within
(tests/linkage/test_meetings.py), which works block by block where a process holds some blocks only.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from jobs.linkage.blocking import NO_KEY, Members, Pairs
from jobs.linkage.blocks import Blocks
from jobs.linkage.encoding import Bools, Hashes, Index

Short = npt.NDArray[np.int32]
RIGHT = 31
"""Bits of the second row's place."""


@dataclass(frozen=True)
class Meetings:
    """Entries that reach at least one other, by row: the row, the first entry reached (in blocks' order) and how many, the pass,
    and whether the block is a windowed one. `partner`: the row of every entry in blocks' order."""

    row: Short
    first: Short
    wanted: Short
    pass_: npt.NDArray[np.int8]
    windowed: Bools
    partner: Short

    @classmethod
    def of(cls, blocks: Blocks) -> Meetings:
        """Those of a whole table's blocks."""
        held, far = blocks.held, blocks.far
        some = np.flatnonzero(far.wanted)
        order = np.sort(held.row[some] << 32 | some) & 0xFFFFFFFF
        windowed = _windowed(held, [keys[-1] for keys in blocks.over.keys])[order]
        row, first, wanted = (values.astype(np.int32)[order] for values in (held.row, far.first, far.wanted))
        return cls(row, first, wanted, held.pass_[order], windowed, held.row.astype(np.int32))

    def pieces(self, most: int) -> list[tuple[int, int]]:
        """Ranges of entries of whole rows, with about so many pairs each."""
        bounds = np.concatenate([[0], np.cumsum(self.wanted, dtype=np.int64)])
        edges = np.flatnonzero(np.concatenate([[True], self.row[1:] != self.row[:-1], [True]])) if len(self.row) else [0]
        at_edges = bounds[edges]
        places = np.searchsorted(at_edges, np.arange(0, int(bounds[-1]), max(most, 1)), side="left")
        cuts = np.unique(np.append(edges[places] if len(places) else [], len(self.row)).astype(np.int64))
        return [(int(a), int(b)) for a, b in pairwise(cuts)]

    def pairs(self, start: int, end: int) -> Pairs:
        """The pairs of a range, by row; a pair of several passes by the first, and once more for each windowed block before that."""
        wanted = self.wanted[start:end]
        if not len(wanted):
            return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int8))
        within = np.arange(int(wanted.sum())) - np.repeat(np.cumsum(wanted) - wanted, wanted)
        right = self.partner[np.repeat(self.first[start:end], wanted) + within].astype(np.int64)
        how = self.pass_[start:end].astype(np.int64) << 1 | self.windowed[start:end]
        bits = int(how.max()).bit_length()
        base = int(self.row[start])
        packed = np.repeat((self.row[start:end].astype(np.int64) - base) << (RIGHT + bits) | how, wanted) | right << bits
        packed.sort()
        packed = packed[_wanted(packed >> bits, (packed & 1).astype(bool))]
        both = packed >> bits
        pass_ = (packed & (1 << bits) - 1) >> 1
        return Pairs((both >> RIGHT) + base, both & (1 << RIGHT) - 1, pass_.astype(np.int8))


def _wanted(both: Index, windowed: Bools) -> Bools:
    """Of sorted meetings those before which the same two have not met in a block compared in full."""
    new = np.ones(len(both), bool)
    new[1:] = both[1:] != both[:-1]
    if not windowed.any():
        return new
    before: Index = np.cumsum(~windowed) - (~windowed).astype(np.int64)
    return np.asarray(before == before[np.maximum.accumulate(np.where(new, np.arange(len(both)), 0))])


def _windowed(held: Members, over: list[Hashes]) -> Bools:
    """Entries of blocks that stay over their pass's cap, in which each is compared with its neighbours only."""
    found = np.zeros(len(held.row), bool)
    for position, keys in enumerate(over):
        if len(keys):
            mine = np.flatnonzero(held.pass_ == position)
            found[mine] = np.isin(held.block[mine], keys[keys != NO_KEY])
    return found
