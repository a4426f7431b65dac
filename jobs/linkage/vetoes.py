"""Rules over pairs: hard vetoes, pairs that only a person may decide, and what an automatic link needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jobs.linkage.encoding import Bools, Encoded, Index
from jobs.linkage.model import LinkModel, Rule


def holds(model: LinkModel, rule: Rule, encoded: Encoded, pairs: tuple[Index, Index], levels: npt.NDArray[np.int8]) -> Bools:
    """For which pairs every part of the rule holds."""
    left, right = pairs
    result = np.ones(len(left), bool)
    names = list(model.comparisons)
    for comparison, allowed in rule.levels.items():
        result &= among_levels(model.comparisons[comparison].names, allowed)[levels[:, names.index(comparison)]]
    if not result.any():
        return result
    for flag in rule.both:
        mine = encoded.flag(flag)
        result &= mine[left] & mine[right]
    for flag in rule.either:
        mine = encoded.flag(flag)
        result &= mine[left] | mine[right]
    for flag in rule.neither:
        mine = encoded.flag(flag)
        result &= ~(mine[left] | mine[right])
    for name, equal in [(n, True) for n in rule.same] + [(n, False) for n in rule.differ]:
        codes = encoded.columns[name].codes
        a, b = codes[left], codes[right]
        result &= (a >= 0) & (b >= 0) & ((a == b) if equal else (a != b))
    return result


def among_levels(names: list[str], allowed: list[str]) -> Bools:
    """Whether each level of a comparison is one of those allowed; the last place is that of a missing one (−1)."""
    return np.array([name in allowed for name in (*names, "missing")])


def first_rule(
    model: LinkModel, rules: list[Rule], encoded: Encoded, pairs: tuple[Index, Index], levels: npt.NDArray[np.int8]
) -> npt.NDArray[np.int8]:
    """Position of the first rule that holds for each pair, −1 for none."""
    found = np.full(len(pairs[0]), -1, np.int8)
    for position, rule in enumerate(rules):
        hit = holds(model, rule, encoded, pairs, levels) & (found < 0)
        found[hit] = position
    return found


def rule_fields(model: LinkModel) -> list[str]:
    """The fields that rules read beside the levels of comparisons."""
    rules = [*model.vetoes, *model.review, *model.auto_needs, *model.likely]
    return sorted({f for r in rules for names in (r.both, r.either, r.neither, r.same, r.differ) for f in names})
