"""What the night's tables say of living together: people at dwellings, ties between residents, shared household keys.

Counted by DuckDB over the part files (it spills), so that what reaches memory is one row a present resident and one a tie.
Every frame comes in an order of its own key: results depend on no order of files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from jobs.pool import views

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NEEDS = ("residents", "residence", "resident_records", "records", "ties")
"""Tables that must stand as views in the connection; `tonight()` gives the business date."""

PEOPLE = """
SELECT s.resident_id, s.dwelling_id, s.township, s.confidence, s.counts_usual,
       date_sub('year', r.birth_date, tonight()) AS age, left(r.name, 1) AS surname, left(r.hukou_division, 6) AS county,
       coalesce(w.status_code NOT IN ('91', '92', '99'), false) AS married
FROM residence s JOIN residents r USING (resident_id) LEFT JOIN residence w ON w.resident_id = r.spouse_id
WHERE s.counts_present AND s.dwelling_id IS NOT NULL ORDER BY s.resident_id"""

TIES = """
WITH known AS (SELECT from_record, to_record, relation, dept, from_date, to_date FROM ties
               WHERE known_from <= tonight() AND coalesce(from_date <= tonight(), true)),
lifted AS (
  SELECT CASE WHEN relation IN ('spouse_of', 'same_household') THEN least(a.resident_id, b.resident_id) ELSE a.resident_id END
           AS resident_id,
         CASE WHEN relation IN ('spouse_of', 'same_household') THEN greatest(a.resident_id, b.resident_id) ELSE b.resident_id END
           AS relative_id,
         relation, dept, from_date, to_date
  FROM known JOIN resident_records a ON a.record_id = from_record JOIN resident_records b ON b.record_id = to_record
  WHERE a.resident_id <> b.resident_id)
SELECT resident_id, relative_id, relation, count(DISTINCT dept) AS departments, list_sort(list(DISTINCT dept)) AS stated_by,
       min(from_date) AS from_date, CASE WHEN count(*) = count(to_date) THEN max(to_date) END AS to_date
FROM lifted GROUP BY resident_id, relative_id, relation ORDER BY resident_id, relative_id, relation"""

KEYS = """
SELECT DISTINCT m.resident_id, r.household, r.hukou_active IS NOT NULL AS register
FROM records r JOIN resident_records m USING (record_id) JOIN residence s USING (resident_id)
WHERE r.household IS NOT NULL AND r.closed_on IS NULL AND coalesce(r.hukou_active, true)
  AND s.counts_present AND r.dwelling_id = s.dwelling_id
ORDER BY m.resident_id, r.household"""

TENANCIES = """
SELECT DISTINCT m.resident_id, md5(concat_ws('|', r.dept, r.source_table, r.source_key)) AS contract
FROM records r JOIN resident_records m USING (record_id) JOIN residence s USING (resident_id)
WHERE r.closed_on IS NULL AND s.counts_present AND r.dwelling_id = s.dwelling_id
  AND (r.dept, r.source_table, r.source_key) IN (SELECT (dept, source_table, source_key) FROM ties
       WHERE relation = 'tenant_of' AND coalesce(to_date > tonight(), true))
ORDER BY 1, 2"""

TEXTS = """
WITH homes AS (SELECT DISTINCT dwelling_id FROM residence WHERE counts_present AND dwelling_id IS NOT NULL),
texts AS (SELECT dwelling_id, address_raw, count(*) AS n FROM records SEMI JOIN homes USING (dwelling_id)
          WHERE address_raw IS NOT NULL GROUP BY dwelling_id, address_raw)
SELECT dwelling_id, arg_min(address_raw, (-n, address_raw)) AS text FROM texts GROUP BY dwelling_id ORDER BY dwelling_id"""


class Stated(NamedTuple):
    """`people`: resident_id, dwelling_id, township, confidence, counts_usual, age, surname, county, married (to somebody alive).
    `ties`: resident_id, relative_id, relation, stated_by, departments (how many), from_date, to_date. `keys`: resident_id,
    household, register (the hukou register's key). `tenancies`: resident_id, contract (a hash). `texts`: dwelling_id, text
    (the address most rows give it)."""

    people: pl.DataFrame
    ties: pl.DataFrame
    keys: pl.DataFrame
    tenancies: pl.DataFrame
    texts: pl.DataFrame


def stated(con: DuckDBPyConnection) -> Stated:
    """Read everything; the views of NEEDS stand in the connection."""
    return Stated(*(_frame(con, sql) for sql in (PEOPLE, TIES, KEYS, TENANCIES, TEXTS)))


def _frame(con: DuckDBPyConnection, sql: str) -> pl.DataFrame:
    frame = pl.from_arrow(views.arrow(con, sql))
    assert isinstance(frame, pl.DataFrame)
    return frame
