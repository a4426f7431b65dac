"""Figures counted from a night's tables: small frames that suites judge beside the tables themselves.

A figure is a query (jobs/quality/sql) over views of the pinned versions. It returns one row a department's table, one a
township, or one in all; columns named `examples` hold opaque ids, never personal values. Figures of change return null
where there is no night before: "no baseline".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from jobs.context import Context
from jobs.departments.contract import FOLDER as CONTRACTS
from jobs.departments.contract import all_contracts
from jobs.pool import views
from jobs.pool.nights import sealed
from jobs.tables import BALANCE, DELIVERIES, SOURCE_ROWS, table_for

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = Path(__file__).parent / "sql"
TEXT, WHOLE, NUMBER, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
CONTRACT_TABLES = pa.schema(
    [
        *((name, TEXT) for name in ("dept", "source_table", "mode", "due")),
        *((name, NUMBER) for name in ("min", "max")),
        *((name, FLAG) for name in ("stop", "mentions", "by_part")),
        *((name, WHOLE) for name in ("carry_days", "width")),
    ]
)
HISTORY_NIGHTS = 28
"""How many nights back a median looks."""


@dataclass(frozen=True)
class Figure:
    """One query. `needs` names pinned tables, `previous` those of the night before (empty views on night one)."""

    name: str
    meaning: str
    sql: str
    needs: tuple[str, ...]
    previous: tuple[str, ...]


@cache
def registry() -> dict[str, Figure]:
    """All figures by name, each a file of jobs/quality/sql that begins with its meaning and what it reads."""
    return {file.stem: _figure(file) for file in sorted(FOLDER.glob("*.sql"))}


def _figure(file: Path) -> Figure:
    text = file.read_text(encoding="utf-8")
    comments = [line.removeprefix("-- ") for line in text.splitlines() if line.startswith("-- ")]
    named = dict(c.split(": ", 1) for c in comments[1:])

    def tables(kind: str) -> tuple[str, ...]:
        return tuple(n.strip() for n in named.get(kind, "").split(",") if n.strip())

    return Figure(file.stem, comments[0], text, tables("needs"), tables("previous"))


class Figures:
    """Counts figures for one night. `files` adds views of a snapshot under construction."""

    def __init__(self, context: Context, files: dict[str, list[str]] | None = None) -> None:
        self.context = context
        self._added: set[str] = set()
        self.files = files or {}

    @cached_property
    def con(self) -> DuckDBPyConnection:
        """The connection; helper views stand in it from the start."""
        con = views.connection(self.context.settings.home / "state" / "duckdb")
        has = self.context.night.predecessor() is not None
        con.execute(f"CREATE MACRO tonight() AS DATE '{self.context.date}'")
        con.execute(f"CREATE MACRO has_baseline() AS {str(has).lower()}")
        con.execute(f"CREATE MACRO district() AS {self.residents or 'NULL'}::DOUBLE")
        contracts = Path(self.context.options.get("contracts") or CONTRACTS)
        views.add_rows(con, "contract_tables", CONTRACT_TABLES, contract_rows(contracts))
        for name, files in self.files.items():
            con.execute(f'CREATE VIEW "{name}" AS SELECT * FROM {views.scan(files)}')
        return con

    @cached_property
    def residents(self) -> float | None:
        """Residents of the district, as the installation's sources file states them; bounds are per 1,000 of these."""
        file = self.context.settings.sources
        stated = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("residents") if file.exists() else None
        return float(stated) if stated else None

    def table(self, name: str) -> pa.Table:
        """One figure as an Arrow table, ordered by its columns."""
        figure = registry()[name]
        self.prepare(figure.needs, figure.previous)
        return views.arrow(self.con, f"SELECT * FROM (\n{figure.sql}\n) ORDER BY ALL")

    def frame(self, name: str) -> Any:
        """One figure as a pandas frame."""
        return self.table(name).to_pandas()

    def one(self, sql: str) -> Any:
        """The single value a query returns."""
        row = self.con.execute(sql).fetchone()
        return row[0] if row else None

    def prepare(self, needs: tuple[str, ...], previous: tuple[str, ...] = ()) -> None:
        """Make the views these tables are read by."""
        for name in needs:
            self._once(name, lambda n=name: self._view(n))
        for name in previous:
            self._once(f"previous_{name}", lambda n=name: self._previous(n))

    def _once(self, name: str, make: Any) -> None:
        if name not in self._added:
            self._added.add(name)
            make()

    def _view(self, name: str) -> None:
        combined = {"deliveries/*": self._deliveries, "source_current/*": self._source_rows, "history": self._history}
        if name in combined:
            combined[name]()
        elif name == "file_columns":
            self._file_columns()
        elif name == "told":
            self._told()
        else:
            views.add_view(self.con, views.view_name(name), self.context.files(name), table_for(name).schema)

    def _previous(self, name: str) -> None:
        """A table of the night before; a column declared since stands in no file of then and is left out."""
        files = self.context.files(name, previous=True) if self.context.had(name) else []
        schema = table_for(name).schema
        if files:
            stand = set(pq.read_schema(files[0]).names)
            schema = pa.schema([f for f in schema if f.name in stand])
        views.add_view(self.con, f"previous_{views.view_name(name)}", files, schema)

    def _deliveries(self) -> None:
        files = [f for name in self.context.pinned("deliveries/") for f in self.context.files(name)]
        views.add_view(self.con, "deliveries", files, DELIVERIES.schema)

    def _source_rows(self) -> None:
        """All source_current tables as one view with department and table; values only as their number."""
        arms = []
        for name in self.context.pinned("source_current/"):
            _, dept, table = name.split("/")
            files = self.context.files(name)
            if files:
                origin = f"{views.literal(dept)} AS dept, {views.literal(table)} AS source_table"
                columns = 'source_key, delivery_id, known_from, closed_on, len("values") AS width'
                arms.append(f"SELECT {origin}, {columns} FROM {views.scan(files)}")
        kept = {"source_key", "delivery_id", "known_from", "closed_on"}
        empty = pa.schema(
            [
                ("dept", TEXT),
                ("source_table", TEXT),
                *(f for f in SOURCE_ROWS.schema if f.name in kept),
                ("width", WHOLE),
            ]
        )
        self.con.register("no_source_rows", empty.empty_table())
        self.con.execute("CREATE VIEW source_rows AS " + " UNION ALL BY NAME ".join([*arms, "SELECT * FROM no_source_rows"]))

    def _history(self) -> None:
        """`history`: deaths a night in the last nights that had a night before them."""
        nights = [n for n in sealed(self.context.settings.nights) if n.date < self.context.date][1:][-HISTORY_NIGHTS:]
        rows = []
        for night in nights:
            version = night.pins().get("balance")
            if version is not None:
                self.con.execute("DROP VIEW IF EXISTS one_balance")
                told = pa.schema([BALANCE.schema.field("deaths")])
                views.add_view(self.con, "one_balance", self.context.store.files("balance", version), told)
                rows.append({"date": night.date, "deaths": float(self.one("SELECT coalesce(sum(deaths), 0) FROM one_balance"))})
        views.add_rows(self.con, "history", pa.schema([("date", pa.date32()), ("deaths", NUMBER)]), rows)

    def _file_columns(self) -> None:
        """`file_columns`: columns that really stand in the part files, and whether the table declares them."""
        rows = []
        for name in self.context.night.pins():
            if name.split("/")[0] in ("records", "signs", "ties", "source_current", "residents", "residence"):
                declared = set(table_for(name).schema.names)
                for file in self.context.files(name):
                    rows += [{"name": name, "column": c, "declared": c in declared} for c in pq.read_schema(file).names]
        views.add_rows(self.con, "file_columns", pa.schema([("name", TEXT), ("column", TEXT), ("declared", FLAG)]), rows)

    def _told(self) -> None:
        """`told`: rows read and rejected per table, as the receipt of standardize says."""
        receipt = self.context.night.receipt("standardize")
        notes = receipt.notes.get("tables", {}) if receipt else {}
        rows = [{"dept": t.split(".")[0], "source_table": t.split(".")[1], **counts} for t, counts in notes.items()]
        schema = pa.schema([("dept", TEXT), ("source_table", TEXT), ("rows", WHOLE), ("rejected", WHOLE)])
        views.add_rows(self.con, "told", schema, rows)


def contract_rows(folder: Path) -> Iterator[dict[str, object]]:
    """What the contracts promise of each table. A table that `mentions` nobody proves things of other tables' records, or
    nothing (a list of houses); tables delivered `by_part` (a workbook a school) come in full only part by part."""
    for dept, contract in all_contracts(folder).items():
        for name, spec in contract.tables.items():
            yield {
                "dept": dept, "source_table": name, "mode": spec.mode, "due": spec.due, "min": spec.rows.min,
                "max": spec.rows.max, "stop": spec.late.stop, "carry_days": spec.late.carry_days, "width": len(spec.columns),
                "mentions": bool(spec.records), "by_part": spec.scope is not None,
            }  # fmt: skip
