"""Ties between records lifted to residents: whose mother, father and spouse."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

from jobs.residents.best_values import UNTRUSTED

RELATIONS = {"mother_id": "mother_of", "father_id": "father_of", "spouse_id": "spouse_of"}


def relatives(ties: DataFrame, members: DataFrame, trust: dict[str, int], date: dt.date) -> DataFrame:
    """resident_id, mother_id, father_id, spouse_id; null where no tie says.

    The most trusted department decides, then the number of departments that say so, then the newest statement; a
    spouse must be in force on the date. `trust` ranks departments, `members` holds record_id, resident_id.
    """
    stated = _lifted(ties.filter(F.col("relation").isin(*RELATIONS.values())), members)
    in_force = F.coalesce(F.col("from_date") <= F.lit(date), F.lit(True)) & F.coalesce(
        F.col("to_date") > F.lit(date), F.lit(True)
    )
    spouse = F.col("relation") == "spouse_of"
    stated = stated.filter(~spouse | in_force)
    reverse = stated.filter(spouse).select(
        F.col("relative").alias("resident_id"), F.col("resident_id").alias("relative"), *stated.columns[2:]
    )
    backed = (
        stated.unionByName(reverse)
        .groupBy("resident_id", "relation", "relative")
        .agg(
            F.min(_rank(trust)).alias("rank"),
            F.countDistinct("dept").alias("departments"),
            F.max(F.coalesce("from_date", "known_from")).alias("newest"),
        )
    )
    best = F.struct(
        F.when(spouse, F.lit(0)).otherwise(F.col("rank")).alias("rank"),  # the newest marriage counts, whoever states it
        F.when(spouse, _age()).otherwise(-F.col("departments")).alias("departments"),
        _age().alias("age"),
        "relative",
    )
    return backed.groupBy("resident_id").agg(
        *(
            F.min(F.when(F.col("relation") == relation, best)).getField("relative").alias(name)
            for name, relation in RELATIONS.items()
        )
    )


def _lifted(ties: DataFrame, members: DataFrame) -> DataFrame:
    """Ties with both ends' residents: the mother (from) is a relative of the child (to)."""
    one = members.select(F.col("record_id").alias("from_record"), F.col("resident_id").alias("relative"))
    two = members.select(F.col("record_id").alias("to_record"), "resident_id")
    return (
        ties.join(one, "from_record", how="inner")
        .join(two, "to_record", how="inner")
        .filter(F.col("relative") != F.col("resident_id"))
        .select("resident_id", "relative", "relation", "dept", "from_date", "to_date", "known_from")
    )


def _age() -> Column:
    return F.datediff(F.lit("1970-01-01").cast("date"), F.col("newest"))


def _rank(trust: dict[str, int]) -> Column:
    known = " ".join(f"WHEN '{dept}' THEN {rank}" for dept, rank in sorted(trust.items()))
    return F.expr(f"CASE dept {known} ELSE {UNTRUSTED} END") if known else F.lit(UNTRUSTED)
