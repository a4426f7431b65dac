"""The physical shapes of deliveries that are not workbooks: SQLite views, GB18030 csv.gz with .md5, `|~|` text.

All values are text. A frame's columns are written in the frame's order.
"""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
from pathlib import Path

import polars as pl

BATCH = 200_000  # rows turned into Python objects at a time: bounds memory, large enough to amortise the statement


def write_sqlite(file: Path, table: str, rows: pl.DataFrame) -> None:
    """Append `rows` to `table` (text columns, created when missing) of a SQLite file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    names = ", ".join(f'"{c}" TEXT' for c in rows.columns)
    marks = ", ".join("?" for _ in rows.columns)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f'CREATE TABLE IF NOT EXISTS "{table}" ({names})')
        for part in rows.iter_slices(BATCH):
            connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', part.rows())
    connection.close()


def write_csv_gz(file: Path, rows: pl.DataFrame, *, separator: str = ",") -> None:
    r"""A GB18030 CSV with header, CRLF, quotes where needed and `\N` for nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as raw, gzip.GzipFile("", "wb", 1, raw, mtime=0) as packed:
        packed.write(_csv(rows.head(0), separator, True))
        for part in rows.iter_slices(BATCH):
            packed.write(_csv(part, separator, False))


def _csv(part: pl.DataFrame, separator: str, header: bool) -> bytes:
    """One slice as GB18030 CSV bytes."""
    text = part.write_csv(separator=separator, include_header=header, line_terminator="\r\n", null_value="\\N")
    return text.encode("gb18030")


def seal(file: Path) -> None:
    """Put `.md5` (hex, two spaces, name) beside a finished file."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "md5").hexdigest()
    file.with_name(file.name + ".md5").write_text(f"{digest}  {file.name}\n", encoding="ascii")


def write_delimited(file: Path, rows: pl.DataFrame, *, separator: str = "|~|", append: bool = False) -> None:
    """GBK text without header, fields joined by `separator`; what GBK cannot hold becomes `?`, as in the sender's export."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab" if append else "wb") as out:
        for part in rows.iter_slices(BATCH):
            lines = part.select(pl.concat_str(pl.all().fill_null(""), separator=separator).alias("line")).to_series()
            out.write("".join(f"{line}\r\n" for line in lines).encode("gbk", errors="replace"))
