-- records whose source row does not exist
-- needs: source_current/*, records
SELECT count(*) AS violations, array_to_string(min(record_id, 5), ' ') AS examples
FROM records ANTI JOIN source_rows USING (dept, source_table, source_key)
