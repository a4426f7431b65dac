"""Figures of the layers landing, records and links."""

from __future__ import annotations

from jobs.quality.figures import Figure

LANDING = """
WITH taken AS (
  SELECT dept, source_table, sum(rows) AS delivered, sum(rows_landed) AS landed, max_by(mode, (business_date, sequence)) AS mode,
         max(rows) FILTER (mode = 'full') AS full_rows
  FROM deliveries WHERE taken_on = tonight() AND state IN ('on_time', 'late') GROUP BY ALL),
last AS (
  SELECT dept, source_table, max_by(state, (business_date, sequence)) AS state,
         max(business_date) FILTER (state IN ('on_time', 'late')) AS newest,
         coalesce(sum(len(drift)) FILTER (taken_on = tonight()), 0) AS drift
  FROM deliveries WHERE business_date <= tonight() GROUP BY ALL),
force AS (
  SELECT dept, source_table, count(*) FILTER (closed_on IS NULL) AS in_force,
         count(*) FILTER (source_key IS NULL OR source_key = '') AS key_missing,
         count(source_key) - count(DISTINCT source_key) AS key_repeated,
         count(*) FILTER (s.width IS DISTINCT FROM c.width) AS other_width
  FROM source_rows s JOIN contract_tables c USING (dept, source_table) GROUP BY ALL)
SELECT c.dept, c.source_table, c.min, c.max, l.state, coalesce(l.drift, 0) AS drift,
       t.delivered - t.landed - coalesce(r.rejected, 0) AS unaccounted,
       1000.0 * t.full_rows / district() AS full_per_1000,
       1000.0 * coalesce(f.in_force, 0) / district() AS in_force_per_1000,
       coalesce(f.key_missing, 0) AS key_missing, coalesce(f.key_repeated, 0) AS key_repeated,
       coalesce(f.other_width, 0) AS other_width,
       CASE WHEN l.state = 'held' THEN 1 ELSE 0 END AS held,
       CASE WHEN c.stop AND (l.state IS NULL OR l.state IN ('held', 'carried')) THEN 1 ELSE 0 END AS required_missing,
       CASE WHEN l.state IN ('held', 'carried') THEN coalesce(tonight() - l.newest, 999) - c.carry_days END AS overdue_days
FROM contract_tables c LEFT JOIN taken t USING (dept, source_table) LEFT JOIN last l USING (dept, source_table)
LEFT JOIN force f USING (dept, source_table) LEFT JOIN rejected_on_reading r USING (dept, source_table)
"""

ROW_ACCOUNT = """
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
"""

FIGURES = (
    Figure(
        "landing_account", "per table: what came, what stands in force, what is missing", LANDING,
        ("deliveries/*", "source_current/*", "rejected_on_reading"),
    ),
    Figure(
        "row_account", "per table: source rows in force = standardized + rejected", ROW_ACCOUNT,
        ("source_current/*", "records", "signs", "ties", "rejected_rows"),
    ),
    Figure(
        "records_origin", "records whose source row does not exist",
        "SELECT count(*) AS violations, array_to_string(min(record_id, 5), ' ') AS examples"
        " FROM records ANTI JOIN source_rows USING (dept, source_table, source_key)",
        ("source_current/*", "records"),
    ),
    Figure(
        "police_numbers", "share of sound citizen numbers in the hukou register's own mentions",
        "SELECT count(*) AS stated, count(*) FILTER (id_grade IN ('OK', 'OK_15', 'REPAIRED')) / nullif(count(*), 0) AS share"
        " FROM records WHERE dept = 'ga' AND source_table = 'czrk' AND role = 'self' AND closed_on IS NULL"
        " AND id_grade NOT IN ('MISSING', 'PLACEHOLDER')",
        ("records",),
    ),
    Figure(
        "undeclared_columns", "columns in part files that no table declares",
        "SELECT count(*) FILTER (NOT declared) AS violations,"
        " array_to_string(min(name || '.' || \"column\", 5) FILTER (NOT declared), ' ') AS examples FROM file_columns",
        ("file_columns",),
    ),
    Figure(
        "sign_owners", "signs and ties that point at no record",
        "SELECT (SELECT count(*) FROM signs ANTI JOIN records USING (record_id)) AS signs,"
        " (SELECT count(*) FROM ties t WHERE t.from_record NOT IN (SELECT record_id FROM records)"
        "  OR t.to_record NOT IN (SELECT record_id FROM records)) AS ties,"
        " (SELECT array_to_string(min(sign_id, 5), ' ') FROM signs ANTI JOIN records USING (record_id)) AS examples",
        ("signs", "ties", "records"),
    ),
    Figure(
        "pairs", "faults of scored pairs",
        "SELECT count(*) FILTER (profile_l = profile_r) AS self_pairs, count(*) FILTER (profile_l > profile_r) AS misordered,"
        " count(*) - count(DISTINCT (profile_l, profile_r)) AS repeated,"
        " count(*) FILTER (profile_l NOT IN (SELECT profile_id FROM profiles) OR profile_r NOT IN (SELECT profile_id FROM profiles))"
        " AS unknown_profile,"
        " count(*) FILTER (grade = 'auto' AND veto IS NOT NULL) AS vetoed_auto, count(DISTINCT model_version) AS model_versions,"
        " array_to_string(min(profile_l || '/' || profile_r, 5) FILTER (profile_l >= profile_r OR (grade = 'auto' AND veto IS NOT NULL)"
        " OR profile_l NOT IN (SELECT profile_id FROM profiles) OR profile_r NOT IN (SELECT profile_id FROM profiles)), ' ')"
        " AS examples FROM links",
        ("links", "profiles"),
    ),
    Figure(
        "profile_cover", "records that do not stand behind exactly one known profile",
        "SELECT (SELECT count(*) FROM records ANTI JOIN profile_records USING (record_id)) AS missing,"
        " (SELECT count(*) - count(DISTINCT record_id) FROM profile_records) AS repeated,"
        " (SELECT count(*) FROM profile_records ANTI JOIN profiles USING (profile_id)) AS unknown,"
        " (SELECT array_to_string(min(record_id, 5), ' ') FROM records ANTI JOIN profile_records USING (record_id)) AS examples",
        ("records", "profiles", "profile_records"),
    ),
)  # fmt: skip
