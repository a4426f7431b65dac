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

from jobs.linkage.encoding import Encoded
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
    groups = _groups(encoded, wish.by)
    parts: dict[str, dict[str, dict[str, float]]] = {}
    rare: dict[str, dict[str, float]] = {}
    for part in wish.split or ["value"]:
        texts = _texts(comparison, encoded, part)
        parts[part], rare[part] = {}, {}
        use_groups = part != "surname"  # surnames do not go by age or sex
        for group in sorted({"*", *groups.tolist()} if use_groups else {"*"}):
            rows = np.ones(len(texts), bool) if group == "*" else groups == group
            values, counts = np.unique(texts[rows & (texts != "")], return_counts=True)
            total = max(int(counts.sum()), 1)
            parts[part][group] = {str(v): float(f"{c / total:.4g}") for v, c in zip(values, counts, strict=True) if c >= keep}
            rare[part][group] = float(f"{min(max(keep / 2, 1), total) / total:.4g}")
    return Frequency(parts, rare)


def row_frequency(comparison: Comparison, frequency: Frequency, encoded: Encoded) -> Floats:
    """log2 of each row's frequency, through the distinct (group, value) pairs; 0 where the value is missing."""
    wish = comparison.term_frequency
    assert wish is not None
    groups = _groups(encoded, wish.by)
    total = np.zeros(len(encoded))
    for part, tables in frequency.parts.items():
        texts = _texts(comparison, encoded, part)
        group_names, group_codes = np.unique(groups, return_inverse=True)
        values, value_codes = np.unique(texts, return_inverse=True)
        packed, back = np.unique(group_codes.astype(np.int64) * len(values) + value_codes, return_inverse=True)
        shares = np.empty(len(packed))
        for at, code in enumerate(packed):
            text, group = str(values[code % len(values)]), str(group_names[code // len(values)])
            table = tables.get(group, tables["*"])
            default = frequency.rare[part].get(group, frequency.rare[part]["*"])
            shares[at] = 1.0 if text == "" else table.get(text, min(tables["*"].get(text, default), default))
        total += np.log2(shares)[back]
    return total


def _texts(comparison: Comparison, encoded: Encoded, part: str) -> npt.NDArray[np.str_]:
    column = encoded.columns[comparison.field]
    codes = column.codes if not column.is_list else column.codes[:, 0]
    if part == "value":
        texts = np.append(column.values, "")
        return texts[codes].astype(str)
    derived, values = column.derive(part)
    texts = np.append(values, "")
    return texts[np.append(derived, -1)[codes]].astype(str)


def _groups(encoded: Encoded, by: list[str]) -> npt.NDArray[np.str_]:
    """Group of each row, its parts joined by |; `*` when any part is missing."""
    groups = np.full(len(encoded), "", dtype=object)
    known = np.ones(len(encoded), bool)
    for text in by:
        part = parse_part(text)
        column = encoded.columns[part.field]
        codes, values = (
            column.derive(part.transform) if part.transform else (np.arange(len(column.values), dtype=np.int32), column.values)
        )
        mine = np.append(codes, -1)[column.codes]
        known &= mine >= 0
        groups = groups + np.append(values, "")[mine] + "|"
    return np.where(known & bool(by), groups, "*").astype(str)
