-- per table: source rows = standardized + rejected; `told` is what the stage says of itself, the rest is counted from the tables
-- needs: source_current/*, records, rejected_rows, told
WITH source AS (
  SELECT dept, source_table, source_key, closed_on IS NULL AS in_force FROM source_rows
  JOIN contract_tables USING (dept, source_table)),
made AS (SELECT DISTINCT dept, source_table, source_key FROM records),
refused AS (SELECT DISTINCT dept, source_table, source_key FROM rejected_rows WHERE part = 'row'),
counted AS (
  SELECT dept, source_table, count(*) AS rows, count(*) FILTER (in_force) AS in_force, count(m.source_key) AS standardized,
         count(r.source_key) AS rejected,
         count(*) FILTER (m.source_key IS NULL AND r.source_key IS NULL) AS neither,
         count(*) FILTER (m.source_key IS NOT NULL AND r.source_key IS NOT NULL) AS counted_twice
  FROM source LEFT JOIN made m USING (dept, source_table, source_key) LEFT JOIN refused r USING (dept, source_table, source_key)
  GROUP BY dept, source_table)
SELECT c.dept, c.source_table, in_force, standardized, c.rejected, counted_twice,
       CASE WHEN mentions THEN neither END AS unaccounted,
       c.rows - coalesce(t.rows, 0) AS unread, c.rejected - coalesce(t.rejected, 0) AS untold
FROM counted c JOIN contract_tables USING (dept, source_table) LEFT JOIN told t USING (dept, source_table)
