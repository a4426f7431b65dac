-- records that do not stand behind exactly one known profile
-- needs: records, profiles, profile_records
WITH uncovered AS (SELECT record_id FROM records ANTI JOIN profile_records USING (record_id))
SELECT (SELECT count(*) FROM uncovered) AS missing,
       (SELECT count(*) - count(DISTINCT record_id) FROM profile_records) AS repeated,
       (SELECT count(*) FROM profile_records ANTI JOIN profiles USING (profile_id)) AS unknown,
       (SELECT array_to_string(min(record_id, 5), ' ') FROM uncovered) AS examples
