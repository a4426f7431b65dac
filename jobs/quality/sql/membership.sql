-- records that do not belong to exactly one resident
-- needs: records, residents, resident_records
SELECT (SELECT count(*) FROM records ANTI JOIN resident_records USING (record_id)) AS missing,
       (SELECT count(*) - count(DISTINCT record_id) FROM resident_records) AS repeated,
       (SELECT count(*) FROM resident_records ANTI JOIN residents USING (resident_id)) AS unknown,
       (SELECT count(*) FROM residents ANTI JOIN resident_records USING (resident_id)) AS empty_residents,
       array_to_string(min(record_id, 5), ' ') AS examples
FROM (SELECT record_id FROM records ANTI JOIN resident_records USING (record_id)
      UNION ALL SELECT record_id FROM resident_records ANTI JOIN residents USING (resident_id)
      UNION ALL SELECT record_id FROM resident_records GROUP BY record_id HAVING count(*) > 1)
