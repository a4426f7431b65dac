"""A table written by polars is, to whoever reads its files, the table that Arrow writes."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import duckdb
import polars as pl
import polars.exceptions
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.context import Context
from jobs.link_changes import CARRIED
from jobs.pool.nights import Night, Receipt
from jobs.settings import Settings
from jobs.tables import LINKS, Table


@pytest.fixture
def context(settings: Settings) -> Context:
    return Context(settings, Night(settings.nights, dt.date(2026, 11, 22)), Receipt("link"))


def some(table: Table) -> pa.Table:
    """Three rows: values, another order of lists and values, and nulls with an empty list."""
    return pa.table([pa.array(_values(field.type), field.type) for field in table.schema], schema=table.schema)


def _values(kind: pa.DataType) -> list[Any]:
    if pa.types.is_list(kind):
        one = _values(kind.value_type)
        return [[one[0], one[1]], [one[1]], []]
    if pa.types.is_string(kind):
        return ["王伟", "a", None]
    if pa.types.is_date(kind):
        return [dt.date(1985, 1, 1), dt.date(2020, 2, 29), None]
    return [True, False, None] if pa.types.is_boolean(kind) else [1, 2, None]


def frame(table: Table) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(some(table)))


@pytest.mark.parametrize("table", CARRIED, ids=lambda t: t.name)
def test_every_reader_sees_the_same_columns_and_rows(context: Context, table: Table) -> None:
    context.write_arrow(table, some(table))
    (by_arrow,) = context.store.files(table.name, context.receipt.writes[table.name])
    assert context.write_polars(table, frame(table).select(reversed(table.schema.names)).with_columns(more=1)) == 3
    (by_polars,) = context.store.files(table.name, context.receipt.writes[table.name])
    assert columns(by_polars) == columns(by_arrow)
    context.night.put(context.receipt)
    assert context.read_arrow(table.name).equals(some(table))
    assert context.scan(table.name).collect().equals(frame(table))
    seen = [duckdb.sql(f"SELECT * FROM '{file}'") for file in (by_arrow, by_polars)]
    assert seen[0].types == seen[1].types and seen[0].fetchall() == seen[1].fetchall()


def columns(file: str) -> list[tuple[str, str, str, int, int]]:
    """Path, types and levels of a Parquet file's columns: what Spark, too, goes by."""
    parquet = pq.ParquetFile(file).schema
    each = (parquet.column(i) for i in range(len(parquet)))
    return [(c.path, c.physical_type, str(c.logical_type), c.max_definition_level, c.max_repetition_level) for c in each]


def test_a_missing_column_or_a_wrong_type_is_an_error_and_no_version(context: Context) -> None:
    with pytest.raises(polars.exceptions.ColumnNotFoundError):
        context.write_polars(LINKS, frame(LINKS).drop("levels"))
    with pytest.raises(ValueError, match=r"another type: \['weight'\]$"):
        context.write_polars(LINKS, frame(LINKS).with_columns(weight=pl.lit("heavy")))
    assert not context.store.exists(LINKS.name) and not context.receipt.writes
