"""Signs that follow from other people's signs: S08 (guardian of a pupil), S20 (own dwelling not let), N06 (room let anew).

They are made in the shape of delivered signs, so that everything after treats them alike. S18 and S21 need the status of
relatives and are added in children.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

USED = [
    *("record_id", "sign", "dept", "from_date", "to_date", "known_from"),
    *("place", "dwelling_id", "township", "in_district", "detail"),
]
"""The columns of SIGNS that the rules read."""


def believed(signs: DataFrame, p: Parameters) -> DataFrame:
    """The delivered signs without the grid visits that nobody made."""
    return signs.select(*USED).join(F.broadcast(ticked(signs, p)), ["sign", "from_date"], how="left_anti")


def with_derived(told: DataFrame, ties: DataFrame, members: DataFrame) -> DataFrame:
    """All signs: the believed ones and those derived from them."""
    tenancies = told.where((F.col("sign") == "S06") & F.col("dwelling_id").isNotNull()).join(
        members.select("record_id", "resident_id", "today"), "record_id", how="inner"
    )
    own = told.where(F.col("sign") == "S20").join(_let(tenancies), "dwelling_id", how="left_anti")
    delivered = told.where(F.col("sign") != "S20")
    return delivered.unionByName(own).unionByName(guardians(told, ties, members)).unionByName(_let_anew(tenancies))


def ticked(signs: DataFrame, p: Parameters) -> DataFrame:
    """(sign, from_date) of grid visits that nobody made: a quarter's last day with many times the usual number (domain §8, 13).
    Which account entered a visit is not in the sign, so the day's few true visits go with them."""
    daily = signs.where(F.col("sign") == "S05").groupBy("sign", "from_date").agg(F.count("*").alias("visits"))
    usual = daily.agg(F.avg("visits").alias("usual"))
    quarter_end = (F.month("from_date") % 3 == 0) & (F.col("from_date") == F.last_day("from_date"))
    many = (F.col("visits") >= p.bulk_visits.least) & (F.col("visits") > p.bulk_visits.times * F.col("usual"))
    return daily.crossJoin(F.broadcast(usual)).where(quarter_end & many).select("sign", "from_date")


def guardians(signs: DataFrame, ties: DataFrame, members: DataFrame) -> DataFrame:
    """S08: a pupil's enrolment speaks for the listed guardian, unless the pupil's own dwelling lies outside the district."""
    enrolled = signs.where(F.col("sign") == "S07").withColumnRenamed("record_id", "pupil")
    outside = members.where(~F.col("text_here")).select(F.col("record_id").alias("pupil"))
    kept = enrolled.join(outside, "pupil", how="left_anti")
    listed = ties.where(F.col("relation") == "guardian_of").select(
        F.col("from_record").alias("record_id"), F.col("to_record").alias("pupil")
    )
    return kept.join(listed.distinct(), "pupil", how="inner").withColumn("sign", F.lit("S08")).select(*USED)


def _let(tenancies: DataFrame) -> DataFrame:
    """Dwellings let tonight."""
    open_end = F.col("to_date").isNull() | (F.col("to_date") > F.col("today"))
    return tenancies.where((F.col("from_date") <= F.col("today")) & open_end).select("dwelling_id").distinct()


def _let_anew(tenancies: DataFrame) -> DataFrame:
    """N06: the last tenancy of a resident at a dwelling has ended and a newer one by another has begun there."""
    mine = Window.partitionBy("dwelling_id", "resident_id")
    begun = F.when(F.col("from_date") <= F.col("today"), F.col("from_date"))
    ended = F.max(F.coalesce("to_date", F.lit("9999-12-31").cast("date"))).over(mine)
    newest = F.max(begun).over(Window.partitionBy("dwelling_id"))
    rows = tenancies.withColumn("ended", ended).withColumn("newest", newest)
    gone = (F.col("ended") <= F.col("today")) & (F.col("newest") >= F.col("ended")) & (F.col("to_date") == F.col("ended"))
    return (
        rows.where(gone)
        .withColumn("sign", F.lit("N06"))
        .withColumn("from_date", F.col("newest"))
        .withColumn("to_date", F.lit(None).cast("date"))
        .withColumn("place", F.lit("none"))
        .select(*USED)
    )
