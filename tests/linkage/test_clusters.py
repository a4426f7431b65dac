"""Clusters against literal graphs, a slow reference, and what must always hold."""

from __future__ import annotations

import random
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.linkage.assignment import one_to_one
from jobs.linkage.clusters import Clusters, Edges, Rules, cluster_pairs

Weighted = list[tuple[int, int, float]]


def edges_of(pairs: Weighted) -> Edges:
    left, right, weight = (list(x) for x in zip(*pairs, strict=True)) if pairs else ([], [], [])
    return Edges(np.array(left, np.int64), np.array(right, np.int64), np.array(weight, np.float64))


def groups(found: Clusters) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(found.leader == leader).tolist()) for leader in np.unique(found.leader)}


def pairs_of(*pairs: tuple[int, int]) -> np.ndarray:
    return np.array(pairs, np.int64)


def clusters(n: int, pairs: Weighted, rules: Rules | None = None, cut: float = 0.0, score=None) -> set[frozenset[int]]:
    return groups(cluster_pairs(np.arange(n), edges_of(pairs), cut, rules, score))


@pytest.mark.parametrize(
    ("n", "pairs", "rules", "expected"),
    [
        (3, [], None, [{0}, {1}, {2}]),
        (3, [(0, 1, 5.0), (1, 2, 1.0)], None, [{0, 1, 2}]),  # without rules a component is a cluster
        (3, [(0, 1, 5.0), (1, 2, -1.0)], None, [{0, 1}, {2}]),
        (3, [(0, 1, 5.0), (1, 2, 2.0), (0, 2, -6.0)], None, [{0, 1}, {2}]),  # average −2
        (3, [(0, 1, 5.0), (1, 2, 2.0), (0, 2, -1.0)], None, [{0, 1, 2}]),  # average +0.5
        (3, [(0, 1, 5.0), (1, 2, 4.0)], Rules(cannot=pairs_of((2, 0))), [{0, 1}, {2}]),
        (3, [(0, 1, 4.0), (1, 2, 5.0)], Rules(cannot=pairs_of((0, 2))), [{0}, {1, 2}]),
        (3, [], Rules(must=pairs_of((0, 2))), [{0, 2}, {1}]),
        (3, [(0, 1, 3.0)], Rules(must=pairs_of((0, 2)), cannot=pairs_of((1, 2))), [{0, 2}, {1}]),  # must first, then cannot
        (2, [(0, 1, -9.0)], Rules(must=pairs_of((0, 1)), cannot=pairs_of((0, 1))), [{0, 1}]),  # a judgement beats a rule
        (3, [(0, 1, 9.0), (1, 2, 8.0)], Rules(differ=(np.array([7, -1, 8]),)), [{0, 1}, {2}]),
        (3, [(0, 1, 9.0), (1, 2, 8.0)], Rules(differ=(np.array([7, -1, 7]),)), [{0, 1, 2}]),
        (4, [(0, 1, 9.0), (1, 2, 8.0), (2, 3, 9.0)], Rules(differ=(np.array([7, -1, -1, 8]),)), [{0, 1}, {2, 3}]),
        (3, [(0, 1, 9.0), (1, 2, 8.0)], Rules(alone=np.array([1, 2, 1])), [{0, 1}, {2}]),
        (3, [(0, 1, 9.0), (1, 2, 8.5)], Rules(cannot=pairs_of((0, 2)), margin=1.0), [{0}, {1}, {2}]),  # too near to tell
        (3, [(0, 1, 9.0), (1, 2, 7.5)], Rules(cannot=pairs_of((0, 2)), margin=1.0), [{0, 1}, {2}]),
    ],
)
def test_clusters(n: int, pairs: Weighted, rules: Rules | None, expected: list[set[int]]) -> None:
    assert clusters(n, pairs, rules) == {frozenset(e) for e in expected}


def test_what_was_left_apart_is_told() -> None:
    rules = Rules(cannot=pairs_of((0, 2)), margin=1.0)
    found = cluster_pairs(["x", "y", "z"], edges_of([(0, 1, 9.0), (1, 2, 8.5)]), 0.0, rules)
    assert found.undecided.tolist() == [[0, 1], [1, 2]] and found.refined == 1


def test_contradictions_and_large_components_are_told() -> None:
    chain = [(i, i + 1, 3.0) for i in range(9)]
    found = cluster_pairs(np.arange(10), edges_of(chain), 0.0, Rules(must=pairs_of((0, 1)), cannot=pairs_of((0, 1)), cap=5))
    assert found.contradictions == 1 and found.oversize == (9,)


def test_pairs_no_pass_produced_are_scored_once_inside_components() -> None:
    asked: list[set[frozenset[int]]] = []

    def score(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        asked.append({frozenset(p) for p in zip(left.tolist(), right.tolist(), strict=True)})
        return np.full(len(left), -9.0)

    pairs = [(0, 1, 5.0), (1, 2, 4.0), (3, 4, 1.0)]
    assert clusters(6, pairs, score=score) == {frozenset(g) for g in ({0, 1}, {2}, {3, 4}, {5})}
    assert asked == [{frozenset({0, 2})}]


def test_components_over_the_cap_are_not_scored() -> None:
    def never(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        raise AssertionError("asked")

    assert clusters(4, [(0, 1, 5.0), (1, 2, 4.0), (2, 3, 4.0)], Rules(cap=3), score=never) == {frozenset(range(4))}


def test_a_pair_given_twice_counts_once_with_its_largest_weight() -> None:
    assert clusters(2, [(0, 1, -5.0), (1, 0, 2.0)]) == {frozenset({0, 1})}


def test_ids_must_be_unique() -> None:
    with pytest.raises(ValueError, match="unique"):
        cluster_pairs(["a", "a"], edges_of([]), 0.0)


def test_nothing_at_all() -> None:
    assert cluster_pairs(np.empty(0, np.int64), edges_of([]), 0.0).leader.tolist() == []


@st.composite
def problems(draw: st.DrawFn) -> tuple[int, Weighted, Rules]:
    """Up to eight nodes with few distinct weights, so that ties are common."""
    n = draw(st.integers(1, 8))
    pairs = list(combinations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12)) if pairs else []
    weights = [float(draw(st.integers(-3, 4))) for _ in chosen]
    some = st.lists(st.sampled_from(pairs), max_size=3) if pairs else st.just([])
    codes = st.lists(st.integers(-1, 2), min_size=n, max_size=n)
    rules = Rules(
        must=np.array(draw(some), np.int64).reshape(-1, 2),
        cannot=np.array(draw(some), np.int64).reshape(-1, 2),
        differ=(np.array(draw(codes), np.int64),),
        alone=np.array(draw(codes), np.int64) if draw(st.booleans()) else None,
        margin=draw(st.sampled_from([0.0, 1.0])),
    )
    return n, [(a, b, w) for (a, b), w in zip(chosen, weights, strict=True)], rules


def solve(problem: tuple[int, Weighted, Rules], names: list[str]) -> set[frozenset[str]]:
    """Clusters by name after the nodes were put into the order of `names` (a permutation of n000, n001, …)."""
    n, pairs, rules = problem
    at = {int(name[1:]): i for i, name in enumerate(names)}
    shuffled = [(at[b], at[a], w) for a, b, w in pairs]
    random.Random(n).shuffle(shuffled)

    def moved(array: np.ndarray) -> np.ndarray:
        return np.array([[at[a], at[b]] for a, b in array.tolist()], np.int64).reshape(-1, 2)

    def recoded(codes: np.ndarray | None) -> np.ndarray | None:
        return None if codes is None else np.array([codes[int(name[1:])] for name in names], np.int64)

    here = Rules(
        moved(rules.must), moved(rules.cannot), tuple(recoded(c) for c in rules.differ), recoded(rules.alone), rules.margin
    )
    found = cluster_pairs(names, edges_of(shuffled), 0.5, here)
    return {frozenset(names[i] for i in group) for group in groups(found)}


@settings(max_examples=150, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_order_of_rows_and_pairs_does_not_matter(problem: tuple[int, Weighted, Rules], shuffle: random.Random) -> None:
    names = [f"n{i:03d}" for i in range(problem[0])]
    other = names.copy()
    shuffle.shuffle(other)
    assert solve(problem, names) == solve(problem, other)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_rules_hold_and_must_links_win(problem: tuple[int, Weighted, Rules]) -> None:
    n, pairs, rules = problem
    found = cluster_pairs(np.arange(n), edges_of(pairs), 0.5, rules)
    of = found.leader
    assert all(of[a] == of[b] for a, b in rules.must.tolist())
    if len(rules.must):
        return  # must-links may break the other rules
    assert all(of[a] != of[b] for a, b in rules.cannot.tolist() if a != b)
    for group in groups(found):
        codes = [c for c in rules.differ[0][list(group)].tolist() if c >= 0]
        assert len(set(codes)) <= 1
        held = [] if rules.alone is None else [c for c in rules.alone[list(group)].tolist() if c >= 0]
        assert len(held) == len(set(held))


@settings(max_examples=100, deadline=None)
@given(problems(), problems())
def test_a_cluster_depends_on_its_component_alone(one: tuple[int, Weighted, Rules], two: tuple[int, Weighted, Rules]) -> None:
    def plain(problem: tuple[int, Weighted, Rules]) -> Rules:
        return Rules(must=problem[2].must, cannot=problem[2].cannot, margin=problem[2].margin)

    n, m = one[0], two[0]
    margin = one[2].margin
    alone = cluster_pairs(np.arange(n), edges_of(one[1]), 0.5, plain(one))
    both = Rules(np.vstack([one[2].must, two[2].must + n]), np.vstack([one[2].cannot, two[2].cannot + n]), margin=margin)
    pairs = one[1] + [(a + n, b + n, w) for a, b, w in two[1]]
    together = cluster_pairs(np.arange(n + m), edges_of(pairs), 0.5, both)
    assert together.leader[:n].tolist() == alone.leader.tolist()


def slow_average_linkage(n: int, pairs: Weighted, cannot: set[frozenset[int]], cut: float) -> set[frozenset[int]]:
    """The same thing by trying all pairs of clusters each time."""
    weight = {frozenset((a, b)): w for a, b, w in pairs}
    parts = [frozenset({i}) for i in range(n)]
    while True:
        best = None
        for one, two in combinations(sorted(parts, key=min), 2):
            known = [weight[frozenset((a, b))] for a in one for b in two if frozenset((a, b)) in weight]
            if not known or any(frozenset((a, b)) in cannot for a in one for b in two):
                continue
            average = round(sum(known) / len(known), 9)
            if average >= cut and (best is None or average > best[0]):
                best = (average, one, two)
        if best is None:
            return set(parts)
        parts = [p for p in parts if p not in best[1:]] + [best[1] | best[2]]


@settings(max_examples=150, deadline=None)
@given(problems())
def test_agrees_with_a_slow_reference(problem: tuple[int, Weighted, Rules]) -> None:
    n, pairs, rules = problem
    cannot = {frozenset(p) for p in rules.cannot.tolist() if p[0] != p[1]}
    assert clusters(n, pairs, Rules(cannot=rules.cannot), cut=0.5) == slow_average_linkage(n, pairs, cannot, 0.5)


def best_assignment(pairs: Weighted, left: int, right: int, cut: float) -> float:
    """The largest total weight above the cut of a one-to-one assignment, by trying all."""
    gain = {(a, b): w - cut for a, b, w in pairs if w >= cut}
    slots = [*range(left, left + right), *[-1] * left]
    return max(
        sum(gain.get((a, b), 0.0) for a, b in zip(range(left), order, strict=False)) for order in permutations(slots, left)
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(3, 5), st.integers(-2, 6)), unique_by=lambda p: p[:2], max_size=9))
def test_one_to_one_is_the_best_assignment(rows: list[tuple[int, int, int]]) -> None:
    pairs = [(a, b, float(w)) for a, b, w in rows]
    found = cluster_pairs(np.arange(6), edges_of(pairs), 1.0, Rules(alone=np.array([0, 0, 0, 1, 1, 1])))
    weight = {frozenset((a, b)): w for a, b, w in pairs}
    chosen = [g for g in groups(found) if len(g) == 2]
    assert all(len(g) <= 2 and weight.get(g, 1.0) >= 1.0 for g in chosen)
    assert sum(weight[g] - 1.0 for g in chosen) == pytest.approx(best_assignment(pairs, 3, 3, 1.0))


def test_one_to_one_takes_the_heavier_sum_not_the_heaviest_pair() -> None:
    pairs = [(0, 2, 9.0), (0, 3, 8.0), (1, 2, 8.0)]
    found = one_to_one(np.arange(4), edges_of(pairs), 1.0, np.array([False, False, True, True]))
    assert groups(found) == {frozenset({0, 3}), frozenset({1, 2})}


def test_many_small_contested_components_stay_fast() -> None:
    rng = np.random.default_rng(3)
    base = np.repeat(np.arange(20_000) * 3, 3)
    left, right = base + np.tile([0, 0, 1], 20_000), base + np.tile([1, 2, 2], 20_000)
    edges = Edges(left, right, rng.uniform(-3, 6, len(left)))
    found = cluster_pairs(np.arange(60_000), edges, 0.0)
    assert 20_000 <= len(np.unique(found.leader)) < 60_000 and found.refined > 5_000
