"""Randomness by subject: each part of the district draws from a stream of its own, so a change in one leaves the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[Any]  # int32: days since 1970, person and household numbers
Longs = npt.NDArray[Any]  # int64
Floats = npt.NDArray[Any]  # float64
Bools = npt.NDArray[Any]  # bool
Words = npt.NDArray[Any]  # object: str or None


def stream(seed: int, subject: str) -> np.random.Generator:
    """The generator of one subject; equal seed and subject give equal draws everywhere."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(crc32(subject.encode()),)))


def weighted(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Longs:
    """Indices drawn with these weights, by inverse transform (fast for millions)."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
    return np.minimum(drawn, len(cumulative) - 1).astype(np.int64)


def where_known(known: Bools, values: Any) -> Words:
    """The values where known, None elsewhere."""
    result = np.full(len(known), None, dtype=object)
    result[known] = np.broadcast_to(np.asarray(values, dtype=object), len(known))[known]
    return result


def pick(choices: Sequence[str] | pl.Series, index: Longs) -> pl.Series:
    """The chosen strings, null where the index is negative; much lighter than arrays of Python strings."""
    rows = pl.Series(np.maximum(index, 0)).cast(pl.UInt32)
    known = pl.Series(np.asarray(index) >= 0)
    series = choices if isinstance(choices, pl.Series) else pl.Series(list(choices), dtype=pl.String)
    return series.gather(pl.select(pl.when(known).then(rows)).to_series())


def rank_within(keys: Longs) -> Longs:
    """0, 1, 2 … within equal keys, in row order."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.r_[starts, len(keys)])
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = np.arange(len(keys)) - np.repeat(starts, sizes)
    return ranks
