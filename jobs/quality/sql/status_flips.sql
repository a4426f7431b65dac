-- residents known on both nights whose code differs
-- needs: residence
-- previous: residence
SELECT CASE WHEN has_baseline() THEN count(*) FILTER (r.status_code <> p.status_code) / nullif(count(*), 0) END AS share
FROM residence r JOIN previous_residence p USING (resident_id)
