"""What differs from the snapshot before, and the population account per township that explains every usual resident.

Both follow from one comparison: each resident of either night with status, township and what happened to the id. A person
touched by a merge or split counts under `merges` whatever else changed, so that corrections of ours never pass for moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.pool import views
from jobs.tables import BALANCE, CHANGES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOWHERE = "330110999"
"""Township of residents who are present but whose township is unknown (domain §1.3)."""

COMPARISON = f"""
WITH events AS (SELECT * FROM resident_events WHERE date = tonight()),
touched AS (SELECT resident_id FROM events WHERE kind IN ('merged_into', 'split_from', 'retired')
            UNION SELECT other_id FROM events WHERE kind IN ('merged_into', 'split_from') AND other_id <> ''
            UNION SELECT resident_id FROM residents r JOIN previous_residents b USING (resident_id)
                  WHERE (r.not_counted IS NULL) <> (b.not_counted IS NULL)),
a AS (SELECT resident_id, s.status_code, s.status_class, s.counts_usual, coalesce(s.township, '{NOWHERE}') AS township,
             s.dwelling_id, s.rule_id, r.birth_date, r.provisional_of FROM residence s JOIN residents r USING (resident_id)),
b AS (SELECT resident_id, s.status_code, s.status_class, s.counts_usual, coalesce(s.township, '{NOWHERE}') AS township,
             s.dwelling_id, r.provisional_of FROM previous_residence s JOIN previous_residents r USING (resident_id))
SELECT coalesce(a.resident_id, b.resident_id) AS resident_id, a.resident_id IS NOT NULL AS here, b.resident_id IS NOT NULL AS was,
       coalesce(a.counts_usual, false) AS usual, coalesce(b.counts_usual, false) AS was_usual,
       a.status_code, b.status_code AS status_before, a.status_class, b.status_class AS class_before,
       a.township, b.township AS township_before, a.rule_id, a.birth_date,
       a.provisional_of, b.provisional_of AS provisional_before,
       a.dwelling_id IS DISTINCT FROM b.dwelling_id OR a.township IS DISTINCT FROM b.township AS moved,
       coalesce(a.resident_id, b.resident_id) IN (SELECT resident_id FROM touched) AS touched
FROM a FULL JOIN b USING (resident_id)
"""

CHANGE_ROWS = """
WITH c AS (FROM comparison), e AS (
  SELECT resident_id, min(kind) AS kind, min(other_id) AS other_id, min(reason) AS reason FROM resident_events
  WHERE date = tonight() AND kind IN ('created', 'merged_into', 'split_from', 'retired') GROUP BY resident_id)
SELECT resident_id, CASE WHEN e.kind = 'split_from' THEN 'split' ELSE 'added' END AS kind, NULL AS before, status_code AS after,
       coalesce(e.reason, 'first seen') AS reason
FROM c LEFT JOIN e USING (resident_id) WHERE here AND NOT was
UNION ALL
SELECT resident_id, CASE WHEN e.kind = 'merged_into' THEN 'merged' ELSE 'removed' END, status_before, NULL,
       CASE WHEN e.kind = 'merged_into' THEN 'into ' || e.other_id || ': ' ELSE '' END || coalesce(e.reason, 'no event')
FROM c LEFT JOIN e USING (resident_id) WHERE was AND NOT here
UNION ALL
SELECT resident_id, 'status', status_before, status_code, rule_id FROM c WHERE here AND was AND status_code <> status_before
UNION ALL
SELECT resident_id, 'provisional', provisional_before, provisional_of, 'likely one person' FROM c
WHERE here AND was AND provisional_of IS DISTINCT FROM provisional_before
UNION ALL
SELECT resident_id, 'address', township_before, township, rule_id FROM c WHERE here AND was AND moved
"""

FLOWS = """
WITH flows AS (
  SELECT township_before AS township, -1 AS n,
         CASE WHEN touched OR NOT here THEN 'merges' WHEN usual THEN 'moved_out' WHEN status_class = 'D' THEN 'deaths'
              ELSE 'departures' END AS flow
  FROM comparison WHERE was_usual AND (NOT usual OR township <> township_before)
  UNION ALL
  SELECT township, 1,
         CASE WHEN touched THEN 'merges' WHEN was_usual THEN 'moved_in'
              WHEN NOT was AND birth_date > tonight() - 365 THEN 'births' ELSE 'arrivals' END
  FROM comparison WHERE usual AND (NOT was_usual OR township <> township_before)),
sums AS (
  SELECT township, count(*) FILTER (flow = 'births') AS births, count(*) FILTER (flow = 'arrivals') AS arrivals,
         count(*) FILTER (flow = 'moved_in') AS moved_in, count(*) FILTER (flow = 'deaths') AS deaths,
         count(*) FILTER (flow = 'departures') AS departures, count(*) FILTER (flow = 'moved_out') AS moved_out,
         coalesce(sum(n) FILTER (flow = 'merges'), 0) AS merges
  FROM flows GROUP BY township),
opening AS (SELECT township, after AS before FROM previous_balance),
closing AS (SELECT coalesce(township, '330110999') AS township, count(*) AS after FROM residence WHERE counts_usual GROUP BY ALL)
SELECT township, coalesce(before, 0) AS before, coalesce(births, 0) AS births, coalesce(arrivals, 0) AS arrivals,
       coalesce(moved_in, 0) AS moved_in, coalesce(deaths, 0) AS deaths, coalesce(departures, 0) AS departures,
       coalesce(moved_out, 0) AS moved_out, coalesce(merges, 0) AS merges, coalesce(after, 0) AS after,
       coalesce(after, 0) - coalesce(before, 0) - coalesce(births, 0) - coalesce(arrivals, 0) - coalesce(moved_in, 0)
       + coalesce(deaths, 0) + coalesce(departures, 0) + coalesce(moved_out, 0) - coalesce(merges, 0) AS residual
FROM closing FULL JOIN opening USING (township) FULL JOIN sums USING (township)
"""

NEEDS = ("residents", "residence", "resident_events")
PREVIOUS = ("residents", "residence", "balance")


def compare(con: DuckDBPyConnection) -> None:
    """Make the comparison from the views named in NEEDS and PREVIOUS; both functions below read it."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE comparison AS {COMPARISON}")


def changes(con: DuckDBPyConnection) -> pa.Table:
    """Rows of CHANGES; none without a night before, where everything would be new."""
    return views.arrow(con, f"SELECT * FROM ({CHANGE_ROWS}) WHERE has_baseline() ORDER BY ALL").cast(CHANGES.schema)


def balance(con: DuckDBPyConnection) -> pa.Table:
    """Rows of BALANCE: `before` as published then, `after` counted anew, flows person by person; residual zero.

    On night one everybody arrives: the account opens at zero.
    """
    table = views.arrow(con, f"SELECT * FROM ({FLOWS}) ORDER BY township")
    return table.select(BALANCE.schema.names).cast(BALANCE.schema)
