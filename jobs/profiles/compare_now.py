"""Two sets of profiles compared on the spot, without Spark: what the engine says of pairs that no night kept a link for.

The same view, model, kernel and weights as the link stage's; phones, dwellings and births of many are counted over the
night's profiles, for the values at hand only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import jobs.linkage
from jobs.linkage.blocking import NO_KEY, Pairs, depth_keys
from jobs.linkage.encoding import Bools, Encoded, Hashes
from jobs.linkage.model import LinkModel, load_model
from jobs.linkage.rows import encode
from jobs.linkage.scoring import Kernel
from jobs.linkage.weights import load_weights
from jobs.profiles.crowds_in_memory import NEAR, crowds_among
from jobs.profiles.view import view

MODELS = Path(jobs.linkage.__file__).parent / "models"
MOST = 40
"""Profiles a side that are compared."""
NEVER = 1e-300
"""Keeps every pair, however unlikely."""


def compare(left: pl.DataFrame, right: pl.DataFrame, near: pl.DataFrame) -> list[dict[str, Any]]:
    """Links (columns of LINKS) of every profile of the left with every one of the right, heaviest first; `block` is the first
    pass that brings the two together, or null. `near`: see there.
    """
    model = load_model(MODELS / "population.yml")
    weights = load_weights(model, MODELS / "population.json")
    whole = pl.concat([left.head(MOST), right.head(MOST)])
    encoded = encode(model, view(whole.to_arrow(), crowds_among(near)))
    mine, theirs = np.arange(len(left.head(MOST))), np.arange(len(left.head(MOST)), len(whole))
    pairs = Pairs(np.repeat(mine, len(theirs)), np.tile(theirs, len(mine)), np.full(len(mine) * len(theirs), -1, np.int8))
    met = first_pass(model, encoded, pairs)
    found: list[dict[str, Any]] = []
    kernel = Kernel(model, weights, encoded)
    for link, name in zip(kernel.score(pairs, NEVER).to_pylist(), met, strict=True):
        ends = sorted((link.pop("left"), link.pop("right")))
        found.append({"profile_l": ends[0], "profile_r": ends[1], **link, "block": name, "model_version": weights.version})
    return sorted(found, key=lambda e: (-e["weight"], e["profile_l"], e["profile_r"]))


def first_pass(model: LinkModel, encoded: Encoded, pairs: Pairs) -> list[str | None]:
    """The first pass whose coarsest key each pair shares; null where none does."""
    found: list[str | None] = [None] * len(pairs.left)
    for position, each in enumerate(model.passes):
        keys = next(iter(depth_keys(model, encoded, position)))
        left, right = keys[pairs.left], keys[pairs.right]
        for at in np.flatnonzero(_common(left, right)):
            found[at] = found[at] or each.name
    return found


def _common(left: Hashes, right: Hashes) -> Bools:
    """Whether two rows share a key in any of their slots."""
    same = (left[:, :, None] == right[:, None, :]) & (left[:, :, None] != NO_KEY)
    return np.asarray(same.any(axis=(1, 2)))


def near(files: Sequence[str], both: pl.DataFrame) -> pl.DataFrame:
    """Profiles among the files that share a phone, a dwelling or a mother with any of these."""
    shared = [pl.col(c).list.contains(v) for c in ("phones", "dwellings") for v in _values(both[c].explode())]
    mothers = _values(both["mother_number"])
    wanted = [*shared, *([pl.col("mother_number").is_in(mothers)] if mothers else [])]
    if not wanted or not files:
        return both.select(NEAR)
    return pl.scan_parquet(list(files)).filter(pl.any_horizontal(wanted)).select(NEAR).collect()


def _values(column: pl.Series) -> list[str]:
    return sorted(column.drop_nulls().unique().to_list())
