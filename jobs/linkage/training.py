"""Weights without labels: Fellegi–Sunter with ordered levels, by EM over counts of distinct agreement patterns.

Every candidate pair of the training rows is compared once (of very many a sample, jobs/linkage/blocks.py); what EM sees
is how often each pattern of levels occurs and in which passes (hundreds or thousands of patterns, whatever the data).
Strangers' probabilities u come from random pairs, those that the model takes for one person or household counted out.
Each pass is one session that learns the comparisons its key does not imply; missing levels are marginalised (they count
for nothing in any class); the share of each class is free. Sessions are averaged by how many pairs of the class they saw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.errors import UserError
from jobs.linkage.encoding import Encoded
from jobs.linkage.expected import from_patterns
from jobs.linkage.frequencies import learn_frequency
from jobs.linkage.input_checks import empty_fields
from jobs.linkage.model import HOUSEHOLD, STRANGERS, LinkModel
from jobs.linkage.patterns import Patterns, candidate_patterns, possible_pairs, random_patterns
from jobs.linkage.weights import Weights, blank

Floats = npt.NDArray[np.float64]
ROUNDS = 4
STEPS = 300
CLOSE = 1e-7
PULL = 2.0  # pairs' worth of belief in the starting values: holds a level that no pair shows
FLOOR = {"same": 1e-4, "household": 1e-5}  # clerks may do anything: no level is impossible
FEW = 1_000  # random pairs holding a field, below which u comes from the number of its distinct values
SEEN = 5.0  # a level with fewer expected pairs of a class is reported


@dataclass(frozen=True)
class Session:
    """What one pass taught: expected counts of levels by class for each comparison it may learn, and the class shares."""

    expected: dict[str, Floats]
    share: Floats
    steps: int


def train(
    model: LinkModel, encoded: Encoded, all_pairs: float | None = None, seen: tuple[Patterns, Patterns] | None = None
) -> Weights:
    """Learn everything from unlabelled rows. `all_pairs` overrides the number of possible pairs (a sample of a larger table);
    `seen` are the patterns of candidate and of random pairs, where they are counted already."""
    patterns, random = seen or (candidate_patterns(model, encoded), random_patterns(model, encoded))
    if not len(patterns.counts):
        raise UserError(
            f"No pass of model {model.model} finds a pair of rows to learn from.", "Check the passes' keys and the data."
        )
    possible = possible_pairs(encoded) if all_pairs is None else all_pairs
    weights = blank(model)
    distinct = {n: max(len(encoded.columns[c.field].values), 2) for n, c in model.comparisons.items()}
    _set_strangers(model, weights, random, np.ones(len(random.counts)), distinct)
    sessions: dict[str, Session] = {}
    for _ in range(ROUNDS):
        sessions = {
            p.name: _session(model, weights, patterns.of(i), model.blocked(p)) for i, p in enumerate(model.passes) if p.training
        }
        _average(model, weights, list(sessions.values()))
        weights.prior = _prior(model, weights, patterns, possible)
        _set_strangers(model, weights, random, posterior(weights, model, random)[-1], distinct)
    for name, comparison in model.comparisons.items():
        if comparison.term_frequency:
            weights.frequencies[name] = learn_frequency(comparison, encoded)
    estimated = weights.prior
    expected = from_patterns(model, posterior(weights, model, patterns)[0], patterns)
    if model.population:
        weights.prior = _pinned(model, weights, estimated, possible, len(encoded))
    weights.facts = {
        "estimated_prior": {c: float(f"{v:.4g}") for c, v in zip(model.classes, estimated, strict=True)},
        "pairs_compared": int(patterns.counts.sum()),
        "patterns": len(patterns.counts),
        "possible_pairs": float(possible),
        "partners_per_row": {
            c: float(f"{2 * p * possible / len(encoded):.4g}") for c, p in zip(model.classes[:-1], estimated, strict=False)
        },
        "steps": {name: s.steps for name, s in sessions.items()},
        "shares": {n: {c: float(f"{v:.4g}") for c, v in zip(model.classes, s.share, strict=True)} for n, s in sessions.items()},
        "warnings": empty_fields(model, encoded) + _warnings(model, sessions),
        "rows": len(encoded),
        "expected": expected,
    }
    return weights


def posterior(
    weights: Weights, model: LinkModel, patterns: Patterns, share: Floats | None = None, skip: set[str] | None = None
) -> Floats:
    """Probability of each class for each pattern: classes × patterns."""
    total = np.log2(weights.prior if share is None else share)[:, None] + np.zeros(len(patterns.counts))
    for position, name in enumerate(model.comparisons):
        if name not in (skip or set()):
            total = total + weights.log(name)[:, patterns.levels[:, position]]
    return np.asarray(np.exp2(total - np.logaddexp2.reduce(total, axis=0)))


def _session(model: LinkModel, weights: Weights, patterns: Patterns, skip: set[str]) -> Session:
    """EM in one pass: class shares and all but the strangers' levels of the comparisons not skipped."""
    mine = Weights(weights.classes, weights.prior, {n: v.copy() for n, v in weights.levels.items()})
    share = np.array([0.3] + [0.3] * (len(model.classes) - 2) + [0.4 if len(model.classes) > 2 else 0.7])
    start = _belief(model, weights)
    learned = [n for n in model.comparisons if n not in skip]
    expected: dict[str, Floats] = {}
    steps = 0
    total = max(patterns.counts.sum(), 1.0)
    while steps < STEPS:
        chance = posterior(mine, model, patterns, share, skip) * patterns.counts
        fresh = (chance.sum(axis=1) + 1e-9) / (total + 1e-9 * len(share))
        expected = {n: _tally(model, n, patterns, chance) for n in learned}
        for name in learned:
            mine.levels[name][:-1] = _normal(expected[name][:-1] + PULL * start[name][:-1])
            _hold(model, name, mine)
        steps += 1
        if abs(fresh - share).max() < CLOSE and steps > 5:
            break
        share = fresh
    return Session(expected, share, steps)


def _tally(model: LinkModel, name: str, patterns: Patterns, chance: Floats) -> Floats:
    position = list(model.comparisons).index(name)
    count = len(model.comparisons[name].names)
    mine = patterns.levels[:, position]
    seen = mine >= 0
    return np.array([np.bincount(mine[seen], weights=row[seen], minlength=count) for row in chance])


def _normal(counts: Floats) -> Floats:
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _belief(model: LinkModel, weights: Weights) -> dict[str, Floats]:
    """Starting values; where a household shares nothing its members are believed to agree as strangers do."""
    start = blank(model).levels
    for name, comparison in model.comparisons.items():
        if HOUSEHOLD in model.classes and not comparison.shared:
            start[name][1] = weights.levels[name][-1]
    return start


def _average(model: LinkModel, weights: Weights, sessions: list[Session]) -> None:
    start = _belief(model, weights)
    for name in model.comparisons:
        total = PULL * start[name][:-1]
        for session in sessions:
            if name in session.expected:
                total = total + session.expected[name][:-1]
        floor = np.array([[FLOOR[c]] for c in model.classes if c in FLOOR])
        weights.levels[name][:-1] = _normal(np.maximum(_normal(total), floor))
        _hold(model, name, weights)


def _hold(model: LinkModel, name: str, weights: Weights) -> None:
    """Keep the household class what it is meant to be: without bounds it comes to hold one person's mistyped records."""
    comparison = model.comparisons[name]
    if comparison.household_most and HOUSEHOLD in model.classes:
        _bound(weights.levels[name][1], {comparison.names.index(n): v for n, v in comparison.household_most.items()})


def _bound(row: Floats, most: dict[int, float]) -> None:
    """Lower the probabilities at these positions to the bounds, in place, and raise the others so that the row sums to one."""
    for position, bound in most.items():
        row[position] = min(row[position], bound)
    rest = [i for i in range(len(row)) if i not in most]
    row[rest] *= (1 - sum(row[i] for i in most)) / row[rest].sum()


def _set_strangers(model: LinkModel, weights: Weights, random: Patterns, stranger: Floats, distinct: dict[str, int]) -> None:
    """u: levels among random pairs that are strangers, never quite zero; where too few hold the field, one in its values."""
    for name in model.comparisons:
        counts = _tally(model, name, random, (random.counts * stranger)[None, :])[0]
        if counts.sum() < FEW:
            counts = np.full(len(counts), 1.0 / distinct[name])
            counts[-1] = 1.0
            weights.levels[name][-1] = _normal(counts[None, :])[0]
        else:
            weights.levels[name][-1] = _normal((counts + 0.5)[None, :])[0]


def _prior(model: LinkModel, weights: Weights, patterns: Patterns, possible: float) -> Floats:
    """Share of each class among all possible pairs: those that no pass finds are strangers."""
    share = weights.prior
    for _ in range(100):
        expected = (posterior(weights, model, patterns, share) * patterns.counts).sum(axis=1)
        fresh = np.maximum(expected, 1e-3) / possible
        fresh[-1] = 1 - fresh[:-1].sum()
        if abs(np.log(fresh[:-1] / share[:-1])).max() < 1e-6:
            return fresh
        share = fresh
    return share


def _pinned(model: LinkModel, weights: Weights, estimated: Floats, possible: float, rows: int) -> Floats:
    """Prior for a population of `population` persons, of whom each row has one partner, and household members as often as
    seen; strangers' chance of sharing what identifies is scaled from the sample to that population."""
    assert model.population is not None
    partners = 2 * estimated * possible / rows
    scale = min(rows / (1 + partners[0]) / model.population, 1.0)
    for name, comparison in model.comparisons.items():
        if comparison.identifying:
            weights.levels[name][-1, :-1] *= scale
            weights.levels[name][-1, -1] = 1 - weights.levels[name][-1, :-1].sum()
    prior = partners / model.population
    prior[0] = 1 / model.population
    prior[-1] = 1 - prior[:-1].sum()
    return np.asarray(prior)


def _warnings(model: LinkModel, sessions: dict[str, Session]) -> list[str]:
    """Levels too rare to trust, and comparisons no pass could learn."""
    found = []
    for name, comparison in model.comparisons.items():
        counts = [s.expected[name] for s in sessions.values() if name in s.expected]
        if not counts:
            found.append(f"{name}: implied by every pass, its starting values stand")
            continue
        total = np.sum(counts, axis=0)
        for position, level in enumerate(comparison.names):
            rare = [c for c, v in zip(model.classes, total[:, position], strict=True) if v < SEEN and c != STRANGERS]
            found += [f"{name}={level}: hardly seen among pairs of class {c}" for c in rare]
    return found
