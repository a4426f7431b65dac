"""An encoded table as integers and Arrow columns: what other processes need to compare some of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.linkage.encoding import MISSING, Codes, Column, Encoded, Hashes, Index


@dataclass(frozen=True)
class Narrow:
    """Codes of each field into its values, which are distinct and sorted; rows in the order of ids. `derived` and `hashes`: of the
    values, by transform, so that no process works them out again."""

    ids: pa.Array
    codes: dict[str, Codes]
    values: dict[str, pa.Array]
    derived: dict[str, dict[str, tuple[Codes, pa.Array]]]
    hashes: dict[str, dict[str, Hashes]]
    source: npt.NDArray[np.int8] | None

    @classmethod
    def of(cls, encoded: Encoded) -> Narrow:
        """The same table, with what is known of its values already."""
        columns = encoded.columns.items()
        values = {n: pa.array(c.values, pa.string()) for n, c in columns}
        derived = {n: {k: (codes, pa.array(t, pa.string())) for k, (codes, t) in c.derived.items()} for n, c in columns}
        hashes = {n: c.known_hashes() for n, c in columns}
        return cls(encoded.ids, {n: c.codes for n, c in columns}, values, derived, hashes, encoded.source)

    def part(self, rows: Index, fields: Iterable[str] | None = None) -> Encoded:
        """Some rows (and fields) as a table of their own, with no values but theirs."""
        columns = {}
        for name in self.codes if fields is None else fields:
            held, local = _renumbered(self.codes[name][rows])
            column = Column(local, _texts(self.values[name], held))
            for how, (codes, texts) in self.derived[name].items():
                kept, mine = _renumbered(codes[held])
                column.derived[how] = mine, _texts(texts, kept)
            column.hashed({how: hashes[held] for how, hashes in self.hashes[name].items()})
            columns[name] = column
        source = None if self.source is None else self.source[rows]
        return Encoded(self.ids.take(pa.array(rows)), columns, source)


def _renumbered(codes: Codes) -> tuple[Codes, Codes]:
    """The codes that occur, sorted, and each code's place among them (MISSING stays)."""
    size = int(codes.max(initial=MISSING)) + 1
    seen = np.zeros(size + 1, bool)
    seen[codes] = True  # MISSING marks the last place, which no code holds
    held = np.flatnonzero(seen[:size]).astype(np.int32)
    place = np.full(size + 1, MISSING, np.int32)
    place[held] = np.arange(len(held), dtype=np.int32)
    return held, place[codes]


def _texts(values: pa.Array, held: Codes) -> npt.NDArray[np.object_]:
    return np.asarray(values.take(pa.array(held)).to_numpy(zero_copy_only=False), dtype=object)
