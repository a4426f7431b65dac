"""What kin say (jobs/profiles/kin.py), asked without Spark: rows that name a parent or guardian are few beside all records."""

from __future__ import annotations

import polars as pl

from jobs.profiles.changes import among
from jobs.profiles.kin import CERTIFICATE, CHILD, LISTS, ROW

ELDER = pl.col("role").is_in(["mother", "father"]) | pl.col("role").str.starts_with("guardian")
STATED = ["profile_id", "id_type", "id_number", "aliases", "mother_number", "father_number", "phones", "dwellings"]
"""Columns of profiles that kin lists are made of."""
RECORD = ["record_id", *ROW, "role", "id_type", "id_number", "name"]
"""Columns of records that kin lists are made of."""


def kin_lists(
    profiles: pl.LazyFrame, where: pl.LazyFrame, records: pl.LazyFrame, wanted: pl.Series | None = None
) -> pl.DataFrame:
    """profile_id and LISTS of every profile of which kin say something, or of those `wanted`: for them it is enough that
    `records` and `where` hold the source rows they stand on.
    """
    stated = profiles.select(STATED).collect()
    mine = stated if wanted is None else stated.filter(among("profile_id", wanted))
    rows = _families(where, records)
    numbered = (pl.col("id_type") == "citizen") & pl.col("id_number").is_not_null()
    elders = rows.group_by("profile_id").agg(
        guardian_numbers=_set(pl.col("id_number").filter(numbered)), parent_names=_set(pl.col("name"))
    )
    implied = pl.when(pl.col("kind") == "mother").then("mother").when(pl.col("kind") == "father").then("father")
    own = (
        rows.filter(pl.col("id_number").is_null())
        .join(_parents(stated, rows["profile_id"]), on="profile_id")
        .with_columns(implied=implied)
        .drop_nulls("implied")
        .group_by(profile_id="elder")
        .agg(kin_numbers=_set(pl.col("implied")))
    )
    whole = elders.join(own, on="profile_id", how="full", coalesce=True)
    whole = whole.join(_homes(mine, stated), on="profile_id", how="full", coalesce=True)
    whole = whole.select("profile_id", *(pl.col(name).fill_null(pl.lit([], pl.List(pl.String))) for name in LISTS))
    return whole if wanted is None else whole.filter(among("profile_id", wanted))


def _set(values: pl.Expr) -> pl.Expr:
    return values.drop_nulls().unique().sort()


def _families(where: pl.LazyFrame, records: pl.LazyFrame) -> pl.DataFrame:
    """Each parent or guardian on a row beside that row's child: kind, number, name, elder and profile_id (the child's)."""
    slim = records.select(RECORD)
    elders = slim.filter(ELDER).collect()
    children = slim.filter(pl.col("role") == CHILD).join(elders.lazy(), on=ROW, how="semi").select("record_id", *ROW).collect()
    ids = pl.concat([elders["record_id"], children["record_id"]])
    owner = where.filter(among("record_id", ids)).select("record_id", "profile_id").collect()
    kind = pl.when(pl.col("role").is_in(["mother", "father"])).then("role")
    named = elders.join(owner, on="record_id").select(*ROW, "id_type", "id_number", "name", kind=kind, elder="profile_id")
    return named.join(children.join(owner, on="record_id").select(*ROW, "profile_id"), on=ROW)


def _homes(mine: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Phones and dwellings of the parents whose numbers these profiles state."""
    children = pl.concat([mine.select("profile_id", number=n) for n in ("mother_number", "father_number")]).drop_nulls()
    citizens = stated.filter((pl.col("id_type") == "citizen") & among("id_number", children["number"].unique()))
    found = children.join(citizens.select("phones", "dwellings", number="id_number"), on="number")
    lists = {"family_phones": "phones", "family_dwellings": "dwellings"}
    parts = [
        found.select("profile_id", pl.col(c).alias(name))
        .explode(name)
        .drop_nulls()
        .group_by("profile_id")
        .agg(_set(pl.col(name)))
        for name, c in lists.items()
    ]
    return parts[0].join(parts[1], on="profile_id", how="full", coalesce=True)


def _parents(stated: pl.DataFrame, children: pl.Series) -> pl.DataFrame:
    """Parents' numbers of these children: what their own rows state, else the birth certificate that their rows name."""
    certificates = (
        stated.filter(pl.col("id_type") == CERTIFICATE)
        .group_by(alias=pl.concat_str("id_type", pl.lit(":"), "id_number"))
        .agg(mother=pl.col("mother_number").min(), father=pl.col("father_number").min())
    )
    mine = stated.filter(among("profile_id", children.unique()))
    named = mine.select("profile_id", alias="aliases").explode("alias").drop_nulls().join(certificates, on="alias")
    certified = named.group_by("profile_id").agg(pl.col("mother", "father").min())
    return mine.join(certified, on="profile_id", how="left").select(
        "profile_id", mother=pl.coalesce("mother_number", "mother"), father=pl.coalesce("father_number", "father")
    )
