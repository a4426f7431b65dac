"""Who is who by his relatives, once their records stand together: evidence that no comparison of two profiles can see.

A child has one mother and one father, so parents or guardians of one child who bear the same name are one person, though
one is named without a number; and so are children of one parent with the same name and birth date. Found on the clusters
of the round before; the hard rules still bind.
"""

from __future__ import annotations

import polars as pl

PARENTS = ("mother_of", "father_of", "guardian_of")
WEIGHT = 12.0
"""Match weight of such a pair in log2: namesakes among the elders of one child are rarer than one in thousands."""


def kin_pairs(ties: pl.DataFrame, where: pl.DataFrame, profiles: pl.DataFrame) -> pl.DataFrame:
    """Profile positions `l`, `r` (l < r) that relatives show to be one person, though no cluster holds both.

    `where`: record_id, at (position of the record's profile), cluster. `profiles`, in the order of positions: name,
    birth_date, id_number.
    """
    stated = (
        ties.filter(pl.col("relation").is_in(PARENTS))
        .join(where.select(from_record="record_id", elder="at", elder_cluster="cluster"), on="from_record")
        .join(where.select(to_record="record_id", child="at", child_cluster="cluster"), on="to_record")
    )
    who = profiles.select("name", "birth_date", numbered=pl.col("id_number").is_not_null()).with_columns(
        at=pl.int_range(pl.len())
    )
    elders = stated.select(through="child_cluster", at="elder", cluster="elder_cluster").unique().join(who, on="at")
    children = (
        stated.filter(pl.col("relation") != "guardian_of")
        .select(through="elder_cluster", at="child", cluster="child_cluster")
        .unique()
        .join(who, on="at")
    )
    pairs = pl.concat([_stars(elders, ["through", "name"]), _stars(children, ["through", "name", "birth_date"])])
    return pairs.unique().sort("l", "r")


def _stars(people: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Each member of a group tied to its first: one with a number if there is one, then the smallest position."""
    known = people.drop_nulls(key).filter(pl.col("cluster").n_unique().over(key) > 1)
    ordered = known.sort(~pl.col("numbered"), "at")
    centre = ordered.group_by(key, maintain_order=True).agg(centre=pl.col("at").first(), home=pl.col("cluster").first())
    spokes = ordered.join(centre, on=key).filter(pl.col("cluster") != pl.col("home"))
    return spokes.select(l=pl.min_horizontal("at", "centre"), r=pl.max_horizontal("at", "centre"))
