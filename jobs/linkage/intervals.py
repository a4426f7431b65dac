"""Intervals for shares: one sample, several strata, and draws to carry doubt through sums. All at 95 %, none outside [0, 1]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEVEL = 0.95
Z = 1.959964
DRAWS = 2_000
SEED = 20_261_122


@dataclass(frozen=True)
class Estimate:
    """A share with its 95 % interval and the number of judged things behind it (weighted ones count by their effective number)."""

    value: float
    low: float
    high: float
    seen: float

    def text(self) -> str:
        """`0.9817 (0.9780–0.9850)`."""
        return f"{self.value:.4f} ({self.low:.4f}–{self.high:.4f})"


def wilson(right: float, seen: float) -> Estimate | None:
    """Wilson's interval of a share of `seen`; None when nothing was seen. Whole at 0 and at `seen`, unlike the normal one."""
    if seen <= 0:
        return None
    share = min(max(right / seen, 0.0), 1.0)
    centre = (share + Z * Z / (2 * seen)) / (1 + Z * Z / seen)
    half = Z / (1 + Z * Z / seen) * float(np.sqrt(share * (1 - share) / seen + Z * Z / (4 * seen * seen)))
    return Estimate(share, max(centre - half, 0.0) if share > 0 else 0.0, min(centre + half, 1.0) if share < 1 else 1.0, seen)


def weighted_share(right: npt.NDArray[np.bool_], weight: Floats) -> Estimate | None:
    """Share of weight that is right, with Wilson's interval at an effective number of equally weighted things.

    That number is Kish's (Σw)² / Σw², or fewer where the wrong ones are the heavy ones: p(1 − p) over the share's variance.
    """
    total = float(weight.sum())
    if total <= 0:
        return None
    share = float(weight[right].sum()) / total
    effective = total * total / float((weight * weight).sum())
    variance = float((weight**2 * (right - share) ** 2).sum()) / total**2
    if variance > 0:
        effective = min(effective, share * (1 - share) / variance)
    return wilson(share * effective, effective)


@dataclass(frozen=True)
class Stratum:
    """`size` things, of which `seen` were judged and `right` found right."""

    size: int
    seen: int
    right: int


def stratified(strata: Sequence[Stratum], seed: int = SEED) -> Estimate | None:
    """Share of right things over finite strata, each judged by a simple random sample; None when nothing was judged.

    What was judged counts as found; the rest is drawn: a share, then a binomial number. The lower bound draws shares from
    Beta(right, wrong + 1), the upper from Beta(right + 1, wrong), as Clopper and Pearson do, so few decisions make a wide
    interval, and a stratum nobody looked into may hold anything. The value is the weighted sum of the strata's shares (a
    stratum not looked into takes the share of all judged ones).
    """
    size, seen, right = (np.array([getattr(s, n) for s in strata], np.float64) for n in ("size", "seen", "right"))
    if seen.sum() == 0:
        return None
    share = np.where(seen > 0, right / np.maximum(seen, 1), right.sum() / seen.sum())
    value = float((right + (size - seen) * share).sum() / size.sum())
    bounds = []
    for more, less, tail in ((0.0, 1.0, (1 - LEVEL) / 2), (1.0, 0.0, (1 + LEVEL) / 2)):
        chance = betas(right + more, seen - right + less, seed)
        rest = np.random.default_rng(seed + 1).binomial((size - seen).astype(np.int64), chance)
        bounds.append(float(np.quantile((right + rest).sum(axis=1) / size.sum(), tail)))
    return Estimate(value, min(bounds[0], value), max(bounds[1], value), float(seen.sum()))


def betas(a: Floats, b: Floats, seed: int = SEED) -> Floats:
    """DRAWS rows of Beta(a, b); where a is 0 the draw is 0, where b is 0 it is 1."""
    drawn = np.random.default_rng(seed).beta(np.maximum(a, 1e-9), np.maximum(b, 1e-9), (DRAWS, len(a)))
    return np.where(a <= 0, 0.0, np.where(b <= 0, 1.0, drawn))


def around(value: float, draws: Floats, seen: float) -> Estimate:
    """An estimate with the middle 95 % of draws about it, the value itself inside."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), seen)
