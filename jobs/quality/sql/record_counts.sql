-- residents whose stated number of records is wrong
-- needs: residents, resident_records
SELECT count(*) AS violations, array_to_string(min(resident_id, 5), ' ') AS examples
FROM residents r JOIN (SELECT resident_id, count(*) AS n FROM resident_records GROUP BY ALL) USING (resident_id)
WHERE r.records <> n
