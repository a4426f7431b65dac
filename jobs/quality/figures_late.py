"""Figures of the layers residents, residence and snapshot."""

from __future__ import annotations

from jobs.quality.figures import Figure

FLAGS = """(VALUES
 ('11','R',true,true,true), ('12','R',true,true,true), ('13','R',true,false,true), ('14','R',true,false,true),
 ('21','R',true,true,false), ('22','R',true,true,false), ('23','R',true,true,false), ('24','R',true,true,false),
 ('25','R',NULL,true,false), ('26','R',NULL,true,false), ('31','T',false,true,false), ('32','T',false,true,false),
 ('41','A',false,false,true), ('42','A',NULL,false,true), ('51','N',false,false,false), ('52','N',false,false,false),
 ('53','N',false,false,false), ('61','U',NULL,NULL,NULL), ('62','U',false,false,false), ('91','D',false,false,false),
 ('92','D',NULL,NULL,NULL), ('99','X',false,false,false)
) AS flags(status_code, status_class, usual, present, hukou)"""
"""Domain §1.3's table, written down here a second time on purpose: the gate must not ask the rules what is right.
Null: either value is lawful (counted separately, by configuration, or as before)."""

USUAL = """
SELECT coalesce(township, '330110999') AS township, count(*) AS persons FROM {view} WHERE counts_usual GROUP BY ALL"""

MEMBERSHIP = """
SELECT (SELECT count(*) FROM records ANTI JOIN resident_records USING (record_id)) AS missing,
       (SELECT count(*) - count(DISTINCT record_id) FROM resident_records) AS repeated,
       (SELECT count(*) FROM resident_records ANTI JOIN residents USING (resident_id)) AS unknown,
       (SELECT count(*) FROM residents ANTI JOIN resident_records USING (resident_id)) AS empty_residents,
       array_to_string(min(record_id, 5), ' ') AS examples
FROM (SELECT record_id FROM records ANTI JOIN resident_records USING (record_id)
      UNION ALL SELECT record_id FROM resident_records ANTI JOIN residents USING (resident_id)
      UNION ALL SELECT record_id FROM resident_records GROUP BY record_id HAVING count(*) > 1)
"""

ID_CHANGES = """
WITH tonight_events AS (SELECT * FROM resident_events WHERE date = tonight()),
gone AS (SELECT resident_id FROM previous_residents ANTI JOIN residents USING (resident_id)),
come AS (SELECT resident_id FROM residents ANTI JOIN previous_residents USING (resident_id))
SELECT CASE WHEN has_baseline() THEN
         (SELECT count(DISTINCT resident_id) FROM tonight_events WHERE kind IN ('merged_into', 'split_from'))
         / nullif((SELECT count(*) FROM residents), 0) END AS share,
       CASE WHEN has_baseline() THEN
         (SELECT count(*) FROM gone ANTI JOIN (FROM tonight_events WHERE kind IN ('merged_into', 'retired')) USING (resident_id))
         END AS gone_silently,
       CASE WHEN has_baseline() THEN
         (SELECT count(*) FROM come ANTI JOIN (FROM tonight_events WHERE kind IN ('created', 'split_from')) USING (resident_id))
         END AS come_silently,
       (SELECT array_to_string(min(resident_id, 5), ' ') FROM (FROM gone UNION ALL FROM come)
        ANTI JOIN tonight_events USING (resident_id)) AS examples
"""

TOWNSHIP_CHANGE = f"""
WITH a AS ({USUAL.format(view="residence")}), b AS ({USUAL.format(view="previous_residence")}),
both AS (SELECT coalesce(a.township, b.township) AS township, coalesce(a.persons, 0) AS after, coalesce(b.persons, 0) AS before
         FROM a FULL JOIN b USING (township))
SELECT township, before, after,
       CASE WHEN has_baseline() AND before >= 10000 THEN abs(after - before) / before END AS share_large,
       CASE WHEN has_baseline() AND before < 10000
         THEN CASE WHEN abs(after - before) < 10 THEN 0 ELSE abs(after - before) / greatest(before, 1) END END AS share_small
FROM both
"""

TOTAL_CHANGE = """
WITH n AS (SELECT (SELECT count(*) FROM residence WHERE counts_usual) AS after,
                  (SELECT count(*) FROM previous_residence WHERE counts_usual) AS before)
SELECT before, after,
       CASE WHEN has_baseline() AND before >= 7000 THEN abs(after - before) / before END AS share_large,
       CASE WHEN has_baseline() AND before < 7000 THEN abs(after - before) / greatest(before, 1) END AS share_small
FROM n
"""

DEATHS = """
WITH n AS (SELECT count(*) AS deaths FROM residence r JOIN previous_residence p USING (resident_id)
           WHERE r.status_class = 'D' AND p.status_class <> 'D')
SELECT deaths, (SELECT median(deaths) FROM history) AS median_before,
       CASE WHEN has_baseline() AND (SELECT count(*) FROM history) > 0
         THEN deaths / greatest((SELECT median(deaths) FROM history), 2) END AS ratio
FROM n
"""

PYRAMID = """
WITH bands AS (
  SELECT 'a' AS side, date_diff('year', birth_date, tonight()) // 5 AS band FROM snap_resident WHERE counts_usual AND birth_date IS NOT NULL
  UNION ALL
  SELECT 'b', date_diff('year', r.birth_date, tonight()) // 5 FROM previous_residents r JOIN previous_residence s USING (resident_id)
  WHERE s.counts_usual AND r.birth_date IS NOT NULL),
shares AS (SELECT band, count(*) FILTER (side = 'a') / nullif(sum(count(*) FILTER (side = 'a')) OVER (), 0) AS p,
                  count(*) FILTER (side = 'b') / nullif(sum(count(*) FILTER (side = 'b')) OVER (), 0) AS q FROM bands GROUP BY band)
SELECT (SELECT CASE WHEN has_baseline() THEN sum((p - q) * ln(p / q)) END FROM shares WHERE p > 0 AND q > 0) AS psi,
       (SELECT 100.0 * count(*) FILTER (sex = 'M') / nullif(count(*) FILTER (sex = 'F'), 0)
        FROM snap_resident WHERE counts_usual) AS men_per_100_women
"""

SNAPSHOT_BALANCE = f"""
WITH a AS ({USUAL.format(view="snap_resident")})
SELECT coalesce(a.township, b.township) AS township, coalesce(b.residual, 0) AS residual,
       coalesce(a.persons, 0) - coalesce(b.after, 0) AS recount
FROM a FULL JOIN snap_balance b ON a.township = b.township
"""

FIGURES = (
    Figure("membership", "records that do not belong to exactly one resident", MEMBERSHIP, ("records", "residents", "resident_records")),
    Figure(
        "record_counts", "residents whose stated number of records is wrong",
        "SELECT count(*) AS violations, array_to_string(min(resident_id, 5), ' ') AS examples FROM residents r"
        " JOIN (SELECT resident_id, count(*) AS n FROM resident_records GROUP BY ALL) USING (resident_id) WHERE r.records <> n",
        ("residents", "resident_records"),
    ),
    Figure("id_changes", "resident ids that came, went, merged or split tonight", ID_CHANGES, ("residents", "resident_events"), ("residents",)),
    Figure(
        "relatives", "stated relatives that are no resident",
        "SELECT count(*) AS violations, array_to_string(min(resident_id, 5), ' ') AS examples FROM ("
        " SELECT resident_id, unnest([mother_id, father_id, spouse_id]) AS other FROM residents)"
        " WHERE other IS NOT NULL AND other NOT IN (SELECT resident_id FROM residents)",
        ("residents",),
    ),
    Figure(
        "status_cover", "residents without exactly one status",
        "SELECT (SELECT count(*) FROM residents ANTI JOIN residence USING (resident_id)) AS missing,"
        " (SELECT count(*) FROM residence ANTI JOIN residents USING (resident_id)) AS unknown,"
        " (SELECT count(*) FROM residence) - (SELECT count(*) FROM residents) AS surplus,"
        " (SELECT array_to_string(min(resident_id, 5), ' ') FROM ("
        "   SELECT resident_id FROM residents ANTI JOIN residence USING (resident_id) UNION ALL"
        "   SELECT resident_id FROM residence ANTI JOIN residents USING (resident_id))) AS examples",
        ("residents", "residence"),
    ),
    Figure(
        "flag_faults", "statuses whose class or flags contradict their code",
        "SELECT count(*) AS violations, array_to_string(min(resident_id, 5), ' ') AS examples FROM residence r"
        f" JOIN {FLAGS} USING (status_code) WHERE r.status_class <> flags.status_class OR counts_usual <> usual"
        " OR counts_present <> present OR counts_hukou <> hukou",
        ("residence",),
    ),
    Figure("total_change", "usual residents tonight against the night before", TOTAL_CHANGE, ("residence",), ("residence",)),
    Figure("township_change", "the same per township", TOWNSHIP_CHANGE, ("residence",), ("residence",)),
    Figure("deaths", "deaths newly known tonight against the median of earlier nights", DEATHS, ("residence", "history"), ("residence",)),
    Figure(
        "status_flips", "residents known on both nights whose code differs",
        "SELECT CASE WHEN has_baseline() THEN count(*) FILTER (r.status_code <> p.status_code) / nullif(count(*), 0) END AS share"
        " FROM residence r JOIN previous_residence p USING (resident_id)",
        ("residence",), ("residence",),
    ),
    Figure(
        "snapshot_cover", "residents of the night against residents of the snapshot",
        "SELECT (SELECT count(*) FROM residents ANTI JOIN snap_resident USING (resident_id)) AS missing,"
        " (SELECT count(*) FROM snap_resident) - (SELECT count(*) FROM residents) AS surplus,"
        " (SELECT count(*) FROM snap_residence WHERE status_code <> '') - (SELECT count(*) FROM snap_resident) AS code_sum,"
        " (SELECT count(*) FROM resident_records) - (SELECT count(*) FROM snap_lineage WHERE source_key IS NOT NULL) AS lineage_missing,"
        " (SELECT array_to_string(min(resident_id, 5), ' ') FROM residents ANTI JOIN snap_resident USING (resident_id)) AS examples",
        ("residents", "resident_records"),
    ),
    Figure("snapshot_balance", "per township: residual of the account, and a recount of usual residents", SNAPSHOT_BALANCE),
    Figure(
        "refused_figures", "critical figures of the night that failed",
        "SELECT count(*) AS violations, array_to_string(min(metric, 5), ' ') AS examples FROM snap_quality"
        " WHERE severity = 'critical' AND NOT passed",
    ),
    Figure("pyramid", "age pyramid and sex ratio of usual residents", PYRAMID, (), ("residents", "residence")),
    Figure(
        "dimension_drop", "points each dimension's score lost since the night before",
        "SELECT a.dimension, b.score - a.score AS lost FROM"
        " (SELECT dimension, avg(value) AS score FROM snap_quality WHERE metric LIKE 'dimension.%' GROUP BY ALL) a LEFT JOIN"
        " (SELECT dimension, avg(value) AS score FROM previous_quality WHERE metric LIKE 'dimension.%' GROUP BY ALL) b USING (dimension)",
        (), ("quality",),
    ),
)  # fmt: skip
