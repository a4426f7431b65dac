"""Sections of the night's report about data: deliveries, rows by stage, what was rejected and repaired, the six dimensions."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.departments.contract import all_contracts
from jobs.pool.nights import Receipt
from jobs.quality import pages
from jobs.quality.night_tables import NightTables
from jobs.quality.suites import dimension


def deliveries(page: pages.Page, tables: NightTables) -> None:
    """What each department delivered tonight, and how its newest delivery stands."""
    page.heading("交付 · Deliveries")
    rows = tables.union(
        "deliveries/",
        "SELECT dept, source_table, arg_max(state, (business_date, sequence)), arg_max(mode, (business_date, sequence)),"
        " sum(rows) FILTER (taken_on = tonight()), sum(rows_landed) FILTER (taken_on = tonight()),"
        " max(business_date) FILTER (state IN ('on_time', 'late')), arg_max(sentence, (business_date, sequence))"
        " FROM all_rows WHERE business_date <= tonight() GROUP BY ALL ORDER BY ALL",
    )
    names = {code: c.name.zh for code, c in all_contracts().items()}
    page.table(
        ["部门 department", "表 table", "状态 state", "方式 mode", "行数 rows", "入库 landed", "最近交付 newest", "说明 note"],
        [(f"{names.get(r[0], '')} {r[0]}", *r[1:]) for r in rows],
    )


def rows(page: pages.Page, receipts: Sequence[Receipt]) -> None:
    """Rows in, out and rejected of every step, and its seconds."""
    page.heading("各阶段行数 · Rows by stage")
    page.table(
        ["步骤 step", "读入 in", "产出 out", "拒绝 rejected", "秒 seconds"],
        [(r.step, r.rows_in, r.rows_out, r.rejected, r.seconds) for r in receipts if not r.step.startswith("gate.")],
    )


def rejections(page: pages.Page, tables: NightTables) -> None:
    """Rows and cells refused or repaired, by reason; at most 60 lines, the most frequent first."""
    from jobs.cleaning.reasons import Reason

    page.heading("拒绝与修复 · Rejected and repaired")
    page.text(
        "每一条拒绝或修复都有原因；行和单元格本身不在报告中出现。“nothing further”是已知人员的行，除此无新内容，不算拒绝。"
        " Every refusal or repair has its reason; no value is shown here. A row with nothing further is of a known person and no refusal."
    )
    rows = tables.rows(
        "SELECT dept, source_table, CASE part WHEN 'row' THEN 'refused row' WHEN 'silent' THEN 'row, nothing further'"
        " ELSE 'refused mention' END, reason, count(*) FROM rejected_rows GROUP BY ALL UNION ALL"
        " SELECT dept, source_table, CASE WHEN repaired THEN 'repaired cell' ELSE 'refused cell' END, reason, count(*)"
        " FROM cell_issues GROUP BY ALL ORDER BY 5 DESC, 1, 2, 3, 4 LIMIT 60",
        "rejected_rows", "cell_issues",
    )  # fmt: skip
    known = {r.name: f"{r.zh} {r.value}" for r in Reason}
    page.table(
        ["部门 department", "表 table", "对象 what", "原因 reason", "次数 count"],
        [(d, t, w, known.get(reason, reason), n) for d, t, w, reason, n in rows],
    )


def dimensions(page: pages.Page, tables: NightTables) -> None:
    """Scores of the six dimensions for every delivered table."""
    page.heading("六性 · Six dimensions (GB/T 36344-2018)")
    page.text(
        "得分满分100：规范性、准确性为无此类问题的单元格占比；完整性、一致性为行占比；时效性、可访问性为近28天应交付次数占比。"
        " Scores out of 100: shares of cells (01, 03), of rows (02, 04), of deliveries due in 28 days (05, 06)."
    )
    rows = tables.rows(
        "SELECT dept, source_table, max(value) FILTER (metric = 'dimension.01'), max(value) FILTER (metric = 'dimension.02'),"
        " max(value) FILTER (metric = 'dimension.03'), max(value) FILTER (metric = 'dimension.04'),"
        " max(value) FILTER (metric = 'dimension.05'), max(value) FILTER (metric = 'dimension.06')"
        " FROM quality WHERE metric LIKE 'dimension.%' GROUP BY ALL ORDER BY ALL",
        "quality",
    )
    page.table(["部门 department", "表 table", *(dimension(f"0{n}00") for n in range(1, 7))], rows)
