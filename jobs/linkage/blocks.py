"""All blocks of one encoded table made ready: keys, entries, how far each entry reaches; cut into pieces of like size."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from jobs.linkage.blocking import (
    Capped,
    Members,
    Oversize,
    Reach,
    complete_keys,
    count_keys,
    effective_keys,
    members,
    mix,
    oversize,
    reach,
)
from jobs.linkage.encoding import Encoded, Hashes
from jobs.linkage.model import LinkModel

Floats = npt.NDArray[np.float64]
MOST_PAIRS = 400_000
"""Candidate pairs of one pass that are compared for training; of more, rows drawn by hash with all their later partners."""


@dataclass(frozen=True)
class Blocks:
    """`keys`: by which rows meet; `complete`: those of blocks compared in full; entries of blocks and how far they reach."""

    keys: list[Hashes]
    complete: list[Hashes]
    held: Members
    far: Reach
    capped: list[Capped]

    def drawn(self) -> tuple[Reach, Floats]:
        """The entries drawn for training, and how many pairs each drawn pair of a pass stands for.

        An entry is drawn by a hash of its row and block, so the same pairs are drawn however the work is cut; one in a
        power of two, so that sums are exact in any order.
        """
        total = np.bincount(self.held.pass_, weights=self.far.wanted, minlength=len(self.keys))
        halvings = np.ceil(np.log2(np.maximum(total / MOST_PAIRS, 1)))
        chance = (mix(self.held.block, self.held.row.astype(np.uint64)) >> np.uint64(11)) / 2.0**53
        drawn = chance < 0.5 ** halvings[self.held.pass_]
        return Reach(self.far.first, np.where(drawn, self.far.wanted, 0)), 2.0**halvings


def blocks_of(model: LinkModel, encoded: Encoded) -> Blocks:
    """The blocks of a whole table."""
    keys = effective_keys(model, encoded, Oversize.none(model))
    held = members(keys, encoded)
    complete = keys
    report: list[Capped] = []
    if _may_be_over(model, keys, held):
        over, report = oversize(model, count_keys(model, encoded))
        keys = effective_keys(model, encoded, over)
        complete, held = complete_keys(keys, over), members(keys, encoded)
    return Blocks(keys, complete, held, reach(model, encoded, held), report)


def _may_be_over(model: LinkModel, keys: list[Hashes], held: Members) -> bool:
    """Whether a block may be over its pass's cap; sure only where a row has one key a pass."""
    if any(matrix.shape[1] > 1 for matrix in keys):
        return True
    starts = np.flatnonzero(np.concatenate([[True], held.block[1:] != held.block[:-1]])) if len(held.row) else held.row
    sizes = np.diff(np.append(starts, len(held.row)))
    return bool((sizes > np.array([p.cap for p in model.passes])[held.pass_[starts]]).any())


def pieces(far: Reach, most: int) -> list[tuple[int, int]]:
    """Ranges of entries with at most so many pairs each, or of one entry."""
    bounds = np.concatenate([[0], np.cumsum(far.wanted, dtype=np.int64)])
    cuts, start = [0], 0
    while start < len(far.wanted):
        end = max(int(np.searchsorted(bounds, bounds[start] + most, side="right")) - 1, start + 1)
        cuts.append(end)
        start = end
    return [(a, b) for a, b in pairwise(cuts) if bounds[b] > bounds[a]]


def piece(held: Members, far: Reach, start: int, end: int) -> tuple[Members, Reach]:
    """The entries of a range and all that they reach."""
    first, wanted = np.asarray(far.first[start:end], np.int64), np.asarray(far.wanted[start:end], np.int64)
    stop = max(int((first + wanted)[wanted > 0].max(initial=end)), end)
    mine = Members(np.asarray(held.row[start:stop], np.int64), held.block[start:stop], held.pass_[start:stop])
    return mine, Reach(first - start, wanted)
