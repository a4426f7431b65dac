"""Whole families drawn from a night's residents: relatives and those who share a dwelling stay together, as the rules read them."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.linkage.graphs import components_of
from jobs.residence.inputs import Inputs
from jobs.residence.split import guardian_pairs

SEED = 1
GROUPED = {"resident_id": pl.String, "family": pl.Int64}


def families(inputs: Inputs, homes: pl.DataFrame) -> pl.DataFrame:
    """GROUPED: the family of every resident, numbered by their smallest resident ids: spouses, parents and children, listed guardians,
    and all of one dwelling. `homes`: resident_id, dwelling_id as published; whoever has none there is taken to live where the newest
    record says."""
    people = inputs.residents.select("resident_id", "mother_id", "father_id", "spouse_id").collect().sort("resident_id")
    people = people.with_row_index("n")
    ids = people.select("resident_id", "n")
    stated = [people.select(one="resident_id", other=name).drop_nulls() for name in ("mother_id", "father_id", "spouse_id")]
    kin = pl.concat([*stated, guardian_pairs(inputs).select(one="child", other="parent")])
    numbered = kin.join(ids.rename({"resident_id": "one", "n": "left"}), on="one")
    numbered = numbered.join(ids.rename({"resident_id": "other", "n": "right"}), on="other").select("left", "right")
    lived = ids.join(homes, on="resident_id", how="left").join(_told(inputs), on="resident_id", how="left")
    placed = lived.select("n", home=pl.coalesce("dwelling_id", "told")).drop_nulls()
    edges = pl.concat([numbered, placed.select(left="n", right=pl.col("n").min().over("home"))])
    left, right = (edges[name].to_numpy().astype(np.int64) for name in ("left", "right"))
    of = pl.Series("component", components_of(len(people), left, right))
    return people.select("resident_id", family=pl.col("n").min().over(of).cast(pl.Int64))


def _told(inputs: Inputs) -> pl.DataFrame:
    """(resident_id, told): the dwelling of the newest record that names one."""
    records = inputs.records.select("record_id", "dwelling_id", "known_from").filter(pl.col("dwelling_id").is_not_null())
    whose = records.join(inputs.resident_records.select("record_id", "resident_id"), on="record_id")
    newest = pl.col("dwelling_id").sort_by("known_from", "record_id").last()
    return whose.group_by("resident_id").agg(told=newest).collect(engine="streaming")


def drawn(grouped: pl.DataFrame, most: int, seed: int = SEED) -> pl.DataFrame:
    """Of GROUPED the residents of families drawn at random, together at most `most`; all if there are no more. A family too large
    for what is left is passed over. The same people and seed draw the same."""
    if len(grouped) <= most:
        return grouped
    sizes = grouped.group_by("family").len("people").sort("family")
    order = np.random.default_rng(seed).permutation(len(sizes))
    left, chosen = most, []
    for at, people in zip(order.tolist(), sizes["people"].to_numpy()[order].tolist(), strict=True):
        if people <= left:
            chosen.append(at)
            left -= people
        if not left:
            break
    return grouped.join(sizes[sorted(chosen)].select("family"), on="family", how="semi").sort("resident_id")
