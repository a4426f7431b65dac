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

from jobs.linkage.encoding import Codes, Encoded, Index
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
        codes, values = _texts(comparison, encoded, part)
        parts[part], rare[part] = {}, {}
        use_groups = part != "surname"  # surnames do not go by age or sex
        for group in sorted({"*", *held} if use_groups else {"*"}):
            mine = codes if group == "*" else codes[groups == held[group]]
            counts = np.bincount(mine[mine >= 0], minlength=len(values))
            total = max(int(counts.sum()), 1)
            often = np.flatnonzero(counts >= keep)
            parts[part][group] = {values[k]: float(f"{counts[k] / total:.4g}") for k in often.tolist()}
            rare[part][group] = float(f"{min(max(keep / 2, 1), total) / total:.4g}")
    return Frequency(parts, rare)


def row_frequency(comparison: Comparison, frequency: Frequency, encoded: Encoded) -> Floats:
    """log2 of each row's frequency, through the distinct (group, value) pairs; 0 where the value is missing."""
    wish = comparison.term_frequency
    assert wish is not None
    group_codes, group_names = _groups(encoded, wish.by)
    total = np.zeros(len(encoded))
    for part, tables in frequency.parts.items():
        value_codes, values = _texts(comparison, encoded, part)
        size = len(values) + 1  # a missing value counts as one more
        packed, back = np.unique(group_codes.astype(np.int64) * size + value_codes + 1, return_inverse=True)
        shares = np.empty(len(packed))
        for at, code in enumerate(packed.tolist()):
            group = group_names[code // size]
            table = tables.get(group, tables["*"])
            default = frequency.rare[part].get(group, frequency.rare[part]["*"])
            text = values[code % size - 1] if code % size else ""
            shares[at] = 1.0 if text == "" else table.get(text, min(tables["*"].get(text, default), default))
        total += np.log2(shares)[back]
    return total


def _texts(comparison: Comparison, encoded: Encoded, part: str) -> tuple[Codes, npt.NDArray[np.object_]]:
    """Each row's value, or the part of it that is counted: a code (-1 for none) and the values behind the codes."""
    column = encoded.columns[comparison.field]
    codes = column.codes if not column.is_list else column.codes[:, 0]
    if part == "value":
        return codes, column.values
    derived, values = column.derive(part)
    return np.append(derived, np.int32(-1))[codes], values


def _groups(encoded: Encoded, by: list[str]) -> tuple[Index, list[str]]:
    """Group of each row as a code into the groups' names, parts joined by |; `*` when any part is missing."""
    packed, known = np.zeros(len(encoded), np.int64), np.full(len(encoded), bool(by))
    names = [""]
    for text in by:
        part = parse_part(text)
        column = encoded.columns[part.field]
        own = np.arange(len(column.values), dtype=np.int32)
        codes, values = column.derive(part.transform) if part.transform else (own, column.values)
        mine = np.append(codes, np.int32(-1))[column.codes]
        known &= mine >= 0
        texts = ["", *values]
        seen, back = np.unique(packed * len(texts) + mine + 1, return_inverse=True)
        names = [f"{names[k // len(texts)]}{texts[k % len(texts)]}|" for k in seen.tolist()]
        packed = back.astype(np.int64)
    return np.where(known, packed, len(names)), [*names, "*"]
