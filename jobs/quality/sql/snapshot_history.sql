-- residents whose newest row of the history up to tonight is not what the snapshot says of them
WITH held AS (
SELECT resident_id, arg_max({'code': status_code, 'usual': counts_usual, 'present': counts_present, 'hukou': counts_hukou,
                             'township': township}, (true_from, seq)) AS s
FROM snap_status_history WHERE true_from <= tonight() GROUP BY resident_id),
told AS (SELECT resident_id, {'code': status_code, 'usual': counts_usual, 'present': counts_present, 'hukou': counts_hukou,
                              'township': township} AS s FROM snap_resident),
wrong AS (SELECT coalesce(h.resident_id, t.resident_id) AS resident_id FROM (FROM held WHERE s.code IS NOT NULL) h
          FULL JOIN told t USING (resident_id) WHERE h.s IS DISTINCT FROM t.s)
SELECT count(*) AS different, array_to_string(min(resident_id, 5), ' ') AS examples FROM wrong
