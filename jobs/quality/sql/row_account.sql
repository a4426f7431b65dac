-- per table: source rows in force = standardized + rejected
-- needs: source_current/*, records, signs, ties, rejected_rows
WITH force AS (
  SELECT dept, source_table, source_key FROM source_rows JOIN contract_tables USING (dept, source_table)
  WHERE closed_on IS NULL AND NOT reference),
made AS (
  SELECT DISTINCT dept, source_table, source_key FROM (
    SELECT dept, source_table, source_key FROM records UNION ALL SELECT dept, source_table, source_key FROM signs
    UNION ALL SELECT dept, source_table, source_key FROM ties)),
refused AS (
  SELECT dept, source_table, source_key, bool_or(part = 'row') AS whole FROM rejected_rows GROUP BY ALL)
SELECT dept, source_table, count(*) AS in_force, count(m.source_key) AS standardized,
       count(*) FILTER (m.source_key IS NULL AND r.source_key IS NOT NULL) AS rejected,
       count(*) FILTER (m.source_key IS NULL AND r.source_key IS NULL) AS unaccounted,
       count(*) FILTER (m.source_key IS NOT NULL AND r.whole) AS counted_twice
FROM force LEFT JOIN made m USING (dept, source_table, source_key) LEFT JOIN refused r USING (dept, source_table, source_key)
GROUP BY dept, source_table
