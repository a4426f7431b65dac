"""Levels of pairs, as a table of cases: left, right, the levels asked for, the level expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.linkage import hanzi
from jobs.linkage.comparisons import compare
from jobs.linkage.encoding import Encoded, encode_column
from jobs.linkage.levels import ROW_LEVELS, VALUE_LEVELS
from jobs.linkage.model import Comparison

NAME = [
    "exact", "folded", "pinyin", "lookalike", "tokens", {"masked": 2}, {"one_missing": 2}, {"one_character": 3}, {"masked": 1},
    "surname",
]  # fmt: skip
DATE = ["exact", "swapped_day_month", "one_digit", {"days": 62}, "same_year"]
NUMBER = ["exact", "core", "one_digit", {"masked": 6}, {"zeroed": 3}]


def level(kind: str, levels: list[Any], left: Any, right: Any) -> str:
    """The level of one pair."""
    comparison = Comparison(field="f", levels=levels)
    column = encode_column(pa.chunked_array([pa.array([left, right])]), kind)
    encoded = Encoded(pa.array(["a", "b"]), {"f": column})
    found = compare(comparison, encoded, np.array([0]), np.array([1]))[0]
    return "missing" if found < 0 else comparison.names[found]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("张伟", "张伟", "exact"),
        ("張偉", "张伟", "folded"),  # traditional
        ("萧红", "肖红", "folded"),  # officially mixed surnames
        ("阿依古丽·买买提", "阿依古丽买买提", "folded"),  # middle dot left out
        ("王晓丽", "王小莉", "pinyin"),
        ("曾芳", "增芳", "pinyin"),  # a surname's own reading
        ("余静", "佘静", "lookalike"),
        ("李晴", "李睛", "lookalike"),
        ("JOHN ROBERT SMITH", "Smith John", "tokens"),
        ("MÜLLER HANS", "Hans Muller", "pinyin"),  # the same words in another order
        ("宋?彤", "宋昕彤", "masked 2"),
        ("张**", "张小明", "masked 1"),
        ("张**", "李小明", "else"),
        ("丁安", "丁安鑫", "one_missing 2"),
        ("张梓轩", "张梓宸", "one_character 3"),  # as twins are named
        ("张伟", "张娜", "surname"),  # two characters: one differs is half the name
        ("欧阳锋", "欧阳克", "one_character 3"),
        ("王芳", "李强", "else"),
        (None, "李强", "missing"),
    ],
)
def test_names(left: str | None, right: str, expected: str) -> None:
    assert level("name", NAME, left, right) == expected
    assert level("name", NAME, right, left) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1990-03-05", "19900305", "exact"),
        ("1990-03-05", "1990-05-03", "swapped_day_month"),
        ("1990-03-05", "1990-03-06", "one_digit"),
        ("1990-03-05", "1980-03-05", "one_digit"),
        ("1950-02-20", "1950-04-01", "days 62"),  # lunar and solar
        ("1990-01-01", "1990-12-31", "same_year"),
        ("1990-03-05", "1957-11-28", "else"),
        ("", "1957-11-28", "missing"),
    ],
)
def test_dates(left: str, right: str, expected: str) -> None:
    assert level("date", DATE, left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("330110199001011232", "330110199001011232", "exact"),
        ("330110199001011232", "33011019900101123X", "core"),
        ("330110199001011232", "330110199001017232", "one_digit"),
        ("330110********1232", "330110199001011232", "masked 6"),
        ("330110199001011000", "330110199001011232", "zeroed 3"),  # a spreadsheet's doing
        ("330110********1233", "330110199001011232", "else"),
        ("330110199001011232", "330110199001011259", "else"),  # a twin's: two places
    ],
)
def test_numbers(left: str, right: str, expected: str) -> None:
    assert level("number", NUMBER, left, right) == expected


def test_strings_are_compared_by_characters_not_bytes() -> None:
    assert level("text", ["exact", {"levenshtein": 1}], "张小娜", "张小伟") == "levenshtein 1"
    assert level("text", ["exact", {"damerau": 1}], "smith", "smiht") == "damerau 1"
    assert level("text", ["exact", {"jaro_winkler": 0.9}], "martha", "marhta") == "jaro_winkler 0.9"
    assert level("text", ["exact", {"levenshtein": 2}], "ab", "cd") == "else"  # nothing in common


def test_lists_and_crossed_fields() -> None:
    table = {
        "phones": pa.array([["1", "2"], ["2", "3"], ["4"], [], None], pa.list_(pa.string())),
        "given": pa.array(["james", "smith", None, "x", "y"]),
        "family": pa.array(["smith", "james", "z", "x", "w"]),
        "own": pa.array(["n1", "n2", "n3", None, "n9"]),
        "also": pa.array([[], ["n1"], ["n4"], ["n4"], []], pa.list_(pa.string())),
    }
    columns = {n: encode_column(pa.chunked_array([a]), "list" if pa.types.is_list(a.type) else "text") for n, a in table.items()}
    encoded = Encoded(pa.array(list("abcde")), columns)
    left, right = np.array([0, 0, 0, 2]), np.array([1, 2, 3, 3])
    assert compare(Comparison(field="phones", levels=["any_common"]), encoded, left, right).tolist() == [0, 1, -1, -1]
    assert compare(Comparison(field="given", levels=["exact", {"crossed": "family"}]), encoded, left, right).tolist() == [
        1,
        -1,
        2,
        -1,
    ]
    listed = Comparison(field="own", levels=[{"listed": "also"}])
    assert compare(listed, encoded, left, right).tolist() == [0, 1, 1, 0]
    assert compare(listed, encoded, np.array([0]), np.array([4])).tolist() == [-1]  # no list speaks: says nothing


HAN = st.text(alphabet="王李张刘陈伟芳娜敏静丽强磊晴睛", min_size=2, max_size=4)


@given(HAN, HAN)
def test_level_is_symmetric_and_exact_means_equal(left: str, right: str) -> None:
    found = level("name", NAME, left, right)
    assert found == level("name", NAME, right, left)
    assert (found == "exact") == (left == right)


def test_every_level_is_exercised_or_belongs_to_text() -> None:
    named = {next(iter(x)) if isinstance(x, dict) else x for x in [*NAME, *DATE, *NUMBER]}
    here = {
        "levenshtein",
        "damerau",
        "jaro_winkler",
        "any_common",
        "crossed",
        "listed",
        "prefix",
        "truncated",
        "within",
        "consonants",
        "same_user",
    }
    assert named | here == {*VALUE_LEVELS, *ROW_LEVELS}


def test_other_text_levels() -> None:
    assert level("text", [{"prefix": 3}], "abcd", "abce") == "prefix 3"
    assert level("text", [{"truncated": 4}], "ALEXANDER", "ALEXANDE") == "truncated 4"
    assert level("text", [{"within": 2}], "10", "12") == "within 2"
    assert level("text", [{"within": 2}], "10", "13") == "else"
    assert level("text", ["exact", "same_user"], "a.b@x.org", "a.b@y.org") == "same_user"
    assert level("text", ["exact", "consonants"], "SMITH", "SMYTH") == "consonants"


def test_folding_masks_and_sound() -> None:
    assert hanzi.fold("張·偉") == "张伟"
    assert hanzi.pinyin("单晓红") == "shan xiao hong"
    assert hanzi.pinyin("Müller, Anna") == "ANNA MULLER"
    assert hanzi.pinyin("张*") is None
    assert hanzi.surname("欧阳锋") == "欧阳" and hanzi.given("欧阳锋") == "锋"
    assert not hanzi.compatible("**", "张伟")  # nothing known, nothing said
