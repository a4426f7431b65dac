"""Two residents that are more likely one: joined where only one candidate is left, else the smaller is provisional.

Weights may say "one person" where a rule forbids joining without a person's decision (two confirmed numbers, nothing but
name and birth date, a masked name). Merging harms two people, counting somebody twice harms the count. So such a resident
stays apart and is not counted until somebody decides (domain §4, cases 4 and 18).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import polars as pl

CONFIRMED = "confirmed"
EVEN = 0.5
"""Probability from which a likely double is left out of the count."""
SOLE = 12.0
"""Least match weight, in log2, of a link to the only candidate in the whole district: that nobody else of it resembles the
mention is evidence beside the pair's own, as much as a kin's word (kinship.WEIGHT)."""


def sole_candidates(links: pl.DataFrame, clusters: pl.Series, numbered: pl.Series, rules: Collection[str]) -> pl.DataFrame:
    """Links (l, r, weight) that may join: all those of a cluster without a citizen number to the one other cluster that
    anything speaks for, if one of the rules speaks for it.

    `links`: l, r (positions of profiles), weight, likely; no vetoed ones. `clusters`, `numbered`: by position.
    """
    size = len(clusters)
    of = pl.DataFrame({"at": pl.int_range(size, eager=True), "cluster": clusters, "numbered": numbered})
    has_number = of.group_by("cluster").agg(pl.col("numbered").any())
    between = _both_ends(links, of.select("at", home="cluster"))
    ruled = pl.col("likely").is_in(list(rules)).fill_null(False).any().over("home")
    weak = between.join(has_number.filter(~pl.col("numbered")).select(home="cluster"), on="home", how="semi").filter(
        (pl.col("other").n_unique().over("home") == 1) & ruled
    )
    return weak.select("l", "r", weight=pl.max_horizontal("weight", pl.lit(SOLE))).unique().sort("l", "r")


def lifted(pairs: pl.DataFrame, links: pl.DataFrame, clusters: pl.Series, confirmed: npt.NDArray[np.int64]) -> pl.DataFrame:
    """These pairs (l, r, weight), and with them every link between the same two clusters where one of them has no confirmed
    number: what relatives show of a mention's cluster is not outvoted by a number that nobody else states.
    """
    of = pl.DataFrame({"at": pl.int_range(len(clusters), eager=True), "home": clusters, "sure": pl.Series(confirmed >= 0)})
    sure = of.group_by("home").agg(pl.col("sure").any())
    between = _both_ends(pairs.with_columns(lift="weight"), of.select("at", "home"))
    unsure = between.join(sure.filter(~pl.col("sure")).select("home"), on="home", how="semi")
    joined = unsure.group_by("home", "other").agg(pl.col("lift").max())
    more = _both_ends(links.select("l", "r", "weight"), of.select("at", "home")).join(joined, on=["home", "other"])
    raised = more.select("l", "r", weight=pl.max_horizontal("weight", "lift"))
    return pl.concat([pairs.select("l", "r", "weight"), raised]).group_by("l", "r").agg(pl.col("weight").max()).sort("l", "r")


def _both_ends(links: pl.DataFrame, home: pl.DataFrame) -> pl.DataFrame:
    """Each link between two homes once from either end: home, other, and the link's columns."""
    ends = links.join(home.rename({"at": "l", "home": "a"}), on="l").join(home.rename({"at": "r", "home": "b"}), on="r")
    ends = ends.filter(pl.col("a") != pl.col("b"))
    there = ends.rename({"a": "home", "b": "other"})
    return pl.concat([there, ends.rename({"b": "home", "a": "other"}).select(there.columns)])


def provisional(links: pl.DataFrame, residents: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
    """resident_id, provisional_of, provisional_probability of residents that probably are another, larger one.

    `links`: l, r, probability, veto, likely. `residents`: at (position of a profile), resident_id, records (of the
    resident), confirmed (code of the confirmed citizen number, −1 for none). `apart`: l, r that a relation, a row, a birth
    or a person's decision shows to be two. Larger: with a confirmed number, then of more records, then the smaller id.
    Probably: at even odds; or by a rule, though below, where it has no confirmed number and nobody else resembles it.
    """
    whole = residents.group_by("resident_id").agg(pl.col("records").first(), pl.col(CONFIRMED).max())
    home = residents.select("at", home="resident_id")
    pairs = _both_ends(links.filter(pl.col("likely").is_not_null() | pl.col("veto").is_null()), home).with_columns(
        sole=pl.col("other").n_unique().over("home") == 1
    )
    two = _both_ends(apart.select("l", "r"), home).select("home", "other").unique()
    sized = (
        pairs.filter(pl.col("likely").is_not_null())
        .join(two, on=["home", "other"], how="anti")
        .join(whole.rename({"resident_id": "home"}), on="home")
        .join(whole.rename({"resident_id": "other"}), on="other", suffix="_other")
    )
    differ = (pl.col(CONFIRMED) >= 0) & (pl.col("confirmed_other") >= 0) & (pl.col(CONFIRMED) != pl.col("confirmed_other"))
    known, other_known = pl.col(CONFIRMED) >= 0, pl.col("confirmed_other") >= 0
    same_size = (known == other_known) & (pl.col("records") == pl.col("records_other"))
    smaller = (
        (known < other_known)
        | ((known == other_known) & (pl.col("records") < pl.col("records_other")))
        | (same_size & (pl.col("home") > pl.col("other")))
    )
    enough = (pl.col("probability") >= EVEN) | (pl.col("sole") & ~known)
    strongest = sized.filter(smaller & enough & (pl.col("veto").is_not_null() | ~differ)).sort(
        "home", "probability", "other", descending=[False, True, False]
    )
    return strongest.unique("home", keep="first", maintain_order=True).select(
        resident_id="home", provisional_of="other", provisional_probability="probability"
    )
