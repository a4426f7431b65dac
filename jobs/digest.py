"""Digests: one figure per table that two runs share exactly when the tables' contents are the same.

A digest is over the rows in key order, floats rounded to six decimals, clock columns and the paths of delivered files left
out; so it does not depend on part files, partitions, the number of workers or the folder. Rows stream through; no table is
held in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.pool import views
from jobs.pool.nights import Night
from jobs.pool.store import Store
from jobs.settings import Settings
from jobs.tables import TABLES, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEFT_OUT = {"deliveries": ("files", "sentence")}
"""Columns that may hold paths of the place a night ran in."""
BATCH = 50_000


def digests(settings: Settings, night: Night) -> dict[str, str]:
    """Table → digest of the version this night pins."""
    store = Store(settings.tables)
    con = views.connection(settings.home / "state" / "duckdb")
    try:
        return {name: digest(con, name, store.files(name, version)) for name, version in sorted(night.pins().items())}
    finally:
        con.close()


def digest(con: DuckDBPyConnection, name: str, files: Sequence[str]) -> str:
    """Hex digest (blake2b, 128 bits) of the rows in these part files; see the module for what it depends on."""
    table = TABLES.get(name.split("/")[0])
    hashed = hashlib.blake2b(digest_size=16)
    if files:
        columns = _columns(con, files, table)
        hashed.update("\n".join(columns).encode())
        order = [f'"{k}"' for k in (table.key if table else ()) if k in columns]
        row = ", ".join(f'"{name}" := {expression}' for name, expression in columns.items())
        source = f"SELECT to_json(struct_pack({row})) || chr(10) AS row, {', '.join([*order, '0'])} FROM {views.scan(files)}"
        result = con.execute(f"SELECT row::VARCHAR AS row FROM ({source}) ORDER BY {', '.join([*order, 'row'])}")
        for batch in result.to_arrow_reader(BATCH):
            _feed(hashed, batch.column(0))
    elif table:
        hashed.update("\n".join(c for c in table.schema.names if c not in _omitted(table)).encode())
    return hashed.hexdigest()


def _columns(con: DuckDBPyConnection, files: Sequence[str], table: Table | None) -> dict[str, str]:
    """Column → the expression that is hashed: declared order, else the files' names sorted."""
    described = con.execute(f"DESCRIBE SELECT * FROM {views.scan(files)}").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    names = [n for n in table.schema.names if n in types] if table else sorted(types)
    skipped = _omitted(table) if table else set()
    return {n: _canonical(n, types[n]) for n in names if n not in skipped}


def _omitted(table: Table) -> set[str]:
    return {*table.clock, *LEFT_OUT.get(table.name, ())}


def _canonical(column: str, kind: str) -> str:
    """Floats to six decimals, with one zero and one way of not being a number."""
    if kind not in ("DOUBLE", "FLOAT"):
        return f'"{column}"'
    rounded = f'round("{column}"::DOUBLE, 6) + 0.0'
    return f'CASE WHEN isfinite("{column}") THEN ({rounded})::VARCHAR ELSE "{column}"::VARCHAR END'


def _feed(hashed: "hashlib.blake2b", column: pa.Array) -> None:  # noqa: UP037  typeshed's name, no runtime class
    """The bytes of the strings one after another; each ends in a line feed, which JSON never contains."""
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        text = chunk.cast(pa.large_string())
        if len(text):
            offsets = memoryview(text.buffers()[1]).cast("q")
            start, end = offsets[text.offset], offsets[text.offset + len(text)]
            hashed.update(memoryview(text.buffers()[2])[start:end])
