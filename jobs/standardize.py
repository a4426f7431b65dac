"""Stage 2: source rows to records, signs and ties; every row is standardized or refused with a reason.

The kernel (jobs/records/kernel.py) works on batches of rows; what no single row can know follows in joins: which spellings are
one dwelling, and whether the person a row speaks of exists. Up to MOST_ROWS the driver does it all, beyond Spark's workers; both
leave the same tables (tests/standardize/test_stage.py).
"""

from __future__ import annotations

from collections import Counter

import pyarrow.dataset as ds
import pyarrow.parquet as pq

from jobs.context import Context
from jobs.standardize_on_driver import PREFIX, standardize_on_driver
from jobs.standardize_on_spark import standardize_on_spark
from jobs.tables import REJECTED_ROWS

MOST_ROWS = 4_000_000
"""Source rows that the driver standardizes, a district of some 130,000 residents."""


def run(context: Context) -> None:
    """Write records, signs, ties, rejected_rows and cell_issues of the night."""
    rows = sum(pq.read_metadata(f).num_rows for name in context.pinned(PREFIX) for f in context.files(name))
    if rows > int(context.options.get("most_rows", MOST_ROWS)):
        standardize_on_spark(context)
    else:
        standardize_on_driver(context)
    _balance(context)


def _balance(context: Context) -> None:
    """Rows in = rows standardized + rows rejected, per source table, from the part files' own counts."""
    receipt = context.receipt
    files = context.store.files(REJECTED_ROWS.name, receipt.writes[REJECTED_ROWS.name])
    rejected: Counter[str] = Counter()
    if files:
        rows = ds.dataset(files).to_table(columns=["dept", "source_table"], filter=ds.field("part") == "row")
        rejected.update(f"{d}.{t}" for d, t in zip(rows["dept"].to_pylist(), rows["source_table"].to_pylist(), strict=True))
    tables = {}
    for name in context.pinned(PREFIX):
        table = name.removeprefix(PREFIX).replace("/", ".")
        tables[table] = {"rows": sum(pq.read_metadata(f).num_rows for f in context.files(name)), "rejected": rejected[table]}
    receipt.rows_in = sum(t["rows"] for t in tables.values())
    receipt.rejected = sum(rejected.values())
    receipt.notes |= {
        "source_rows": receipt.rows_in, "rows_rejected": receipt.rejected, "rows_standardized": receipt.rows_in - receipt.rejected, "tables": tables
    }  # fmt: skip
