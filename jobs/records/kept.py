"""What the kernel made of source rows on earlier nights, kept so that a night standardizes only rows that are new to it.

A notebook, not a table: no result depends on it, and it may be thrown away at any time. What a row becomes is a function of the row
and of the code alone (jobs/records/kernel.py), so what was made under another STAMP is never read.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import polars as pl

from jobs.records.across import Wide

JOBS = Path(__file__).parents[1]
CODE = ("cleaning/**/*", "records/*.py", "departments/*.yml", "departments/*.py", "tables/*.py")
LIBRARIES = ("polars", "pyarrow", "numpy")
IDENTITY = ["source_key", "delivery_id", "row_hash", "closed_on"]
"""What tells one version of a source row from another within its table."""
MOST_PARTS = 30
"""Parts after which a table's notebook is written anew as one."""


@cache
def stamp() -> str:
    """Of everything that what is made of a row depends on: code, contracts, code lists and libraries."""
    told = [platform.python_version(), *(f"{name} {version(name)}" for name in LIBRARIES)]
    digest = hashlib.sha256(repr(told).encode())
    for file in sorted({f for pattern in CODE for f in JOBS.glob(pattern) if f.suffix in (".py", ".yml", ".csv")}):
        digest.update(f"{file.relative_to(JOBS)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Kept:
    """The notebook of one source table, below the folder of the stamp."""

    folder: Path

    def take(self, rows: pl.DataFrame) -> tuple[list[Wide], pl.DataFrame]:
        """What was made of the rows (IDENTITY, one a row), part by part, and the rows of which nothing is known."""
        found: list[Wide] = []
        for part in self._parts():
            known = pl.read_parquet(part / "rows.parquet")
            wanted = known.join(rows, on=IDENTITY, how="semi", nulls_equal=True)["row"]
            if len(wanted):
                rows = rows.join(known, on=IDENTITY, how="anti", nulls_equal=True)
                found.append(_read(part, wanted, whole=len(wanted) == known.height))
        return found, rows

    def add(self, rows: pl.DataFrame, made: Wide) -> None:
        """Keep what was made of the rows, as one part: there whole, or not at all."""
        if not rows.height:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"draft-{uuid4().hex[:12]}"
        draft.mkdir()
        numbered = rows.select(IDENTITY).with_row_index("row")
        numbered.write_parquet(draft / "rows.parquet", compression="lz4")
        for kind, frame in made.items():
            told = frame.join(numbered.select("row", "source_key"), on="source_key", how="left")
            told.write_parquet(draft / f"{kind}.parquet", compression="lz4")
        draft.rename(self.folder / f"part-{uuid4().hex[:12]}")

    def tidy(self, rows: pl.DataFrame) -> None:
        """Write the notebook anew where it is in many parts or much of it is of no use for the rows."""
        parts = self._parts()
        known = sum(_height(part) for part in parts)
        if len(parts) <= MOST_PARTS and known <= 2 * rows.height:
            return
        found, unknown = self.take(rows)
        if found:
            made = {kind: pl.concat([each[kind] for each in found]) for kind in found[0]}
            self.add(rows.join(unknown, on=IDENTITY, how="anti", nulls_equal=True), made)
        for part in parts:
            shutil.rmtree(part)

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob("part-*"))


def _height(part: Path) -> int:
    return int(pl.scan_parquet(part / "rows.parquet").select(pl.len()).collect().item())


def _read(part: Path, wanted: pl.Series, whole: bool) -> Wide:
    """A part's frames by kind, of the wanted rows alone."""
    out = {}
    for file in sorted(part.glob("*.parquet")):
        if file.stem != "rows":
            frame = pl.read_parquet(file)
            out[file.stem] = (frame if whole else frame.join(wanted.to_frame(), on="row", how="semi")).drop("row")
    return out
