"""Source rows written by hand: `row("ga", "czrk", RYBH="1", XM="张伟")` is a delivered row, everything else null."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pyarrow as pa

from jobs.departments.contract import contract_for
from jobs.records.kernel import SOURCE, standardize_batch
from jobs.records.plan import all_plans

NIGHT = dt.date(2026, 11, 22)
Row = dict[str, Any]


def row(dept: str, table: str, closed_on: dt.date | None = None, known_from: dt.date = NIGHT, **values: str) -> Row:
    """One row of source_current with its department and table."""
    spec = contract_for(dept).tables[table]
    unknown = set(values) - set(spec.columns)
    assert not unknown, f"{dept}.{table} has no columns {unknown}"
    key = "|".join(values[k].strip() for k in spec.key)
    return {
        "dept": dept, "source_table": table, "source_key": key, "delivery_id": f"{dept}.{table}.2026-11-22.1", "position": 0,
        "known_from": known_from, "row_hash": "0", "closed_on": closed_on, "values": [values.get(c) for c in spec.columns],
    }  # fmt: skip


def batch(*rows: Row) -> pa.Table:
    """Rows of any tables as the kernel takes them."""
    return pa.Table.from_pylist(list(rows), schema=SOURCE)


def standardize(*rows: Row) -> pl.DataFrame:
    """All wide rows of the rows given."""
    return pl.DataFrame(standardize_batch(all_plans(), batch(*rows)))


def of(wide: pl.DataFrame, kind: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of one kind, these columns only, sorted as text."""
    return sorted(wide.filter(pl.col("kind") == kind).select(columns).rows(), key=str)
