-- the same per township
-- needs: residence
-- previous: residence
WITH a AS (
SELECT coalesce(township, '330110999') AS township, count(*) AS persons FROM residence WHERE counts_usual GROUP BY ALL), b AS (
SELECT coalesce(township, '330110999') AS township, count(*) AS persons FROM previous_residence WHERE counts_usual GROUP BY ALL),
joined AS (SELECT coalesce(a.township, b.township) AS township, coalesce(a.persons, 0) AS after, coalesce(b.persons, 0) AS before
         FROM a FULL JOIN b USING (township))
SELECT township, before, after,
       CASE WHEN has_baseline() AND before >= 10000 THEN abs(after - before) / before END AS share_large,
       CASE WHEN has_baseline() AND before < 10000
         THEN CASE WHEN abs(after - before) < 10 THEN 0 ELSE abs(after - before) / greatest(before, 1) END END AS share_small
FROM joined
