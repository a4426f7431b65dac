"""Levels of candidate pairs: equal and missing decided on integers, string similarity only for distinct pairs of values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.linkage.encoding import Bools, Codes, Column, Encoded, Index
from jobs.linkage.levels import ROW_LEVELS, VALUE_LEVELS
from jobs.linkage.model import Comparison, LinkModel

Levels = npt.NDArray[np.int8]
ABSENT = -1
"""The level of a pair in which one side lacks the field."""


def levels_of(model: LinkModel, encoded: Encoded, left: Index, right: Index) -> npt.NDArray[np.int8]:
    """Level of every comparison (columns, in the model's order) for every pair (rows)."""
    matrix = np.empty((len(left), len(model.comparisons)), np.int8)
    for position, comparison in enumerate(model.comparisons.values()):
        matrix[:, position] = compare(comparison, encoded, left, right)
    return matrix


def compare(comparison: Comparison, encoded: Encoded, left: Index, right: Index) -> Levels:
    """Position of the first level that holds; their number for `else`; −1 where a side is missing."""
    column = encoded.columns[comparison.field]
    steps = [_step(each) for each in comparison.levels]
    result = np.full(len(left), len(steps), np.int8)
    codes = column.codes if not column.is_list else column.codes[:, 0]
    mine, theirs = codes[left], codes[right]
    absent = (mine < 0) | (theirs < 0)
    lists = [str(argument) for kind, argument in steps if kind == "listed"]
    if len(lists) == len(steps):
        absent = _unlisted(encoded, column, lists, left, right)
    if any(kind in VALUE_LEVELS for kind, _ in steps):
        present = np.flatnonzero(~absent)
        result[present] = _value_levels(column, steps, mine[present], theirs[present])
    result[absent] = ABSENT
    for position, (kind, argument) in enumerate(steps):
        if kind in ROW_LEVELS:
            open_ = np.flatnonzero((result > position) | (result == ABSENT))
            hit = ROW_LEVELS[kind].test(encoded, comparison.field, left[open_], right[open_], argument)
            result[open_[hit]] = position
    return result


def _unlisted(encoded: Encoded, column: Column, lists: list[str], left: Index, right: Index) -> Bools:
    """Pairs in which no list stands against a value: a comparison that only looks into lists says nothing there."""
    speaks = np.zeros(len(left), bool)
    own = (column.codes if not column.is_list else column.codes[:, 0]) >= 0
    for name in lists:
        codes = encoded.columns[name].codes
        some = (codes if codes.ndim == 1 else codes[:, 0]) >= 0
        speaks |= (some[left] & (own[right] | some[right])) | (some[right] & own[left])
    return ~speaks


def _step(level: str | dict[str, Any]) -> tuple[str, Any]:
    return (level, None) if isinstance(level, str) else next(iter(level.items()))


def _value_levels(column: Column, steps: list[tuple[str, Any]], left: Codes, right: Codes) -> Levels:
    """Levels for pairs of codes, through the distinct unequal ones."""
    result = np.full(len(left), len(steps), np.int8)
    same = left == right
    best = next((p for p, (kind, _) in enumerate(steps) if kind in VALUE_LEVELS), len(steps))
    result[same] = best  # equal values satisfy every value level
    rest = np.flatnonzero(~same)
    if not len(rest) or best == len(steps):
        return result
    low, high = np.minimum(left[rest], right[rest]), np.maximum(left[rest], right[rest])
    packed, back = np.unique(low.astype(np.int64) << 32 | high, return_inverse=True)
    result[rest] = _distinct_levels(column, steps, (packed >> 32).astype(np.int32), packed.astype(np.int32))[back]
    return result


def _distinct_levels(column: Column, steps: list[tuple[str, Any]], i: Codes, j: Codes) -> Levels:
    result = np.full(len(i), len(steps), np.int8)
    for position, (kind, argument) in enumerate(steps):
        if kind == "exact" or kind in ROW_LEVELS:
            continue
        open_ = np.flatnonzero(result == len(steps))
        if not len(open_):
            break
        hit = VALUE_LEVELS[kind].test(column, i[open_], j[open_], argument)
        result[open_[hit]] = position
    return result
