"""Rows as integers: every distinct value once, codes in the values' sorted order, so nothing depends on row order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.keys import TRANSFORMS
from jobs.linkage.spellings import SPELLINGS

Codes = npt.NDArray[np.int32]
Index = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
MISSING = -1
THREADS = 2
"""Of the driver, for columns and passes: their sorting and hashing needs no lock of Python's."""
WIDTH = 12
"""Values of a list field looked at, the first in sorted order; longer lists are no longer evidence of anything."""


@dataclass
class Column:
    """One field: a code a row (−1 missing; n × width for lists) into `values`, which are distinct and sorted."""

    codes: Codes
    values: npt.NDArray[np.object_]
    derived: dict[str, tuple[Codes, npt.NDArray[np.object_]]] = field(default_factory=dict)
    _hashes: dict[str, Hashes] = field(default_factory=dict)
    _remembered: dict[str, Any] = field(default_factory=dict)

    @property
    def is_list(self) -> bool:
        """Whether a row may hold several values."""
        return self.codes.ndim == 2

    def derive(self, transform: str) -> tuple[Codes, npt.NDArray[np.object_]]:
        """Code of the transformed value for each distinct value (−1 where the transform gives nothing), and those values."""
        self.derive_text(transform, TRANSFORMS[transform])
        return self.derived[transform]

    def derive_text(self, name: str, function: Callable[[str], str | None]) -> Codes:
        """The same for a function of one's own, remembered under the name: codes only."""
        if name not in self.derived:
            self.derived[name] = _factorize(np.array([function(v) for v in self.values], dtype=object))
        return self.derived[name][0]

    def remember(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once: facts about the distinct values that every chunk of pairs asks for again."""
        if name not in self._remembered:
            self._remembered[name] = make()
        return self._remembered[name]

    def hashes(self, transform: str | None = None, length: int | None = None) -> Hashes:
        """64-bit hash per distinct value, after transform and cut; 0 for nothing. The same in every process."""
        name = f"{transform}:{length}"
        if name not in self._hashes:
            self._hashes[name] = self._make_hashes(transform, length)
        return self._hashes[name]

    def known_hashes(self) -> dict[str, Hashes]:
        """What `hashes` has made so far."""
        return dict(self._hashes)

    def hashed(self, known: dict[str, Hashes]) -> None:
        """Take over hashes made of the same values elsewhere."""
        self._hashes.update(known)

    def _make_hashes(self, transform: str | None, length: int | None) -> Hashes:
        if transform:
            codes, texts = self.derive(transform)
        else:
            codes, texts = np.arange(len(self.values), dtype=np.int32), self.values
        if length:
            texts = np.array([t[:length] if length > 0 else t[length:] for t in texts], dtype=object)
        if not len(texts):
            return np.zeros(len(self.values), np.uint64)
        hashed = np.asarray(pd.util.hash_array(texts, categorize=False), dtype=np.uint64) | np.uint64(1)
        return np.where(codes >= 0, hashed[codes], np.uint64(0))


@dataclass
class Encoded:
    """A table of rows to link. `source` is 0 or 1 where two tables are linked with each other, else None."""

    ids: pa.Array
    columns: dict[str, Column]
    source: npt.NDArray[np.int8] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def flag(self, name: str) -> Bools:
        """A flag field as booleans, missing as false."""
        column = self.columns[name]
        true = np.array([v == "true" for v in column.values] + [False])
        return true[column.codes]


def encode_column(data: pa.ChunkedArray, kind: str) -> Column:
    """One column by its field type. Empty text is missing; dates become yyyymmdd."""
    array = _flat(data)
    if kind == "list":
        return _encode_list(array)
    codes, values = _encode_text(as_text(array, kind))
    if kind in SPELLINGS:
        spelled, values = _factorize(np.array([SPELLINGS[kind](v) for v in values], dtype=object))
        codes = np.append(spelled, np.int32(MISSING))[codes]
    return Column(codes, values)


def _flat(data: pa.ChunkedArray | pa.Array) -> pa.Array:
    return data.combine_chunks() if isinstance(data, pa.ChunkedArray) else data


def as_text(array: pa.Array, kind: str) -> pa.Array:
    """Values as text: whole numbers without a fraction, dates as yyyymmdd."""
    if pa.types.is_floating(array.type):
        array = _whole(array)
    if kind.startswith("date"):
        if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
            return pc.strftime(array.cast(pa.timestamp("s")), format="%Y%m%d")
        if kind != "date":
            return array.cast(pa.string())
        return _plain_date(array)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array.cast(pa.string())


def _plain_date(array: pa.Array) -> pa.Array:
    """Digits of written dates, each spelling mended once."""
    encoded = array.cast(pa.string()).dictionary_encode()
    plain = pc.replace_substring_regex(encoded.dictionary, pattern=r"[-/.]|T.*| .*", replacement="")
    return plain.take(encoded.indices)


def _whole(numbers: pa.Array) -> pa.Array:
    """Numbers that a gap turned into fractions (4011.0) as whole ones; what is not a number is no value."""
    numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, numbers.type), numbers)
    whole = pc.all(pc.and_(pc.equal(numbers, pc.floor(numbers)), pc.less(pc.abs(numbers), 2.0**53))).as_py()
    return numbers.cast(pa.int64()) if whole else numbers


def _encode_text(text: pa.Array) -> tuple[Codes, npt.NDArray[np.object_]]:
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    encoded = text.dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order) + 1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rank[-1] = MISSING
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    values = np.array(encoded.dictionary.take(pa.array(order)).to_pylist(), dtype=object)
    return rank[codes], values


def _encode_list(array: pa.Array) -> Column:
    if not pa.types.is_list(array.type) and not pa.types.is_large_list(array.type):
        array = pa.array([None if v is None else [v] for v in array.cast(pa.string()).to_pylist()], pa.list_(pa.string()))
    flat, values = _encode_text(array.flatten().cast(pa.string()))
    parents = pc.list_parent_indices(array).to_numpy()
    keep = flat >= 0
    rows, codes = parents[keep], flat[keep]
    order = np.lexsort((codes, rows))
    rows, codes = rows[order], codes[order]
    first = np.searchsorted(rows, rows, side="left")
    slot = np.arange(len(rows)) - first
    width = min(int(slot.max()) + 1, WIDTH) if len(slot) else 1
    matrix = np.full((len(array), width), MISSING, np.int32)
    fits = slot < width
    matrix[rows[fits], slot[fits]] = codes[fits]
    return Column(matrix, values)


def _factorize(texts: npt.NDArray[np.object_]) -> tuple[Codes, npt.NDArray[np.object_]]:
    text = pa.array(texts, pa.string()) if len(texts) else pa.array([], pa.string())
    return _encode_text(text)
