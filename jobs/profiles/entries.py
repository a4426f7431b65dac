"""Lists of texts as entries: each value beside the row it stands in. Lists are thinned and gathered without looking into each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Entries:
    """Values of one column, none null, by row."""

    rows: Index
    texts: pa.Array

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Entries:
        """Those of a column of texts or of lists of texts."""
        array = column.combine_chunks()
        if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            rows, texts = pc.list_parent_indices(array).to_numpy(), array.flatten().cast(pa.string())
        else:
            rows, texts = np.arange(len(array)), array.cast(pa.string())
        if not texts.null_count:
            return cls(rows, texts)
        known = texts.is_valid()
        return cls(rows[known.to_numpy(zero_copy_only=False)], texts.filter(known))

    def where(self, keep: pa.Array) -> Entries:
        """Some of them."""
        return Entries(self.rows[keep.to_numpy(zero_copy_only=False)], self.texts.filter(keep))

    def without(self, crowded: frozenset[str]) -> Entries:
        """Those whose value is not among these."""
        return self.where(pc.invert(pc.is_in(self.texts, pa.array(sorted(crowded), pa.string())))) if crowded else self

    def lists(self, count: int) -> pa.Array:
        """A list for each of so many rows, values in the order they stood in."""
        return pa.ListArray.from_arrays(_offsets(self.rows, count), self.texts)


def gathered(parts: Sequence[Entries], count: int) -> pa.Array:
    """The values of several columns as one sorted list a row, each once. Distinct values stand in a dictionary of their own."""
    encoded = pa.concat_arrays([part.texts for part in parts]).dictionary_encode()
    codes = encoded.indices.to_numpy().astype(np.int64)
    packed = _distinct(np.concatenate([part.rows for part in parts]) << 32 | codes)
    rows, codes = packed >> 32, _sorted_by_text(packed, encoded.dictionary)
    values = pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), encoded.dictionary)
    return pa.ListArray.from_arrays(_offsets(rows, count), values)


def _sorted_by_text(packed: Index, values: pa.Array) -> Index:
    """Codes of entries (row and code, sorted), those of one row in the order of their values. Most rows have one entry."""
    rows, codes = packed >> 32, packed & 0xFFFFFFFF
    beside = np.zeros(len(rows), bool)
    beside[1:] = rows[1:] == rows[:-1]
    beside[:-1] |= beside[1:]
    held = np.flatnonzero(np.bincount(codes[beside], minlength=len(values)))
    order = pc.array_sort_indices(values.take(pa.array(held))).to_numpy().astype(np.int64)
    rank = np.zeros(len(values), np.int64)
    rank[held[order]] = np.arange(len(held))
    again = np.sort(rows[beside] << 32 | rank[codes[beside]])
    codes[beside] = held[order][again & 0xFFFFFFFF]
    return codes


def _distinct(numbers: Index) -> Index:
    """Each once, sorted (np.unique looks them up in a table, which takes longer)."""
    ordered = np.sort(numbers)
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def _offsets(rows: Index, count: int) -> pa.Array:
    return pa.array(np.append(0, np.cumsum(np.bincount(rows, minlength=count))).astype(np.int32))
