"""What relatives on the same source row say of a person: parents' numbers and names, and one's own number through a child.

A vaccination row names a child with its number and a mother without one; elsewhere the child's mother has a number. A
pupil without a number stands beside guardians with theirs, who are the parents of a numbered child elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ROW = ["dept", "source_table", "source_key"]
CHILD = "self"
LISTS = ("guardian_numbers", "parent_names", "kin_numbers", "family_phones", "family_dwellings")
CERTIFICATE = "birth_certificate"


def with_kin(profiles: DataFrame, where: DataFrame, records: DataFrame) -> DataFrame:
    """Fill LISTS. `where`: record_id, profile_id."""
    from pyspark.sql import functions as F

    rows = _families(where, records)
    numbered = (F.col("id_type") == "citizen") & F.col("id_number").isNotNull()
    elders = rows.groupBy("profile_id").agg(
        F.array_sort(F.collect_set(F.when(numbered, F.col("id_number")))).alias("guardian_numbers"),
        F.array_sort(F.collect_set("name")).alias("parent_names"),
    )
    implied = F.when(F.col("kind") == "mother", F.col("mother")).when(F.col("kind") == "father", F.col("father"))
    own = (
        rows.where(F.col("id_number").isNull())
        .join(_parents(profiles), "profile_id", how="inner")
        .withColumn("implied", implied)
        .where(F.col("implied").isNotNull())
        .groupBy(F.col("elder").alias("profile_id"))
        .agg(F.array_sort(F.collect_set("implied")).alias("kin_numbers"))
    )
    nothing = F.array().cast("array<string>")
    known = profiles.drop(*LISTS).join(elders, "profile_id", how="left").join(own, "profile_id", how="left")
    filled = known.join(_homes(profiles), "profile_id", how="left")
    return filled.withColumns({name: F.coalesce(name, nothing) for name in LISTS})


def _homes(profiles: DataFrame) -> DataFrame:
    """Phones and dwellings of the parents whose numbers a profile states: a child's own are mostly theirs."""
    from pyspark.sql import functions as F

    parent = F.explode(F.array_compact(F.array("mother_number", "father_number"))).alias("number")
    children = profiles.select("profile_id", parent)
    owners = profiles.where(F.col("id_type") == "citizen").select(F.col("id_number").alias("number"), "phones", "dwellings")
    return (
        children.join(owners, "number", how="inner")
        .groupBy("profile_id")
        .agg(
            F.array_sort(F.array_distinct(F.flatten(F.collect_list("phones")))).alias("family_phones"),
            F.array_sort(F.array_distinct(F.flatten(F.collect_list("dwellings")))).alias("family_dwellings"),
        )
    )


def _families(where: DataFrame, records: DataFrame) -> DataFrame:
    """Each parent or guardian on a row beside that row's child: kind, number, name, elder and profile_id (the child's)."""
    from pyspark.sql import functions as F

    kind = F.when(F.col("role") == "mother", "mother").when(F.col("role") == "father", "father")
    elder = F.col("role").isin("mother", "father") | F.col("role").startswith("guardian")
    slim = records.select("record_id", *ROW, "role", "id_type", "id_number", "name").join(where, "record_id", how="inner")
    elders = slim.where(elder).select(
        *ROW, kind.alias("kind"), "id_type", "id_number", "name", F.col("profile_id").alias("elder")
    )
    return elders.join(slim.where(F.col("role") == CHILD).select(*ROW, "profile_id"), ROW, how="inner")


def _parents(profiles: DataFrame) -> DataFrame:
    """Parents' numbers of each child: its own rows' statement, else that of the birth certificate its rows name."""
    from pyspark.sql import functions as F

    stated = profiles.select("profile_id", "mother_number", "father_number")
    certificates = (
        profiles.where(F.col("id_type") == CERTIFICATE)
        .groupBy(F.concat_ws(":", "id_type", "id_number").alias("alias"))
        .agg(F.min("mother_number").alias("mother"), F.min("father_number").alias("father"))
    )
    named = profiles.select("profile_id", F.explode("aliases").alias("alias")).join(certificates, "alias", how="inner")
    certified = named.groupBy("profile_id").agg(F.min("mother").alias("mother"), F.min("father").alias("father"))
    return stated.join(certified, "profile_id", how="left").select(
        "profile_id",
        F.coalesce("mother_number", "mother").alias("mother"),
        F.coalesce("father_number", "father").alias("father"),
    )
