"""DuckDB over part files: one connection in which the tables of a night are views, for counting without Spark.

Counting, comparing and digesting need no cluster: DuckDB streams the files of a pinned version and spills to disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "RENKOU_DUCKDB_MEMORY"
"""Environment variable: memory DuckDB may take before it spills, 1GB unless set."""


def connection(spill: Path) -> DuckDBPyConnection:
    """A fresh in-memory connection that spills below `spill` and keeps dates in Asia/Shanghai's calendar."""
    import duckdb

    spill.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        config={
            "memory_limit": os.environ.get(MEMORY, "1GB"),
            "temp_directory": str(spill),
            "preserve_insertion_order": "false",  # every query that needs an order says so
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    return con


def view_name(table: str) -> str:
    """`source_current/ga/czrk` is the view source_current_ga_czrk."""
    return table.replace("/", "_")


def literal(text: str | Path) -> str:
    """A text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def scan(files: Sequence[str | Path]) -> str:
    """The table expression that reads exactly these part files."""
    return f"read_parquet([{', '.join(literal(f) for f in files)}])"


def add_view(con: DuckDBPyConnection, name: str, files: Sequence[str], schema: pa.Schema) -> None:
    """Name part files as a view with the declared columns, in place of any view of that name; no files, no rows."""
    columns = ", ".join(f'"{c}"' for c in schema.names)
    source = scan(files)
    if not files:
        source = f'"empty {name}"'
        con.register(f"empty {name}", schema.empty_table())
    con.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT {columns} FROM {source}')


def add_rows(con: DuckDBPyConnection, name: str, schema: pa.Schema, rows: Iterable[dict[str, object]]) -> None:
    """A small table made of Python rows; missing columns are null."""
    con.register(name, pa.Table.from_pylist([dict(r) for r in rows], schema=schema))


def arrow(con: DuckDBPyConnection, sql: str) -> pa.Table:
    """The result of a query, in memory."""
    return con.execute(sql).to_arrow_table()
