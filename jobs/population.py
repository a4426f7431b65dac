"""`renkou population`: how many lived here on a date, by what was known on another; by township or by status."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

from jobs.cleaning.divisions import table as divisions
from jobs.errors import UserError
from jobs.pool import current
from jobs.query import open_locked
from jobs.residence.codes import CODES, NOWHERE
from jobs.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WIDTH = 80
BY = {"township": "township", "status": "status_code"}
COLUMNS = ("usual", "present", "hukou", "persons")
Counted = tuple[str, int, int, int, int]


def population(settings: Settings, as_of: dt.date | None, known: dt.date | None, by: str) -> tuple[dict[str, Any], list[Counted]]:
    """What was asked (dates filled in) and per township or status: usual, present, registered residents, persons in all.

    Without `as_of` the current snapshot's date, without `known` everything known by now. UserError where nothing was known.
    """
    held = current.require(settings.pool)
    asked = as_of or dt.date.fromisoformat(str(held["date"]))
    con = open_locked(settings.pool)
    try:
        newest = _bounds(con, asked, known)
        rows = con.execute(
            f"SELECT coalesce({BY[by]}, '') AS what, count(*) FILTER (counts_usual), count(*) FILTER (counts_present),"
            f" count(*) FILTER (counts_hukou), count(*) FROM population_as_of(?, ?) GROUP BY what ORDER BY what",
            [asked, known or newest],
        ).fetchall()
    finally:
        con.close()
    if current.notice(settings.pool):
        print(current.notice(settings.pool), file=sys.stderr)
    return {"as_of": asked, "known": known or newest, "by": by}, rows


def _bounds(con: DuckDBPyConnection, as_of: dt.date, known: dt.date | None) -> dt.date:
    """The newest date on which something became known. A date cannot be asked before its own night, nor before the first."""
    if not con.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = 'status_history'").fetchall()[0][0]:
        raise UserError("The pool has no history yet.", "Publish a night with this version: renkou run --date YYYY-MM-DD.")
    first, newest, begun = con.execute("SELECT min(known_from), max(known_from), min(true_from) FROM status_history").fetchall()[
        0
    ]
    if as_of < begun or (known and known < first):
        raise UserError(f"The history begins with business date {begun}, known on {first}.", "Ask for that date or a later one.")
    if known and known < as_of:
        raise UserError(f"On {known} the status of {as_of} was not known yet.", "Give --known the same date or a later one.")
    return max(newest, as_of)


def page(asked: dict[str, Any], rows: list[Counted]) -> str:
    """The answer in 80 columns, Chinese and English."""
    from rich.cells import cell_len, set_cell_size

    by = "镇街 township" if asked["by"] == "township" else "状态 status"
    lines = [
        f"{asked['as_of']} 的人口，按 {asked['known']} 所知 · Population as of {asked['as_of']},",
        f"as known on {asked['known']}. 一人一计 one person, one row.",
        "",
        set_cell_size(by, 44) + "".join(" " * (9 - cell_len(h)) + h for h in ("常住", "实有", "户籍", "全部")),
        set_cell_size("", 44) + "".join(f"{h:>9}" for h in COLUMNS),
    ]
    total = [sum(int(r[i]) for r in rows) for i in range(1, 5)]
    for what, *counts in [*rows, ("Σ", *total)]:
        lines.append(set_cell_size(_named(str(what), asked["by"]), 44) + "".join(f"{n:>9,}" for n in counts))
    return "\n".join(line.rstrip() for line in lines)


def _named(what: str, by: str) -> str:
    if by == "status":
        return f"{what} {CODES[what].zh}" if what in CODES else what
    if what == NOWHERE:
        return f"{what} 镇街不明 unknown"
    return f"{what} {divisions()[what].name}" if what in divisions() else what or "不在区 not living here"


def as_csv(asked: dict[str, Any], rows: list[Counted]) -> str:
    """The same as CSV with a header; both dates stand in every row."""
    from jobs import query

    columns = ["as_of", "known", asked["by"], *COLUMNS]
    return query.as_csv(columns, [(asked["as_of"], asked["known"], *row) for row in rows])
