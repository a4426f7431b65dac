"""One dwelling, many spellings: which texts are the same room, learned from all rows together (domain §3.6).

A text's key is place|building|unit|room|township, blank where the spelling lacks a part. Texts with the same place,
building and room are one dwelling unless the rows know several townships or units for them; then those texts that
leave the part out stay undecided. Where rows also carry a standard address id, the text takes the id most rows give it.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa

from jobs.records.keys import keys_of

SPELLINGS = pa.schema(
    [("place_key", pa.string()), ("address_key", pa.string()), ("dwelling_id", pa.string()), ("rows", pa.int64())]
)
"""In: each distinct text key with each standard id that stands beside it (or null), and how often."""

BOOK = pa.schema([("address_key", pa.string()), ("book_dwelling", pa.string()), ("book_township", pa.string())])
"""Out: text key → dwelling and township; null where undecided."""


def address_book(spellings: pa.Table) -> pa.Table:
    """The book of some places; all spellings of one `place_key` must be in the table."""
    known: Any = pl.from_arrow(spellings)
    if not known.height:
        return BOOK.empty_table()
    parts = pl.col("address_key").str.split("|")
    known = known.with_columns(
        unit=_part(parts, 2), township=_part(parts, 4), roomy=_part(parts, 3).is_not_null()
    )  # fmt: skip
    known = _completed(known, ["place_key"], "township")
    known = known.with_columns(ask=pl.col("undecided"))
    known = _completed(known, ["place_key", "township"], "unit")
    undecided = pl.col("ask") | (pl.col("undecided") & pl.col("roomy"))
    known = known.with_columns(open=undecided, home=_home(known))
    named = known.join(_standard(known.filter(~pl.col("open"))), on="home", how="left")
    made = pl.concat_str(pl.lit("A:"), pl.Series("made", keys_of(named["home"]), dtype=pl.String))
    out = named.select(
        "address_key",
        pl.when(~pl.col("open")).then(pl.coalesce("standard", made)).alias("book_dwelling"),
        pl.col("township").alias("book_township"),
    ).unique("address_key", keep="first", maintain_order=True)
    return out.sort("address_key").to_arrow(compat_level=pl.CompatLevel.oldest()).cast(BOOK)


def _part(parts: pl.Expr, n: int) -> pl.Expr:
    text = parts.list.get(n)
    return pl.when(text != "").then(text)


def _completed(known: pl.DataFrame, by: list[str], part: str) -> pl.DataFrame:
    """Fill a part that some spellings lack where the others agree; mark those that stay undecided; count the values."""
    group = known.group_by(by, maintain_order=True).agg(
        pl.col(part).drop_nulls().n_unique().alias("values"), pl.col(part).drop_nulls().min().alias("only")
    )
    joined = known.drop("values", "only", "undecided", strict=False).join(group, on=by, how="left", nulls_equal=True)
    return joined.with_columns(
        (pl.col(part).is_null() & (pl.col("values") > 1)).alias("undecided"),
        pl.when(pl.col("values") == 1).then("only").otherwise(part).alias(part),
        (pl.col("values") > 1).alias(f"many_{part}"),
    )


def _home(known: pl.DataFrame) -> pl.Series:
    """What all spellings of one dwelling share: its township counts only where the place name occurs in several."""
    town = pl.when("many_township").then(pl.col("township").fill_null("")).otherwise(pl.lit(""))
    return known.select(pl.concat_str(["place_key", pl.col("unit").fill_null(""), town], separator="|").alias("home"))["home"]


def _standard(known: pl.DataFrame) -> pl.DataFrame:
    """The standard id that most rows give a dwelling; of equals the smallest."""
    votes = known.drop_nulls("dwelling_id").group_by("home", "dwelling_id").agg(pl.col("rows").sum())
    best = votes.sort(["home", "rows", "dwelling_id"], descending=[False, True, False])
    return best.unique("home", keep="first", maintain_order=True).select("home", standard="dwelling_id")
