"""Where a department's rows go: a SQLite file a night, the server's store, files of a date. Used by the departments' tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from jobs.sample.deliveries.formats import seal, write_csv_gz, write_delimited, write_sqlite
from jobs.sample.deliveries.office import Office
from jobs.sample.deliveries.workbooks import Sheet, write_workbook

Put = Callable[[Office, pl.DataFrame, date, bool], None]
CLIENT = {"app_key": "renkou-sample", "secret": "sample-secret-not-for-use"}


def dept_folder(office: Office, dept: str) -> Path:
    """The department's folder in the sample."""
    return office.out / dept


def database(view: str, dept: str = "ga") -> Put:
    """Rows of a view in the night's SQLite file."""

    def put(office: Office, rows: pl.DataFrame, night: date, first: bool) -> None:
        write_sqlite(dept_folder(office, dept) / f"{night}.sqlite", view, rows)

    return put


def interface(dept: str, path: str, updated: str, page_size: int = 500) -> Put:
    """Rows of a REST endpoint: appended in order of update to the server's store as ready JSON objects."""

    def put(office: Office, rows: pl.DataFrame, night: date, first: bool) -> None:
        name = path.rsplit("/", 1)[-1]
        announce(office.out / "api", dept, path, {"store": f"{dept}.sqlite", "table": name, "page_size": page_size})
        bodies = rows.select(updated=pl.col(updated), body=pl.struct(pl.all()).struct.json_encode())
        append_rows(office.out / "api" / f"{dept}.sqlite", name, bodies)

    return put


def announce(folder: Path, dept: str, path: str, endpoint: dict[str, object]) -> None:
    """Enter an endpoint into the server's list."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "endpoints.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"endpoints": {}, "clients": {}}
    known["endpoints"][f"/{dept}{path}"] = endpoint
    known["clients"][dept] = CLIENT
    file.write_text(json.dumps(known, indent=1, sort_keys=True), encoding="utf-8")


def append_rows(file: Path, table: str, bodies: pl.DataFrame) -> None:
    """Append rows (`updated`, `body` as JSON text, in order of update) to a server's store."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f'CREATE TABLE IF NOT EXISTS "{table}" (seq INTEGER PRIMARY KEY, updated TEXT, body TEXT)')
        connection.executemany(f'INSERT INTO "{table}" (updated, body) VALUES (?, ?)', bodies.rows())
        connection.execute(f'CREATE INDEX IF NOT EXISTS "{table}_updated" ON "{table}" (updated)')
    connection.close()


def csv_parts(stem: str) -> tuple[Put, Callable[[Office, date], None]]:
    """医保's files: parts of at most a slice, each with .md5, and one .ok a date that counts the rows of each part."""

    def put(office: Office, rows: pl.DataFrame, night: date, first: bool) -> None:
        folder = dept_folder(office, "yb")
        number = 1 if first else len(list(folder.glob(f"{stem}_{night:%Y%m%d}_*.csv.gz"))) + 1
        file = folder / f"{stem}_{night:%Y%m%d}_{number:03d}.csv.gz"
        write_csv_gz(file, rows)
        seal(file)
        with (folder / f"{stem}_{night:%Y%m%d}.ok.part").open("a", encoding="ascii") as ready:
            ready.write(f"{file.name} {rows.height}\n")

    def finish(office: Office, night: date) -> None:
        ready = dept_folder(office, "yb") / f"{stem}_{night:%Y%m%d}.ok.part"
        ready.replace(ready.with_suffix(""))

    return put, finish


def delimited(name: str) -> Put:
    """公积金's `|~|` text, one file a delivery, named by its date."""

    def put(office: Office, rows: pl.DataFrame, night: date, first: bool) -> None:
        write_delimited(dept_folder(office, "gjj") / name.format(date=f"{night:%Y%m%d}"), rows, append=not first)

    return put


def workbook(name: str, sheet: Sheet) -> Put:
    """民政's workbooks, one a delivery."""

    def put(office: Office, rows: pl.DataFrame, night: date, first: bool) -> None:
        write_workbook(dept_folder(office, "mz") / name.format(date=f"{night:%Y%m%d}"), sheet, rows)

    return put
