"""Which candidate pairs can still reach the review threshold, decided before any two texts are compared.

Equal and missing are read from integer codes; for unequal values the best level that their signatures allow is assumed.
A pair whose weight stays below the threshold even so is dropped: most pairs of a block are strangers. Nothing that the
kernel would keep is ever dropped, so results are the same with and without (tests/linkage/test_sieve.py). A sieve holds
arrays alone and can be handed to other processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.linkage.encoding import Codes, Column, Encoded, Index
from jobs.linkage.glances import Glance, glance_at
from jobs.linkage.levels import VALUE_LEVELS
from jobs.linkage.model import Comparison, LinkModel
from jobs.linkage.weights import Weights

Floats = npt.NDArray[np.float32]
DEAR = "jaro_winkler"
SLACK = 0.01  # weights are rounded to four decimals and bounds summed in single precision


@dataclass(frozen=True)
class Chance:
    """One level below equality: what it would add, and the test of whether two values may reach it (none: they may)."""

    gain: float
    glance: Glance | None


@dataclass(frozen=True)
class Bound:
    """One comparison. `table`: what unequal, equal and missing pairs add at most. `often`: with frequencies, log2 of each
    row's own, taken off `table[1]` for equal pairs. `otherwise`: what `else` adds."""

    codes: Codes
    table: Floats
    often: Floats | None
    otherwise: float
    chances: tuple[Chance, ...]

    def at_most(self, left: Index, right: Index) -> Floats:
        """Most that each pair can gain, by equality alone."""
        a, b = self.codes[left], self.codes[right]
        state = (a == b).view(np.int8)
        state[(a | b) < 0] = 2
        found = self.table[state]
        if self.often is not None:
            equal = np.flatnonzero(state == 1)
            found[equal] -= np.minimum(np.maximum(self.often[left[equal]], self.often[right[equal]]), 0)
        return found

    def lost(self, left: Index, right: Index) -> Floats:
        """By how much the signatures of unequal values lower that, zero or less."""
        a, b = self.codes[left], self.codes[right]
        result = np.zeros(len(left), np.float32)
        open_ = np.flatnonzero((a != b) & ((a | b) >= 0))
        a, b = a[open_], b[open_]
        best = np.full(len(a), self.otherwise, np.float32)
        for chance in self.chances:
            may = slice(None) if chance.glance is None else chance.glance.may_hold(a, b)
            best[may] = np.maximum(best[may], np.float32(chance.gain))
        result[open_] = best - self.table[0]
        return result


@dataclass(frozen=True)
class Sieve:
    """All comparisons' bounds; `base` is the prior and what comparisons not bounded add at most."""

    base: float
    least: float
    bounds: tuple[Bound, ...]

    def keep(self, left: Index, right: Index) -> Index:
        """Places of the pairs that may reach the threshold."""
        most = np.full(len(left), self.base, np.float32)
        for bound in self.bounds:
            most += bound.at_most(left, right)
        kept = np.flatnonzero(most >= self.least)
        most = most[kept]
        for bound in self.bounds:
            if bound.chances and len(kept):
                most += bound.lost(left[kept], right[kept])
                still = most >= self.least
                kept, most = kept[still], most[still]
        return kept


def make_sieve(
    model: LinkModel, weights: Weights, encoded: Encoded, rare: dict[str, npt.NDArray[np.float64]], least: float
) -> Sieve:
    """The sieve for match weights of at least `least`; `rare`: log2 of the rows' frequencies by comparison."""
    base, bounds = float(np.log2(weights.prior[0] / weights.prior[-1])), []
    for name, comparison in model.comparisons.items():
        column = encoded.columns[comparison.field]
        log = weights.log(name)
        gains = log[0] - log[-1]
        often = rare.get(name)
        wish = comparison.term_frequency
        if often is not None and wish:
            hit = [comparison.names.index(n) for n in wish.levels]
            gains[hit] = log[0, hit] - min(float(often.min(initial=0.0)), 0.0)
        kinds = [next(iter(s)) if isinstance(s, dict) else s for s in comparison.levels]
        if column.is_list or any(k not in VALUE_LEVELS for k in kinds):
            base += max(float(gains.max()), 0.0)
            continue
        special = often is not None and wish is not None and comparison.names[0] in wish.levels
        bounds.append(_bound(comparison, column, gains, often if special else None, float(log[0, 0])))
    bounds.sort(key=lambda b: (any(c.glance is None or c.glance.kind == DEAR for c in b.chances), b.otherwise - b.table[0]))
    return Sieve(base, least - SLACK, tuple(bounds))


def _bound(comparison: Comparison, column: Column, gains: Any, often: Any, equal: float) -> Bound:
    chances = []
    for position, step in enumerate(comparison.levels):
        kind, argument = (step, 0) if isinstance(step, str) else next(iter(step.items()))
        if kind != "exact":
            chances.append(Chance(float(gains[position]), glance_at(column, kind, argument)))
    otherwise = float(gains[len(comparison.levels)])
    other = max([otherwise, *(c.gain for c in chances)])
    table = np.array([other, equal if often is not None else gains[0], 0.0], np.float32)
    return Bound(column.codes, table, None if often is None else often.astype(np.float32), otherwise, tuple(chances))
