-- linkage quality estimated without truth: recall and precision of records without a number
SELECT max(value) FILTER (metric = 'linkage.numberless_recall') AS recall,
       max(value) FILTER (metric = 'linkage.numberless_precision') AS "precision"
FROM snap_quality WHERE dept = '' AND "column" = ''
