-- points each dimension's score lost since the night before
-- previous: quality
WITH scores AS (
  SELECT dimension, avg(value) FILTER (side = 'a') AS a, avg(value) FILTER (side = 'b') AS b
  FROM (SELECT 'a' AS side, dimension, metric, value FROM snap_quality UNION ALL SELECT 'b', dimension, metric, value FROM previous_quality)
  WHERE metric LIKE 'dimension.%' GROUP BY dimension)
SELECT dimension, b - a AS lost FROM scores
