"""The six dimensions of GB/T 36344-2018 per department and table, as scores out of 100 (domain §3.10: A / B × 100 %)."""

from __future__ import annotations

import pyarrow as pa

from jobs.pool import views
from jobs.quality.figures import Figures
from jobs.quality.suites import dimension
from jobs.tables import QUALITY

ACCURACY = {
    "NUMBER_CHECK", "NUMBER_DATE", "NUMBER_EXCEL", "NUMBER_PLACEHOLDER", "NUMBER_MASKED", "NAME_PLACEHOLDER", "NAME_MASKED",
    "NAME_DAMAGED", "DATE_PLACEHOLDER", "DATE_RANGE", "BIRTH_AFTER_DELIVERY", "PHONE_PLACEHOLDER", "PHONE_MASKED",
    "ADDRESS_PLACEHOLDER", "ADDRESS_UNREADABLE", "TEST_ROW", "ALL_PLACEHOLDERS",
}  # fmt: skip
CONSISTENCY = {
    "BIRTH_CONTRADICTS_NUMBER", "SEX_CONTRADICTS_NUMBER", "NUMBER_OF_PARENT", "OWNER_MISSING", "END_BEFORE_START",
    "NEVER_IN_FORCE", "DIVISION_MOVED",
}  # fmt: skip
COMPLETENESS = {"REQUIRED_MISSING", "NO_IDENTITY", "NOTHING_STATED", "SIGN_WITHOUT_DATE"}
"""Reasons by the dimension they speak against; every other reason speaks against conformity (form, code lists)."""

_ISSUES = """
SELECT dept, source_table, row_id, reason FROM cell_issues
UNION ALL SELECT dept, source_table, row_id, reason FROM rejected_rows WHERE part <> 'silent'"""

_CELLS = """
WITH rows AS (
  SELECT dept, source_table, count(*) FILTER (closed_on IS NULL) AS n, max(c.width) AS width
  FROM contract_tables c LEFT JOIN source_rows s USING (dept, source_table) GROUP BY ALL),
faults AS (
  SELECT dept, source_table, count(*) FILTER (reason IN ({accuracy})) AS accuracy,
         count(*) FILTER (reason IN ({consistency})) AS consistency, count(*) FILTER (reason IN ({completeness})) AS completeness,
         count(*) FILTER (reason NOT IN ({accuracy}, {consistency}, {completeness})) AS conformity
  FROM ({issues}) GROUP BY ALL),
sent AS (
  SELECT dept, source_table, count(*) FILTER (state <> 'not_due') AS due, count(*) FILTER (state = 'on_time') AS on_time,
         count(*) FILTER (state NOT IN ('not_due', 'held')) AS readable
  FROM deliveries WHERE business_date > tonight() - 28 AND business_date <= tonight() GROUP BY ALL)
SELECT dept, source_table,
       100 * greatest(0, 1 - coalesce(conformity, 0) / nullif(n * width, 0)) AS "01",
       100 * greatest(0, 1 - coalesce(completeness, 0) / nullif(n, 0)) AS "02",
       100 * greatest(0, 1 - coalesce(accuracy, 0) / nullif(n * width, 0)) AS "03",
       100 * greatest(0, 1 - coalesce(consistency, 0) / nullif(n, 0)) AS "04",
       100 * on_time / nullif(due, 0) AS "05", 100 * readable / nullif(due, 0) AS "06"
FROM rows LEFT JOIN faults USING (dept, source_table) LEFT JOIN sent USING (dept, source_table)
"""

NEEDS = ("source_current/*", "deliveries/*", "cell_issues", "rejected_rows")


def figures(counts: Figures) -> pa.Table:
    """One row of QUALITY per department's table and dimension that can be judged: score out of 100, for information.

    Conformity and accuracy are shares of cells without such a fault, completeness and consistency shares of rows;
    timeliness and accessibility are shares of the deliveries due in the last 28 days.
    """
    counts.prepare(NEEDS)
    sql = _CELLS.format(
        accuracy=_listed(ACCURACY), consistency=_listed(CONSISTENCY), completeness=_listed(COMPLETENESS), issues=_ISSUES
    )
    scores = views.arrow(
        counts.con, f'UNPIVOT ({sql}) ON "01", "02", "03", "04", "05", "06" INTO NAME code VALUE score ORDER BY ALL'
    )
    rows = [
        {
            "metric": f"dimension.{row['code']}", "layer": "snapshot", "dimension": dimension(f"{row['code']}00"),
            "dept": row["dept"], "source_table": row["source_table"], "column": "", "value": round(row["score"], 6),
            "bound": "", "severity": "info", "passed": True, "sentence": None,
        }
        for row in scores.to_pylist()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=QUALITY.schema)


def _listed(reasons: set[str]) -> str:
    return ", ".join(views.literal(r) for r in sorted(reasons))
