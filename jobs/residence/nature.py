"""R-02: the identity class of a resident, from hukou, document and nationality (domain §1.3).

The first six digits of a citizen number tell only where the person was first registered: they are used when nothing else
says the hukou place, and the explanation then says `hukou_from_id`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.codes import FOREIGN, HKMT, URBAN, URBAN_BEFORE
from jobs.residence.parameters import Parameters

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def with_nature(residents: DataFrame, p: Parameters) -> DataFrame:
    """Residents with `age` (completed years), `nature`, `local`, `hukou_township`, `hukou_from_id`, `nobody` and `permanent`."""
    number = F.when((F.col("id_type") == "citizen") & (F.length("id_number") >= 15), F.substring("id_number", 1, 6))
    division = F.coalesce(F.col("hukou_division"), number)
    local = F.coalesce(F.col("hukou_active"), F.lit(False))
    stated = F.when(F.length("hukou_division") >= 9, F.substring("hukou_division", 1, 9))
    return (
        residents.withColumn("age", age())
        .withColumn("local", local)
        .withColumn("hukou_from_id", F.col("hukou_division").isNull() & number.isNotNull() & ~local)
        .withColumn("nature", _nature(local, division, p))
        .withColumn("hukou_township", F.when(local, F.coalesce("register_township", stated)))
        .withColumn("nobody", F.coalesce("id_number", "name", F.col("birth_date").cast("string")).isNull())
        .withColumn("permanent", F.coalesce(F.col("id_type") == "foreigner_pr", F.lit(False)))
    )


def age() -> Column:
    """Completed years tonight; one born on 29 February completes them on 1 March."""
    birth, today = F.col("birth_date"), F.col("today")
    before = F.month(today) * 100 + F.dayofmonth(today) < F.month(birth) * 100 + F.dayofmonth(birth)
    return F.year(today) - F.year(birth) - before.cast("int")


def _nature(local: Column, division: Column, p: Parameters) -> Column:
    """Active local hukou first, then people from outside the border, then where the hukou is stated. A stated 330110
    without an active row is a hukou that left: since 2021 mostly another district of the city."""
    county = F.substring(division, 1, 6)
    newborn = F.date_diff("today", "birth_date") < p.days.newborn
    return (
        F.when(local, "LOCAL_HUKOU")
        .when(F.col("id_type").isin(*HKMT), "HKMT")
        .when(F.col("id_type").isin(*FOREIGN), "FOREIGN")
        .when((F.col("nationality") != "CHN") & (F.coalesce("id_type", F.lit("")) != "citizen"), "FOREIGN")
        .when(division.isNull() & (newborn | (F.col("id_type") == "birth_certificate")), "NO_HUKOU")
        .when(county.isin(*URBAN, *URBAN_BEFORE), "CITY_HUKOU")
        .when(county == "330100", "CITY_HUKOU")
        .when(F.substring(division, 1, 2) == "33", "PROV_HUKOU")
        .when(division.isNull() & (F.col("age") < p.age.minor), "NO_HUKOU")
        .otherwise("OUT_HUKOU")
    )
