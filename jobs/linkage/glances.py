"""What a glance at two unequal values tells: whether a level can hold at all, from their signatures and codes.

Each test is true wherever the level of the same name (jobs/linkage/levels.py) is; where it is false nothing has to be
compared. Levels that no glance can rule out have none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from jobs.linkage.encoding import Bools, Codes, Column
from jobs.linkage.signatures import Signatures, bits_apart, common_at_most, signatures

EQUAL_AFTER = {
    "folded": "fold", "pinyin": "pinyin", "lookalike": "lookalike", "surname": "surname", "core": "core",
    "consonants": "consonants", "same_user": "user", "same_year": "year",
}  # fmt: skip
FOLDED = ("one_character", "one_missing")


@dataclass(frozen=True)
class Sight:
    """What is known of a field's distinct values without looking at texts: codes after a transform (none: their own), and
    signatures by that code. The last entry stands for missing."""

    code: Codes
    known: Signatures | None


@dataclass(frozen=True)
class Glance:
    """The test of one level, with all it needs: arrays alone, so it can be handed to other processes."""

    kind: str
    argument: float
    sight: Sight

    def may_hold(self, i: Codes, j: Codes) -> Bools:
        """For which pairs of values (none missing) the level may hold."""
        return TESTS[self.kind](self.sight, i, j, self.argument)


def glance_at(column: Column, kind: str, argument: Any) -> Glance | None:
    """The test of a level over a field's values; None where there is none."""
    if kind in EQUAL_AFTER:
        return Glance("same", 0.0, _sight(column, EQUAL_AFTER[kind], with_texts=False))
    if kind in FOLDED:
        return Glance(kind, 1.0, _sight(column, "fold"))
    if kind in TESTS:
        return Glance(kind, float(argument or 0), _sight(column, None))
    return None


def _sight(column: Column, transform: str | None, with_texts: bool = True) -> Sight:
    def make() -> Sight:
        if transform is None:
            own = np.append(np.arange(len(column.texts), dtype=np.int32), np.int32(-1))
            return Sight(own, signatures(column.texts.arrow()))
        codes, texts = column.derived(transform)
        return Sight(np.append(codes, np.int32(-1)), signatures(texts.arrow()) if with_texts else None)

    found: Sight = column.remember(f"sight:{transform}:{with_texts}", make)
    return found


def _same(sight: Sight, i: Codes, j: Codes, _: float) -> Bools:
    a, b = sight.code[i], sight.code[j]
    return (a == b) & (a >= 0)


def _edits(sight: Sight, i: Codes, j: Codes, edits: float) -> Bools:
    """At most so many edits, and fewer than half of the longer text."""
    assert sight.known is not None
    near = bits_apart(sight.known.bits[i], sight.known.bits[j]) <= 2 * edits
    longer = np.maximum(sight.known.size[i], sight.known.size[j])
    return near & (longer > 2)


def _one_character(sight: Sight, i: Codes, j: Codes, _: float) -> Bools:
    assert sight.known is not None
    a, b = sight.code[i], sight.code[j]
    near = bits_apart(sight.known.bits[a], sight.known.bits[b]) <= 2
    return near & (sight.known.size[a] == sight.known.size[b])


def _one_missing(sight: Sight, i: Codes, j: Codes, _: float) -> Bools:
    assert sight.known is not None
    a, b = sight.code[i], sight.code[j]
    return bits_apart(sight.known.bits[a], sight.known.bits[b]) <= 1


def _one_digit(sight: Sight, i: Codes, j: Codes, _: float) -> Bools:
    assert sight.known is not None
    near = bits_apart(sight.known.bits[i], sight.known.bits[j]) <= 2
    return near & (sight.known.size[i] == sight.known.size[j])


def _swapped(sight: Sight, i: Codes, j: Codes, _: float) -> Bools:
    assert sight.known is not None
    return sight.known.bits[i] == sight.known.bits[j]


def _jaro_winkler(sight: Sight, i: Codes, j: Codes, least: float) -> Bools:
    """Most common characters, none out of order, and four the same at the start."""
    assert sight.known is not None
    a, b = sight.known.size[i], sight.known.size[j]
    mine, theirs = sight.known.bits[i], sight.known.bits[j]
    common = np.minimum(common_at_most(mine, theirs, a), common_at_most(theirs, mine, b)).astype(np.float32)
    jaro = (common / np.maximum(a, 1) + common / np.maximum(b, 1) + 1) / 3
    return jaro + 0.4 * (1 - jaro) >= least - 1e-6


TESTS: dict[str, Callable[[Sight, Codes, Codes, float], Bools]] = {
    "same": _same,
    "levenshtein": _edits,
    "damerau": _edits,
    "one_character": _one_character,
    "one_missing": _one_missing,
    "one_digit": _one_digit,
    "swapped_day_month": _swapped,
    "jaro_winkler": _jaro_winkler,
}
