"""Stage standardize where a night fits on the driver: rows that are new go through the kernel batch after batch, what became of
the others is kept (jobs/records/kept.py), and polars joins what no single row can know (jobs/records/across.py).

Starting Spark's workers for a district's night took ten times as long as the work.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jobs.context import Context
from jobs.records import kept
from jobs.records.across import Wide, book_of, by_kind, homed, owned_signs
from jobs.records.kept import IDENTITY, Kept
from jobs.records.kernel import KINDS, SOURCE, standardize_batch
from jobs.records.plan import all_plans
from jobs.tables import CELL_ISSUES, RECORDS, REJECTED_ROWS, SIGNS, SOURCE_ROWS, TIES, Table

BATCH = 100_000
"""Source rows per kernel call."""
THREADS = 2
PREFIX = "source_current/"


def standardize_on_driver(context: Context) -> None:
    """Write records, signs, ties, rejected_rows and cell_issues."""
    wide = _wide(context)
    book = book_of(wide["record"])
    records = homed(wide["record"], book)
    receipt = context.receipt
    receipt.rows_out = _write(context, RECORDS, [records])
    found, lost = owned_signs(wide["owned"], records)
    signs = _write(context, SIGNS, [homed(wide["sign"], book), found])
    ties = _write(context, TIES, [wide["tie"]])
    _write(context, REJECTED_ROWS, [wide["refused"], lost])
    _write(context, CELL_ISSUES, [wide["issue"]])
    receipt.notes |= {"signs": signs, "ties": ties}


def _wide(context: Context) -> Wide:
    """What becomes of all source rows: as kept of earlier nights, or made now, and kept."""
    root = context.settings.home / "state" / "standardized"
    for old in root.glob("*"):
        if old.name != kept.stamp():
            shutil.rmtree(old)
    rows = {name: _identities(context.files(name)) for name in context.pinned(PREFIX)}
    books = {name: Kept(root / kept.stamp() / name.removeprefix(PREFIX).replace("/", ".")) for name in rows}
    parts, fresh = [by_kind([])], {}
    for name, book in books.items():
        known, fresh[name] = book.take(rows[name])
        parts += known
    for name, made in _made(context, fresh):
        books[name].add(fresh[name], made)
        parts.append(made)
    for name, book in books.items():
        book.tidy(rows[name])
    context.receipt.notes["rows_new"] = sum(frame.height for frame in fresh.values())
    return {kind: pl.concat([part[kind] for part in parts]) for kind in KINDS}


def _identities(files: list[str]) -> pl.DataFrame:
    """One row a source row of the files."""
    if files:
        return pl.read_parquet(files, columns=IDENTITY, hive_partitioning=False)
    return pl.DataFrame(SOURCE_ROWS.schema.empty_table().select(IDENTITY))


def _made(context: Context, fresh: dict[str, pl.DataFrame]) -> Iterator[tuple[str, Wide]]:
    """The fresh rows of each table through the kernel."""
    plans = all_plans()
    batches = ((name, batch) for name, rows in fresh.items() for batch in _batches(context, name, rows))
    with ThreadPoolExecutor(THREADS) as pool:
        done = pool.map(lambda each: (each[0], standardize_batch(plans, each[1])), batches)
        for name, group in groupby(done, key=lambda each: each[0]):
            yield name, by_kind(made for _, made in group)


def _batches(context: Context, name: str, fresh: pl.DataFrame) -> Iterator[pa.Table]:
    """The fresh rows of a source table with its department and name, no more than BATCH at once."""
    if not fresh.height:
        return
    _, dept, table = name.split("/")
    keys = fresh["source_key"].to_arrow()
    for file in context.files(name):
        for batch in pq.ParquetFile(file).iter_batches(BATCH, columns=SOURCE_ROWS.schema.names):
            rows = pa.Table.from_batches([batch])
            rows = rows.filter(pc.is_in(rows["source_key"], keys.cast(rows["source_key"].type)))
            if rows.num_rows:
                for column, value in (("dept", dept), ("source_table", table)):
                    rows = rows.append_column(column, pa.array([value] * len(rows), pa.string()))
                yield rows.select(SOURCE.names).cast(SOURCE)


def _write(context: Context, table: Table, frames: list[pl.DataFrame]) -> int:
    """Write the table's columns of all frames as its new version; returns the rows."""
    return context.write_polars(table, pl.concat([frame.select(table.schema.names) for frame in frames]))
