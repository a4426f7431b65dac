-- per table: what came, what stands in force, what is missing
-- needs: deliveries/*, source_current/*
WITH taken AS (
  SELECT dept, source_table, sum(rows) AS delivered, sum(rows_landed) AS landed, max(rows) FILTER (mode = 'full') AS full_rows,
         sum(list_sum([0] || [CAST(regexp_extract(r, '=(\d+)@', 1) AS BIGINT) FOR r IN coalesce(rejected, [])])) AS rejected
  FROM deliveries WHERE taken_on = tonight() GROUP BY ALL),
last AS (
  SELECT dept, source_table, arg_max(state, (business_date, sequence)) AS state, max(business_date) FILTER (taken_on IS NOT NULL) AS newest,
         coalesce(sum(len(drift)) FILTER (taken_on = tonight()), 0) AS drift
  FROM deliveries WHERE business_date <= tonight() GROUP BY ALL),
force AS (
  SELECT dept, source_table, count(*) FILTER (closed_on IS NULL) AS in_force,
         count(*) FILTER (source_key IS NULL OR source_key = '') AS key_missing,
         count(source_key) - count(DISTINCT source_key) AS key_repeated,
         count(*) FILTER (s.width IS DISTINCT FROM c.width) AS other_width
  FROM source_rows s JOIN contract_tables c USING (dept, source_table) GROUP BY ALL),
standing AS (
  SELECT dept, source_table, state, newest, drift,
         CASE WHEN newest IS NULL THEN CASE WHEN due = 'daily' OR state = 'held' THEN 999 END
              WHEN due <> 'when_sent' THEN greatest(0, tonight() - newest + 1 - CASE due
                WHEN 'daily' THEN 1 WHEN 'weekly' THEN 7 WHEN 'monthly' THEN 31 ELSE 200 END)
              ELSE 0 END AS overdue
  FROM contract_tables LEFT JOIN last USING (dept, source_table))
SELECT c.dept, c.source_table, c.min, c.max, s.state, coalesce(s.drift, 0) AS drift,
       t.delivered - t.landed - t.rejected AS unaccounted,
       CASE WHEN NOT c.by_part THEN 1000.0 * t.full_rows / district() END AS full_per_1000,
       1000.0 * coalesce(f.in_force, 0) / district() AS in_force_per_1000,
       coalesce(f.key_missing, 0) AS key_missing, coalesce(f.key_repeated, 0) AS key_repeated,
       coalesce(f.other_width, 0) AS other_width,
       CASE WHEN s.state = 'held' THEN 1 ELSE 0 END AS held,
       CASE WHEN c.stop AND s.overdue > 0 THEN 1 ELSE 0 END AS required_missing,
       CASE WHEN s.overdue > 0 THEN s.overdue - c.carry_days ELSE 0 END AS overdue_days
FROM contract_tables c JOIN standing s USING (dept, source_table) LEFT JOIN taken t USING (dept, source_table)
LEFT JOIN force f USING (dept, source_table)
