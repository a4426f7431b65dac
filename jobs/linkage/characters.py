"""Many names at a time: what hanzi.py says of one, worked out once for each distinct character and gathered again.

Names wholly of Han characters and texts wholly of ASCII ones, nearly all there are, never become Python strings. The rest
(masks, diacritics, mixtures) goes through hanzi.py one by one, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage import hanzi

Points = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Many = Callable[[pa.Array], pa.Array]
"""Texts without nulls in; as many texts out, null for none."""
PLAIN = np.array([chr(b).isalnum() for b in range(128)] + [False] * 128)
"""Bytes that are an ASCII letter or digit."""
UPPER = np.array([ord(chr(b).upper()) if b < 128 else b for b in range(256)], np.uint8)
FEW = 10_000
"""Characters up to which sorting them is quicker than a table of all there may be."""
DROPPED = np.isin(np.arange(256), [ord("-"), ord("'")])
WORD = (PLAIN & (np.arange(256) == UPPER)) | (np.arange(256) == ord("*"))
"""Bytes, in upper case, that stand in a word; any other parts two (hanzi.words)."""


def fold(texts: pa.Array) -> pa.Array:
    """hanzi.fold of each."""
    ascii_, plain = _flags(pc.string_is_ascii(texts)), _flags(pc.ascii_is_alnum(texts))
    return _sorted_out(texts, [(plain, pc.ascii_upper), (ascii_ & ~plain, _worded), (~ascii_, _folded)], hanzi.fold)


def of_folded(folded: pa.Array, han: Callable[[Han], pa.Array], one: Callable[[str], str | None]) -> pa.Array:
    """A transform of folded names: `han` for those wholly of Han characters, `one` for each of the others."""
    other = ~_flags(pc.string_is_ascii(folded))
    return _sorted_out(folded, [(other, lambda some: _by_characters(some, han, one))], one)


@dataclass(frozen=True)
class Han:
    """Texts wholly of Han characters, none empty: the code points of all, and where each text begins and the last one ends."""

    points: Points
    offsets: Index

    def replaced(self, what: Callable[[str], str]) -> Han:
        """Every character replaced by another."""
        seen, place = _distinct(self.points)
        return Han(np.array([ord(what(chr(p))) for p in seen], np.uint32)[place], self.offsets)

    def part(self, start: Index, end: Index) -> Han:
        """From each text the characters between two places."""
        size = end - start
        offsets = np.append(0, np.cumsum(size))
        return Han(self.points[np.repeat(self.offsets[:-1] + start - offsets[:-1], size) + np.arange(offsets[-1])], offsets)

    def text(self) -> pa.Array:
        """As Arrow's texts; null for an empty one."""
        width = np.append(0, np.cumsum(np.where(self.points >= 0x10000, 4, 3)))  # bytes of a Han character in UTF-8
        data = self.points.astype("<u4").tobytes().decode("utf-32-le").encode()
        return _array(data, width[self.offsets])


def sounds(names: Han) -> pa.Array:
    """hanzi.sound of folded names."""
    seen, place = _distinct(names.points)
    plain = [hanzi.syllable(chr(p)) for p in seen]
    first = [hanzi.READINGS.get(chr(p), s) for p, s in zip(seen, plain, strict=True)]
    place[names.offsets[:-1]] += len(plain)
    syllables = pa.array([*plain, *first], pa.string()).take(pa.array(place))
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(names.offsets.astype(np.int32)), syllables), " ")


def lookalikes(names: Han) -> pa.Array:
    """hanzi.alike of folded names."""
    return names.replaced(hanzi.alike).text()


def surnames(names: Han) -> pa.Array:
    """hanzi.family of folded names."""
    return names.part(np.zeros(len(names.offsets) - 1, np.int64), _family(names)).text()


def given_names(names: Han) -> pa.Array:
    """hanzi.first of folded names."""
    return names.part(_family(names), np.diff(names.offsets)).text()


def code_points(texts: pa.Array) -> tuple[Points, Index]:
    """The characters of all texts together, and how many each has."""
    data, offsets = _bytes(texts)
    points = np.frombuffer(data.tobytes().decode().encode("utf-32-le"), np.uint32)
    if len(points) == len(data):
        return points, np.diff(offsets)
    return points, np.diff(np.append(0, np.cumsum((data & 0xC0) != 0x80))[offsets])


def masks(texts: pa.Array) -> Index:
    """How many characters of each are masks (hanzi.is_masked)."""
    points, sizes = code_points(texts)
    seen, place = _distinct(points)
    dim = np.array([hanzi.is_masked(chr(p)) for p in seen], bool)[place]
    return np.diff(np.append(0, np.cumsum(dim))[np.append(0, np.cumsum(sizes))])


def begin_in_han(texts: pa.Array) -> Bools:
    """Whether the first character of each is a Han one (hanzi.is_han)."""
    seen = pc.utf8_slice_codeunits(texts, 0, 1).dictionary_encode()
    return np.array([hanzi.is_han(c) for c in seen.dictionary.to_pylist()], bool)[seen.indices.to_numpy()]


def core(numbers: pa.Array) -> pa.Array:
    """The first 17 places of 18-place numbers (keys.core)."""
    return pc.if_else(pc.equal(pc.utf8_length(numbers), 18), pc.utf8_slice_codeunits(numbers, 0, 17), numbers)


def _family(names: Han) -> Index:
    """How many characters of each name are its surname."""
    size, start = np.diff(names.offsets), names.offsets[:-1]
    compound = np.array([ord(name[0]) << 32 | ord(name[1]) for name in sorted(hanzi.COMPOUND)], np.int64)
    both = names.points[start].astype(np.int64) << 32 | names.points[np.minimum(start + 1, len(names.points) - 1)]
    return np.where((size > 2) & np.isin(both, compound), 2, 1)


def _folded(texts: pa.Array) -> pa.Array:
    return _by_characters(texts, lambda names: names.replaced(hanzi.fold_han).text(), hanzi.fold, hanzi.folds_to_one)


def _by_characters(
    texts: pa.Array,
    han: Callable[[Han], pa.Array],
    one: Callable[[str], str | None],
    usual: Callable[[str], bool] = hanzi.is_han,
) -> pa.Array:
    """`han` for texts all of whose characters are `usual` Han ones, `one` for each of the others."""
    points, sizes = code_points(texts)
    starts = np.append(0, np.cumsum(sizes))
    seen, place = _distinct(points)
    fit = np.array([hanzi.is_han(chr(p)) and usual(chr(p)) for p in seen], bool)[place]
    wholly = _all(fit, starts) & (sizes > 0)
    mine = Han(points[np.repeat(wholly, sizes)], np.append(0, np.cumsum(sizes[wholly])))
    return _sorted_out(texts, [(wholly, lambda _: han(mine))], one)


def _worded(texts: pa.Array) -> pa.Array:
    """Words of ASCII texts, joined by a space (hanzi.words)."""
    data, offsets = _bytes(texts)
    data, owner = UPPER[data], np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(offsets))
    stays = ~DROPPED[data]
    data, owner = data[stays], owner[stays]
    word = WORD[data]
    behind = np.zeros(len(word), bool)  # a parting byte right behind a word stands for all that part it from the next
    behind[1:] = ~word[1:] & word[:-1] & (owner[1:] == owner[:-1])
    stays = word | behind
    data, owner, word = np.where(word, data, ord(" "))[stays], owner[stays], word[stays]
    last = np.ones(len(word), bool)
    last[:-1] = owner[1:] != owner[:-1]
    stays = word | ~last
    size = np.bincount(owner[stays], minlength=len(texts))
    return _array(data[stays].tobytes(), np.append(0, np.cumsum(size)))


def _sorted_out(texts: pa.Array, kinds: list[tuple[Bools, Many]], one: Callable[[str], str | None]) -> pa.Array:
    """Each kind of text by its own function, what is of none one by one; in the order given."""
    rest = np.ones(len(texts), bool)
    places, parts = [], []
    for which, many in kinds:
        if which.all():
            return many(texts)
        if which.any():
            places.append(np.flatnonzero(which))
            parts.append(many(texts.filter(pa.array(which))))
            rest &= ~which
    places.append(np.flatnonzero(rest))
    parts.append(pa.array([one(text) for text in texts.filter(pa.array(rest)).to_pylist()], pa.string()))
    back = np.empty(len(texts), np.int64)
    back[np.concatenate(places)] = np.arange(len(texts))
    return pa.concat_arrays(parts).take(pa.array(back))


def _bytes(texts: pa.Array) -> tuple[Bytes, Index]:
    """UTF-8 of all texts together, and where each begins and the last one ends."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return np.zeros(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return np.frombuffer(data, np.uint8)[places[0] : places[-1]], places - places[0]


def _array(data: bytes, offsets: Index) -> pa.Array:
    """Texts of UTF-8 laid end to end; null for an empty one."""
    size = len(offsets) - 1
    valid = pa.array(np.diff(offsets) > 0).buffers()[1]
    return pa.StringArray.from_buffers(size, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data), valid)


def _all(holds: Bools, offsets: Index) -> Bools:
    """For which texts something holds everywhere."""
    found = np.ones(len(offsets) - 1, bool)
    found[np.searchsorted(offsets[1:], np.flatnonzero(~holds), side="right")] = False
    return found


def _flags(flags: pa.Array) -> Bools:
    found: Bools = flags.to_numpy(zero_copy_only=False)
    return found


def _distinct(points: Points) -> tuple[list[int], Index]:
    """The distinct code points, and the place of each among them."""
    if len(points) < FEW:
        few, back = np.unique(points, return_inverse=True)
        return few.tolist(), back
    seen = np.zeros(int(points.max()) + 1, bool)
    seen[points] = True
    held = np.flatnonzero(seen)
    place = np.zeros(len(seen), np.int64)
    place[held] = np.arange(len(held))
    return held.tolist(), place[points]


MANY: dict[str, Many] = {"fold": fold, "core": core}
"""Transforms of keys.TRANSFORMS that know a way for many texts at once."""
OF_FOLDED: dict[str, Many] = {
    "pinyin": lambda folded: of_folded(folded, sounds, hanzi.sound),
    "lookalike": lambda folded: of_folded(folded, lookalikes, hanzi.alike),
    "surname": lambda folded: of_folded(folded, surnames, hanzi.family),
    "given": lambda folded: of_folded(folded, given_names, hanzi.first),
}
"""Those that look at the folded text only, as a function of it."""
