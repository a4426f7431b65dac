"""What a model expects of itself, against truth: intervals hold as often as they say, and missed pairs are counted."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.linkage.expected import by_threshold, pairs_by_pass, unmet
from jobs.linkage.intervals import Stratum, stratified, weighted_share, wilson
from jobs.linkage.model import LinkModel
from jobs.linkage.patterns import Patterns

SEEDS = range(300)


def test_wilson_known_values() -> None:
    found = wilson(8, 10)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.4902, 0.9433)  # Newcombe 1998's form of the interval
    none, every = wilson(0, 20), wilson(20, 20)
    assert none is not None and every is not None
    assert none.low == 0.0 and 0.15 < none.high < 0.17
    assert every.high == 1.0 and 0.83 < every.low < 0.85
    assert wilson(0, 0) is None


@pytest.mark.parametrize("share", [0.9, 0.97, 0.995])
def test_weighted_share_covers_the_truth(share: float) -> None:
    """Things drawn unevenly and weighted back: the interval holds the true share in about 95 of 100 samples."""
    held = 0
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        common = draw.random(600) < 0.8
        right = draw.random(600) < np.where(common, share, share - 0.02)
        weight = np.where(common, 0.5 / 0.8, 0.5 / 0.2)  # in the population both kinds are as many
        found = weighted_share(right, weight)
        assert found is not None
        held += found.low <= share - 0.01 <= found.high
    assert held / len(SEEDS) >= 0.91


@pytest.mark.parametrize("rights", [(0.98, 0.7, 0.3), (0.999, 0.95, 0.5), (1.0, 1.0, 0.9)])
def test_stratified_sample_covers_the_truth(rights: tuple[float, ...]) -> None:
    sizes, seen = (4000, 700, 90), (60, 60, 30)
    held, errors = 0, []
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        strata, true = [], 0
        for size, many, right in zip(sizes, seen, rights, strict=True):
            all_right = int(draw.binomial(size, right))
            true += all_right
            strata.append(Stratum(size, many, int(draw.hypergeometric(all_right, size - all_right, many))))
        found = stratified(strata)
        assert found is not None
        held += found.low <= true / sum(sizes) <= found.high
        errors.append(found.value - true / sum(sizes))
    assert held / len(SEEDS) >= 0.92
    assert abs(np.mean(errors)) < 0.005  # unbiased


def test_few_decisions_make_a_wide_interval_not_a_sure_one() -> None:
    one = stratified([Stratum(5000, 1, 1), Stratum(1000, 0, 0)])
    assert one is not None and one.value == 1.0 and one.low < 0.5
    everything = stratified([Stratum(10, 10, 9), Stratum(5, 5, 5)])
    assert everything is not None and everything.low == everything.high == pytest.approx(14 / 15)
    assert stratified([Stratum(5, 0, 0)]) is None


def test_pairs_met_by_no_pass_are_counted() -> None:
    """Five independent passes: the interval holds the number of true pairs that none meets in about 95 of 100 worlds."""
    held, found_mean, true_mean = 0, 0.0, 0.0
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        met = draw.random((3000, 5)) < 0.45
        bits = (met * (1 << np.arange(5))).sum(axis=1)
        found = unmet(bits[bits > 0], np.ones(int((bits > 0).sum())), 5)
        true = int((bits == 0).sum())
        held += found.low <= true <= found.high
        found_mean, true_mean = found_mean + found.unmet, true_mean + true
    assert held / len(SEEDS) >= 0.90
    assert found_mean / true_mean == pytest.approx(1, abs=0.1)


def test_passes_that_lean_on_one_another_give_a_lower_bound() -> None:
    draw = np.random.default_rng(1)
    hard = draw.random(5000) < 0.2
    met = draw.random((5000, 4)) < np.where(hard, 0.15, 0.8)[:, None]
    bits = (met * (1 << np.arange(4))).sum(axis=1)
    found = unmet(bits[bits > 0], np.ones(int((bits > 0).sum())), 4)
    assert 0.2 * (bits == 0).sum() < found.unmet < 1.2 * (bits == 0).sum()
    none = unmet(np.array([3, 7]), np.array([5.0, 5.0]), 3)
    assert none.unmet == 0 and none.high == pytest.approx(3, abs=0.01)  # nothing seen once: the rule of three
    assert none.share[0] == 1.0 and none.share[1] == pytest.approx(10 / 13, abs=0.01)


def test_errors_by_threshold_add_up() -> None:
    rows = by_threshold(np.array([0.99, 0.6, 0.1]), np.array([100.0, 10.0, 50.0]), unmet=4.0)
    at = {r["threshold"]: r for r in rows}
    assert at[0.5]["pairs"] == 110
    assert at[0.5]["wrong"] == pytest.approx(1 + 4)
    assert at[0.5]["missed"] == pytest.approx(5 + 4)
    assert at[0.5]["precision"] == pytest.approx(105 / 110, abs=1e-6)
    assert at[0.5]["recall"] == pytest.approx(105 / 114, abs=1e-6)
    assert at[0.999]["precision"] == 1.0 and at[0.999]["recall"] == 0.0


def test_pairs_by_pass() -> None:
    model = LinkModel.model_validate(
        {
            "model": "m", "id": "id", "fields": {"a": {}, "b": {}},
            "comparisons": {"a": {"field": "a", "levels": ["exact"]}},
            "passes": [{"name": "first", "key": ["a"]}, {"name": "second", "key": ["b"]}],
        }
    )  # fmt: skip
    patterns = Patterns(np.zeros((3, 1), np.int8), np.array([1, 2, 3]), np.array([10.0, 20.0, 5.0]))
    rows = pairs_by_pass(model, np.array([0.5, 0.1, 1.0]), patterns)
    assert [(r["pass"], r["pairs"], r["new"], r["one_person"]) for r in rows] == [
        ("first", 15, 15, 10.0),
        ("second", 25, 20, 7.0),
    ]
