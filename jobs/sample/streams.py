"""Randomness by subject: each part of the district draws from a stream of its own, so a change in one leaves the others."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]


def stream(seed: int, subject: str) -> np.random.Generator:
    """The generator of one subject; equal seed and subject give equal draws everywhere."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(crc32(subject.encode()),)))


def weighted(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Longs:
    """Indices drawn with these weights, by inverse transform (fast for millions)."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
    return np.minimum(drawn, len(cumulative) - 1).astype(np.int64)


def rank_within(keys: npt.NDArray[np.int64]) -> Longs:
    """0, 1, 2 … within equal keys, in row order."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.r_[starts, len(keys)])
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = np.arange(len(keys)) - np.repeat(starts, sizes)
    return ranks
