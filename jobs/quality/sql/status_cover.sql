-- residents without exactly one status
-- needs: residents, residence
WITH missing AS (SELECT resident_id FROM residents ANTI JOIN residence USING (resident_id)),
unknown AS (SELECT resident_id FROM residence ANTI JOIN residents USING (resident_id))
SELECT (SELECT count(*) FROM missing) AS missing, (SELECT count(*) FROM unknown) AS unknown,
       (SELECT count(*) FROM residence) - (SELECT count(*) FROM residents) AS surplus,
       (SELECT array_to_string(min(resident_id, 5), ' ') FROM (FROM missing UNION ALL FROM unknown)) AS examples
