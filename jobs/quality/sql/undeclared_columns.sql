-- columns in part files that no table declares
-- needs: file_columns
SELECT count(*) FILTER (NOT declared) AS violations,
       array_to_string(min(name || '.' || "column", 5) FILTER (NOT declared), ' ') AS examples
FROM file_columns
