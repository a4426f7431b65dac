"""Agreement patterns: how often each combination of levels occurs, among candidate pairs and among pairs drawn at random.

They are all that training sees of the data: hundreds or thousands, however many the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.errors import UserError
from jobs.linkage.blocking import NO_KEY, Pairs, pairs_within
from jobs.linkage.blocks import Blocks, blocks_of
from jobs.linkage.comparisons import levels_of
from jobs.linkage.encoding import Encoded, Hashes, Index
from jobs.linkage.in_common import in_common
from jobs.linkage.model import LinkModel

Floats = npt.NDArray[np.float64]
RANDOM_PAIRS = 1_000_000


@dataclass(frozen=True)
class Patterns:
    """Distinct patterns of levels (−1 missing) with the passes that meet them (bits) and how many pairs show them."""

    levels: npt.NDArray[np.int8]
    passes: npt.NDArray[np.int64]
    counts: npt.NDArray[np.float64]

    def of(self, position: int) -> Patterns:
        """Those met by one pass."""
        mine = (self.passes >> position & 1) == 1
        return Patterns(self.levels[mine], self.passes[mine], self.counts[mine])


def possible_pairs(encoded: Encoded) -> float:
    """How many pairs of rows there are at all."""
    n = len(encoded)
    if encoded.source is None:
        return n * (n - 1) / 2
    first = int((encoded.source == 0).sum())
    return float(first * (n - first))


def candidate_patterns(model: LinkModel, encoded: Encoded, blocks: Blocks | None = None) -> Patterns:
    """Patterns of all candidate pairs, each pair once; where they are many, of a sample, counted for those it stands for."""
    blocks = blocks or blocks_of(model, encoded)
    drawn, weight = blocks.drawn()
    parts = []
    for pairs in pairs_within(blocks.held, drawn, blocks.complete):
        levels = levels_of(model, encoded, pairs.left, pairs.right)
        parts.append(count_patterns(model, levels, passes_met(blocks.keys, pairs), weight[pairs.pass_]))
    return merge_patterns(model, parts)


def passes_met(keys: list[Hashes], pairs: Pairs) -> npt.NDArray[np.int64]:
    """Bits of the passes in which each pair meets."""
    bits = np.int64(1) << pairs.pass_.astype(np.int64)
    for position, matrix in enumerate(keys):
        meet = in_common(matrix[pairs.left], matrix[pairs.right], int(NO_KEY))
        bits |= meet.astype(np.int64) << position
    return bits


def random_pairs(model: LinkModel, encoded: Encoded) -> tuple[Index, Index]:
    """Pairs of rows drawn at random."""
    draw = np.random.default_rng(model.seed)
    n = len(encoded)
    if encoded.source is None:
        left, right = draw.integers(0, n, RANDOM_PAIRS), draw.integers(0, n, RANDOM_PAIRS)
    else:
        first, second = np.flatnonzero(encoded.source == 0), np.flatnonzero(encoded.source == 1)
        left, right = draw.choice(first, RANDOM_PAIRS), draw.choice(second, RANDOM_PAIRS)
    apart = left != right
    return left[apart], right[apart]


def random_patterns(model: LinkModel, encoded: Encoded) -> Patterns:
    """Patterns of pairs drawn at random (seeded; rows must stand in the order of ids)."""
    left, right = random_pairs(model, encoded)
    parts = []
    for start in range(0, len(left), 500_000):
        levels = levels_of(model, encoded, left[start : start + 500_000], right[start : start + 500_000])
        parts.append(count_patterns(model, levels, np.zeros(len(levels), np.int64), np.ones(len(levels))))
    return merge_patterns(model, parts)


def count_patterns(model: LinkModel, levels: npt.NDArray[np.int8], bits: npt.NDArray[np.int64], weight: Floats) -> Patterns:
    """Distinct patterns of these pairs, each pair counted by its weight."""
    packed = np.zeros(len(levels), np.int64)
    size = 1
    for position, comparison in enumerate(model.comparisons.values()):
        radix = len(comparison.names) + 1
        size *= radix
        packed = packed * radix + levels[:, position] + 1
    if size >= 2**62:
        raise UserError(f"Model {model.model} has too many levels to train.", "Use fewer comparisons or levels.")
    order = np.lexsort((bits, packed))
    packed, bits, levels, weight = packed[order], bits[order], levels[order], weight[order]
    new = np.ones(len(packed), bool)
    new[1:] = (packed[1:] != packed[:-1]) | (bits[1:] != bits[:-1])
    starts = np.flatnonzero(new)
    counts = np.add.reduceat(weight, starts) if len(starts) else np.zeros(0)
    return Patterns(levels[starts], bits[starts], np.asarray(counts, np.float64))


def merge_patterns(model: LinkModel, parts: list[Patterns]) -> Patterns:
    """Sum equal patterns of several chunks, in sorted order, so chunking leaves no trace."""
    width = len(model.comparisons)
    if not parts:
        return Patterns(np.zeros((0, width), np.int8), np.zeros(0, np.int64), np.zeros(0))
    rows = np.column_stack(
        [np.concatenate([p.levels for p in parts]).astype(np.int64), np.concatenate([p.passes for p in parts])]
    )
    distinct, back = np.unique(rows, axis=0, return_inverse=True)
    counts = np.bincount(back.ravel(), weights=np.concatenate([p.counts for p in parts])).astype(np.float64)
    return Patterns(distinct[:, :width].astype(np.int8), distinct[:, width], counts)
