"""What follows from relatives: the parent a child follows (R-08), and the household that keeps a silent elder (S21).

Both read only decisions that rest on the relative's own evidence, so one pass is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import newer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PRESENT = ("11", "12", "21", "22", "23", "24", "25", "26", "31", "32")
"""Statuses of people who live here."""
FOLLOWED = ("11", "12", "13", "14", "21", "22", "23", "24", "25", "26", "31", "32")
"""Statuses a child may follow: R and T."""


def with_relatives(own: DataFrame, ties: DataFrame, members: DataFrame, p: Parameters) -> DataFrame:
    """Facts with parent_id, parent_code, parent_score, parent_dwelling, parent_township, household_present, `lives_with`,
    left_with, kin_here, kin_id and kin_score."""
    minors = own.where(F.col("age") < p.age.minor).select(F.col("resident_id").alias("child"), "mother_id", "father_id")
    with_parent = own.join(_parent(own, _edges(minors, ties, members)), "resident_id", how="left")
    return _with_family(_with_household(with_parent, own, p), own)


def _edges(minors: DataFrame, ties: DataFrame, members: DataFrame) -> DataFrame:
    """(child, parent, order): mother first, then father, then listed guardians."""
    mother = minors.select("child", F.col("mother_id").alias("parent"), F.lit(1).alias("order"))
    father = minors.select("child", F.col("father_id").alias("parent"), F.lit(2).alias("order"))
    listed = (
        ties.where(F.col("relation") == "guardian_of")
        .join(
            members.select(F.col("record_id").alias("to_record"), F.col("resident_id").alias("child")), "to_record", how="inner"
        )
        .join(
            members.select(F.col("record_id").alias("from_record"), F.col("resident_id").alias("parent")),
            "from_record",
            how="inner",
        )
        .join(minors.select("child"), "child", how="left_semi")
        .select("child", "parent", F.lit(3).alias("order"))
    )
    return mother.unionByName(father).unionByName(listed).where(F.col("parent").isNotNull() & (F.col("parent") != F.col("child")))


def _parent(own: DataFrame, edges: DataFrame) -> DataFrame:
    """The first relative in that order whose own status a child may follow."""
    statuses = own.where(F.col("own_code").isin(*FOLLOWED)).select(
        F.col("resident_id").alias("parent"), "own_code", "score", "home_dwelling", "home_township"
    )
    chosen = (
        edges.join(statuses, "parent", how="inner")
        .groupBy("child")
        .agg(F.min(F.struct("order", "parent", "own_code", "score", "home_dwelling", "home_township")).alias("chosen"))
    )
    return chosen.select(
        F.col("child").alias("resident_id"),
        F.col("chosen")["parent"].alias("parent_id"),
        F.col("chosen")["own_code"].alias("parent_code"),
        F.col("chosen")["score"].alias("parent_score"),
        F.col("chosen")["home_dwelling"].alias("parent_dwelling"),
        F.col("chosen")["home_township"].alias("parent_township"),
    )


def _with_family(rows: DataFrame, own: DataFrame) -> DataFrame:
    """`left_with`: the day on which spouse, parents or children left, when none of them is here and no newer A or B sign tells of
    the person; `kin_here`: the smallest status of those who are here (31 and 32 only when none is a usual resident), of `kin_id` with
    the score `kin_score`."""
    stated = [own.select("resident_id", F.col(c).alias("kin")) for c in ("mother_id", "father_id", "spouse_id")]
    one_way = stated[0].unionByName(stated[1]).unionByName(stated[2])
    pairs = one_way.unionByName(one_way.select(F.col("kin").alias("resident_id"), F.col("resident_id").alias("kin")))
    here = F.col("own_code").isin(*PRESENT)
    told = own.select(
        F.col("resident_id").alias("kin"),
        F.when(here, F.struct("own_code", F.col("resident_id").alias("kin_id"), "score")).alias("kin_here"),
        F.when(F.col("own_code").isin("13", "41", "53"), F.col("gone_on")).alias("kin_gone"),
    )
    family = (
        pairs.where(F.col("kin") != F.col("resident_id"))
        .join(told, "kin", how="inner")
        .groupBy("resident_id")
        .agg(
            F.max("kin_gone").alias("kin_gone"),
            F.min("kin_here").alias("nearest"),
        )
    )
    gone = F.col("nearest").isNull() & newer(F.col("kin_gone"), F.col("newest_ab"))
    return (
        rows.join(family, "resident_id", how="left")
        .withColumn("left_with", F.when(gone, F.col("kin_gone")))
        .withColumn("kin_here", F.col("nearest")["own_code"])
        .withColumn("kin_id", F.col("nearest")["kin_id"])
        .withColumn("kin_score", F.col("nearest")["score"])
        .drop("kin_gone", "nearest")
    )


def _with_household(rows: DataFrame, own: DataFrame, p: Parameters) -> DataFrame:
    """`household_present`: somebody else at the same dwelling is 11 or 12; `lives_with`: S21 holds."""
    strong = F.exists("for_it", lambda s: s["value"] >= p.scores.strong_member)
    usual = F.col("own_code").isin("11", "12", "21", "22", "23", "24", "25", "26")
    homes = (
        own.where(usual & F.col("home_dwelling").isNotNull())
        .groupBy("home_dwelling")
        .agg(
            F.count("*").alias("people"),
            F.sum(F.col("own_code").isin("11", "12").cast("int")).alias("locals"),
            F.sum(strong.cast("int")).alias("strong"),
        )
        .where(F.col("people") <= p.household_size)
    )
    self_strong = F.coalesce((usual & strong).cast("int"), F.lit(0))
    return (
        rows.join(homes, "home_dwelling", how="left")
        .withColumn("household_present", F.coalesce(F.col("locals") > 0, F.lit(False)) & ~F.col("own_code").isin("11", "12"))
        .withColumn("lives_with", F.coalesce(F.col("strong") > self_strong, F.lit(False)))
        .drop("people", "locals", "strong")
    )
