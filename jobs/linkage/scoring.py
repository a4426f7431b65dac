"""The kernel: candidate pairs in, weights, probabilities, grades and reasons of the pairs worth keeping out.

A pair's weight is log2 of (same person : everything else) with the prior, everything else being household and
strangers. Where a comparison's `only_with` is not met, its agreement says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.blocking import Pairs
from jobs.linkage.comparisons import levels_of
from jobs.linkage.encoding import Bools, Encoded, Index
from jobs.linkage.frequencies import row_frequency
from jobs.linkage.model import LinkModel
from jobs.linkage.sieve import Sieve, make_sieve
from jobs.linkage.vetoes import among_levels, first_rule, holds
from jobs.linkage.weights import Weights

Floats = npt.NDArray[np.float64]
AUTO, REVIEW, NONE = "auto", "review", "none"
MANY = 20_000
"""Pairs from which the sieve is worth its making."""
SCHEMA = pa.schema(
    [
        ("left", pa.string()), ("right", pa.string()), ("weight", pa.float64()), ("probability", pa.float64()),
        ("grade", pa.string()), ("block", pa.string()), ("levels", pa.string()), ("veto", pa.string()),
        ("likely", pa.string()),
    ]
)  # fmt: skip


@dataclass
class Kernel:
    """Model and weights made ready for one encoded table: log2 tables and the rows' own frequencies."""

    model: LinkModel
    weights: Weights
    encoded: Encoded
    rare: dict[str, Floats] = field(default_factory=dict)
    sieves: dict[float, Sieve] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.logs = {name: self.weights.log(name) for name in self.model.comparisons}
        for name, table in self.weights.frequencies.items():
            if name not in self.rare:
                self.rare[name] = row_frequency(self.model.comparisons[name], table, self.encoded)

    def sieve(self, least: float) -> Sieve:
        """What drops the pairs that cannot reach a weight of `least`, made once."""
        if least not in self.sieves:
            self.sieves[least] = make_sieve(self.model, self.weights, self.encoded, self.rare, least)
        return self.sieves[least]

    def parts(self, pairs: Pairs, levels: npt.NDArray[np.int8]) -> Floats:
        """log2 probability of each comparison's level under each class: comparisons × classes × pairs."""
        result = np.empty((len(self.model.comparisons), len(self.weights.classes), len(pairs.left)))
        for position, (name, comparison) in enumerate(self.model.comparisons.items()):
            mine = levels[:, position]
            table = np.take(self.logs[name], mine, axis=1, mode="wrap")  # -1, a missing side, is the last
            if name in self.rare:
                wish = comparison.term_frequency
                hit = among_levels(comparison.names, wish.levels if wish else [])[mine]
                often = np.maximum(self.rare[name][pairs.left[hit]], self.rare[name][pairs.right[hit]])
                table[-1, hit] = np.minimum(often, 0.0)
            if comparison.only_with:
                lacking = ~self._met(comparison.only_with, levels) & (table[0] > table[-1])
                table[:, lacking] = table[-1, lacking]
            result[position] = table
        return result

    def _met(self, wanted: dict[str, list[str]], levels: npt.NDArray[np.int8]) -> Bools:
        """Whether any of the wanted levels is reached."""
        names = list(self.model.comparisons)
        met = np.zeros(len(levels), bool)
        for name, allowed in wanted.items():
            met |= among_levels(self.model.comparisons[name].names, allowed)[levels[:, names.index(name)]]
        return met

    def weigh(self, parts: Floats) -> Floats:
        """Match weight in log2, prior included."""
        total = parts.sum(axis=0) + np.log2(self.weights.prior)[:, None]
        others = np.logaddexp2.reduce(total[1:], axis=0)
        return np.asarray(total[0] - others)

    def score(self, pairs: Pairs, keep: float | None = None) -> pa.Table:
        """Links of these pairs above the review threshold (or `keep`) or of a likely rule, vetoed ones included, in SCHEMA."""
        if len(pairs.left) >= MANY:
            pairs = pairs.at(self.sieve(log_odds(self.model.floor if keep is None else keep)).keep(pairs.left, pairs.right))
        return self.judge(pairs, keep)

    def judge(self, pairs: Pairs, keep: float | None = None) -> pa.Table:
        """The same for pairs that a sieve let through."""
        return self.judged(pairs, levels_of(self.model, self.encoded, pairs.left, pairs.right), keep)

    def judged(self, pairs: Pairs, levels: npt.NDArray[np.int8], keep: float | None = None) -> pa.Table:
        """The same where the levels are known. Looks at no text."""
        places, parts, weight = self.choose(pairs, levels, keep)
        worth = self.worth(pairs.at(places), levels[places], weight) if keep is None else np.arange(len(places))
        return self.links(pairs.at(places[worth]), levels[places[worth]], parts[:, :, worth], weight[worth])

    def choose(self, pairs: Pairs, levels: npt.NDArray[np.int8], keep: float | None = None) -> tuple[Index, Floats, Floats]:
        """Places of the pairs worth keeping, with their parts and weights: those of the review threshold (or `keep`), and the
        less probable ones that a likely rule may speak for (see `worth`). Looks at no text."""
        parts = self.parts(pairs, levels)
        weight = np.round(self.weigh(parts), 4)
        places = np.flatnonzero(weight >= log_odds(self.model.floor if keep is None else keep))
        return places, parts[:, :, places], weight[places]

    def worth(self, pairs: Pairs, levels: npt.NDArray[np.int8], weight: Floats) -> Index:
        """Places of chosen pairs that reach the review threshold or that a likely rule speaks for."""
        keep = weight >= log_odds(self.model.thresholds.review)
        low = np.flatnonzero(~keep)
        if len(low):
            some = pairs.at(low)
            veto = first_rule(self.model, self.model.vetoes, self.encoded, (some.left, some.right), levels[low])
            spoken = self._likely(some, levels[low], _probability(weight[low]), veto)
            keep[low] = [name is not None for name in spoken]
        return np.flatnonzero(keep)

    def links(self, pairs: Pairs, levels: npt.NDArray[np.int8], parts: Floats, weight: Floats) -> pa.Table:
        """Chosen pairs with grades and reasons, in SCHEMA."""
        probability = _probability(weight)
        veto = first_rule(self.model, self.model.vetoes, self.encoded, (pairs.left, pairs.right), levels)
        vetoes = np.array([v.name for v in self.model.vetoes] + [None], dtype=object)
        passes = np.array([p.name for p in self.model.passes] + ["asked"], dtype=object)
        return pa.table(
            {
                "left": self.encoded.ids.take(pa.array(pairs.left)),
                "right": self.encoded.ids.take(pa.array(pairs.right)),
                "weight": weight,
                "probability": probability,
                "grade": pa.array(self._grades(pairs, levels, probability, veto), pa.string()),
                "block": pa.array(passes[pairs.pass_], pa.string()),
                "levels": self._reasons(levels, parts),
                "veto": pa.array(vetoes[veto], pa.string()),
                "likely": pa.array(self._likely(pairs, levels, probability, veto), pa.string()),
            },
            SCHEMA,
        )

    def _grades(
        self, pairs: Pairs, levels: npt.NDArray[np.int8], probability: Floats, veto: npt.NDArray[np.int8]
    ) -> npt.NDArray[np.object_]:
        both = (pairs.left, pairs.right)
        auto = (probability >= self.weights.auto) & (veto < 0)
        auto &= first_rule(self.model, self.model.review, self.encoded, both, levels) < 0
        if self.model.auto_needs:
            enough = np.zeros(len(probability), bool)
            for rule in self.model.auto_needs:
                enough |= holds(self.model, rule, self.encoded, both, levels)
            auto &= enough
        return np.where(veto >= 0, NONE, np.where(auto, AUTO, REVIEW)).astype(object)

    def _likely(
        self, pairs: Pairs, levels: npt.NDArray[np.int8], probability: Floats, veto: npt.NDArray[np.int8]
    ) -> npt.NDArray[np.object_]:
        """Name of the first `likely` rule that holds for a pair of its least probability or better; null for none."""
        found = np.full(len(probability), None, dtype=object)
        pending = np.ones(len(probability), bool)
        for rule in self.model.likely:
            passed = [-1, *(k for k, v in enumerate(self.model.vetoes) if v.name in rule.despite)]
            hit = holds(self.model, rule, self.encoded, (pairs.left, pairs.right), levels)
            hit &= np.isin(veto, passed) & (probability >= rule.least) & pending
            found[hit], pending = rule.name, pending & ~hit
        return found

    def _reasons(self, levels: npt.NDArray[np.int8], parts: Floats) -> pa.Array:
        """`comparison=level:weight` against the likelier alternative, joined by `;`."""
        total = parts.sum(axis=0) + np.log2(self.weights.prior)[:, None]
        rival = 1 + np.argmax(total[1:], axis=0)
        column = np.arange(levels.shape[0])
        texts = []
        for position, (name, comparison) in enumerate(self.model.comparisons.items()):
            weight = parts[position, 0] - parts[position, rival, column]
            texts.append(_worded(name, [*comparison.names, "missing"], levels[:, position], weight))
        return pc.binary_join_element_wise(*texts, ";")


def _worded(name: str, names: list[str], levels: npt.NDArray[np.int8], weight: Floats) -> pa.Array:
    """`name=level:weight` of each pair; every distinct weight of a level is written once."""
    distinct = pa.array(weight).dictionary_encode()
    packed = distinct.indices.to_numpy().astype(np.int64) * len(names) + levels % len(names)
    held = np.flatnonzero(np.bincount(packed))
    place = np.zeros(int(held.max(initial=0)) + 1, np.int64)
    place[held] = np.arange(len(held))
    weights = distinct.dictionary.to_numpy()[held // len(names)].tolist()
    texts = [f"{name}={names[level]}:{w:.1f}" for level, w in zip((held % len(names)).tolist(), weights, strict=True)]
    return pa.array(texts, pa.string()).take(pa.array(place[packed]))


def _probability(weight: Floats) -> Floats:
    return np.asarray(np.round(1 / (1 + np.exp2(-weight)), 6))


def log_odds(probability: float) -> float:
    """log2 of p : 1 − p."""
    return float(np.log2(probability / (1 - probability)))
