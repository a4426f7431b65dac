"""Stage standardize where a night fits on the driver: the kernel runs batch after batch, polars joins what no single row can know.

Starting Spark's workers for a district's night took ten times as long as the work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.cleaning.reasons import Reason
from jobs.context import Context
from jobs.records.dwellings import SPELLINGS, address_book
from jobs.records.kernel import KINDS, SOURCE, WIDE, standardize_batch
from jobs.records.plan import all_plans
from jobs.tables import CELL_ISSUES, RECORDS, REJECTED_ROWS, SIGNS, SOURCE_ROWS, TIES, Table

BATCH = 100_000
"""Source rows per kernel call."""
THREADS = 2
PREFIX = "source_current/"
HOME = ("dwelling_id", "township", "in_district")
OF_KIND = {"record": RECORDS, "sign": SIGNS, "owned": SIGNS, "tie": TIES, "refused": REJECTED_ROWS, "issue": CELL_ISSUES}
BESIDE = {"record": ["address_key", "place_key"], "sign": ["address_key"], "owned": ["row_id", "delivery_id"]}
"""Columns of the kernel's that a kind needs beside those of its table."""


def standardize_on_driver(context: Context) -> None:
    """Write records, signs, ties, rejected_rows and cell_issues."""
    wide = _wide(context)
    book = _book(wide["record"])
    records = _homed(wide["record"], book)
    receipt = context.receipt
    receipt.rows_out = _write(context, RECORDS, [records])
    found, lost = _owned(wide["owned"], records)
    signs = _write(context, SIGNS, [_homed(wide["sign"], book), found])
    ties = _write(context, TIES, [wide["tie"]])
    _write(context, REJECTED_ROWS, [wide["refused"], lost])
    _write(context, CELL_ISSUES, [wide["issue"]])
    receipt.notes |= {"signs": signs, "ties": ties}


def _wide(context: Context) -> dict[str, pl.DataFrame]:
    """All source rows through the kernel: a frame a kind."""
    plans = all_plans()
    nothing = cast(pl.DataFrame, pl.from_arrow(WIDE.empty_table()))
    parts: dict[str, list[pl.DataFrame]] = defaultdict(list)
    with ThreadPoolExecutor(THREADS) as pool:
        for made in pool.map(lambda batch: standardize_batch(plans, batch), _batches(context)):
            whole = cast(pl.DataFrame, pl.from_arrow(made))
            for (kind,), rows in whole.partition_by("kind", as_dict=True).items():
                parts[str(kind)].append(rows.select(_columns(str(kind))))
    return {kind: pl.concat([nothing.select(_columns(kind)), *parts[kind]]) for kind in KINDS}


def _columns(kind: str) -> list[str]:
    return [*OF_KIND[kind].schema.names, *BESIDE.get(kind, [])]


def _batches(context: Context) -> Iterator[pa.Table]:
    """Source rows with their department and table, no more than BATCH at once."""
    for name in context.pinned(PREFIX):
        _, dept, table = name.split("/")
        for file in context.files(name):
            for batch in pq.ParquetFile(file).iter_batches(BATCH, columns=SOURCE_ROWS.schema.names):
                rows = pa.Table.from_batches([batch])
                for column, value in (("dept", dept), ("source_table", table)):
                    rows = rows.append_column(column, pa.array([value] * len(rows), pa.string()))
                yield rows.select(SOURCE.names).cast(SOURCE)


def _book(record: pl.DataFrame) -> pl.DataFrame:
    """Text key → dwelling and township, made from all records."""
    keyed = record.filter(pl.col("address_key").is_not_null())
    spellings = keyed.group_by("place_key", "address_key", "dwelling_id").agg(rows=pl.len().cast(pl.Int64))
    return cast(pl.DataFrame, pl.from_arrow(address_book(spellings.select(SPELLINGS.names).to_arrow().cast(SPELLINGS))))


def _homed(frame: pl.DataFrame, book: pl.DataFrame) -> pl.DataFrame:
    """Fill dwelling and township by the book."""
    joined = frame.join(book, on="address_key", how="left")
    township = pl.coalesce("township", "book_township")
    return joined.with_columns(
        dwelling_id=pl.coalesce("dwelling_id", "book_dwelling"),
        township=township,
        in_district=pl.coalesce("in_district", pl.when(township.is_not_null()).then(True)),
    )


def _owned(owned: pl.DataFrame, records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
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


def _write(context: Context, table: Table, frames: list[pl.DataFrame]) -> int:
    """Write the table's columns of all frames as its new version; returns the rows."""
    whole = pl.concat([frame.select(table.schema.names) for frame in frames])
    return context.write_arrow(table, whole.to_arrow(compat_level=pl.CompatLevel.oldest()))
