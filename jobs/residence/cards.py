"""Open grid cards: rows of a list of people living here that are still open and not doubted since (domain §2.3, 9: is_living).

A card has no day of its own, so it makes no presence interval. It tells that somebody who looks at doors still counts the
person as living here: silence then is no departure, and a departure from another dwelling is a move inside the district.
"""

from __future__ import annotations

import polars as pl

ALL_CARDS = ("card_first", "card_last", "card_row_first", "card_row_last")
"""Of all open cards of a resident: what tells another from the one that a sign speaks of."""


def open_cards(members: pl.DataFrame, signs: pl.DataFrame) -> pl.DataFrame:
    """Of every resident with an open card: `card`, `card_dwelling` and `card_township` of the one visited last, and
    `card_first` and `card_last`, the first and last dwelling of all in the order of ids, `card_row_first` and `card_row_last`
    likewise. A card whose newest word is a negative sign is none; a sign that follows from others' says nothing of a card."""
    cards = members.filter("card").select("row", "who", "record_id", "today", dwelling="text_dwelling", township="text_township")
    told = (pl.col("from_date") <= pl.col("today")) & (pl.col("known_from") <= pl.col("today")) & ~pl.col("derived")
    words = (
        signs.join(cards.select("record_id", "row", "today"), on="record_id")
        .filter(told)
        .group_by("row")
        .agg(
            visited=pl.col("from_date").filter(pl.col("sign") == "S05").max(),
            doubted=pl.col("from_date").filter(pl.col("sign").str.starts_with("N")).max(),
        )
    )
    stands = pl.col("doubted").is_null() | (pl.col("visited") > pl.col("doubted"))
    # rows are numbered in the order of record ids
    found = cards.join(words, on="row", how="left").filter(stands)
    best = found.sort("who", "visited", "row", descending=[False, True, True], nulls_last=True)
    return best.group_by("who", maintain_order=True).agg(
        card=pl.col("record_id").first(),
        card_dwelling=pl.col("dwelling").first(),
        card_township=pl.col("township").first(),
        card_first=pl.col("dwelling").min(),
        card_last=pl.col("dwelling").max(),
        card_row_first=pl.col("row").min(),
        card_row_last=pl.col("row").max(),
    )
