-- residents of the night against residents of the snapshot
-- needs: residents, resident_records
WITH missing AS (SELECT resident_id FROM residents ANTI JOIN snap_resident USING (resident_id))
SELECT (SELECT count(*) FROM missing) AS missing,
       (SELECT count(*) FROM snap_resident) - (SELECT count(*) FROM residents) AS surplus,
       (SELECT count(*) FROM snap_residence WHERE status_code <> '') - (SELECT count(*) FROM snap_resident) AS code_sum,
       (SELECT count(*) FROM resident_records) - (SELECT count(*) FROM snap_lineage WHERE source_key IS NOT NULL) AS lineage_missing,
       (SELECT array_to_string(min(resident_id, 5), ' ') FROM missing) AS examples
