"""Whether a table holds families: rows that share a dwelling, telephone or family name and are clearly different persons."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from jobs.linkage.blocking import Oversize, candidate_pairs, complete_keys, effective_keys, members
from jobs.linkage.comparisons import levels_of
from jobs.linkage.encoding import Encoded
from jobs.linkage.local import weigh_pairs
from jobs.linkage.model import LinkModel
from jobs.linkage.proposal.passes import Likely, fields_of, parts_of, sample_of, with_passes
from jobs.linkage.proposal.roles import Guess
from jobs.linkage.training import train

SHARED = {"phone", "address", "email", "surname"}
"""Roles whose values members of a family share."""
NEAR = {"place", "postcode", "house"}
"""Roles that come with a shared address."""
PERSONAL = {"given_name", "full_name", "date", "year", "citizen"}
"""Roles that tell the members of a family apart."""
OFTEN = 0.03
"""Pairs of relatives per likely pair from which they need a class of their own."""
BY_CHANCE = 5
"""Times as many as strangers would make by chance."""
KEPT = 0.95
"""Likely pairs a model with relatives must still take for one person: a class that swallows more of them is no family."""
MOST = 300_000


def relatives(content: dict[str, Any], encoded: Encoded, guesses: dict[str, Guess]) -> int:
    """Pairs among the rows looked at that agree on two shared fields and on nothing personal."""
    shared = [f for f, g in guesses.items() if g.role in SHARED]
    personal = [i for i, f in enumerate(guesses) if guesses[f].role in PERSONAL]
    if len(shared) < 2 or not personal:
        return 0
    keys = [
        (parts_of(guesses[a], a)[0], parts_of(guesses[b], b)[0])
        for a, b in combinations(shared, 2)
        if guesses[a].role != guesses[b].role
    ]
    if not keys:
        return 0
    model, sample = with_passes(content, keys), sample_of(encoded)
    none = Oversize.none(model)
    hashes = effective_keys(model, sample, none)
    last = np.array([len(c.names) - 1 for c in model.comparisons.values()])
    found = seen = 0
    for pairs in candidate_pairs(model, sample, members(hashes, sample), complete_keys(hashes, none)):
        levels = levels_of(model, sample, pairs.left, pairs.right)[:, personal]
        other = levels == last[personal]
        found += int((other.any(axis=1) & (other | (levels < 0)).all(axis=1)).sum())
        seen += len(levels)
        if seen > MOST:
            break
    return found if found >= BY_CHANCE * sum(_by_chance(sample, *fields_of(key)) for key in keys) else 0


def _by_chance(sample: Encoded, one: str, other: str) -> float:
    """Pairs of strangers that would agree on both fields, were the two independent."""
    share = 1.0
    for field in (one, other):
        codes = sample.columns[field].codes.ravel()
        share *= float(((np.bincount(codes[codes >= 0]) / len(sample)) ** 2).sum())
    return share * len(sample) ** 2 / 2


def without_household(content: dict[str, Any], encoded: Encoded, likely: Likely, reasons: dict[str, str]) -> None:
    """Take the class back where, trained with it, likely pairs are no longer one person."""
    if not content.get("household"):
        return
    model = LinkModel.model_validate(content)
    weights = train(model, sample_of(encoded))
    if float((weigh_pairs(model, weights, encoded, likely.left, likely.right) > 0).mean()) >= KEPT:
        return
    del content["household"], reasons["household"]
    for comparison in content["comparisons"].values():
        comparison.pop("shared", None)


def with_household(
    content: dict[str, Any], encoded: Encoded, likely: Likely, guesses: dict[str, Guess], reasons: dict[str, str]
) -> None:
    """Give relatives a class of their own where there are enough of them."""
    pairs = relatives(content, encoded, guesses)
    if not likely.left.size or pairs < OFTEN * likely.left.size:
        return
    content["household"] = True
    reasons["household"] = f"{pairs} pairs of different persons share two of telephone, address, family name"
    for field, guess in guesses.items():
        if guess.role in SHARED | NEAR:
            content["comparisons"][field]["shared"] = True
