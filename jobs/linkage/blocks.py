"""All blocks of one encoded table made ready: keys, entries, how far each entry reaches; cut into pieces of like size."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from jobs.linkage.blocking import Capped, Members, Oversize, Reach, complete_keys, members_of, oversize, reach
from jobs.linkage.encoding import THREADS, Encoded, Hashes
from jobs.linkage.keys import parse_part
from jobs.linkage.model import LinkModel
from jobs.linkage.slots import PassKeys, mix, pass_keys, refining

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
MOST_PAIRS = 400_000
"""Candidate pairs of one pass that are compared for training; of more, rows drawn by hash with all their later partners."""


@dataclass(frozen=True)
class Blocks:
    """`first`: keys before any refinement; `met`: by which rows meet; `over`: keys over their pass's cap; entries of blocks and
    how far they reach; `rows`: of the table."""

    first: list[PassKeys]
    met: list[PassKeys]
    held: Members
    far: Reach
    over: Oversize
    capped: list[Capped]
    rows: int

    @cached_property
    def keys(self) -> list[Hashes]:
        """Keys by which rows meet (rows × slots, 0 for none)."""
        return [each.matrix(self.rows) for each in self.met]

    @cached_property
    def complete(self) -> list[Hashes]:
        """Those of blocks compared in full."""
        return complete_keys(self.keys, self.over)

    def drawn(self) -> tuple[Reach, Floats]:
        """The entries drawn for training, and how many pairs each drawn pair of a pass stands for.

        An entry is drawn by a hash of its row and block, so the same pairs are drawn however the work is cut; one in a
        power of two, so that sums are exact in any order.
        """
        total = np.bincount(self.held.pass_, weights=self.far.wanted, minlength=len(self.met))
        halvings = np.ceil(np.log2(np.maximum(total / MOST_PAIRS, 1)))
        chance = (mix(self.held.block, self.held.row.astype(np.uint64)) >> np.uint64(11)) / 2.0**53
        drawn = chance < 0.5 ** halvings[self.held.pass_]
        return Reach(self.far.first, np.where(drawn, self.far.wanted, 0)), 2.0**halvings


def blocks_of(model: LinkModel, encoded: Encoded) -> Blocks:
    """The blocks of a whole table."""
    import pandas as pd  # not at the top: see encoding.hashes_of

    passes = range(len(model.passes))
    _warm(model, encoded)

    def of_pass(position: int) -> tuple[PassKeys, PassKeys, pd.DataFrame]:
        first = pass_keys(encoded, model.passes[position].key, position)
        return first, *_refined(model, encoded, position, first)

    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(of_pass, passes))
    first, met, counts = ([each[part] for each in made] for part in range(3))
    over, report = oversize(model, pd.concat(counts, ignore_index=True))
    held = members_of(met, encoded)
    return Blocks(first, met, held, reach(model, encoded, held), over, report, len(encoded))


def _warm(model: LinkModel, encoded: Encoded) -> None:
    """Hash the values of every part of a key once, before threads ask for them together."""
    for text in {part for each in model.passes for part in (*each.key, *each.refine)}:
        part = parse_part(text)
        encoded.columns[part.field].hashes(part.transform, part.length)


def _refined(model: LinkModel, encoded: Encoded, position: int, first: PassKeys) -> tuple[PassKeys, pd.DataFrame]:
    """Keys of a pass refined where they are over its cap, and how many rows hold each key that is (pass, depth, key, rows).

    A refined key stands in its parent's rows only, so only entries of keys over the cap are refined and counted again.
    """
    import pandas as pd

    each, keys, at = model.passes[position], first.keys, np.arange(len(first.keys))
    counts = []
    for depth, part in enumerate([*each.refine, None]):
        large, rows = _large(keys[at], each.cap)
        counts.append(pd.DataFrame({"pass": position, "depth": depth, "key": large, "rows": rows}))
        if part is None or not len(large):
            break
        at = at[np.isin(keys[at], large)]
        keys = keys.copy() if keys is first.keys else keys
        keys[at] = mix(keys[at], refining(encoded, part, first.rows[at]))
    return first.with_keys(keys), pd.concat(counts, ignore_index=True)


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
