"""Versioned tables: Parquet part files that one Delta transaction makes a version.

An attempt writes into a folder of its own inside the table, so a killed or repeated attempt never touches a committed
file. A version replaces the whole table or appends to a given base version; what a night pins is the version number.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, Schema
from deltalake.transaction import AddAction, create_table_with_add_actions

from jobs.errors import MissingInput
from jobs.pool import faults
from jobs.tables import Table

ROW_GROUP = 250_000
"""Rows of a Parquet row group: files are read by groups, so several workers share one."""


@dataclass(frozen=True)
class Store:
    """All tables below one folder. Names may hold slashes: `landing/ga/czrk`."""

    root: Path

    def path(self, name: str) -> Path:
        """The table's folder."""
        return self.root / name

    def exists(self, name: str) -> bool:
        """Whether any version was ever committed."""
        return (self.path(name) / "_delta_log").is_dir()

    def names(self) -> list[str]:
        """All tables with a version, sorted."""
        if not self.root.exists():
            return []
        return sorted(str(log.parent.relative_to(self.root)) for log in self.root.rglob("_delta_log"))

    def files(self, name: str, version: int) -> list[str]:
        """Absolute paths of one version's part files, sorted."""
        if not self.exists(name):
            raise MissingInput(f"Table {name} has no version.", "Run the stage that writes it first.")
        delta = DeltaTable(str(self.path(name)), version=version)
        return sorted(uri.removeprefix("file://") for uri in delta.file_uris())

    def attempt(self, name: str) -> Path:
        """A fresh folder for one attempt's part files."""
        folder = self.path(name) / f"part-{uuid.uuid4().hex[:12]}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        return folder

    def write_arrow(self, table: Table, data: pa.Table, name: str | None = None, base: int | None = None) -> tuple[int, int]:
        """Write an Arrow table as a new version; see `commit`. Columns are put into declared order and type."""
        name = name or table.name
        folder = self.attempt(name)
        folder.mkdir(parents=True)
        pq.write_table(conform(data, table.schema), folder / "part-00000.parquet", compression="zstd", row_group_size=ROW_GROUP)
        return self.commit(table, folder, name, base)

    def commit(self, table: Table, folder: Path, name: str | None = None, base: int | None = None) -> tuple[int, int]:
        """Make the folder's part files a version of the table and return (version, rows in the new files).

        With `base` the files are appended to that version's; without it they replace everything.
        """
        name = name or table.name
        faults.point("commit")
        root = self.path(name)
        adds, rows = _adds(root, folder)
        schema = Schema.from_arrow(table.schema)
        if not self.exists(name):
            create_table_with_add_actions(str(root), schema, adds)
        else:
            delta = DeltaTable(str(root))
            mode = "overwrite"
            if base is not None:
                if base != delta.version():
                    delta.restore(base)
                    delta = DeltaTable(str(root))
                mode = "append"
            delta.create_write_transaction([*adds], mode, schema)
        version = DeltaTable(str(root)).version()
        return version, rows

    def sweep(self, name: str, keep: Sequence[int]) -> int:
        """Remove part folders that none of the kept versions needs; returns how many went."""
        needed = {Path(f).parent for v in keep for f in self.files(name, v)}
        gone = [p for p in self.path(name).glob("part-*") if p not in needed]
        for folder in gone:
            shutil.rmtree(folder)
        return len(gone)


def conform(data: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of `schema` in its order and types; a missing column is an error, never silently null."""
    missing = [n for n in schema.names if n not in data.column_names]
    if missing:
        raise ValueError(f"columns missing: {missing}")
    return data.select(schema.names).cast(schema)


def _adds(root: Path, folder: Path) -> tuple[list[AddAction], int]:
    adds, total = [], 0
    for file in sorted(folder.rglob("*.parquet")):
        rows = pq.read_metadata(file).num_rows
        total += rows
        adds.append(
            AddAction(
                path=os.path.relpath(file, root),
                size=file.stat().st_size,
                partition_values={},
                modification_time=int(time.time() * 1000),
                data_change=True,
                stats=json.dumps({"numRecords": rows}),
            )
        )
    return adds, total
