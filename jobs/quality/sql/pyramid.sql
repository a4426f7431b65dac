-- age pyramid and sex ratio of usual residents
-- previous: residents, residence
WITH people AS (
  SELECT 'a' AS side, birth_date FROM snap_resident WHERE counts_usual
  UNION ALL
  SELECT 'b', birth_date FROM previous_residents JOIN previous_residence USING (resident_id) WHERE counts_usual),
bands AS (
  SELECT date_diff('year', birth_date, tonight()) // 5 AS band, count(*) FILTER (side = 'a') AS a, count(*) FILTER (side = 'b') AS b
  FROM people WHERE birth_date IS NOT NULL GROUP BY band),
shares AS (SELECT a / nullif(sum(a) OVER (), 0) AS p, b / nullif(sum(b) OVER (), 0) AS q FROM bands)
SELECT (SELECT CASE WHEN has_baseline() THEN sum((p - q) * ln(p / q)) END FROM shares WHERE p > 0 AND q > 0) AS psi,
       (SELECT 100.0 * count(*) FILTER (sex = 'M') / nullif(count(*) FILTER (sex = 'F'), 0)
        FROM snap_resident WHERE counts_usual) AS men_per_100_women
