-- usual residents tonight against the night before
-- needs: residence
-- previous: residence
WITH n AS (SELECT (SELECT count(*) FROM residence WHERE counts_usual) AS after,
                  (SELECT count(*) FROM previous_residence WHERE counts_usual) AS before)
SELECT before, after,
       CASE WHEN has_baseline() AND before >= 7000 THEN abs(after - before) / before END AS share_large,
       CASE WHEN has_baseline() AND before < 7000 THEN abs(after - before) / greatest(before, 1) END AS share_small
FROM n
