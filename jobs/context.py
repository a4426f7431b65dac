"""What a stage is given: the business date, the tables pinned for it, and a place to write new versions."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.dataset as ds

from jobs.errors import MissingInput
from jobs.pool import faults
from jobs.pool.nights import Night, Receipt
from jobs.pool.store import ROW_GROUP, Store
from jobs.settings import Settings
from jobs.tables import Table, table_for

if TYPE_CHECKING:
    import polars as pl
    from pyspark.sql import DataFrame, SparkSession


@dataclass
class Context:
    """One run of one step. Reading goes by pinned version; writing makes a version that the receipt will pin."""

    settings: Settings
    night: Night
    receipt: Receipt
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def date(self) -> dt.date:
        """The business date."""
        return self.night.date

    @property
    def store(self) -> Store:
        """Versioned tables."""
        return Store(self.settings.tables)

    @property
    def spark(self) -> SparkSession:
        """The Spark session, started at first use."""
        from jobs.session import spark_session

        return spark_session(self.settings)

    def pinned(self, prefix: str) -> list[str]:
        """Names of pinned tables that start with the prefix (`source_current/`), sorted."""
        return sorted(n for n in self.night.pins() if n.startswith(prefix))

    def has(self, name: str) -> bool:
        """Whether this night has a version of the table."""
        return name in self.night.pins()

    def files(self, name: str, previous: bool = False) -> list[str]:
        """Part files of the pinned version; with `previous`, of the night before."""
        pins = self._previous_pins() if previous else self.night.pins()
        if name not in pins:
            raise MissingInput(
                f"Night {self.night.label} has no table {name}.", f"Run the stage that writes it: renkou run --date {self.date}."
            )
        if not previous:
            self.receipt.reads[name] = pins[name]
        return self.store.files(name, pins[name])

    def read(self, name: str, table: Table | None = None, previous: bool = False) -> DataFrame:
        """The pinned version as a Spark DataFrame with the declared schema."""
        from jobs.session import read_files

        return read_files(self.spark, self.files(name, previous), (table or table_for(name)).schema)

    def read_arrow(
        self, name: str, table: Table | None = None, columns: list[str] | None = None, previous: bool = False
    ) -> pa.Table:
        """The pinned version in memory, without Spark."""
        files = self.files(name, previous)
        schema = (table or table_for(name)).schema
        if not files:
            empty = schema.empty_table()
            return empty.select(columns) if columns else empty
        return ds.dataset(files, schema=schema).to_table(columns=columns)

    def scan(self, name: str, table: Table | None = None) -> pl.LazyFrame:
        """The pinned version as a lazy polars frame with the declared columns."""
        return scan(self.files(name), table or table_for(name))

    def had(self, name: str) -> bool:
        """Whether the night before pinned the table; False on night one."""
        return name in self._previous_pins()

    def write(self, table: Table, frame: DataFrame, name: str | None = None) -> int:
        """Write a Spark DataFrame as the table's new version; returns its rows."""
        from jobs.session import write_files

        name = name or table.name
        folder = self.store.attempt(name)
        faults.watch(folder)
        write_files(frame, table.schema, folder)
        version, rows = self.store.commit(table, folder, name)
        self.receipt.writes[name] = version
        return rows

    def write_arrow(self, table: Table, data: pa.Table, name: str | None = None, append: bool = False) -> int:
        """Write an Arrow table as a new version, or append to the version of the night before; returns the rows written."""
        name = name or table.name
        faults.watch(self.store.path(name))
        base = self._previous_pins().get(name) if append else None
        version, rows = self.store.write_arrow(table, data, name, base)
        self.receipt.writes[name] = version
        return rows

    def write_polars(self, table: Table, rows: pl.DataFrame) -> int:
        """Write a polars frame as the table's new version; returns its rows. All cores encode it: three times as quick as
        `write_arrow`, for large tables of which every night writes most rows as they were.
        """
        import polars as pl

        declared = cast("pl.DataFrame", pl.from_arrow(table.schema.empty_table())).schema
        rows = rows.select(declared.names())
        if other := [n for n, kind in declared.items() if rows.schema[n] != kind]:
            raise ValueError(f"columns of another type: {other}")  # a cast would tell values where it fails
        folder = self.store.attempt(table.name)
        faults.watch(folder)
        folder.mkdir(parents=True)
        rows.write_parquet(folder / "part-00000.parquet", compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
        version, count = self.store.commit(table, folder)
        self.receipt.writes[table.name] = version
        return count

    def _previous_pins(self) -> dict[str, int]:
        before = self.night.predecessor()
        return dict((before.manifest() or {})["tables"]) if before else {}


def scan(files: list[str], table: Table) -> pl.LazyFrame:
    """Part files as a lazy polars frame; no file is no row."""
    import polars as pl

    if files:
        return pl.scan_parquet(files, hive_partitioning=False).select(table.schema.names)
    empty = pl.from_arrow(table.schema.empty_table())
    assert isinstance(empty, pl.DataFrame)
    return empty.lazy()


def run_step(settings: Settings, night: Night, step: str, work: Callable[[Context], None], **options: Any) -> Receipt:
    """Run one step of a night: void what came after it, do the work, leave the receipt."""
    night.void(step)
    context = Context(settings, night, Receipt(step), options)
    started = time.monotonic()
    work(context)
    context.receipt.seconds = round(time.monotonic() - started, 2)
    faults.point("manifest")
    night.put(context.receipt)
    return context.receipt
