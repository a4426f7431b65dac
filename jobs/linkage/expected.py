"""What a model expects of its own work, without any truth: errors by threshold, and pairs that no pass brings together.

From counts of agreement patterns alone (jobs/linkage/patterns.py): each pattern has a probability by the model and the
passes that meet it. Term frequency and rules on pairs are left out here; `jobs/quality/estimates.py` judges a night's links
with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.linkage.intervals import Z
from jobs.linkage.model import LinkModel
from jobs.linkage.patterns import Patterns

Floats = npt.NDArray[np.float64]
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


@dataclass(frozen=True)
class Unmet:
    """True pairs that no pass brings together, by capture–recapture, with a 95 % interval; `met` is how many passes bring."""

    met: float
    unmet: float
    low: float
    high: float

    @property
    def share(self) -> tuple[float, float, float]:
        """Share of true pairs that meet in some pass: value, low, high."""
        value, low, high = (self.met / (self.met + n) if self.met else 0.0 for n in (self.unmet, self.high, self.low))
        return value, low, high


def from_patterns(model: LinkModel, same: Floats, patterns: Patterns) -> dict[str, Any]:
    """For the model file: pairs by pass, expected errors by threshold, true pairs that no pass meets.

    `same`: the probability of being one person, per pattern.
    """
    found = unmet(patterns.passes, patterns.counts * same, len(model.passes))
    return {
        "pairs_by_pass": pairs_by_pass(model, same, patterns),
        "by_threshold": by_threshold(same, patterns.counts, found.unmet),
        "met_by_no_pass": {k: float(f"{getattr(found, k):.6g}") for k in ("met", "unmet", "low", "high")},
    }


def pairs_by_pass(model: LinkModel, same: Floats, patterns: Patterns) -> list[dict[str, Any]]:
    """Per pass: pairs it meets, pairs no earlier pass meets, and how many of those it meets are expected to be one person."""
    rows, earlier = [], np.int64(0)
    for position, each in enumerate(model.passes):
        bit = np.int64(1) << np.int64(position)
        mine = (patterns.passes & bit) != 0
        new = mine & ((patterns.passes & earlier) == 0)
        rows.append(
            {
                "pass": each.name,
                "pairs": int(patterns.counts[mine].sum()),
                "new": int(patterns.counts[new].sum()),
                "one_person": round(float((patterns.counts * same)[mine].sum()), 1),
            }
        )
        earlier |= bit
    return rows


def by_threshold(probability: Floats, counts: Floats, unmet: float = 0.0) -> list[dict[str, float]]:
    """Per threshold: pairs at or above it, how many of them are expected to be wrong, how many right ones lie below it or
    meet in no pass, and the precision and recall that follow."""
    rows = []
    true = float((probability * counts).sum()) + unmet
    for threshold in THRESHOLDS:
        above = probability >= threshold
        taken = float(counts[above].sum())
        right = float((probability * counts)[above].sum())
        rows.append(
            {
                "threshold": threshold, "pairs": taken, "wrong": float(f"{taken - right:.6g}"), "missed": float(f"{true - right:.6g}"),
                "precision": float(f"{right / taken if taken else 1.0:.6g}"), "recall": float(f"{right / true if true else 1.0:.6g}"),
            }
        )  # fmt: skip
    return rows


def unmet(passes: npt.NDArray[np.int64], weight: Floats, count: int) -> Unmet:
    """Chao's estimator: true pairs met by exactly one pass (f1) and by exactly two (f2) say how many are met by none,
    f1² / 2f2 less one pass's share (the form for a fixed number of passes, corrected where f2 is small).

    Passes lean on the same fields, so pairs that one misses the others tend to miss too: it is a lower bound. `weight`:
    expected true pairs per entry; fractions are welcome. Interval: log-normal, as Chao 1987.
    """
    times = np.zeros(len(passes), np.int64)
    for position in range(count):
        times += (passes >> position) & 1
    f1, f2 = float(weight[times == 1].sum()), float(weight[times == 2].sum())
    met = float(weight[times > 0].sum())
    scale = (count - 1) / count if count else 0.0
    missing = scale * (f1 * f1 / (2 * f2) if f2 >= 1 else f1 * max(f1 - 1, 0.0) / 2)
    if missing <= 0:
        return Unmet(met, 0.0, 0.0, -float(np.log(0.05)) if met else 0.0)
    ratio = f1 / max(f2, 1.0)
    variance = max(f2, 1.0) * (0.25 * ratio**4 + ratio**3 + 0.5 * ratio**2)
    spread = float(np.exp(Z * np.sqrt(np.log1p(variance / missing**2))))
    return Unmet(met, missing, missing / spread, missing * spread)
