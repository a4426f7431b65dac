"""All blocks of one encoded table made ready: keys, entries, how far each entry reaches; cut into pieces of like size."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from jobs.linkage.blocking import (
    Capped,
    Members,
    Oversize,
    Reach,
    complete_keys,
    first_keys,
    members,
    mix,
    oversize,
    reach,
    refining_hashes,
)
from jobs.linkage.encoding import THREADS, Encoded, Hashes
from jobs.linkage.keys import parse_part
from jobs.linkage.model import LinkModel

Floats = npt.NDArray[np.float64]
MOST_PAIRS = 400_000
"""Candidate pairs of one pass that are compared for training; of more, rows drawn by hash with all their later partners."""


@dataclass(frozen=True)
class Blocks:
    """`first`: keys before any refinement; `keys`: by which rows meet; `complete`: those of blocks compared in full; `over`: keys over
    their pass's cap; entries of blocks and how far they reach."""

    first: list[Hashes]
    keys: list[Hashes]
    complete: list[Hashes]
    held: Members
    far: Reach
    over: Oversize
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
    passes = range(len(model.passes))
    _warm(model, encoded)
    with ThreadPoolExecutor(THREADS) as pool:
        first = list(pool.map(lambda position: first_keys(model, encoded, position), passes))
        refined = list(pool.map(lambda position: _refined(model, encoded, position, first[position]), passes))
    keys = [matrix for matrix, _ in refined]
    over, report = oversize(model, pd.concat([counts for _, counts in refined], ignore_index=True))
    held = members(keys, encoded)
    complete = complete_keys(keys, over) if report else keys
    return Blocks(first, keys, complete, held, reach(model, encoded, held), over, report)


def _warm(model: LinkModel, encoded: Encoded) -> None:
    """Hash the values of every part of a key once, before threads ask for them together."""
    for text in {part for each in model.passes for part in (*each.key, *each.refine)}:
        part = parse_part(text)
        encoded.columns[part.field].hashes(part.transform, part.length)


def _refined(model: LinkModel, encoded: Encoded, position: int, first: Hashes) -> tuple[Hashes, pd.DataFrame]:
    """Keys of a pass refined where they are over its cap, and how many rows hold each key that is (pass, depth, key, rows).

    A refined key stands in its parent's rows only, so only entries of keys over the cap are refined and counted again.
    """
    each, keys = model.passes[position], first
    row, slot = np.nonzero(first)
    held, counts = first[row, slot], []
    for depth, part in enumerate([*each.refine, None]):
        large, rows = _large(held, each.cap)
        counts.append(pd.DataFrame({"pass": position, "depth": depth, "key": large, "rows": rows}))
        if part is None or not len(large):
            break
        mine = np.isin(held, large)
        row, slot = row[mine], slot[mine]
        held = mix(held[mine], refining_hashes(encoded, part)[row])
        keys = keys.copy() if keys is first else keys
        keys[row, slot] = held
    return keys, pd.concat(counts, ignore_index=True)


def _large(keys: Hashes, cap: int) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Keys that stand more often than the cap, and how often."""
    ordered = np.sort(keys)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(ordered)))
    return ordered[starts[sizes > cap]], sizes[sizes > cap]


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
