-- share of sound citizen numbers in the hukou register's own mentions
-- needs: records
SELECT count(*) AS stated,
       count(*) FILTER (id_grade IN ('OK', 'OK_15', 'REPAIRED')) / nullif(count(*), 0) AS share
FROM records
WHERE dept = 'ga' AND source_table = 'czrk' AND role = 'self' AND closed_on IS NULL AND id_grade NOT IN ('MISSING', 'PLACEHOLDER')
