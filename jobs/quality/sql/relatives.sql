-- stated relatives that are no resident
-- needs: residents
SELECT count(*) AS violations, array_to_string(min(resident_id, 5), ' ') AS examples
FROM (SELECT resident_id, unnest([mother_id, father_id, spouse_id]) AS other FROM residents)
WHERE other IS NOT NULL AND other NOT IN (SELECT resident_id FROM residents)
