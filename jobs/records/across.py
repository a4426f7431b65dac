"""What no single row can know: which spellings are one dwelling, and whether the person a row speaks of exists.

The driver's way, on polars frames a kind of wide row (jobs/records/kernel.py); jobs/standardize_on_spark.py says the same joins to
Spark.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

import polars as pl
import pyarrow as pa

from jobs.cleaning.reasons import Reason
from jobs.records.dwellings import SPELLINGS, address_book
from jobs.records.kernel import KINDS, WIDE
from jobs.tables import CELL_ISSUES, RECORDS, REJECTED_ROWS, SIGNS, TIES, Table

Wide = dict[str, pl.DataFrame]
"""A frame a kind, with the columns of the kind's table and those of BESIDE."""

HOME = ("dwelling_id", "township", "in_district")
OF_KIND: dict[str, Table] = {
    "record": RECORDS, "sign": SIGNS, "owned": SIGNS, "tie": TIES, "refused": REJECTED_ROWS, "issue": CELL_ISSUES
}  # fmt: skip
BESIDE = {"record": ["address_key", "place_key"], "sign": ["address_key"], "owned": ["row_id", "delivery_id"]}
"""Columns of the kernel's that a kind needs beside those of its table."""


def columns(kind: str) -> list[str]:
    """The columns of a kind."""
    return [*OF_KIND[kind].schema.names, *BESIDE.get(kind, [])]


def by_kind(made: Iterable[pa.Table]) -> Wide:
    """Wide rows of the kernel, a frame a kind."""
    nothing = cast(pl.DataFrame, pl.from_arrow(WIDE.empty_table()))
    parts: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for each in made:
        whole = cast(pl.DataFrame, pl.from_arrow(each))
        for (kind,), rows in whole.partition_by("kind", as_dict=True).items():
            parts[str(kind)].append(rows.select(columns(str(kind))))
    return {kind: pl.concat([nothing.select(columns(kind)), *parts[kind]]) for kind in KINDS}


def book_of(record: pl.DataFrame) -> pl.DataFrame:
    """Text key → dwelling and township, made from all records."""
    keyed = record.filter(pl.col("address_key").is_not_null())
    spellings = keyed.group_by("place_key", "address_key", "dwelling_id").agg(rows=pl.len().cast(pl.Int64))
    return cast(pl.DataFrame, pl.from_arrow(address_book(spellings.select(SPELLINGS.names).to_arrow().cast(SPELLINGS))))


def homed(frame: pl.DataFrame, book: pl.DataFrame) -> pl.DataFrame:
    """Fill dwelling and township by the book."""
    joined = frame.join(book, on="address_key", how="left")
    township = pl.coalesce("township", "book_township")
    return joined.with_columns(
        dwelling_id=pl.coalesce("dwelling_id", "book_dwelling"),
        township=township,
        in_district=pl.coalesce("in_district", pl.when(township.is_not_null()).then(True)),
    )


def owned_signs(owned: pl.DataFrame, records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Signs about records of another table: (those whose record stands, rows refused).

    A row is refused when the record it speaks of does not stand. A row that speaks of a standing record and states
    nothing further counts as standardized; it is written down all the same (part `silent`), so that every row is seen.
    """
    homes = records.select("record_id", *(pl.col(c).alias(f"home_{c}") for c in HOME), stands=pl.lit(True))
    joined = owned.join(homes, on="record_id", how="left")
    lost, dwelling = pl.col("stands").is_null(), pl.col("place") == "dwelling"
    silent = pl.col("sign_id").is_null()
    found = joined.filter(~lost & ~silent).with_columns(pl.when(dwelling).then(f"home_{c}").otherwise(c).alias(c) for c in HOME)
    reason = pl.when(lost).then(pl.lit(Reason.OWNER_MISSING.name)).otherwise(pl.lit(Reason.NOTHING_STATED.name))
    part = pl.when(lost).then(pl.lit("row")).otherwise(pl.lit("silent"))
    refused = joined.filter(lost | silent).unique("row_id", keep="first", maintain_order=True)
    return found, refused.with_columns(part=part, reason=reason)
