-- residents whose counting changed against those whose class the account names; the share of merges, splits and corrections
-- needs: residence
-- previous: residence
WITH now AS (SELECT resident_id, coalesce(township, '330110999') AS place FROM residence WHERE counts_usual),
past AS (SELECT resident_id, coalesce(township, '330110999') AS place FROM previous_residence WHERE counts_usual),
changed AS (SELECT resident_id, t.place AS before, n.place AS after FROM now n FULL JOIN past t USING (resident_id)
            WHERE n.place IS DISTINCT FROM t.place),
told AS (SELECT resident_id, before, after FROM snap_changes WHERE kind = 'account'),
wrong AS (FROM (FROM changed EXCEPT ALL FROM told) UNION ALL FROM (FROM told EXCEPT ALL FROM changed))
SELECT CASE WHEN has_baseline() THEN (SELECT count(*) FROM wrong) END AS wrong,
       CASE WHEN has_baseline() THEN (SELECT count(*) FROM snap_changes WHERE kind = 'account'
                                      AND reason IN ('merges', 'splits', 'corrections'))
            / nullif((SELECT count(*) FROM past), 0) END AS corrected,
       (SELECT array_to_string(min(resident_id, 5), ' ') FROM wrong) AS examples
