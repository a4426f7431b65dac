-- critical figures of the night that failed
SELECT count(*) AS violations, array_to_string(min(metric, 5), ' ') AS examples
FROM snap_quality WHERE severity = 'critical' AND NOT passed
