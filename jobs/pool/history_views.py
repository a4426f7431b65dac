"""What readers ask of `status_history`: intervals with both times, and the population as of one date as known on another.

Statements for the catalog; they read the view `status_history` and nothing else. ADR 0008 says why the answers are right.
"""

from __future__ import annotations

INTERVALS = """
CREATE VIEW status_intervals AS
WITH h AS (FROM status_history),
moments AS (
  SELECT resident_id, true_from, seq, seq AS step, known_from FROM h
  UNION SELECT a.resident_id, a.true_from, a.seq, b.seq, b.known_from FROM h a JOIN h b USING (resident_id)
  WHERE b.seq > a.seq AND b.true_from >= a.true_from AND (b.true_from = a.true_from OR b.known_from > b.true_from)),
ends AS (
  SELECT resident_id, m.true_from, m.seq, m.step, m.known_from,
         min(b.true_from) FILTER (b.true_from > m.true_from AND (b.seq <= m.step OR b.known_from = b.true_from)) AS true_to,
         count(*) FILTER (b.true_from = m.true_from AND b.seq > m.seq AND b.seq <= m.step) > 0 AS withdrawn
  FROM moments m JOIN h b USING (resident_id) GROUP BY ALL),
spans AS (SELECT *, lead(known_from) OVER (PARTITION BY resident_id, true_from, seq ORDER BY step) AS known_to FROM ends)
SELECT h.resident_id, h.status_code, h.counts_usual, h.counts_present, h.counts_hukou, h.township, h.rule_id, h.same_as,
       s.true_from, s.true_to, s.known_from, s.known_to, h.night
FROM spans s JOIN h USING (resident_id, true_from, seq)
WHERE NOT s.withdrawn AND s.known_from IS DISTINCT FROM s.known_to AND h.status_code IS NOT NULL
"""
"""One row says: from true_from to true_to (null: still) the resident had this status, so it was held from known_from to known_to
(null: still). A row that a revision cut short stands twice, with the end before and after. A night made in its turn cuts rows
of the past without a second row: nobody can ask of a date what was known before it."""

_STATE = ("status_code", "counts_usual", "counts_present", "counts_hukou", "township", "same_as")
_STRUCT = ", ".join(f"'{c}': {c}" for c in _STATE)

POPULATION = f"""
CREATE MACRO population_as_of(d, k) AS TABLE
WITH RECURSIVE known AS (SELECT * FROM status_history WHERE known_from <= CAST(k AS DATE)),
held AS (SELECT resident_id, arg_max({{{_STRUCT}}}, (true_from, seq)) AS s FROM known WHERE true_from <= CAST(d AS DATE) GROUP BY ALL),
same AS (SELECT resident_id, newest.other FROM (
           SELECT resident_id, arg_max({{'other': same_as}}, (true_from, seq)) AS newest FROM known
           WHERE resident_id IN (SELECT resident_id FROM known WHERE same_as IS NOT NULL) GROUP BY ALL)
         WHERE newest.other IS NOT NULL),
chain AS (
  SELECT resident_id, other AS person, 1 AS length FROM same
  UNION ALL SELECT c.resident_id, s.other, c.length + 1 FROM chain c JOIN same s ON s.resident_id = c.person WHERE c.length < 20),
persons AS (SELECT resident_id, arg_max(person, length) AS person FROM chain GROUP BY ALL)
SELECT coalesce(p.person, h.resident_id) AS resident_id, h.resident_id AS said_of, s.status_code, s.counts_usual, s.counts_present,
       s.counts_hukou, CASE WHEN s.counts_usual OR s.counts_present THEN coalesce(s.township, '330110999') ELSE s.township END AS township
FROM held h LEFT JOIN persons p USING (resident_id) WHERE s.status_code IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY coalesce(p.person, h.resident_id)
        ORDER BY s.counts_usual DESC, s.counts_present DESC, p.person IS NULL DESC, s.counts_hukou DESC, h.resident_id) = 1
"""
"""One row a person, as of business date `d`, as known on `k`: ids known by then to be (or probably to be) one are one row, with
the status of the id that counted. `said_of` is that id."""
