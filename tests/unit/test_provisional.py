"""Residents that are probably another one, and mentions with one candidate left; positions are row numbers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from jobs.residents.provisional import SOLE, lifted, provisional, sole_candidates

NO_PAIRS = pl.DataFrame(schema={"l": pl.Int64, "r": pl.Int64})


def links(*rows: tuple) -> pl.DataFrame:
    """(l, r, probability, veto, likely)."""
    schema = {"l": pl.Int64, "r": pl.Int64, "probability": pl.Float64, "veto": pl.String, "likely": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(weight=pl.col("probability") * 10)


def people(*rows: tuple[str, int, int]) -> pl.DataFrame:
    """(resident_id, records, confirmed), one profile each."""
    frame = pl.DataFrame(rows, schema={"resident_id": pl.String, "records": pl.Int64, "confirmed": pl.Int64}, orient="row")
    return frame.with_columns(at=pl.int_range(pl.len()))


def found(links_: pl.DataFrame, residents: pl.DataFrame, apart: pl.DataFrame = NO_PAIRS) -> dict[str, str]:
    return dict(provisional(links_, residents, apart).select("resident_id", "provisional_of").rows())


@pytest.mark.parametrize(
    ("residents", "expected"),
    [
        ((("A", 9, 1), ("B", 2, -1)), {"B": "A"}),
        ((("A", 2, 1), ("B", 9, -1)), {"B": "A"}),  # a confirmed number goes before many records
        ((("A", 2, -1), ("B", 9, -1)), {"A": "B"}),
        ((("A", 3, -1), ("B", 3, -1)), {"B": "A"}),  # nothing else decides: the smaller id stays
        ((("A", 9, 1), ("B", 2, 2)), {}),  # two confirmed numbers, and the link does not speak of them
    ],
)
def test_the_smaller_is_provisional(residents: tuple, expected: dict[str, str]) -> None:
    assert found(links((0, 1, 0.9, None, "name_and_birth")), people(*residents)) == expected


def test_a_link_that_knows_of_both_numbers_makes_one_provisional() -> None:
    two = people(("A", 9, 1), ("B", 2, 2))
    assert found(links((0, 1, 0.9, "two_confirmed_numbers", "two_numbers")), two) == {"B": "A"}


def test_no_suspicion_no_provisional() -> None:
    assert found(links((0, 1, 0.9, None, None)), people(("A", 9, 1), ("B", 2, -1))) == {}


def test_links_within_a_resident_say_nothing() -> None:
    same = pl.DataFrame({"at": [0, 1], "resident_id": ["A", "A"], "records": [4, 4], "confirmed": [1, -1]})
    assert found(links((0, 1, 0.9, None, "name_and_birth")), same) == {}


def test_what_is_known_to_be_two_is_never_provisional() -> None:
    apart = pl.DataFrame({"l": [1], "r": [0]}, schema=NO_PAIRS.schema)
    assert found(links((0, 1, 0.9, None, "name_and_birth")), people(("A", 9, 1), ("B", 2, -1)), apart) == {}


def test_the_strongest_link_names_the_other() -> None:
    three = people(("A", 9, 1), ("B", 9, 2), ("C", 1, -1))
    assert found(links((0, 2, 0.7, None, "x"), (1, 2, 0.8, None, "x")), three) == {"C": "B"}


def test_order_of_rows_does_not_matter() -> None:
    several = links((0, 2, 0.8, None, "x"), (1, 2, 0.8, None, "x"), (0, 1, 0.6, None, "x"))
    three = people(("A", 9, 1), ("B", 5, -1), ("C", 1, -1))
    assert found(several, three) == found(several.reverse(), three.reverse()) == {"B": "A", "C": "A"}


CLUSTERS = pl.Series([0, 1, 2, 2])
NUMBERED = pl.Series([True, True, False, False])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (((0, 2, 0.8, None, "home"),), [(0, 2)]),
        (((0, 2, 0.8, None, "home"), (0, 3, 0.2, None, None)), [(0, 2), (0, 3)]),  # both speak for the same cluster
        (((0, 2, 0.8, None, "home"), (1, 3, 0.06, None, None)), []),  # there is another candidate
        (((0, 2, 0.8, None, "other"),), []),
        (((0, 1, 0.8, None, "home"),), []),  # both have numbers
    ],
)
def test_a_mention_joins_its_only_candidate(rows: tuple, expected: list) -> None:
    made = sole_candidates(links(*rows), CLUSTERS, NUMBERED, {"home"})
    assert made.select("l", "r").rows() == expected
    assert (made["weight"] >= SOLE).all()


@pytest.mark.parametrize(
    ("rows", "residents", "expected"),
    [
        (((0, 1, 0.01, None, "x"),), (("A", 9, 1), ("B", 2, -1)), {"B": "A"}),
        (((0, 1, 0.01, None, "x"),), (("A", 9, 1), ("B", 2, 1)), {}),  # its number is confirmed: odds decide
        (((0, 1, 0.01, None, "x"), (1, 2, 0.01, None, None)), (("A", 9, 1), ("B", 2, -1), ("C", 9, 2)), {}),  # two candidates
    ],
)
def test_an_improbable_double_needs_to_have_no_other_candidate(rows: tuple, residents: tuple, expected: dict) -> None:
    assert found(links(*rows), people(*residents)) == expected


@pytest.mark.parametrize(
    ("confirmed", "expected"),
    [
        ((1, -1, -1), [(0, 1, 12.0), (0, 2, 12.0)]),  # the kin pair (0, 1) lifts what stands between the same clusters
        ((1, 1, 1), [(0, 1, 12.0)]),  # both sides have confirmed numbers: nothing else is lifted
    ],
)
def test_kin_is_not_outvoted_by_a_number_nobody_confirms(confirmed: tuple, expected: list) -> None:
    pairs = pl.DataFrame({"l": [0], "r": [1], "weight": [12.0]})
    between = links((0, 2, -0.7, None, None), (1, 2, 0.5, None, None))
    made = lifted(pairs, between, pl.Series([0, 1, 1]), np.array(confirmed))
    assert made.select("l", "r", "weight").rows() == expected
