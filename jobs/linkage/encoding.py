"""Rows as integers: every distinct value once. Codes stand in the values' sorted order, so that nothing depends on the order of
rows; where a value is only looked at as a whole (`ordered=False`) they may stand in any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.characters import MANY, OF_FOLDED, Many
from jobs.linkage.keys import TRANSFORMS
from jobs.linkage.spellings import SPELLINGS

Codes = npt.NDArray[np.int32]
Index = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Objects = npt.NDArray[np.object_]
MISSING = -1
THREADS = 2
"""Of the driver, for columns and passes: their sorting and hashing needs no lock of Python's."""
FEW = 100
"""Values up to which one after the other is quicker than all together."""
WIDTH = 12
"""Values of a list field looked at, the first in sorted order; longer lists are no longer evidence of anything."""


class Values:
    """Distinct texts, as Arrow's or as Python's; each form is made when first asked for, of the other or by `make`."""

    def __init__(self, texts: pa.Array | Objects | None, make: Callable[[], pa.Array] | None = None) -> None:
        self._arrow = texts if isinstance(texts, pa.Array) else None
        self._objects = None if isinstance(texts, pa.Array) else texts
        self._make = make

    def __len__(self) -> int:
        return len(self.arrow() if self._objects is None else self._objects)

    def arrow(self) -> pa.Array:
        """As Arrow's."""
        if self._arrow is None:
            self._arrow = self._make() if self._make else pa.array(self._objects, pa.string())
        return self._arrow

    def objects(self) -> Objects:
        """As Python's, for good."""
        if self._objects is None:
            self._objects = _as_objects(self.arrow())
        return self._objects


class Column:
    """One field: a code a row (−1 missing; n × width for lists) into `values`, which are distinct."""

    def __init__(self, codes: Codes, values: pa.Array | Objects | Values) -> None:
        self.codes, self.texts = codes, values if isinstance(values, Values) else Values(values)
        self._derived: dict[str, tuple[Codes, Values]] = {}
        self._hashes: dict[str, Hashes] = {}
        self._remembered: dict[str, Any] = {}

    @property
    def values(self) -> Objects:
        """The distinct values as Python's texts."""
        return self.texts.objects()

    @property
    def is_list(self) -> bool:
        """Whether a row may hold several values."""
        return self.codes.ndim == 2

    def slots(self) -> list[tuple[Index, Codes]]:
        """Rows that hold a value and its code; of a list, slot by slot: a row fills its slots from the first on."""
        if not self.is_list:
            return [_with_codes(np.flatnonzero(self.codes >= 0), self.codes)]
        found: list[tuple[Index, Codes]] = self.remember("slots", self._make_slots)
        return found

    def _make_slots(self) -> list[tuple[Index, Codes]]:
        rows, found = np.arange(len(self.codes)), []
        for slot in range(self.codes.shape[1]):
            codes = self.codes[rows, slot]
            rows, codes = rows[codes >= 0], codes[codes >= 0]
            found.append((rows, codes))
        return found

    def derive(self, transform: str) -> tuple[Codes, Objects]:
        """Code of the transformed value for each distinct value (−1 where the transform gives nothing), and those values."""
        codes, texts = self.derived(transform)
        return codes, texts.objects()

    def derived(self, transform: str) -> tuple[Codes, Values]:
        """The same, the values in whichever form they are at hand."""
        if transform not in self._derived:
            self._derived[transform] = self._make_derived(transform)
        return self._derived[transform]

    def _make_derived(self, transform: str) -> tuple[Codes, Values]:
        if len(self.texts) < FEW or transform not in (*MANY, *OF_FOLDED):
            codes, texts = _numbered(_applied(TRANSFORMS[transform], self.values))
        elif transform in OF_FOLDED:
            folds, folded = self.derived("fold")
            codes, texts = _numbered(OF_FOLDED[transform](folded.arrow()))
            codes = np.append(codes, np.int32(MISSING))[folds]
        else:
            codes, texts = _numbered(MANY[transform](self.texts.arrow()))
        return codes, Values(texts)

    def derive_texts(self, name: str, function: Many) -> Codes:
        """The same for a function of one's own of all values, remembered under the name: codes only."""
        if name not in self._derived:
            codes, texts = _numbered(function(self.texts.arrow()))
            self._derived[name] = codes, Values(texts)
        return self._derived[name][0]

    def known(self) -> dict[str, tuple[Codes, Values]]:
        """What has been derived so far."""
        return dict(self._derived)

    def know(self, derived: dict[str, tuple[Codes, Values]]) -> None:
        """Take over what was derived of the same values elsewhere."""
        self._derived.update(derived)

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
        codes, values = self.derived(transform) if transform else (None, self.texts)
        texts = values.arrow()
        if length:
            texts = pc.utf8_slice_codeunits(texts, *((0, length) if length > 0 else (length, None)))
        hashed = hashes_of(texts) | np.uint64(1)
        return hashed if codes is None else np.append(hashed, np.uint64(0))[codes]


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

        def make() -> Bools:
            return np.array([*(v == "true" for v in column.texts.arrow().to_pylist()), False])[column.codes]

        found: Bools = column.remember("flag", make)
        return found


def encode_column(data: pa.ChunkedArray, kind: str, ordered: bool = True) -> Column:
    """One column by its field type. Empty text is missing; dates become yyyymmdd. `ordered`: whether codes must stand in
    the values' order."""
    array = _flat(data)
    if kind == "list":
        return _encode_list(array, ordered)
    codes, values = _encode_text(as_text(array, kind), ordered)
    if kind in SPELLINGS:
        spelled, values = _encode_text(_applied(SPELLINGS[kind], _as_objects(values)), ordered)
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
            days = array.dictionary_encode()
            return pc.strftime(days.dictionary.cast(pa.timestamp("s")), format="%Y%m%d").take(days.indices)
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


def _encode_text(text: pa.Array, ordered: bool) -> tuple[Codes, pa.Array]:
    """A code for each text, and the distinct ones."""
    codes, values = _numbered(text)
    return _in_order(codes, values) if ordered else (codes, values)


def _numbered(text: pa.Array) -> tuple[Codes, pa.Array]:
    """A code for each text in the order of their first standing; −1 for none and for an empty one."""
    encoded = text if pa.types.is_dictionary(text.type) else text.dictionary_encode()
    values = encoded.dictionary
    codes = encoded.indices.fill_null(MISSING).to_numpy(zero_copy_only=False)
    empty = pc.index(values, "").as_py()
    if empty < 0:
        return codes, values
    values = pa.concat_arrays([values[:empty], values[empty + 1 :]])
    return np.where(codes == empty, MISSING, codes - (codes > empty)).astype(np.int32), values


def _in_order(codes: Codes, values: pa.Array) -> tuple[Codes, pa.Array]:
    """The same with the values sorted."""
    order = pc.array_sort_indices(values).to_numpy()
    rank = np.empty(len(order) + 1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rank[-1] = MISSING
    return rank[codes], values.take(pa.array(order))


def _encode_list(array: pa.Array, ordered: bool) -> Column:
    if not pa.types.is_list(array.type) and not pa.types.is_large_list(array.type):
        array = pa.array([None if v is None else [v] for v in array.cast(pa.string()).to_pylist()], pa.list_(pa.string()))
    codes, values = _numbered(_distinct_only(array.flatten()))
    rows = pc.list_parent_indices(array).to_numpy()
    if (codes < 0).any():
        rows, codes = rows[codes >= 0], codes[codes >= 0]
    if ordered or not _sorted_lists(rows, codes, values):
        codes, values = _in_order(codes, values)
        order = np.lexsort((codes, rows))
        rows, codes = rows[order], codes[order]
    slot = _places(rows)
    width = min(int(slot.max(initial=0)) + 1, WIDTH)
    matrix = np.full((len(array), width), MISSING, np.int32)
    fits = slot < width
    matrix.ravel()[(rows * width + slot)[fits]] = codes[fits]
    return Column(matrix, values)


def hashes_of(texts: pa.Array) -> Hashes:
    """64-bit hash of each text, the same in every process."""
    from pandas.util import hash_array  # workers have their hashes from the driver: pandas takes them a second to load

    return np.asarray(hash_array(_as_objects(texts), categorize=False), dtype=np.uint64)


def _with_codes(rows: Index, codes: Codes) -> tuple[Index, Codes]:
    return rows, codes if len(rows) == len(codes) else codes[rows]


def _distinct_only(flat: pa.Array) -> pa.Array:
    """Texts, or texts behind a dictionary that holds each of them once and no other."""
    if pa.types.is_dictionary(flat.type) and flat.type.index_type == pa.int32() and not flat.dictionary.null_count:
        values = flat.dictionary.cast(pa.string())
        used = np.zeros(len(values) + 1, bool)
        used[flat.indices.fill_null(MISSING).to_numpy(zero_copy_only=False)] = True
        if used[:-1].all() and len(values.unique()) == len(values):
            return pa.DictionaryArray.from_arrays(flat.indices, values)
    return flat.cast(pa.string())


def _sorted_lists(rows: Index, codes: Codes, values: pa.Array) -> bool:
    """Whether every row's values stand in their order."""
    same = np.flatnonzero(rows[1:] == rows[:-1])
    one, next_ = (values.take(pa.array(codes[same + step])) for step in (0, 1))
    return pc.all(pc.less_equal(one, next_)).as_py() is not False


def _places(rows: Index) -> Index:
    """The place of each entry among those of its row; entries stand by row."""
    here = np.arange(len(rows))
    new = np.ones(len(rows), bool)
    new[1:] = rows[1:] != rows[:-1]
    return here - np.maximum.accumulate(np.where(new, here, 0))


def _applied(function: Callable[[str], str | None], texts: Objects) -> pa.Array:
    return pa.array([function(text) for text in texts.tolist()], pa.string())


def _as_objects(texts: pa.Array) -> Objects:
    found: Objects = texts.to_numpy(zero_copy_only=False)
    return found if found.dtype == object else found.astype(object)
