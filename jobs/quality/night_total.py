"""The total with its interval for one night: counts of its tables in, rows of QUALITY and a small table of the report out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from jobs.quality import total
from jobs.tables import QUALITY

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from jobs.quality.figures import Figures

RECALL = "linkage.numberless_recall"
NEEDS = ("residents", "residence", "resident_records", "records")
TOTAL = "total"
NOWHERE = "330110999"
FIGURES = {
    "counted": ("常住（公布口径）", "usual residents as published: half a year here, or away from the hukou township"),
    "usual": ("估计", "estimate with its 95 % interval"),
    "here": ("仅按在区满半年", "of those counted, by half a year here alone"),
    "one_department": ("仅凭一部门", "share of those counted whose signs come from one department alone"),
}
"""What each figure says; its metric is `total.` and its name, its column the township, or Σ."""

CELLS = f"""
SELECT nullif(s.township, '{NOWHERE}') AS township, s.status_code AS code, s.band, count(*) AS residents,
       count(*) FILTER (r.id_number IS NULL) AS numberless, count(*) FILTER (s.counts_usual) AS counted
FROM residence s JOIN residents r USING (resident_id) WHERE r.not_counted IS NULL GROUP BY ALL ORDER BY ALL
"""
PROVISIONAL = f"""
SELECT nullif(s.township, '{NOWHERE}') AS township, s.status_code AS code, s.band, sum(1 - r.provisional_probability) AS alone,
       sum(r.provisional_probability * (1 - r.provisional_probability)) AS spread
FROM residence s JOIN residents r USING (resident_id) WHERE r.not_counted = 'provisional' GROUP BY ALL ORDER BY ALL
"""
NUMBERLESS = """
SELECT count(*) FILTER (r.id_number IS NOT NULL) AS found,
       coalesce(sum(CASE WHEN r.not_counted = 'provisional' THEN r.provisional_probability WHEN r.not_counted IS NOT NULL THEN 1 END)
                FILTER (r.id_number IS NULL), 0) AS set_aside,
       count(*) FILTER (r.id_number IS NULL AND r.not_counted IS NULL) AS left_alone
FROM records JOIN resident_records USING (record_id) JOIN residents r USING (resident_id) WHERE records.id_number IS NULL
"""
BASES = f"""
WITH told AS (
  SELECT coalesce(township, '{NOWHERE}') AS township,
         coalesce(nature IN ('LOCAL_HUKOU', 'NO_HUKOU'), false) OR basis IS DISTINCT FROM 'AWAY' AS here,
         coalesce(len(list_distinct(json_extract_string(explanation, '$.positive[*].dept'))), 0) = 1 AS lone
  FROM residence WHERE counts_usual)
SELECT township, count(*) AS counted, count(*) FILTER (here) AS here, avg(lone::INTEGER) AS one_department FROM told GROUP BY township
UNION ALL SELECT 'Σ', count(*), count(*) FILTER (here), avg(lone::INTEGER) FROM told ORDER BY 1
"""
"""People with a local hukou or none count without a half year of either basis. `one_department` goes by the signs that the
explanation keeps, the strongest of each department."""


def figures(counts: Figures, linkage: pa.Table) -> pa.Table:
    """Rows of QUALITY, for information. `linkage`: the night's linkage figures, which tell of records without a number."""
    counts.prepare(NEEDS)
    con = counts.con
    cells, provisional = _frame(con, CELLS), _frame(con, PROVISIONAL)
    estimates = total.totals(cells, provisional, total.shipped(), _doubles(con, linkage))
    rows = []
    for r in _frame(con, BASES).to_dicts():
        rows += [_row(n, r["township"], r[n]) for n in ("counted", "here", "one_department") if r[n] is not None]
    for r in estimates.to_dicts():
        rows.append(_row("usual", r["township"], round(r["estimate"], 1), f"95%: {r['low']:,.0f}–{r['high']:,.0f}"))
    return pa.Table.from_pylist(rows, schema=QUALITY.schema)


def _frame(con: DuckDBPyConnection, sql: str) -> pl.DataFrame:
    frame = pl.from_arrow(con.execute(sql).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.col(pl.Decimal).cast(pl.Float64))


def _doubles(con: DuckDBPyConnection, linkage: pa.Table) -> total.Doubles:
    """From the trial's recall and its interval; a night too small for a trial has none, and nothing is taken off."""
    told = [r for r in linkage.to_pylist() if r["metric"] == RECALL and not r["dept"] and not r["column"]]
    interval = re.match(r"95%: ([0-9.]+)–([0-9.]+)", told[0]["bound"]) if told else None
    if interval is None:
        return total.Doubles()
    error = (float(interval[2]) - float(interval[1])) / 3.92
    found, set_aside, left = (float(n) for n in _frame(con, NUMBERLESS).row(0))
    return total.doubles(found, float(told[0]["value"]), error, set_aside, left)


def _row(name: str, township: str, value: float, bound: str | None = None) -> dict[str, Any]:
    return {
        "metric": f"{TOTAL}.{name}", "layer": "residence", "dimension": TOTAL, "dept": "", "source_table": "", "column": township,
        "value": float(value), "bound": bound, "severity": "info", "passed": True, "sentence": None,
    }  # fmt: skip


def words(rules: Sequence[str]) -> str:
    """What the report says above the table. `rules`: versions of the rules that made the night's statuses."""
    known = total.shipped()
    measured = ", ".join(known.rules)
    text = (
        f"区间为95%：依各状态与置信档中真正常住的比例（在{known.samples}个已知真值的合成样本区量得，规则{measured}），加上待并人员的概率、"
        "无号记录的漏连、镇街归属、无人交付者与区间差异。"
        f" The interval rests on the share of each status and band of confidence that truly lives here, measured on"
        f" {known.samples} synthetic districts of known truth (rules {measured}), and on provisional residents, missed links, townships,"
        " persons nobody delivered and how far districts differ."
    )
    if set(rules) <= set(known.rules):
        return text
    return f"{text} ⚠ 本夜规则 {', '.join(rules)} 尚未量过 rules of tonight not measured yet."
