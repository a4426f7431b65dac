"""Open grid cards: rows of a list of people living here that are still open and not doubted since (domain §2.3, 9: is_living).

A card has no day of its own, so it makes no presence interval. It tells that somebody who looks at doors still counts the
person as living here: silence then is no departure, and a departure from another dwelling is a move inside the district.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def open_cards(members: DataFrame, told: DataFrame) -> DataFrame:
    """(resident_id, cards): dwelling and township of each open card, the one visited last first. A card whose newest word is a
    negative sign is none."""
    cards = members.where("card").select("record_id", "resident_id", "today", "text_dwelling", "text_township")
    known = (F.col("from_date") <= F.col("today")) & (F.col("known_from") <= F.col("today"))
    words = (
        told.join(cards.select("record_id", "today"), "record_id", how="inner")
        .where(known)
        .groupBy("record_id")
        .agg(
            F.max(F.when(F.col("sign") == "S05", F.col("from_date"))).alias("visited"),
            F.max(F.when(F.col("sign").startswith("N"), F.col("from_date"))).alias("doubted"),
        )
    )
    stands = F.col("doubted").isNull() | (F.col("visited") > F.col("doubted"))
    card = F.struct(
        F.coalesce("visited", F.lit("0001-01-01").cast("date")).alias("visited"),
        "record_id",
        F.col("text_dwelling").alias("dwelling_id"),
        F.col("text_township").alias("township"),
    )
    found = (
        cards.join(words, "record_id", how="left").where(stands).groupBy("resident_id").agg(F.collect_list(card).alias("cards"))
    )
    return found.withColumn("cards", F.sort_array("cards", asc=False))
