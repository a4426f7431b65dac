"""A second opinion by recordlinkage: its own indexing, comparing and EM on a sample, beside our weights.

It cannot train our model (it fixes neither u nor the prior and takes no missing values), but where it disagrees about
which pairs are one person, or which way a level points, something is wrong. Its EM obeys only numpy's global seed and
its random start may swap the two classes: of twenty seeded starts the three whose first steps reach the best likelihood
are run to their end, the best of these is taken, and swapped back when agreement would speak against a match.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np
import pandas as pd

from jobs.linkage.encoding import Encoded
from jobs.linkage.local import weigh_pairs
from jobs.linkage.model import LinkModel, Pass
from jobs.linkage.weights import Weights

STARTS = 20
FIRST_STEPS = 6
FINALISTS = 3
MOST_ROWS = 20_000
MOST_PAIRS = 20_000
FEWEST_PAIRS = 100
STRANGERS = 10_000  # random pairs beside the passes': without them there is hardly a second class to find
PRESENT = 0.5  # fields missing in more of the pairs are left out, since missing counts as different here
ALIKE = 0.85


def second_opinion(model: LinkModel, weights: Weights, encoded: Encoded) -> dict[str, Any]:
    """What recordlinkage learns from the same rows: share of matches, weights, and how far its verdicts agree with ours."""
    frame, usable = _frame(model, encoded)
    pairs = _index(model, encoded, frame)
    vectors = _vectors(model, usable, frame, encoded, pairs) if len(pairs) >= FEWEST_PAIRS else pd.DataFrame()
    if vectors.shape[1] < 2:
        return {"tool": "recordlinkage ECMClassifier", "pairs": len(pairs), "note": "too little to learn from"}
    learned, swapped = _fit(vectors)
    chance = np.asarray(learned.prob(vectors), dtype=np.float64)
    theirs = (chance < 0.5) if swapped else (chance > 0.5)
    left, right = pairs.get_level_values(0).to_numpy(), pairs.get_level_values(1).to_numpy()
    ours = weigh_pairs(model, weights, encoded, left, right) > 0
    return {
        "tool": "recordlinkage ECMClassifier",
        "pairs": len(pairs),
        "share_of_matches": {"ours": round(float(ours.mean()), 4), "theirs": round(float(theirs.mean()), 4)},
        "same_verdict": round(float((ours == theirs).mean()), 4),
        "match_for_both_of_match_for_either": round(float((ours & theirs).sum() / max((ours | theirs).sum(), 1)), 4),
        "weight_of_best_level": _beside(weights, vectors, learned, swapped),
    }


def _frame(model: LinkModel, encoded: Encoded) -> tuple[pd.DataFrame, list[str]]:
    """A sample of rows, by hash of id, with the fields that hold one value; and the comparisons over them."""
    hashed = pd.util.hash_array(encoded.ids.to_numpy(zero_copy_only=False), categorize=False)
    rows = np.sort(np.argsort(hashed, kind="stable")[:MOST_ROWS])
    scalar = {n: c for n, c in encoded.columns.items() if not c.is_list}
    frame = pd.DataFrame(
        {n: pd.Series([*c.values, None], dtype=object).to_numpy()[c.codes[rows]] for n, c in scalar.items()}, index=rows
    )
    return frame, [n for n, c in model.comparisons.items() if c.field in scalar]


def _sides(encoded: Encoded, frame: pd.DataFrame) -> list[pd.DataFrame]:
    if encoded.source is None:
        return [frame]
    source = encoded.source[frame.index.to_numpy()]
    return [frame[source == 0], frame[source == 1]]


def _index(model: LinkModel, encoded: Encoded, frame: pd.DataFrame) -> pd.MultiIndex:
    """Candidate pairs by recordlinkage's Index over the passes whose keys are whole fields."""
    import recordlinkage

    usable = [p for p in model.passes if set(p.key) <= set(frame.columns)]
    if not usable:
        return pd.MultiIndex.from_arrays([[], []])
    strangers = recordlinkage.Index()
    strangers.random(min(STRANGERS, len(frame) * (len(frame) - 1) // 4), random_state=model.seed % 2**31)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = strangers.index(*_sides(encoded, frame))
        for each in usable:
            sides = _sides(encoded, _small(frame, each))
            if min(map(len, sides)) > 1:
                indexer = recordlinkage.Index()
                indexer.block(list(each.key))
                found = found.union(indexer.index(*sides))
    found = found.sort_values()
    if len(found) > MOST_PAIRS:
        found = found[np.linspace(0, len(found) - 1, MOST_PAIRS).astype(np.int64)]
    return found


def _small(frame: pd.DataFrame, each: Pass) -> pd.DataFrame:
    """Rows whose block is within the pass's cap: the tool makes all pairs of a block at once, whatever its size."""
    return frame[frame.groupby(list(each.key))[each.key[0]].transform("size").fillna(0) <= each.cap]


def _vectors(model: LinkModel, usable: list[str], frame: pd.DataFrame, encoded: Encoded, pairs: pd.MultiIndex) -> pd.DataFrame:
    """Integer levels by recordlinkage's Compare: 2 equal, 1 alike (Jaro-Winkler), 0 neither or missing."""
    import recordlinkage

    compare = recordlinkage.Compare(n_jobs=1)
    for name in usable:
        field = model.comparisons[name].field
        compare.exact(field, field, label=f"{name}.exact")
        compare.string(field, field, method="jarowinkler", threshold=ALIKE, label=f"{name}.alike")
    found = compare.compute(pairs, *_sides(encoded, frame))
    first, second = pairs.get_level_values(0), pairs.get_level_values(1)
    held = {
        n: (
            frame[model.comparisons[n].field].loc[first].notna().to_numpy()
            & frame[model.comparisons[n].field].loc[second].notna().to_numpy()
        )
        for n in usable
    }
    usable = [n for n in usable if held[n].mean() >= PRESENT]
    levels = pd.DataFrame({n: (found[f"{n}.exact"] + found[f"{n}.alike"]).astype(np.int64) for n in usable})
    return levels.loc[:, levels.nunique() > 1]


def _fit(vectors: pd.DataFrame) -> tuple[Any, bool]:
    """The start with the best likelihood, and whether its classes came out swapped."""
    import recordlinkage

    logging.disable(logging.WARNING)  # it warns of every start that ends in an empty class
    before = np.random.get_state()  # the library draws its start from numpy's global generator
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        begun = [_run(recordlinkage.ECMClassifier, vectors, start, FIRST_STEPS)[0] for start in range(STARTS)]
        leading = sorted(range(STARTS), key=lambda start: (-round(begun[start], 6), start))[:FINALISTS]
        ended = [_run(recordlinkage.ECMClassifier, vectors, start, 100) for start in leading]
    np.random.set_state(before)
    logging.disable(logging.NOTSET)
    best = max(ended, key=lambda run: round(run[0], 6))[1]
    speaks = [max(_weight(best, name), -40.0) for name in vectors.columns]
    return best, sum(speaks) < 0


def _run(kind: Any, vectors: pd.DataFrame, start: int, steps: int) -> tuple[float, Any]:
    """Likelihood reached from one seeded start in at most so many steps, and the classifier."""
    np.random.seed(start)
    classifier = kind(init="random", max_iter=steps, atol=1e-4)
    classifier.fit(vectors)
    return _likelihood(classifier, vectors), classifier


def _likelihood(classifier: Any, vectors: pd.DataFrame) -> float:
    match, other = classifier.log_m_probs, classifier.log_u_probs
    sides = []
    for table, share in ((match, classifier.log_p), (other, np.log1p(-np.exp(classifier.log_p)))):
        sides.append(
            sum(np.maximum(vectors[n].map(table[n]).to_numpy(float), -700.0) for n in vectors.columns) + max(float(share), -700.0)
        )
    value = float(np.logaddexp(*sides).sum())
    return value if np.isfinite(value) else -np.inf


def _weight(classifier: Any, name: str) -> float:
    """log2 weight of the best level seen in this column."""
    table = classifier.log_weights[name]
    return float(np.clip(table[max(table)] / np.log(2), -40, 40))


def _beside(weights: Weights, vectors: pd.DataFrame, classifier: Any, swapped: bool) -> dict[str, dict[str, float]]:
    """log2 weight of equality by both; theirs lacks the prior knowledge of random pairs, so only signs and order compare."""
    result = {}
    for name in vectors.columns:
        ours = float(np.log2(weights.levels[name][0, 0] / weights.levels[name][-1, 0]))
        theirs = _weight(classifier, name) * (-1 if swapped else 1)
        result[name] = {"ours": round(ours, 1), "theirs": round(theirs, 1)}
    return result
