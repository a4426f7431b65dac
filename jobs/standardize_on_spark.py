"""Stage standardize where a night is large: Spark's workers run the kernel, and Spark joins what no single row can know.

One job reads all source tables and runs the kernel (jobs/records/kernel.py) over Arrow batches; its wide rows lie in the attempt's
own folder until the five tables are written from them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.cleaning.reasons import Reason
from jobs.context import Context
from jobs.tables import CELL_ISSUES, RECORDS, REJECTED_ROWS, SIGNS, SOURCE_ROWS, TIES, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BATCH = 50_000
"""Source rows per kernel call: enough for vectors to pay, little enough for a worker's memory."""
BUCKETS = 64
"""Groups of places whose address books are made one by one; results do not depend on the number."""
PREFIX = "source_current/"
PATH = f"/{PREFIX}([^/]+)/([^/]+)/"
HOME = ("dwelling_id", "township", "in_district")


def standardize_on_spark(context: Context) -> None:
    """Write records, signs, ties, rejected_rows and cell_issues."""
    folder = context.store.attempt("standardize")
    shutil.rmtree(folder.parent, ignore_errors=True)  # what a killed attempt left
    try:
        _wide(context, folder)
        _tables(context, folder)
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)


def _wide(context: Context, folder: Path) -> None:
    """All source rows through the kernel, one folder a kind."""
    from pyspark.sql.pandas.types import from_arrow_schema

    from jobs.records.kernel import WIDE

    wide = _source_rows(context).mapInArrow(_kernel(), from_arrow_schema(WIDE))
    wide.write.partitionBy("kind").parquet(str(folder))


def _source_rows(context: Context) -> DataFrame:
    """All pinned source tables as one scan; which table a row is of stands in its file's path."""
    from pyspark.sql import functions as F

    from jobs.records.kernel import SOURCE
    from jobs.session import read_files

    files = [f for name in context.pinned(PREFIX) for f in context.files(name)]
    rows = read_files(context.spark, files, SOURCE_ROWS.schema)  # first: functions need a session to stand
    path = F.input_file_name()
    named = {"dept": F.regexp_extract(path, PATH, 1), "source_table": F.regexp_extract(path, PATH, 2)}
    return rows.withColumns(named).select(*SOURCE.names)


def _kernel() -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function Spark's workers run: gather batches to a good size, standardize, hand on."""

    def standardize(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from jobs.records.kernel import SOURCE, standardize_batch
        from jobs.records.plan import all_plans

        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            waiting.append(batch)
            if sum(b.num_rows for b in waiting) >= BATCH:
                yield from standardize_batch(all_plans(), pa.Table.from_batches(waiting).cast(SOURCE)).to_batches()
                waiting = []
        if waiting:
            yield from standardize_batch(all_plans(), pa.Table.from_batches(waiting).cast(SOURCE)).to_batches()

    return standardize


def _tables(context: Context, folder: Path) -> None:
    """The five tables out of the wide rows."""
    record, sign, owned = (_read(context, folder, kind) for kind in ("record", "sign", "owned"))
    book = _book(context, record)
    receipt = context.receipt
    receipt.rows_out = context.write(RECORDS, _homed(record, book))
    found, lost = _owned(context, owned)
    signs = context.write(SIGNS, _only(_homed(sign, book), SIGNS).unionByName(_only(found, SIGNS)))
    ties = context.write(TIES, _read(context, folder, "tie"))
    refused = _only(_read(context, folder, "refused"), REJECTED_ROWS).unionByName(_only(lost, REJECTED_ROWS))
    context.write(REJECTED_ROWS, refused)
    context.write(CELL_ISSUES, _read(context, folder, "issue"))
    receipt.notes |= {"signs": signs, "ties": ties}


def _read(context: Context, folder: Path, kind: str) -> DataFrame:
    """The wide rows of one kind."""
    from jobs.records.kernel import WIDE
    from jobs.session import read_files

    files = sorted(str(f) for f in (folder / f"kind={kind}").glob("*.parquet"))
    return read_files(context.spark, files, pa.schema([f for f in WIDE if f.name != "kind"]))


def _book(context: Context, record: DataFrame) -> DataFrame:
    """Text key → dwelling, made place by place from all records."""
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema

    from jobs.records.dwellings import BOOK, SPELLINGS, address_book

    spellings = (
        record.where(F.col("address_key").isNotNull())
        .groupBy("place_key", "address_key", "dwelling_id")
        .agg(F.count(F.lit(1)).alias("rows"))
        .withColumn("bucket", F.pmod(F.hash("place_key"), F.lit(BUCKETS)))
    )

    def make(table: pa.Table) -> pa.Table:
        return address_book(table.select(SPELLINGS.names).cast(SPELLINGS))

    return spellings.groupBy("bucket").applyInArrow(make, from_arrow_schema(BOOK))


def _homed(frame: DataFrame, book: DataFrame) -> DataFrame:
    """Fill dwelling and township by the book. Rows without an address join under their own id, so that no key is heavy."""
    from pyspark.sql import functions as F

    keyed = frame.withColumn("book_key", F.coalesce("address_key", "record_id"))
    joined = keyed.join(book.withColumnRenamed("address_key", "book_key"), "book_key", how="left")
    township = F.coalesce("township", "book_township")
    return joined.withColumns(
        {
            "dwelling_id": F.coalesce("dwelling_id", "book_dwelling"),
            "township": township,
            "in_district": F.coalesce("in_district", F.when(township.isNotNull(), F.lit(True))),
        }
    )


def _owned(context: Context, owned: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Signs about records of another table: (those whose record stands, rows refused).

    A row is refused when the record it speaks of does not stand. A row that speaks of a standing record and states
    nothing further counts as standardized; it is written down all the same (part `silent`), so that every row is seen.
    """
    from pyspark.sql import functions as F

    from jobs.session import read_files

    files = context.store.files(RECORDS.name, context.receipt.writes[RECORDS.name])
    records = read_files(context.spark, files, RECORDS.schema)
    homes = records.select("record_id", *(F.col(c).alias(f"home_{c}") for c in HOME), F.lit(True).alias("stands"))
    joined = owned.join(homes, "record_id", how="left")
    dwelling = F.col("place") == "dwelling"
    found = joined.where(F.col("stands") & F.col("sign_id").isNotNull()).withColumns(
        {c: F.when(dwelling, F.col(f"home_{c}")).otherwise(F.col(c)) for c in HOME}
    )
    lost = F.col("stands").isNull()
    reason = F.when(lost, Reason.OWNER_MISSING.name).otherwise(Reason.NOTHING_STATED.name)
    part = F.when(lost, "row").otherwise("silent")
    refused = joined.where(lost | F.col("sign_id").isNull()).dropDuplicates(["row_id"])
    return found, refused.withColumns({"part": part, "reason": reason})


def _only(frame: DataFrame, table: Table) -> DataFrame:
    """The columns of one table."""
    return frame.select(*(c.name for c in table.columns))
