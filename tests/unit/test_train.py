"""Errors that weights in force expect on rows they were not learned from, against the truth of those rows."""

from __future__ import annotations

import pytest

from jobs.linkage.local import encode_tables
from jobs.linkage.training import train
from jobs.train import expected_of
from tests.linkage.test_training import MODEL, town


@pytest.mark.parametrize("persons", [1500, 900])
def test_expected_pairs_follow_the_rows_not_the_table_learned_from(persons: int) -> None:
    """Another town, smaller or as large, of the same habits: one true pair a person is expected, found or missed."""
    weights = train(MODEL, encode_tables(MODEL, [town()[0]]))
    other, truth = town(seed=8, persons=persons)
    rows = expected_of(MODEL, weights, encode_tables(MODEL, [other]))["by_threshold"]
    for row in rows:
        right = row["pairs"] - row["wrong"] + row["missed"]
        assert right == pytest.approx(len(truth), rel=0.05), row
    even = next(r for r in rows if r["threshold"] == 0.5)
    assert even["precision"] > 0.9 and even["recall"] > 0.85
