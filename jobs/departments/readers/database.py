"""Databases over SQLAlchemy: SQLite, PostgreSQL, MariaDB, by changing only the URL.

Only the taken columns are ever selected. A URL with `{date}` names one file a business date (the sample's SQLite files,
each as the delta view of that night would show it); without it the live view is asked for what changed since the last
delivery, some days of overlap included. Errors never print SQL, parameters or values.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from jobs.departments.delivery import Delivered, Offer, Request, Taken, in_order, text_table
from jobs.departments.drift import Choice, choose

BATCH = 10_000


class DatabaseReader:
    """Reads views and tables."""

    def offers(self, request: Request, taken: Taken) -> list[Offer]:
        """One file a date, or tonight's window of a live view."""
        address, source = request.source.address, request.spec.source
        if "{date}" in address:
            dates = [d for d in _dates(address) if d <= request.night and d not in taken.files]
            return [Offer(d, (f"{Path(_file(address, d)).name}:{source}",)) for d in sorted(dates)]
        since = taken.last - dt.timedelta(days=request.spec.overlap_days) if taken.last else None
        if request.spec.mode == "full" or request.spec.updated is None:
            since = None
        if taken.last is not None and request.night <= taken.last:
            return []
        return [Offer(request.night, (source,), since=since)]

    def read(self, request: Request, offer: Offer) -> Delivered:
        """The rows of one delivery, ordered by version and key so that positions do not depend on the server."""
        with _connection(request, offer) as connection:
            table, choice = _table(request, connection)
            statement = _statement(request, offer, table, choice)
            names = list(request.spec.columns)
            result = connection.execution_options(stream_results=True, max_row_buffer=BATCH).execute(statement)
            batches = [
                text_table(names, (pa.array(c, pa.string()) for c in zip(*rows, strict=True)))
                for rows in result.partitions(BATCH)
            ]
        schema = pa.schema([pa.field(n, pa.string()) for n in names])
        rows = _ordered(request, pa.concat_tables(batches) if batches else schema.empty_table())
        return in_order(offer, rows, choice.drift, choice.dropped)


def _ordered(request: Request, rows: pa.Table) -> pa.Table:
    keys = [k for k in (request.spec.updated, *request.spec.key) if k]
    order = pc.sort_indices(rows.select(list(dict.fromkeys(keys))), sort_keys=[(k, "ascending") for k in dict.fromkeys(keys)])
    sorted_already = pc.all(pc.equal(order, pa.array(range(rows.num_rows), pa.uint64()))).as_py()
    return rows if sorted_already else rows.take(order)


def _dates(address: str) -> list[dt.date]:
    """Business dates for which a file stands where the URL's `{date}` is."""
    path = Path(_path(address))
    pattern = re.escape(path.name).replace(re.escape("{date}"), r"(\d{4}-\d{2}-\d{2})")
    if not path.parent.is_dir():
        return []
    found = (re.fullmatch(pattern, p.name) for p in path.parent.iterdir())
    return [dt.date.fromisoformat(m.group(1)) for m in found if m]


def _path(address: str) -> str:
    return address.partition(":///")[2].partition("?")[0]


def _file(address: str, date: dt.date) -> str:
    return _path(address).replace("{date}", date.isoformat())


@contextmanager
def _connection(request: Request, offer: Offer) -> Iterator[sa.Connection]:
    """A connection whose every failure becomes one sentence; SQLite files are opened read-only and never created."""
    address = request.source.address.replace("{date}", offer.date.isoformat())
    if address.startswith("sqlite"):
        address = f"sqlite:///file:{_path(address)}?mode=ro&uri=true"
    engine = None
    try:
        engine = sa.create_engine(address, hide_parameters=True, poolclass=sa.NullPool)
        with engine.connect() as connection:
            yield connection
    except (sa.exc.SQLAlchemyError, UnicodeError, ImportError, ValueError) as error:
        cause = getattr(error, "orig", None) or error
        raise request.held(
            f"database {offer.names[0]} cannot be read ({type(cause).__name__})",
            "See that the server, the account and the view are there, then run again.",
        ) from None
    finally:
        if engine is not None:
            engine.dispose()


def _table(request: Request, connection: sa.Connection) -> tuple[sa.TableClause, Choice]:
    """The view and its columns by their own spelling: servers fold case each in their own way."""
    inspector = sa.inspect(connection)
    wanted = request.spec.source
    names = [*inspector.get_view_names(), *inspector.get_table_names()]
    found = [n for n in names if n == wanted] or [n for n in names if n.upper() == wanted.upper()]
    if not found:
        raise request.held(f"the database has no view or table {wanted}", "Ask the department, or mend `source` in the contract.")
    columns = [c["name"] for c in inspector.get_columns(found[0])]
    choice = choose(request, columns, wanted, fold=True)
    return sa.table(found[0], *(sa.column(c) for c in columns)), choice


def _statement(request: Request, offer: Offer, table: sa.TableClause, choice: Choice) -> Any:
    spec = request.spec
    delivered = list(table.columns)
    taken = [delivered[i] for i in choice.indices]
    statement: Any = sa.select(*(sa.cast(c, sa.String).label(f"c{i}") for i, c in enumerate(taken))).select_from(table)
    if offer.since is not None and spec.updated is not None:
        column = taken[list(spec.columns).index(spec.updated)]
        statement = statement.where(column >= _bound(request, offer.since))
    return statement


def _bound(request: Request, since: dt.date) -> Any:
    """The window's start as the column holds it: text in the contract's format, or a timestamp."""
    form = request.spec.format
    start = dt.datetime.combine(since, dt.time())
    if form.get("updated_type", "text") == "timestamp":
        return sa.bindparam(None, start, sa.DateTime())
    return sa.bindparam(None, start.strftime(form.get("updated_format", "%Y-%m-%d %H:%M:%S")), sa.String())
