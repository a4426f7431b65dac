"""The building of a dwelling, from the address text that most rows give it.

A flat's building is its place (estate, village, or road and number) with the building's number; a village house, told by
group and house number, is a building of its own. Where the text names neither, the building is unknown. Places of the same
name in two townships are two.
"""

from __future__ import annotations

import polars as pl

from jobs.cleaning.addresses import clean_address
from jobs.records.keys import keys_of


def buildings(texts: pl.DataFrame, townships: pl.DataFrame) -> pl.DataFrame:
    """dwelling_id, building_id, building (its name, an address) of `texts` (dwelling_id, text); one parse a dwelling.

    `townships`: dwelling_id, township. Dwellings without a readable building have nulls.
    """
    names = pl.Series([_building(text) for text in texts["text"]], dtype=pl.String)
    named = texts.select("dwelling_id").with_columns(building=names).join(townships, on="dwelling_id", how="left")
    where = named.select(pl.lit("building|") + pl.col("township").fill_null("") + pl.lit("|") + pl.col("building")).to_series()
    made = named.with_columns(building_id=pl.lit("B:") + pl.Series(keys_of(where), dtype=pl.String))
    return made.select("dwelling_id", "building_id", "building").sort("dwelling_id")


def _building(text: str) -> str | None:
    """The building's name: 翡翠花园 3幢, 小古城村 8组 23号; None where the text stops above it."""
    found = clean_address(text)
    if found.place and found.building:
        return f"{found.place} {found.building}幢"
    if found.place and found.unit and found.room:
        return f"{found.place} {found.unit} {found.room}号"
    return None
