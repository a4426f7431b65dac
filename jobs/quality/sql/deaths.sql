-- deaths newly known tonight against the median of earlier nights
-- needs: residence, history
-- previous: residence
WITH n AS (SELECT count(*) AS deaths FROM residence r JOIN previous_residence p USING (resident_id)
           WHERE r.status_class = 'D' AND p.status_class <> 'D')
SELECT deaths, (SELECT median(deaths) FROM history) AS median_before,
       CASE WHEN has_baseline() AND (SELECT count(*) FROM history) > 0
         THEN deaths / greatest((SELECT median(deaths) FROM history), 2) END AS ratio
FROM n
