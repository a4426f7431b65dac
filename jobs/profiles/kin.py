"""What relatives on the same source row say of a person's own number.

A vaccination row names a child with its number and a mother without one; elsewhere the child's mother has a number. A
pupil without a number stands beside guardians with theirs, who are the parents of a numbered child elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ROW = ["dept", "source_table", "source_key"]
CHILD = "self"


def with_kin(profiles: DataFrame, where: DataFrame, records: DataFrame) -> DataFrame:
    """Fill guardian_numbers and kin_numbers. `where`: record_id, profile_id."""
    from pyspark.sql import functions as F

    kind = F.when(F.col("role") == "mother", "mother").when(F.col("role") == "father", "father")
    elder = F.col("role").isin("mother", "father") | F.col("role").startswith("guardian")
    slim = records.select("record_id", *ROW, "role", "id_type", "id_number").join(where, "record_id", how="inner")
    elders = slim.where(elder).select(*ROW, kind.alias("kind"), "id_type", "id_number", F.col("profile_id").alias("elder"))
    children = slim.where(F.col("role") == CHILD).select(*ROW, "profile_id")
    rows = elders.join(children, ROW, how="inner")
    guardians = (
        rows.where((F.col("id_type") == "citizen") & F.col("id_number").isNotNull())
        .groupBy("profile_id")
        .agg(F.array_sort(F.collect_set("id_number")).alias("given"))
    )
    parents = profiles.select("profile_id", "mother_number", "father_number")
    implied = F.when(F.col("kind") == "mother", F.col("mother_number")).when(F.col("kind") == "father", F.col("father_number"))
    kin = (
        rows.where(F.col("id_number").isNull())
        .join(parents, "profile_id", how="inner")
        .withColumn("implied", implied)
        .where(F.col("implied").isNotNull())
        .groupBy(F.col("elder").alias("profile_id"))
        .agg(F.array_sort(F.collect_set("implied")).alias("own"))
    )
    return (
        profiles.join(guardians, "profile_id", how="left")
        .join(kin, "profile_id", how="left")
        .withColumn("guardian_numbers", F.coalesce("given", "guardian_numbers"))
        .withColumn("kin_numbers", F.coalesce("own", "kin_numbers"))
        .drop("given", "own")
    )
