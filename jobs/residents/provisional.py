"""Two residents that are more likely one: joined where only one candidate is left, else the smaller is provisional.

Weights may say "one person" where a rule forbids joining without a person's decision (two confirmed numbers, nothing but
name and birth date, a masked name). Merging harms two people, counting somebody twice harms the count. So such a resident
stays apart and is not counted until somebody decides (domain §4, cases 4 and 18).
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

CONFIRMED = "confirmed"


def sole_candidates(links: pl.DataFrame, clusters: pl.Series, numbered: pl.Series, rules: Collection[str]) -> pl.DataFrame:
    """Links (l, r, weight) that may join: of a cluster without a number, by one of the rules, everything that speaks for it
    pointing to one other cluster.

    `links`: l, r (positions of profiles), weight, likely; no vetoed ones. `clusters`, `numbered`: by position.
    """
    size = len(clusters)
    of = pl.DataFrame({"at": pl.int_range(size, eager=True), "cluster": clusters, "numbered": numbered})
    has_number = of.group_by("cluster").agg(pl.col("numbered").any())
    between = _both_ends(links, of.select("at", home="cluster"))
    weak = (
        between.join(has_number.filter(~pl.col("numbered")).select(home="cluster"), on="home", how="semi")
        .with_columns(candidates=pl.col("other").n_unique().over("home"))
        .filter((pl.col("candidates") == 1) & pl.col("likely").is_in(list(rules)))
    )
    return weak.select("l", "r", "weight").unique().sort("l", "r")


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
    """
    whole = residents.group_by("resident_id").agg(pl.col("records").first(), pl.col(CONFIRMED).max())
    home = residents.select("at", home="resident_id")
    pairs = _both_ends(links.filter(pl.col("likely").is_not_null()), home)
    two = _both_ends(apart.select("l", "r"), home).select("home", "other").unique()
    sized = (
        pairs.join(two, on=["home", "other"], how="anti")
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
    strongest = sized.filter(smaller & (pl.col("veto").is_not_null() | ~differ)).sort(
        "home", "probability", "other", descending=[False, True, False]
    )
    return strongest.unique("home", keep="first", maintain_order=True).select(
        resident_id="home", provisional_of="other", provisional_probability="probability"
    )
