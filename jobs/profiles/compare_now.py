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
from jobs.profiles.view import MOST_IN_BUILDING, MOST_IN_DWELLING, MOST_NAMES, MOST_SURNAMES, Crowds, view

MODELS = Path(jobs.linkage.__file__).parent / "models"
MOST = 40
"""Profiles a side that are compared."""
NEVER = 1e-300
"""Keeps every pair, however unlikely."""
NEAR = ["name", "phones", "dwellings", "mother_number", "birth_date", "id_type", "id_number", "sex", "birth_order"]


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


def crowds_among(near: pl.DataFrame) -> Crowds:
    """The phones, dwellings and births of many (jobs/profiles/crowds.py, which asks Spark the same of all profiles)."""
    phones, homes = _used(near, "phones"), _used(near, "dwellings")
    number = pl.when(pl.col("id_type") == "citizen").then("id_number")
    births = (
        near.drop_nulls(["mother_number", "birth_date"])
        .group_by(value=pl.concat_str("mother_number", pl.lit("|"), pl.col("birth_date").dt.strftime("%Y%m%d")))
        .agg(
            numbers=number.drop_nulls().n_unique(),
            sexes=pl.col("sex").drop_nulls().n_unique(),
            last=pl.col("birth_order").cast(pl.Int64, strict=False).max(),
        )
        .filter((pl.col("numbers") > 1) | (pl.col("sexes") > 1) | (pl.col("last") > 1).fill_null(False))
    )
    return Crowds(
        phones=_set(phones.filter((pl.col("names") > MOST_NAMES) | (pl.col("surnames") > MOST_SURNAMES))),
        dwellings=_set(homes.filter(pl.col("names") > MOST_IN_DWELLING)),
        buildings=_set(homes.filter(pl.col("names") > MOST_IN_BUILDING)),
        births=_set(births),
    )


def _used(near: pl.DataFrame, column: str) -> pl.DataFrame:
    each = near.select("name", value=column).explode("value").drop_nulls()
    surname = pl.col("name").str.slice(0, 1)
    return each.group_by("value").agg(names=pl.col("name").drop_nulls().n_unique(), surnames=surname.drop_nulls().n_unique())


def _set(frame: pl.DataFrame) -> frozenset[str]:
    return frozenset(frame["value"].to_list())


def _values(column: pl.Series) -> list[str]:
    return sorted(column.drop_nulls().unique().to_list())
