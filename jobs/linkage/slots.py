"""Keys of one pass without its empty slots: most rows hold one value of a list, few hold twelve.

Entries stand by slot, those of a slot by row, so that a row stands in a slot once and slots are worked through one after the
other by plain array operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from jobs.linkage.encoding import Bools, Codes, Column, Encoded, Hashes, Index
from jobs.linkage.keys import parse_part

NO_KEY = np.uint64(0)


@dataclass(frozen=True)
class PassKeys:
    """Rows and keys of entries; slot s holds those from bounds[s] to bounds[s + 1]."""

    rows: Index
    keys: Hashes
    bounds: tuple[int, ...]

    @classmethod
    def of(cls, slots: list[tuple[Index, Hashes]]) -> PassKeys:
        """Of rows and keys by slot."""
        bounds = (0, *np.cumsum([len(rows) for rows, _ in slots]).tolist())
        if len(slots) == 1:
            return cls(*slots[0], bounds)
        return cls(np.concatenate([rows for rows, _ in slots]), np.concatenate([keys for _, keys in slots]), bounds)

    def slots(self) -> Iterator[slice]:
        """The entries of each slot."""
        return (slice(a, b) for a, b in zip(self.bounds[:-1], self.bounds[1:], strict=True))

    def where(self, keep: Bools) -> PassKeys:
        """Some of the entries."""
        kept = np.append(0, np.cumsum(keep))
        return PassKeys(self.rows[keep], self.keys[keep], tuple(kept[list(self.bounds)].tolist()))

    def with_keys(self, keys: Hashes) -> PassKeys:
        """The same entries with other keys."""
        return replace(self, keys=keys)

    def matrix(self, count: int) -> Hashes:
        """Rows × slots, 0 for none."""
        found = np.zeros((count, len(self.bounds) - 1), np.uint64)
        for slot, mine in enumerate(self.slots()):
            found[self.rows[mine], slot] = self.keys[mine]
        return found


def pass_keys(encoded: Encoded, parts: list[str], salt: int) -> PassKeys:
    """Unrefined keys of the pass at this place: its parts' values mixed, lists crossed."""
    column, hashes = _part(encoded, parts[0])
    start = np.uint64(salt + 1)
    found = [_filled(rows, mix(start, hashes[codes]), hashes[codes] != NO_KEY) for rows, codes in column.slots()]
    for text in parts[1:]:
        found = _crossed(found, *_part(encoded, text), len(encoded))
    return PassKeys.of(found)


def _part(encoded: Encoded, text: str) -> tuple[Column, Hashes]:
    part = parse_part(text)
    column = encoded.columns[part.field]
    return column, np.append(column.hashes(part.transform, part.length), NO_KEY)


def _crossed(slots: list[tuple[Index, Hashes]], column: Column, hashes: Hashes, count: int) -> list[tuple[Index, Hashes]]:
    """Each slot's keys mixed with each of a column's."""
    found = []
    for rows, keys in slots:
        if not column.is_list:
            values = hashes[column.codes[rows]]
            found.append(_filled(rows, mix(keys, values), values != NO_KEY))
            continue
        held = np.zeros(count, np.uint64)
        held[rows] = keys
        for theirs, codes in column.slots():
            mine, values = held[theirs], hashes[codes]
            found.append(_filled(theirs, mix(mine, values), (mine != NO_KEY) & (values != NO_KEY)))
    return found


def _filled(rows: Index, keys: Hashes, filled: Bools) -> tuple[Index, Hashes]:
    return (rows, keys) if filled.all() else (rows[filled], keys[filled])


def refining(encoded: Encoded, text: str, rows: Index) -> Hashes:
    """What a part refines rows by: the hash of the first value; a missing one refines too."""
    column, hashes = _part(encoded, text)
    codes: Codes = column.codes[:, 0] if column.is_list else column.codes
    return hashes[codes[rows]]


def mix(keys: Hashes | np.uint64, values: Hashes | np.uint64) -> Hashes:
    """64-bit hashes of two hashes in order; never 0."""
    with np.errstate(over="ignore"):
        mixed = np.asarray((keys << np.uint64(6)) + (keys >> np.uint64(2)) + np.uint64(0x9E3779B97F4A7C15) + values)
        mixed ^= keys
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(31)
        mixed |= np.uint64(1)
    return mixed
