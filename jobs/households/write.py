"""Write the night's dwellings, households, members and ties: part of the residence stage, right after the statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from jobs.context import scan
from jobs.households import parameters
from jobs.households.rows import living
from jobs.households.stated import Night, stated
from jobs.tables import DWELLINGS, HOUSEHOLD_MEMBERS, HOUSEHOLDS, RESIDENT_TIES, table_for

if TYPE_CHECKING:
    from jobs.context import Context


def write(context: Context, household_size: int) -> dict[str, int]:
    """Read tonight's residents, statuses, records and ties; write the four tables; give their rows for the receipt.

    More people than `household_size` at one dwelling are group quarters.
    """
    night = Night(context.date, **{name: _scan(context, name) for name in Night._fields[1:]})
    made = living(stated(night), _before(context), context.date, household_size, parameters.load())
    tables = (DWELLINGS, HOUSEHOLDS, HOUSEHOLD_MEMBERS, RESIDENT_TIES)
    for table, frame in zip(tables, made, strict=True):
        context.write_arrow(table, frame.select(table.schema.names).to_arrow(compat_level=pl.CompatLevel.oldest()))
    return {table.name: frame.height for table, frame in zip(tables, made, strict=True)}


def _scan(context: Context, name: str) -> pl.LazyFrame:
    """A table of the night; what this very step has just written is pinned only when it ends."""
    written = context.receipt.writes.get(name)
    return context.scan(name) if written is None else scan(context.store.files(name, written), table_for(name))


def _before(context: Context) -> pl.DataFrame:
    """Last night's members."""
    columns = ["resident_id", "household_id", "since"]
    if not context.had(HOUSEHOLD_MEMBERS.name):
        return pl.DataFrame(schema={"resident_id": pl.String, "household_id": pl.String, "since": pl.Date})
    frame = pl.from_arrow(context.read_arrow(HOUSEHOLD_MEMBERS.name, columns=columns, previous=True))
    assert isinstance(frame, pl.DataFrame)
    return frame
