"""The judge of all engines, on answers known by hand."""

from __future__ import annotations

import polars as pl

from tests.benchmark.quality import Quality, of_best_cut, of_clusters, of_pairs

TRUTH = pl.DataFrame({"id": list("abcdef"), "person": [1, 1, 1, 2, 2, 3]})  # pairs ab ac bc de


def test_clusters() -> None:
    clusters = pl.DataFrame({"id": list("abcde"), "cluster_id": ["x", "x", "y", "y", "z"]})  # f has none: alone
    assert of_clusters(clusters, TRUTH) == Quality(right=1, false=1, missed=3)


def test_pairs_in_either_direction_count_once() -> None:
    links = pl.DataFrame({"left": ["b", "d", "f"], "right": ["a", "e", "a"], "probability": [0.9, 0.8, 0.7]})
    found = of_pairs(links, TRUTH)
    assert found == Quality(right=2, false=1, missed=2)
    assert (found.precision, found.recall, found.wrong) == (2 / 3, 0.5, 3)
    assert found.f1 == 4 / 7


def test_the_best_cut_leaves_the_false_tail_and_never_splits_equal_scores() -> None:
    links = pl.DataFrame({"left": list("aabf"), "right": list("bcca"), "probability": [0.9, 0.8, 0.8, 0.2]})
    assert of_best_cut(links, TRUTH) == Quality(right=3, false=0, missed=1)
    tied = links.with_columns(probability=pl.lit(0.5))
    assert of_best_cut(tied, TRUTH) == Quality(right=3, false=1, missed=1)


def test_nothing_found() -> None:
    empty = pl.DataFrame(schema={"left": pl.String, "right": pl.String, "probability": pl.Float64})
    assert of_pairs(empty, TRUTH) == of_best_cut(empty, TRUTH) == Quality(0, 0, 4)
    assert Quality(0, 0, 4).f1 == 0.0
