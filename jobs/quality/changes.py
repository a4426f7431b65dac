"""What differs from the snapshot before, resident by resident.

Changes and the population account (jobs/quality/account.py) follow from one comparison: each resident of either night with
status, township and what happened to the id. One touched by a merge or split is `touched` whatever else changed, so that
corrections of ours never pass for moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.pool import views
from jobs.quality import account
from jobs.tables import CHANGES

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
             s.dwelling_id, s.rule_id, s.nature, r.birth_date, r.provisional_of FROM residence s JOIN residents r USING (resident_id)),
b AS (SELECT resident_id, s.status_code, s.status_class, s.counts_usual, coalesce(s.township, '{NOWHERE}') AS township,
             s.dwelling_id, s.nature, r.provisional_of FROM previous_residence s JOIN previous_residents r USING (resident_id))
SELECT coalesce(a.resident_id, b.resident_id) AS resident_id, a.resident_id IS NOT NULL AS here, b.resident_id IS NOT NULL AS was,
       coalesce(a.counts_usual, false) AS usual, coalesce(b.counts_usual, false) AS was_usual,
       a.status_code, b.status_code AS status_before, a.status_class, b.status_class AS class_before,
       a.township, b.township AS township_before, a.nature, b.nature AS nature_before, a.rule_id, a.birth_date,
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
UNION ALL
SELECT resident_id, 'account', before, after, class FROM account
"""

NEEDS = ("residents", "residence", "resident_events")
PREVIOUS = ("residents", "residence", "balance")


def compare(con: DuckDBPyConnection) -> None:
    """Make the comparison from the views named in NEEDS and PREVIOUS, and the account's classes from it."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE comparison AS {COMPARISON}")
    account.classify(con)


def changes(con: DuckDBPyConnection) -> pa.Table:
    """Rows of CHANGES; none without a night before, where everything would be new."""
    return views.arrow(con, f"SELECT * FROM ({CHANGE_ROWS}) WHERE has_baseline() ORDER BY ALL").cast(CHANGES.schema)
