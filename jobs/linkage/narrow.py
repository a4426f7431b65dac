"""An encoded table as integers and Arrow columns: what other processes need to compare some of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.linkage.encoding import Codes, Column, Encoded, Index


@dataclass(frozen=True)
class Narrow:
    """Codes of each field into its values, which are distinct and sorted; rows in the order of ids."""

    ids: pa.Array
    codes: dict[str, Codes]
    values: dict[str, pa.Array]
    source: npt.NDArray[np.int8] | None

    @classmethod
    def of(cls, encoded: Encoded) -> Narrow:
        """The same table."""
        columns = encoded.columns.items()
        values = {n: pa.array(c.values, pa.string()) for n, c in columns}
        return cls(encoded.ids, {n: c.codes for n, c in columns}, values, encoded.source)

    def part(self, rows: Index, fields: Iterable[str] | None = None) -> Encoded:
        """Some rows (and fields) as a table of their own, with no values but theirs."""
        columns = {}
        for name in self.codes if fields is None else fields:
            mine = self.codes[name][rows]
            held = np.unique(mine[mine >= 0])
            local = np.where(mine >= 0, np.searchsorted(held, mine), -1).astype(np.int32)
            columns[name] = Column(local, self.values[name].take(pa.array(held)).to_numpy(zero_copy_only=False))
        source = None if self.source is None else self.source[rows]
        return Encoded(self.ids.take(pa.array(rows)), columns, source)
