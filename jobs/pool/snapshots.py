"""Snapshots: the folder of Parquet files that a night publishes.

A snapshot is built in a folder of its own, checked there, and gets its name by one rename. Tables that are the night's own
versions are hard-linked (or copied across file systems); `resident` and `lineage` are made for readers.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.errors import MissingInput
from jobs.pool import faults, views
from jobs.pool.json_files import write_json
from jobs.tables import RESIDENCE, RESIDENTS, table_for

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LINKED = ("residence", "resident_records", "resident_events", "changes", "balance", "quality")
"""Tables that stand in the snapshot exactly as the night pins them."""

LIVING = ("dwellings", "households", "household_members", "resident_ties", "residency_index")
"""Likewise, but empty for a night sealed before there were any."""

MADE = ("resident", "lineage", "deliveries")
"""Tables made for readers: the wide resident, the way back to source rows, all departments' deliveries in one."""

RESIDENT_COLUMNS = (
    "snapshot_date",
    *RESIDENTS.schema.names,
    "age",
    *(n for n in RESIDENCE.schema.names if n not in ("resident_id", "explanation")),
)
"""Columns of `resident`, the table departments ask: best attributes, age in full years, and the status without its JSON."""

_RESIDENT = """
SELECT tonight() AS snapshot_date, r.*, date_sub('year', r.birth_date, tonight()) AS age, s.* EXCLUDE (resident_id, explanation)
FROM residents r LEFT JOIN residence s USING (resident_id) ORDER BY r.resident_id"""

_LINEAGE = """
SELECT m.resident_id, m.record_id, m.profile_id, m.since, r.dept, r.source_table, r.source_key, r.role, r.known_from, r.closed_on
FROM resident_records m LEFT JOIN records r USING (record_id) ORDER BY m.resident_id, m.record_id"""

_DELIVERIES = "SELECT * FROM deliveries ORDER BY dept, source_table, business_date, sequence"

FOLDER_MODE, FILE_MODE = 0o750, 0o640
"""Inside the pool only the group of engineers and auditors reads."""


def folder(pool: Path, label: str) -> Path:
    """Where a snapshot lies."""
    return pool / "snapshots" / label


def building(pool: Path, label: str) -> Path:
    """A fresh folder to build in; leftovers of killed attempts at the same label are removed."""
    root = pool / "snapshots"
    root.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    for left in root.glob(f".{label}-*"):
        shutil.rmtree(left)
    made = root / f".{label}-{uuid.uuid4().hex[:8]}"
    made.mkdir(mode=FOLDER_MODE)
    return made


def build(files: Callable[[str], list[str]], con: DuckDBPyConnection, target: Path) -> None:
    """Write every table of the snapshot below `target`: those taken over from their part files by table, the others through
    the connection, which has the views of the night's pinned tables."""
    faults.watch(target)
    for name in LINKED:
        link(files(name), target / name, table_for(name).schema)
    for name in LIVING:
        link(_any(files, name), target / name, table_for(name).schema)
    con.execute("SET preserve_insertion_order = true")
    for name, sql in zip(MADE, (_RESIDENT, _LINEAGE, _DELIVERIES), strict=True):
        (target / name).mkdir()
        file = target / name / "part-00000.parquet"
        con.execute(f"COPY ({sql}) TO {views.literal(file)} (FORMAT parquet, COMPRESSION zstd)")
    faults.point("snapshot-tables")


def _any(files: Callable[[str], list[str]], name: str) -> list[str]:
    try:
        return files(name)
    except MissingInput:
        return []


def link(files: Sequence[str], target: Path, schema: pa.Schema) -> None:
    """Part files under new names without copying where the file system allows; no files become one empty file."""
    target.mkdir()
    for number, file in enumerate(files):
        made = target / f"part-{number:05}.parquet"
        try:
            os.link(file, made)
        except OSError:
            shutil.copy2(file, made)
    if not files:
        pq.write_table(schema.empty_table(), target / "part-00000.parquet")


def parts(root: Path) -> dict[str, list[str]]:
    """Table → its part files in a snapshot folder, sorted."""
    tables = sorted(p.name for p in root.iterdir() if p.is_dir())
    return {t: sorted(str(f) for f in (root / t).glob("*.parquet")) for t in tables}


def finish(building_: Path, target: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Describe the snapshot in `snapshot.json`, set permissions and give the folder its name in one step.

    A folder that already has the name was never published (its night is not sealed), so it makes room.
    """
    rows = {t: sum(pq.read_metadata(f).num_rows for f in files) for t, files in parts(building_).items()}
    described = facts | {"tables": rows}
    write_json(building_ / "snapshot.json", described)
    for path in building_.rglob("*"):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
    if target.exists():
        aside = target.with_name(f".{target.name}-{uuid.uuid4().hex[:8]}")
        target.rename(aside)
        shutil.rmtree(aside)
    building_.rename(target)
    faults.point("snapshot-named")
    return described


def describe(root: Path) -> dict[str, Any] | None:
    """What `snapshot.json` says, or None when the folder is no finished snapshot."""
    file = root / "snapshot.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
