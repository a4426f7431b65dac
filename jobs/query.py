"""`renkou query`: one SELECT on the current snapshot, read-only, with everything outside the snapshots locked away."""

from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.errors import UserError
from jobs.pool import current
from jobs.privacy import redact
from jobs.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Answer = tuple[list[str], list[tuple[Any, ...]]]


def query(settings: Settings, sql: str) -> Answer:
    """Columns and rows of one SELECT. A stale pool is announced on stderr; errors are UserError without any value."""
    current.require(settings.pool)
    notice = current.notice(settings.pool)
    if notice:
        print(notice, file=sys.stderr)
    con = open_locked(settings.pool)
    try:
        _only_select(sql)
        result = con.execute(sql)
        return [d[0] for d in result.description], result.fetchall()
    except con_errors() as error:
        raise UserError(_sentence(error), 'See the tables with: renkou query "SHOW TABLES".') from None
    finally:
        con.close()


def open_locked(pool: Path) -> DuckDBPyConnection:
    """The catalog, read-only: no file outside the snapshots, no extension, no setting can be reached or changed.

    The order matters: the allowed folder can only be named before outside access is closed (ADR 0004).
    """
    import duckdb

    con = duckdb.connect(
        str(pool / "catalog.duckdb"),
        read_only=True,
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
    )
    folder = str(pool / "snapshots").replace("'", "''")
    con.execute(f"SET allowed_directories = ['{folder}']")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


def con_errors() -> tuple[type[Exception], ...]:
    """What DuckDB raises."""
    import duckdb

    return (duckdb.Error,)


def _only_select(sql: str) -> None:
    """One SELECT (also WITH, FROM, DESCRIBE, SHOW, SUMMARIZE): COPY and EXPLAIN ANALYZE COPY would write into the snapshots."""
    import duckdb

    statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UserError("Only one SELECT can be asked.", "Begin with SELECT, FROM, WITH, SHOW, DESCRIBE or SUMMARIZE.")


def _sentence(error: Exception) -> str:
    """What was wrong, without values: errors of data name only their kind, errors of the text keep names of columns."""
    import duckdb

    kind = type(error).__name__.removesuffix("Exception")
    if not isinstance(error, duckdb.ParserException | duckdb.BinderException | duckdb.CatalogException):
        return f"The query failed ({kind}) on some value, which is not shown."
    text = str(error).split("\nLINE")[0].split("\n\nLINE")[0]
    text = re.sub(r"'[^']*('|$)", "'…'", text, flags=re.DOTALL)  # an unclosed text runs to the end
    return re.sub(r"\s+", " ", redact(text)).strip().rstrip(".") + "."


def as_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """The answer as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().rstrip("\n")


def as_table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """The answer as aligned columns; Chinese characters count two cells wide."""
    cells = [[_text(v) for v in row] for row in rows]
    widths = [max([_width(c), *(_width(r[i]) for r in cells)]) for i, c in enumerate(columns)]
    numeric = [bool(rows) and all(isinstance(r[i], int | float) or r[i] is None for r in rows) for i in range(len(columns))]
    lines = [columns, ["─" * w for w in widths], *cells]
    return "\n".join("  ".join(_pad(c, w, n) for c, w, n in zip(line, widths, numeric, strict=True)).rstrip() for line in lines)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _width(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
