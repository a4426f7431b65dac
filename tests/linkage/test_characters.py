"""Many names at a time come out as one name does: jobs/linkage/characters.py beside hanzi.py, on texts of every kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from jobs.linkage import characters, hanzi, keys
from jobs.linkage.encoding import Column

ALPHABETS = [
    "张王欧阳司马小明芳娜己巳晴睛単單曾查昇陞喆",
    "\U00020000\U0002a6d6\U0002f800\uf900豈\u3400龑龦",
    "*＊●□〓\ue000·• 　",
    "AbcXyz019-' ,*<:._/@",
    "éÜñßǅﬁⅣ½㈱か한๓①",
]
KNOWN = [
    ("單小明", "单小明", "shan xiao ming", "单", "小明"),
    ("司马光", "司马光", "si ma guang", "司马", "光"),
    ("司马", "司马", "si ma", "司", "马"),
    ("张·伟", "张伟", "zhang wei", "张", "伟"),
    ("张*", "张*", None, "张", "*"),
    ("O'Neill, Mary-Ann", "ONEILL MARYANN", "MARYANN ONEILL", "ONEILL", "MARYANN"),
    ("citizen:3301X", "CITIZEN 3301X", "3301X CITIZEN", "CITIZEN", "3301X"),
    ("José", "JOSE", "JOSE", "JOSE", None),
    ("--", None, None, None, None),
    ("\U00020000女", "\U00020000女", None, "\U00020000", "女"),
]


def texts() -> list[str]:
    draw = np.random.default_rng(5)
    mixed = [*ALPHABETS, "".join(ALPHABETS), ALPHABETS[0] + ALPHABETS[1], ALPHABETS[3] + "é"]
    made = ["".join(draw.choice(list(mixed[k % len(mixed)]), int(draw.integers(0, 7)))) for k in range(4_000)]
    return [*made, *(name for name, *_ in KNOWN), "", "a" * 300, "张" * 40]


def said(transform: str) -> list[str | None]:
    """What hanzi.py and keys.py say one by one; an empty text is none."""
    return [keys.TRANSFORMS[transform](text) or None for text in texts()]


@pytest.mark.parametrize("transform", sorted([*characters.MANY, *characters.OF_FOLDED]))
def test_many_are_as_one(transform: str) -> None:
    values = pa.array(texts(), pa.string())
    if transform in characters.OF_FOLDED:
        folded = characters.fold(values)
        assert folded.to_pylist() == said("fold")
        kept = folded.is_valid()
        found = dict(zip(np.flatnonzero(kept), characters.OF_FOLDED[transform](folded.filter(kept)).to_pylist(), strict=True))
        assert [found.get(k) or None for k in range(len(values))] == said(transform)
    else:
        assert [v or None for v in characters.MANY[transform](values).to_pylist()] == said(transform)


def test_known_names() -> None:
    for place, transform in enumerate(["fold", "pinyin", "surname", "given"], start=1):
        codes, found = Column(np.zeros(0, np.int32), pa.array([name for name, *_ in KNOWN])).derive(transform)
        expected = [row[place] for row in KNOWN]
        if transform == "pinyin":
            expected[-1] = hanzi.pinyin(KNOWN[-1][0])
        assert [found[code] if code >= 0 else None for code in codes] == expected


def test_derived_codes_tell_texts_apart() -> None:
    values = list(dict.fromkeys(filter(None, texts())))
    column = Column(np.zeros(0, np.int32), np.array(values, dtype=object))
    for transform in [*characters.MANY, *characters.OF_FOLDED, "digits"]:
        codes, found = column.derive(transform)
        assert len(set(found.tolist())) == len(found)
        assert [found[c] if c >= 0 else None for c in codes] == [keys.TRANSFORMS[transform](v) or None for v in values]


def test_sliced_arrays_are_read_from_their_start() -> None:
    values = pa.array(["张三", "Li", "王小明", "O'Neill", "x"])
    assert characters.fold(values[2:4]).to_pylist() == ["王小明", "ONEILL"]
    assert characters.fold(values[:0]).to_pylist() == []
    assert characters.masks(values[1:3]).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("many", "one"),
    [
        (characters.masks, lambda text: len(text) - hanzi.known_characters(text)),
        (characters.begin_in_han, hanzi.is_han),
        (lambda values: characters.code_points(values)[1], len),
    ],
)
def test_facts_of_many_are_as_of_one(many: Callable[[pa.Array], np.ndarray], one: Callable[[str], object]) -> None:
    assert many(pa.array(texts(), pa.string())).tolist() == [one(text) for text in texts()]
