"""Who makes errors: a factor per row from the person, the clerk and the batch, so that errors come together (design §9).

Three independent factors with mean 1: a person whose papers are awkward (the world's), a clerk who types badly, a day when the
import went wrong (lognormal). A row's fault rates are multiplied by their product (capped): a bad name tends to come with a
missing number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
F64 = NDArray[np.float64]

LEVELS = 1024  # steps of the factor tables: fine enough, and a look-up costs nothing
SPREAD = {"clerk": 0.7, "batch": 0.6}  # sigma of the logarithm [A]
CAP = 40.0


def mix(values: NDArray[np.generic], salt: int) -> U64:
    """Splitmix64 of integers with a salt: the deterministic dice of the generator."""
    with np.errstate(over="ignore"):
        z = values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64((salt * 0xBF58476D1CE4E5B9) % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(values: NDArray[np.generic], salt: int) -> F64:
    """Numbers in [0, 1) from integers and a salt."""
    return (mix(values, salt) >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def _factors(sigma: float, seed: int) -> F64:
    """A table of factors with mean 1."""
    drawn = np.exp(np.random.default_rng(seed).normal(0.0, sigma, LEVELS))
    return drawn / drawn.mean()


def proneness(persons: F64, clerks: NDArray[np.int64], batches: NDArray[np.int64], seed: int) -> F64:
    """The factor of every row, from the persons' own factors and the ids of clerk and batch."""
    product = persons.copy()
    for salt, (kind, ids) in enumerate({"clerk": clerks, "batch": batches}.items()):
        table = _factors(SPREAD[kind], seed * 31 + salt)
        product *= table[(mix(ids, seed * 131 + salt) % np.uint64(LEVELS)).astype(np.int64)]
    return np.minimum(product, CAP)
