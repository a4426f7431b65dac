"""Levels of candidate pairs: equal and missing decided on integers, string similarity only for distinct pairs of values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.linkage.encoding import Bools, Codes, Column, Encoded, Index
from jobs.linkage.glances import Glance, glance_at
from jobs.linkage.levels import ROW_LEVELS, VALUE_LEVELS
from jobs.linkage.model import Comparison, LinkModel

Levels = npt.NDArray[np.int8]
READS_ANOTHER = ("crossed", "listed")
"""Levels whose argument is another field."""
ABSENT = -1
"""The level of a pair in which one side lacks the field."""


def levels_of(model: LinkModel, encoded: Encoded, left: Index, right: Index) -> npt.NDArray[np.int8]:
    """Level of every comparison (columns, in the model's order) for every pair (rows)."""
    matrix = np.empty((len(left), len(model.comparisons)), np.int8)
    for position, comparison in enumerate(model.comparisons.values()):
        matrix[:, position] = compare(comparison, encoded, left, right)
    return matrix


def compare(comparison: Comparison, encoded: Encoded, left: Index, right: Index, glance: bool = True) -> Levels:
    """Position of the first level that holds; their number for `else`; −1 where a side is missing.

    Without `glance` texts are compared at once: for pairs that a glance has left open already.
    """
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
        result[present] = _value_levels(column, steps, mine[present], theirs[present], glance)
    result[absent] = ABSENT
    for position, (kind, argument) in enumerate(steps):
        if kind in ROW_LEVELS:
            open_ = np.flatnonzero((result > position) | (result == ABSENT))
            hit = ROW_LEVELS[kind].test(encoded, comparison.field, left[open_], right[open_], argument)
            result[open_[hit]] = position
    return result


@dataclass(frozen=True)
class Look:
    """What integers tell of one comparison, without any text: codes by row, levels below equality, and their tests."""

    codes: Codes
    steps: int
    glances: tuple[Glance, ...]

    def levels(self, left: Index, right: Index) -> tuple[Levels, Index]:
        """Levels of pairs, and the places of those that only texts can decide (`else` so far)."""
        a, b = self.codes[left], self.codes[right]
        result = np.where(a == b, np.int8(0), np.int8(self.steps))
        result[(a | b) < 0] = ABSENT
        open_ = np.flatnonzero(result == self.steps)
        a, b = a[open_], b[open_]
        near = np.zeros(len(open_), bool)
        for glance in self.glances:
            near |= glance.may_hold(a, b)
        return result, open_[near]


def look_at(comparison: Comparison, encoded: Encoded) -> Look | None:
    """What can be told without texts; None where a level looks at whole rows or cannot be ruled out by a glance."""
    column = encoded.columns[comparison.field]
    steps = [_step(each) for each in comparison.levels]
    if column.is_list or any(kind in ROW_LEVELS for kind, _ in steps):
        return None
    glances = [glance_at(column, kind, argument) for kind, argument in steps if kind != "exact"]
    found = tuple(g for g in glances if g is not None)
    return Look(column.codes, len(steps), found) if len(found) == len(glances) else None


def other_fields(comparison: Comparison) -> list[str]:
    """The fields beside its own that a comparison's levels read."""
    return [str(argument) for kind, argument in map(_step, comparison.levels) if kind in READS_ANOTHER]


def hashes_asked(model: LinkModel) -> list[tuple[str, str | None, int | None]]:
    """Fields of which levels ask for hashes, with the transform and the length cut to."""
    found: set[tuple[str, str | None, int | None]] = set()
    for each in model.comparisons.values():
        for kind, argument in map(_step, each.levels):
            if kind == "listed":
                found |= {(each.field, "fold", None), (str(argument), "fold", None)}
            elif kind == "crossed":
                found |= {(each.field, None, None), (str(argument), None, None)}
            elif kind in ("prefix", "truncated"):
                found.add((each.field, None, int(argument)))
            elif kind == "swapped_day_month":
                found.add((each.field, "year", None))
    return sorted(found, key=str)


def fields_by_text(model: LinkModel) -> set[str]:
    """The fields of which some level looks at two texts: which is the first of two must not depend on the order of rows."""
    return {
        c.field for c in model.comparisons.values() if any(k in VALUE_LEVELS and k != "exact" for k, _ in map(_step, c.levels))
    }


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


def _value_levels(column: Column, steps: list[tuple[str, Any]], left: Codes, right: Codes, glance: bool) -> Levels:
    """Levels for pairs of codes, through the distinct unequal ones."""
    result = np.full(len(left), len(steps), np.int8)
    same = left == right
    best = next((p for p, (kind, _) in enumerate(steps) if kind in VALUE_LEVELS), len(steps))
    result[same] = best  # equal values satisfy every value level
    rest = np.flatnonzero(~same)
    if not len(rest) or best == len(steps):
        return result
    low, high = np.minimum(left[rest], right[rest]), np.maximum(left[rest], right[rest])
    if glance and 4 * len(rest) > len(column.texts):  # else a glance costs more than it saves
        near = np.flatnonzero(_near(column, steps, low, high))
        rest, low, high = rest[near], low[near], high[near]
    packed, back = np.unique(low.astype(np.int64) << 32 | high, return_inverse=True)
    result[rest] = _distinct_levels(column, steps, (packed >> 32).astype(np.int32), packed.astype(np.int32), glance)[back]
    return result


def _near(column: Column, steps: list[tuple[str, Any]], i: Codes, j: Codes) -> Bools:
    """Pairs of values for which any level may hold."""
    near = np.zeros(len(i), bool)
    for kind, argument in steps:
        if kind == "exact" or kind in ROW_LEVELS:
            continue
        glance = glance_at(column, kind, argument)
        if glance is None:
            return np.ones(len(i), bool)
        near |= glance.may_hold(i, j)
    return near


def _distinct_levels(column: Column, steps: list[tuple[str, Any]], i: Codes, j: Codes, glance: bool) -> Levels:
    result = np.full(len(i), len(steps), np.int8)
    for position, (kind, argument) in enumerate(steps):
        if kind == "exact" or kind in ROW_LEVELS:
            continue
        open_ = np.flatnonzero(result == len(steps))
        if not len(open_):
            break
        seen = glance_at(column, kind, argument) if glance and 4 * len(open_) > len(column.texts) else None
        if seen is not None:
            open_ = open_[seen.may_hold(i[open_], j[open_])]
        hit = VALUE_LEVELS[kind].test(column, i[open_], j[open_], argument)
        result[open_[hit]] = position
    return result
