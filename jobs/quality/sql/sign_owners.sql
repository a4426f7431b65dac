-- signs and ties that point at no record
-- needs: signs, ties, records
WITH ownerless AS (SELECT sign_id FROM signs ANTI JOIN records USING (record_id))
SELECT (SELECT count(*) FROM ownerless) AS signs,
       (SELECT count(*) FROM ties WHERE from_record NOT IN (SELECT record_id FROM records)
                                     OR to_record NOT IN (SELECT record_id FROM records)) AS ties,
       (SELECT array_to_string(min(sign_id, 5), ' ') FROM ownerless) AS examples
