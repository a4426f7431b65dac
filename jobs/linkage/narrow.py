"""An encoded table as integers and Arrow columns: what other processes need to compare some of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.linkage.encoding import MISSING, Codes, Column, Encoded, Hashes, Index, Values


@dataclass(frozen=True)
class Narrow:
    """Codes of each field into its values, which are distinct; rows in the order of ids. `derived` and `hashes`: of the values, by
    transform, so that no process works them out again. Of `plain` fields only codes are looked at."""

    ids: pa.Array
    codes: dict[str, Codes]
    values: dict[str, pa.Array]
    derived: dict[str, dict[str, tuple[Codes, pa.Array]]]
    hashes: dict[str, dict[str, Hashes]]
    source: npt.NDArray[np.int8] | None
    plain: frozenset[str] = frozenset()

    @classmethod
    def of(cls, encoded: Encoded, fields: Iterable[str] | None = None, plain: frozenset[str] = frozenset()) -> Narrow:
        """The same table, or some of its fields, with what is known of their values already."""
        columns = {name: encoded.columns[name] for name in (encoded.columns if fields is None else fields)}
        by_value = {name: column for name, column in columns.items() if name not in plain}
        values = {name: column.texts.arrow() for name, column in columns.items()}
        derived = {n: {k: (codes, t.arrow()) for k, (codes, t) in c.known().items()} for n, c in by_value.items()}
        hashes = {n: c.known_hashes() for n, c in by_value.items()}
        return cls(encoded.ids, {n: c.codes for n, c in columns.items()}, values, derived, hashes, encoded.source, plain)

    def part(self, rows: Index, fields: Iterable[str] | None = None) -> Encoded:
        """Some rows (and fields) as a table of their own, with no values but theirs (`plain` fields: with all)."""
        source = None if self.source is None else self.source[rows]
        columns = {name: self._column(name, rows) for name in (self.codes if fields is None else fields)}
        return Encoded(self.ids.take(pa.array(rows)), columns, source)

    def _column(self, name: str, rows: Index) -> Column:
        if name in self.plain:
            return Column(self.codes[name][rows], self.values[name])
        held, local = _renumbered(self.codes[name][rows])
        column = Column(local, _taken(self.values[name], held))
        for how, (codes, texts) in self.derived[name].items():
            kept, mine = _renumbered(codes[held])
            column.know({how: (mine, _taken(texts, kept))})
        column.hashed({how: hashes[held] for how, hashes in self.hashes[name].items()})
        return column


def _renumbered(codes: Codes) -> tuple[Codes, Codes]:
    """The codes that occur, sorted, and each code's place among them (MISSING stays)."""
    size = int(codes.max(initial=MISSING)) + 1
    seen = np.zeros(size + 1, bool)
    seen[codes] = True  # MISSING marks the last place, which no code holds
    held = np.flatnonzero(seen[:size]).astype(np.int32)
    place = np.full(size + 1, MISSING, np.int32)
    place[held] = np.arange(len(held), dtype=np.int32)
    return held, place[codes]


def _taken(texts: pa.Array, held: Codes) -> Values:
    """Some of the texts, fetched when a level asks for them: most look at codes and hashes alone."""
    return Values(None, lambda: texts.take(pa.array(held)))
