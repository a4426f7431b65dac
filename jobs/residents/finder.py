"""Rows of a finished night's tables, read without Spark: what people ask about residents is answered from these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from jobs.errors import UserError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow.compute as pc

    from jobs.pool.nights import Night
    from jobs.settings import Settings


def finished_night(settings: Settings, date: dt.date | None = None) -> Night:
    """The newest finished night, or the one of that date; UserError when there is none."""
    from jobs.pool.nights import sealed

    found = [n for n in sealed(settings.nights) if date in (None, n.date)]
    if not found:
        when = f" of {date}" if date else ""
        raise UserError(f"There is no finished night{when}.", "List them with: renkou nights.")
    return found[-1]


class Finder:
    """Rows of the night's tables by a column's values; only matching rows are read into memory."""

    def __init__(self, settings: Settings, night: Night) -> None:
        from jobs.context import Context
        from jobs.pool.nights import Receipt

        self.night = night
        self.context = Context(settings, night, Receipt("explain"))

    def __call__(self, name: str, column: str, values: Iterable[str]) -> list[dict[str, Any]]:
        """Rows as dictionaries; a table that the night lacks has none."""
        import pyarrow as pa
        import pyarrow.dataset as ds

        wanted = sorted(values)
        if not wanted:
            return []
        return list(self.frame(name, where=ds.field(column).isin(pa.array(wanted, pa.string()))).to_dicts())

    def frame(self, name: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None) -> pl.DataFrame:
        """Columns of the rows for which `where` holds; a table that the night lacks has no rows."""
        import polars as pl
        import pyarrow.dataset as ds

        from jobs.tables import table_for

        schema = table_for(name).schema
        chosen = list(columns) if columns else schema.names
        files = self.context.files(name) if self.context.has(name) else []
        found = ds.dataset(files, schema=schema).to_table(chosen, filter=where) if files else schema.empty_table().select(chosen)
        made = pl.from_arrow(found)
        assert isinstance(made, pl.DataFrame)
        return made
