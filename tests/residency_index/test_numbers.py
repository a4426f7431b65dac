"""The index in plain numbers: weights, the recursion, the threshold, the judge."""

from __future__ import annotations

import polars as pl
import pytest

from jobs.residence.index_judge import auc, judge, lines
from jobs.residence.index_weights import ONE, index_of, load, threshold, weight, weights

P = load()


def test_a_sign_weighs_by_how_much_oftener_residents_have_it():
    assert weight(0, 100, 0, 100, P) == 0
    assert weight(50, 100, 50, 100, P) == 0
    assert weight(10, 100, 60, 100, P) == 0  # never below nothing
    once, twice = weight(20, 1000, 10, 1000, P), weight(40, 1000, 10, 1000, P)
    assert 0 < once < twice < ONE
    assert weight(64_000, 100_000, 1_000, 100_000, P) == pytest.approx(ONE, rel=1e-3)  # 2^6 times as often
    assert weight(90_000, 100_000, 0, 100_000, P) == ONE  # and never more than full


def test_a_sign_seen_once_weighs_less_than_one_seen_often():
    assert weight(1, 10_000, 0, 10_000, P) < weight(1_000, 10_000, 0, 10_000, P)


def test_weights_are_apart_by_local_hukou():
    found = weights({(True, "S03"): (99, 98), (False, "S03"): (50, 1)}, {True: (100, 100), False: (100, 100)}, P)
    assert found[(True, "S03")] < found[(False, "S03")]


def evidence(*newest_first: float) -> list[float]:
    return [*newest_first, *[0.0] * (P.windows - len(newest_first))]


@pytest.mark.parametrize(
    ("xs", "first", "departed", "expected"),
    [
        ([1.0] * P.windows, P.windows - 1, None, 1.0),  # always here
        (evidence(1.0), 0, None, 1.0),  # who has just come enters with the evidence at hand
        (evidence(1.0, 0.0, 1.0), 2, None, 0.75),  # 1 → ½ → ½·½ + ½
        (evidence(0.0, 1.0, 1.0), 2, None, 0.5),  # silent for half a year
        (evidence(0.0, 0.0, 1.0), 2, None, 0.25),
        (evidence(0.0, 1.0, 1.0), 2, 0, 0.0),  # a departure ends it at once
        (evidence(0.6, 1.0, 1.0), 2, 0, 0.3),  # what began after the departure counts
        (evidence(1.0, 0.5, 1.0), 2, 1, 0.625),  # ½·(½·½) + ½: back since
        (evidence(0.8), 0, 0, 0.4),  # first met and gone in one period
    ],
)
def test_recursion(xs: list[float], first: int, departed: int | None, expected: float):
    assert index_of(xs, first, departed, P) == pytest.approx(expected)


def test_threshold_tells_the_certain_apart():
    assert threshold([(True, 0.7, 90), (True, 0.2, 10), (False, 0.1, 80), (False, 0.3, 20)], P) == pytest.approx(0.31)
    assert threshold([(True, 0.7, 90), (True, 0.2, 10), (False, 0.1, 95), (False, 0.3, 5)], P) == pytest.approx(0.11)
    assert threshold([(True, 0.9, 5)], P) == 1.0
    assert threshold([], P) == 1.0


def test_threshold_is_the_smallest_of_nearly_equals():
    few, more = [(True, 0.7, 1000), (False, 0.1, 992), (False, 0.5, 8)], [(True, 0.7, 1000), (False, 0.1, 980), (False, 0.5, 20)]
    assert threshold(few, P) == pytest.approx(0.11)
    assert threshold(more, P) == pytest.approx(0.51)


def test_auc():
    assert auc(pl.Series([0.1, 0.4, 0.8]), pl.Series([False, True, True])) == 1.0
    assert auc(pl.Series([0.9, 0.4, 0.4]), pl.Series([False, True, True])) == 0.0
    assert auc(pl.Series([0.5, 0.5]), pl.Series([False, True])) == 0.5
    assert auc(pl.Series([0.5]), pl.Series([True])) is None


def test_the_judge_says_what_doubts_are_worth():
    told = pl.DataFrame(
        [("a", 0.9, True, None, True), ("b", 0.1, False, "rules_only", True), ("c", 0.1, False, "rules_only", True),
         ("d", 0.8, True, "index_only", False)],
        schema=["resident_id", "residency_index", "resident_by_index", "doubt", "counts_present"], orient="row",
    )  # fmt: skip
    homes = pl.DataFrame({"person": [1, 2, 3, 4], "resident_id": ["a", "b", "c", "d"]})
    truth = pl.DataFrame({"person_id": [1, 2, 3, 4, 5], "counts_present": [True, False, True, False, True]})
    found = judge(told, homes, truth)
    assert found["persons"] == 4
    assert (found["rules_right"], found["index_right"], found["both_right"], found["either_right"]) == (0.75, 0.5, 0.25, 1.0)
    assert (found["agree"], found["right_where_they_agree"]) == (0.25, 1.0)
    assert found["doubts"] == [
        {"doubt": "index_only", "persons": 1, "rules_wrong": 0.0}, {"doubt": "rules_only", "persons": 2, "rules_wrong": 0.5},
    ]  # fmt: skip
    assert lines(found)[-1] == "  rules_only: 2 on the list, rules wrong 规则有误 0.500"
