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
        known = model.comparisons[comparison].names
        wanted = [known.index(a) if a != "missing" else -1 for a in allowed]
        result &= np.isin(levels[:, names.index(comparison)], wanted)
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
