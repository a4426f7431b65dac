"""By what records meet: the number; else the one number that the same account states under the same name; else the
account; else the record itself. Asked of all records in Spark, and of some on the spot when a night changed little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

NAMED = ["account", "name"]
KEY_COLUMNS = ["record_id", *NAMED, "id_type", "id_number"]
"""What a record's key is made of, with the numbered records of the same account and name."""


def with_collapse_key(records: DataFrame) -> DataFrame:
    """Add `collapse_key` to all records."""
    from pyspark.sql import functions as F

    number = F.concat_ws(":", F.coalesce("id_type", F.lit("other")), "id_number")
    numbered = F.col("id_number").isNotNull()
    stated = (
        records.where(numbered & F.col("account").isNotNull() & F.col("name").isNotNull())
        .groupBy(*NAMED)
        .agg(F.min(number).alias("only"), F.countDistinct(number).alias("numbers"))
        .where("numbers = 1")
        .drop("numbers")
    )
    account = F.concat(F.lit("a:"), F.col("account"))
    own = F.concat(F.lit("r:"), F.col("record_id"))
    return (
        records.join(stated, NAMED, how="left")
        .withColumn("collapse_key", F.when(numbered, number).otherwise(F.coalesce("only", account, own)))
        .drop("only")
    )


def collapse_keys(records: pl.DataFrame) -> pl.DataFrame:
    """record_id and collapse_key of these records. With a record come all records of its account and name."""
    numbered = pl.col("id_number").is_not_null()
    number = pl.concat_str(pl.col("id_type").fill_null("other"), pl.lit(":"), "id_number")
    stated = (
        records.filter(numbered)
        .drop_nulls(NAMED)
        .group_by(NAMED)
        .agg(only=number.min(), numbers=number.n_unique())
        .filter(pl.col("numbers") == 1)
    )
    account, own = pl.concat_str(pl.lit("a:"), "account"), pl.concat_str(pl.lit("r:"), "record_id")
    key = pl.when(numbered).then(number).otherwise(pl.coalesce("only", account, own))
    return records.join(stated, on=NAMED, how="left").select("record_id", collapse_key=key)
