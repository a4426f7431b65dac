"""The levels a comparison may use. Each is a predicate; the first that holds, best first, is the pair's level.

Value levels look at pairs of distinct values of one field (so each string similarity is computed once, on code points);
row levels look at whole rows, for swapped fields and lists. `docs/linkage.md` is written from these docstrings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA, JaroWinkler, Levenshtein
from rapidfuzz.process import cpdist

from jobs.linkage import characters, hanzi
from jobs.linkage.encoding import MISSING, Bools, Codes, Column, Encoded, Index
from jobs.linkage.in_common import among, in_common

ValueTest = Callable[[Column, Codes, Codes, Any], Bools]
RowTest = Callable[[Encoded, str, Index, Index, Any], Bools]


@dataclass(frozen=True)
class ValueLevel:
    """A predicate on pairs of distinct values; `argument` says what its argument means, None when it takes none."""

    test: ValueTest
    argument: str | None = None


@dataclass(frozen=True)
class RowLevel:
    """A predicate on pairs of rows."""

    test: RowTest
    argument: str | None = None


def exact(column: Column, i: Codes, j: Codes, _: Any) -> Bools:
    """The same value."""
    return i == j


def equal_after(transform: str) -> ValueTest:
    """The same value after a transform of jobs/linkage/keys.py."""

    def test(column: Column, i: Codes, j: Codes, _: Any) -> Bools:
        codes, _ = column.derived(transform)
        return (codes[i] == codes[j]) & (codes[i] >= 0)

    test.__doc__ = f"The same {transform}."
    return test


def levenshtein(column: Column, i: Codes, j: Codes, edits: Any) -> Bools:
    """At most so many insertions, deletions and substitutions, and fewer than half of the longer text."""
    return _within(column, i, j, Levenshtein.distance, int(edits))


def damerau(column: Column, i: Codes, j: Codes, edits: Any) -> Bools:
    """As levenshtein, a swap of two neighbours counting as one."""
    return _within(column, i, j, OSA.distance, int(edits))


def jaro_winkler(column: Column, i: Codes, j: Codes, least: Any) -> Bools:
    """Jaro–Winkler similarity of at least this, 0–1."""
    a, b = _texts(column, i, j)
    return np.asarray(cpdist(a, b, scorer=JaroWinkler.similarity, score_cutoff=float(least))) >= float(least)


def prefix(column: Column, i: Codes, j: Codes, length: Any) -> Bools:
    """The same first so many characters."""
    hashes = column.hashes(None, int(length))
    return hashes[i] == hashes[j]


def within(column: Column, i: Codes, j: Codes, most: Any) -> Bools:
    """Numbers that differ by at most this."""
    numbers = _of_values(column, "number", _number, [float("nan")])
    return np.abs(numbers[i] - numbers[j]) <= float(most)


def truncated(column: Column, i: Codes, j: Codes, least: Any) -> Bools:
    """One is the beginning of the other, with at least so many characters."""
    start = column.hashes(None, int(least))
    sizes = _sizes(column)
    some = np.flatnonzero((start[i] == start[j]) & (np.minimum(sizes[i], sizes[j]) >= int(least)))
    a, b = _texts(column, i[some], j[some])
    found = np.zeros(len(i), bool)
    found[some] = [x.startswith(y) or y.startswith(x) for x, y in zip(a, b, strict=True)]
    return found


def one_character(column: Column, i: Codes, j: Codes, least: Any) -> Bools:
    """One character differs, of at least so many."""
    codes, values = column.derive("fold")
    sizes = _sizes(column, "fold")
    sized = np.flatnonzero(
        (sizes[codes[i]] == sizes[codes[j]]) & (sizes[codes[i]] >= int(least)) & (codes[i] >= 0) & (codes[j] >= 0)
    )
    a, b = values[codes[i[sized]]].tolist(), values[codes[j[sized]]].tolist()
    found = np.zeros(len(i), bool)
    found[sized] = np.asarray(cpdist(a, b, scorer=Levenshtein.distance, score_cutoff=1)) == 1
    return found


def one_missing(column: Column, i: Codes, j: Codes, least: Any) -> Bools:
    """One lacks a single character of the other, and has at least so many."""
    codes, values = column.derive("fold")
    sizes = _sizes(column, "fold")
    a, b = sizes[codes[i]], sizes[codes[j]]
    some = np.flatnonzero((np.abs(a - b) == 1) & (np.minimum(a, b) >= int(least)))
    found = np.zeros(len(i), bool)
    left, right = values[codes[i[some]]].tolist(), values[codes[j[some]]].tolist()
    found[some] = np.asarray(cpdist(left, right, scorer=Levenshtein.distance, score_cutoff=1)) == 1
    return found


def masked(column: Column, i: Codes, j: Codes, least: Any) -> Bools:
    """One has unknown characters, and all its known ones, at least so many, agree."""
    masks = column.remember("masks", lambda: np.append(characters.masks(column.texts.arrow()), 0))
    dim, known = masks > 0, _sizes(column) - masks
    some = np.flatnonzero((dim[i] != dim[j]) & (np.where(dim[i], known[i], known[j]) >= int(least)))
    a, b = _texts(column, i[some], j[some])
    found = np.zeros(len(i), bool)
    found[some] = [hanzi.compatible(x, y) for x, y in zip(a, b, strict=True)]
    return found


def same_tokens(column: Column, i: Codes, j: Codes, _: Any) -> Bools:
    """Latin names: the words of one are among those of the other, at least two of them."""
    latin = column.remember("latin", lambda: np.append(~characters.begin_in_han(column.texts.arrow()), False))
    some = np.flatnonzero(latin[i] & latin[j])
    a, b = _texts(column, i[some], j[some])
    found = np.zeros(len(i), bool)
    found[some] = [_token_subset(x, y) for x, y in zip(a, b, strict=True)]
    return found


def zeroed(column: Column, i: Codes, j: Codes, last: Any) -> Bools:
    """One ends in so many zeros where a spreadsheet lost its last places, and all before them agree."""
    lost, cut = "0" * int(last), -int(last)
    zero = column.remember(f"ends in {lost}", lambda: np.append(_flags(pc.ends_with(column.texts.arrow(), lost)), False))
    head = column.derive_texts(f"but the last {last}", lambda texts: pc.utf8_slice_codeunits(texts, 0, cut))
    sizes = _sizes(column)
    return (zero[i] != zero[j]) & (head[i] == head[j]) & (sizes[i] == sizes[j])


def swapped_day_month(column: Column, i: Codes, j: Codes, _: Any) -> Bools:
    """Dates with day and month exchanged."""
    year = column.hashes("year")
    some = np.flatnonzero((year[i] == year[j]) & (year[i] != 0))
    a, b = _texts(column, i[some], j[some])
    found = np.zeros(len(i), bool)
    found[some] = [x[4:6] == y[6:] and x[6:] == y[4:6] for x, y in zip(a, b, strict=True)]
    return found


def one_digit(column: Column, i: Codes, j: Codes, _: Any) -> Bools:
    """Texts of one length that differ in one place or by a swap of neighbours."""
    sizes = _sizes(column)
    same = np.flatnonzero(sizes[i] == sizes[j])
    a, b = _texts(column, i[same], j[same])
    found = np.zeros(len(i), bool)
    found[same] = np.asarray(cpdist(a, b, scorer=OSA.distance, score_cutoff=1)) == 1
    return found


def days(column: Column, i: Codes, j: Codes, most: Any) -> Bools:
    """Dates at most so many days apart."""
    ordinals = _of_values(column, "ordinal", _ordinal, [float("nan")])
    return np.abs(ordinals[i] - ordinals[j]) <= int(most)


def any_common(encoded: Encoded, field: str, left: Index, right: Index, _: Any) -> Bools:
    """List fields: at least one value in common."""
    codes = encoded.columns[field].codes
    codes = codes if codes.ndim == 2 else codes[:, None]
    some = np.flatnonzero((codes[left, 0] >= 0) & (codes[right, 0] >= 0))  # slots are filled from the first on
    found = np.zeros(len(left), bool)
    found[some] = in_common(codes[left[some]], codes[right[some]], MISSING)
    return found


def crossed(encoded: Encoded, field: str, left: Index, right: Index, other: Any) -> Bools:
    """The value stands in the other field of the other row."""
    mine, theirs = _row_hashes(encoded.columns[field]), _row_hashes(encoded.columns[str(other)])
    one = (mine[left] == theirs[right]) & (mine[left] != 0)
    return one | ((mine[right] == theirs[left]) & (mine[right] != 0))


def listed(encoded: Encoded, field: str, left: Index, right: Index, other: Any) -> Bools:
    """The value is among the other row's list, or the lists meet; compared folded."""
    mine = _row_hashes(encoded.columns[field], "fold")
    lists = _row_hashes(encoded.columns[str(other)], "fold")
    lists = lists if lists.ndim == 2 else lists[:, None]
    found = np.zeros(len(left), bool)
    filled = (lists != 0).any(axis=1)
    for a, b in ((left, right), (right, left)):
        some = np.flatnonzero((mine[a] != 0) & filled[b] & ~found)
        found[some] = among(mine[a[some]], lists[b[some]])
    some = np.flatnonzero(filled[left] & filled[right] & ~found)
    found[some] = in_common(lists[left[some]], lists[right[some]], 0)
    return found


def _row_hashes(column: Column, transform: str | None = None) -> npt.NDArray[np.uint64]:
    return np.append(column.hashes(transform), np.uint64(0))[column.codes]


def _texts(column: Column, i: Codes, j: Codes) -> tuple[list[str], list[str]]:
    return column.values[i].tolist(), column.values[j].tolist()


def _sizes(column: Column, transform: str | None = None) -> npt.NDArray[np.int64]:
    """Lengths of the distinct values, 0 for a missing one."""

    def make() -> npt.NDArray[np.int64]:
        texts = column.texts if transform is None else column.derived(transform)[1]
        return np.append(pc.utf8_length(texts.arrow()).to_numpy(), 0).astype(np.int64)

    found: npt.NDArray[np.int64] = column.remember(f"sizes:{transform}", make)
    return found


def _of_values(column: Column, name: str, function: Callable[[str], Any], missing: list[Any]) -> npt.NDArray[Any]:
    """A fact about each distinct value, and one more for a missing value."""
    found: npt.NDArray[Any] = column.remember(name, lambda: np.array([function(v) for v in column.values] + missing))
    return found


def _within(column: Column, i: Codes, j: Codes, scorer: Any, edits: int) -> Bools:
    a, b = _texts(column, i, j)
    distance = np.asarray(cpdist(a, b, scorer=scorer, score_cutoff=edits))
    sizes = _sizes(column)
    longer = np.maximum(sizes[i], sizes[j])
    return (distance <= edits) & (2 * distance < longer)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _token_subset(left: str, right: str) -> bool:
    a, b = set(hanzi.words(left)), set(hanzi.words(right))
    return min(len(a), len(b)) >= 2 and (a <= b or b <= a) and not hanzi.is_han(left) and not hanzi.is_han(right)


def _ordinal(text: str) -> float:
    import datetime as dt

    try:
        return float(dt.date(int(text[:4]), int(text[4:6]), int(text[6:8])).toordinal())
    except ValueError:
        return float("nan")


def _flags(flags: pa.Array) -> Bools:
    found: Bools = flags.to_numpy(zero_copy_only=False)
    return found


VALUE_LEVELS: dict[str, ValueLevel] = {
    "exact": ValueLevel(exact),
    "folded": ValueLevel(equal_after("fold")),
    "pinyin": ValueLevel(equal_after("pinyin")),
    "lookalike": ValueLevel(equal_after("lookalike")),
    "surname": ValueLevel(equal_after("surname")),
    "core": ValueLevel(equal_after("core")),
    "consonants": ValueLevel(equal_after("consonants")),
    "same_user": ValueLevel(equal_after("user")),
    "same_year": ValueLevel(equal_after("year")),
    "levenshtein": ValueLevel(levenshtein, "edits"),
    "damerau": ValueLevel(damerau, "edits"),
    "jaro_winkler": ValueLevel(jaro_winkler, "least similarity"),
    "zeroed": ValueLevel(zeroed, "lost places"),
    "prefix": ValueLevel(prefix, "length"),
    "truncated": ValueLevel(truncated, "least length"),
    "within": ValueLevel(within, "largest difference"),
    "one_character": ValueLevel(one_character, "least length"),
    "masked": ValueLevel(masked, "known characters"),
    "one_missing": ValueLevel(one_missing, "least length"),
    "tokens": ValueLevel(same_tokens),
    "swapped_day_month": ValueLevel(swapped_day_month),
    "one_digit": ValueLevel(one_digit),
    "days": ValueLevel(days, "days"),
}

ROW_LEVELS: dict[str, RowLevel] = {
    "any_common": RowLevel(any_common),
    "crossed": RowLevel(crossed, "field"),
    "listed": RowLevel(listed, "field"),
}
