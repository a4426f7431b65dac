"""Rows a night adds to `status_history`: only what differs from what was believed of its business date (ADR 0008).

Belief of a date is, per resident, the newest row whose `true_from` is not after it. A night that is published behind a later
one (a revision, a late backfill) corrects its own date only: what later nights said is said again at the next of them.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.pool import views
from jobs.tables import STATUS_HISTORY

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from jobs.context import Context

NAME = STATUS_HISTORY.name
FILES = 60
"""Part files after which the log is written anew as one."""

_STATE = "status_code, counts_usual, counts_present, counts_hukou, township, same_as"
_STRUCT = ", ".join(f"'{c}': {c}" for c in _STATE.split(", "))
_ABSENT = (
    "{'status_code': NULL, 'counts_usual': false, 'counts_present': false, 'counts_hukou': false, 'township': NULL, 'same_as': "
)

_NEW = f"""
CREATE OR REPLACE TEMP TABLE said AS
WITH tonight AS (
  SELECT resident_id, {{{_STRUCT.replace("'same_as': same_as", "'same_as': provisional_of")}}} AS s, rule_id
  FROM residence JOIN residents USING (resident_id)),
gone AS (SELECT resident_id, min(other_id) AS into_id FROM resident_events
         WHERE date = $date AND kind = 'merged_into' GROUP BY resident_id),
believed AS (SELECT resident_id, arg_max({{{_STRUCT}}}, (true_from, seq)) AS s FROM log WHERE true_from <= $date GROUP BY ALL)
SELECT coalesce(t.resident_id, b.resident_id) AS resident_id, $date AS true_from, t.rule_id,
       coalesce(t.s, {_ABSENT}g.into_id}}) AS s
FROM tonight t FULL JOIN believed b USING (resident_id) LEFT JOIN gone g ON g.resident_id = b.resident_id
WHERE CASE WHEN t.resident_id IS NULL THEN b.s.status_code IS NOT NULL ELSE b.s IS DISTINCT FROM t.s END
"""

_AGAIN = f"""
WITH later AS (
  SELECT resident_id, arg_max({{{_STRUCT}, 'rule_id': rule_id}}, (true_from, seq)) AS s, max(true_from) AS since
  FROM log WHERE true_from <= $next AND resident_id IN (SELECT resident_id FROM said) GROUP BY ALL)
SELECT resident_id, $next AS true_from, l.s.rule_id AS rule_id, coalesce(l.s, {_ABSENT}NULL, 'rule_id': NULL}}) AS s
FROM said LEFT JOIN later l USING (resident_id) WHERE l.since IS NULL OR l.since < $next
"""


class Sealed(NamedTuple):
    """What the sealed nights tell of the log: its newest version, and the business dates published since it began."""

    version: int | None
    dates: tuple[dt.date, ...]

    @classmethod
    def of(cls, nights: Path) -> Sealed:
        """From all manifests, superseded revisions too: whatever was published stays in the log."""
        found = [json.loads(f.read_text(encoding="utf-8")) for f in nights.glob("*/*/manifest.json")]
        having = [m for m in found if NAME in m["tables"]]
        kept = {m["date"]: m["tables"][NAME] for m in sorted(having, key=lambda m: m["revision"])}
        return cls(max(kept.values(), default=None), tuple(sorted(dt.date.fromisoformat(d) for d in kept)))

    def known_from(self, date: dt.date) -> dt.date:
        """When a night published now becomes known: on its date; behind others, on the day after the newest of them.

        So whatever was known up to a published date never changes.
        """
        newest = max(self.dates, default=None)
        return date if newest is None or newest < date else newest + dt.timedelta(days=1)

    def following(self, date: dt.date) -> dt.date | None:
        """The next business date already published."""
        return min((d for d in self.dates if d > date), default=None)


def add(context: Context, con: DuckDBPyConnection) -> int:
    """Bring the log up to this night, which the receipt then pins; returns the rows it added.

    `con` has the views residents, residence and resident_events of the night.
    """
    sealed = Sealed.of(context.settings.nights)
    files = context.store.files(NAME, sealed.version) if sealed.version is not None else []
    views.add_view(con, "log", files, STATUS_HISTORY.schema)
    rows = new_rows(con, context.date, context.night.label, sealed)
    if sealed.version is not None and not rows.num_rows:
        context.receipt.writes[NAME] = sealed.version
        return 0
    whole = len(files) >= FILES
    data = pa.concat_tables([*(pq.read_table(f, schema=STATUS_HISTORY.schema) for f in files), rows]) if whole else rows
    version, _ = context.store.write_arrow(STATUS_HISTORY, data, base=None if whole else sealed.version)
    context.receipt.writes[NAME] = version
    return rows.num_rows


def new_rows(con: DuckDBPyConnection, date: dt.date, night: str, sealed: Sealed) -> pa.Table:
    """What this night says that nobody said before, and what must be said again behind it. Views: log and those of `add`."""
    con.execute(_NEW, {"date": date})
    following = sealed.following(date)
    again = f"UNION ALL ({_AGAIN})" if following else ""
    arguments = {"night": night, "known": sealed.known_from(date)} | ({"next": following} if following else {})
    told = con.execute(
        f"SELECT resident_id, true_from, CAST($known AS DATE) AS known_from, (SELECT coalesce(max(seq), 0) + 1 FROM log) AS seq,"
        f" $night AS night, s.status_code, s.counts_usual, s.counts_present, s.counts_hukou, s.township, rule_id, s.same_as"
        f" FROM (SELECT resident_id, true_from, rule_id, s FROM said {again}) ORDER BY resident_id, true_from",
        arguments,
    ).to_arrow_table()
    return told.cast(STATUS_HISTORY.schema)
