-- per township: residual of the account, and a recount of usual residents
WITH a AS (
SELECT coalesce(township, '330110999') AS township, count(*) AS persons FROM snap_resident WHERE counts_usual GROUP BY ALL)
SELECT coalesce(a.township, b.township) AS township, coalesce(b.residual, 0) AS residual,
       coalesce(a.persons, 0) - coalesce(b.after, 0) AS recount
FROM a FULL JOIN snap_balance b ON a.township = b.township
