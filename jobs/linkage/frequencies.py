"""How often a value occurs: agreement on a rare value says more (term frequency), pinned with the model file.

A frequency is the share of rows in the row's own group (sex and decade of birth, say) that hold the value; names are
the product of surname and given name, so that an unseen combination still has one. Values seen fewer than `KEEP` times
are not stored (they would point at persons) and get the share of a value seen half as often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.linkage.encoding import Codes, Encoded, Index, Values
from jobs.linkage.keys import parse_part
from jobs.linkage.model import Comparison

Floats = npt.NDArray[np.float64]
KEEP = 3


@dataclass
class Frequency:
    """Tables by part (the whole value, or surname and given name) and group; `rare` is the share of an unstored value."""

    parts: dict[str, dict[str, dict[str, float]]]
    rare: dict[str, dict[str, float]]

    def to_json(self) -> dict[str, Any]:
        """Plain types for the model file."""
        return {"parts": self.parts, "rare": self.rare}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Frequency:
        """Read back what `to_json` gave."""
        return cls(content["parts"], content["rare"])


def learn_frequency(comparison: Comparison, encoded: Encoded, keep: int = KEEP) -> Frequency:
    """Count a comparison's values; `*` is the group of all rows, used where a row's own group is unknown."""
    wish = comparison.term_frequency
    assert wish is not None
    groups, group_names = _groups(encoded, wish.by)
    held = {group_names[k]: k for k in np.unique(groups).tolist()}
    parts: dict[str, dict[str, dict[str, float]]] = {}
    rare: dict[str, dict[str, float]] = {}
    for part in wish.split or ["value"]:
        codes, texts = _texts(comparison, encoded, part)
        values = texts.objects()
        parts[part], rare[part] = {}, {}
        use_groups = part != "surname"  # surnames do not go by age or sex
        for group in sorted({"*", *held} if use_groups else {"*"}):
            mine = codes if group == "*" else codes[groups == held[group]]
            counts = np.bincount(mine[mine >= 0], minlength=len(values))
            total = max(int(counts.sum()), 1)
            often = sorted(np.flatnonzero(counts >= keep).tolist(), key=values.__getitem__)
            parts[part][group] = {values[k]: float(f"{counts[k] / total:.4g}") for k in often}
            rare[part][group] = float(f"{min(max(keep / 2, 1), total) / total:.4g}")
    return Frequency(parts, rare)


def row_frequency(comparison: Comparison, frequency: Frequency, encoded: Encoded) -> Floats:
    """log2 of each row's frequency; 0 where the value is missing."""
    wish = comparison.term_frequency
    assert wish is not None
    groups, group_names = _groups(encoded, wish.by)
    total = np.zeros(len(encoded))
    for part, tables in frequency.parts.items():
        codes, texts = _texts(comparison, encoded, part)
        place = {text: code for code, text in enumerate(texts.arrow().to_pylist())}
        usual = _placed(tables["*"], place)
        for group in np.unique(groups).tolist():
            name = group_names[group]
            default = frequency.rare[part].get(name, frequency.rare[part]["*"])
            shares = np.minimum(np.where(np.isnan(usual), default, usual), default)
            own = _placed(tables.get(name, tables["*"]), place)
            shares = np.append(np.where(np.isnan(own), shares, own), 1.0)  # a missing value says nothing
            mine = np.flatnonzero(groups == group)
            total[mine] += np.log2(shares)[codes[mine]]
    return total


def _placed(table: dict[str, float], place: dict[str, int]) -> Floats:
    """A table's shares by the code of the value; NaN where it holds none."""
    found = np.full(len(place), np.nan)
    held = [(place[text], share) for text, share in table.items() if text in place]
    if held:
        codes, shares = zip(*held, strict=True)
        found[list(codes)] = shares
    return found


def _texts(comparison: Comparison, encoded: Encoded, part: str) -> tuple[Codes, Values]:
    """Each row's value, or the part of it that is counted: a code (−1 for none) and the values behind the codes."""
    column = encoded.columns[comparison.field]
    codes = column.codes if not column.is_list else column.codes[:, 0]
    if part == "value":
        return codes, column.texts
    derived, values = column.derived(part)
    return np.append(derived, np.int32(-1))[codes], values


def _groups(encoded: Encoded, by: list[str]) -> tuple[Index, list[str]]:
    """Group of each row as a code into the groups' names, parts joined by |; `*` when any part is missing."""
    packed, known = np.zeros(len(encoded), np.int64), np.full(len(encoded), bool(by))
    names = [""]
    for text in by:
        part = parse_part(text)
        column = encoded.columns[part.field]
        own = np.arange(len(column.texts), dtype=np.int32)
        codes, found = column.derived(part.transform) if part.transform else (own, column.texts)
        mine = np.append(codes, np.int32(-1))[column.codes]
        known &= mine >= 0
        texts = ["", *found.arrow().to_pylist()]
        seen, back = np.unique(packed * len(texts) + mine + 1, return_inverse=True)
        names = [f"{names[k // len(texts)]}{texts[k % len(texts)]}|" for k in seen.tolist()]
        packed = back.astype(np.int64)
    return np.where(known, packed, len(names)), [*names, "*"]
