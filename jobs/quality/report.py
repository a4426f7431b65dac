"""The data-quality report of a night, for an auditor who has never seen one: Markdown and HTML with the same words.

It reads only what the night pinned and its receipts, so it can be written again at any time.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs import plan
from jobs.cleaning.divisions import table as divisions
from jobs.context import Context
from jobs.departments.contract import all_contracts
from jobs.errors import UserError
from jobs.pool import current, views
from jobs.pool.json_files import write_json
from jobs.pool.nights import Night, Receipt
from jobs.pool.store import Store
from jobs.quality import account, pages
from jobs.quality.suites import dimension
from jobs.settings import Settings
from jobs.tables import table_for

Sentences = list[tuple[str, str]]
FIGURE = ("layer", "metric", "dept", "source_table", "value", "bound", "severity", "passed", "sentence")


def published(settings: Settings, night: Night) -> Path:
    """Write the report of a published night; returns the Markdown file."""
    (settings.reports / night.label / "refused.json").unlink(missing_ok=True)
    return _write(settings, night, night.receipts(), None, [])


def refused(context: Context, layer: str, figures: pa.Table, sentences: Sentences) -> Path:
    """Write the report of a night that a gate refused: what failed and what to do stands first.

    The figures of the refused layer lie beside it, because no night pins them.
    """
    folder = context.settings.reports / context.night.label
    write_json(folder / "refused.json", {"layer": layer, "sentences": sentences, "figures": figures.to_pylist()})
    return _write(context.settings, context.night, context.night.receipts(), layer, sentences)


def _write(settings: Settings, night: Night, receipts: Sequence[Receipt], layer: str | None, sentences: Sentences) -> Path:
    page = pages.Page(f"人口数据质量报告 · Data quality report {night.label}")
    night_tables = _Night(settings, night, receipts)
    try:
        _verdict(page, night, layer, sentences, current.notice(settings.pool))
        _gates(page, night_tables, settings.reports / night.label / "refused.json")
        _deliveries(page, night_tables)
        _rows(page, receipts)
        _rejections(page, night_tables)
        _dimensions(page, night_tables)
        _linkage(page, night_tables)
        _residents(page, night_tables)
        _total(page, night_tables)
        _calibration(page, night_tables)
        _changes(page, night_tables)
        _balance(page, night_tables)
        _reproduce(page, night)
    finally:
        night_tables.con.close()
    folder = settings.reports / night.label
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(page.html(), encoding="utf-8")
    (folder / "report.md").write_text(page.markdown(), encoding="utf-8")
    return folder / "report.md"


class _Night:
    """The night's tables as views; a table this night has not made (or only inherited) is absent."""

    def __init__(self, settings: Settings, night: Night, receipts: Sequence[Receipt]) -> None:
        self.settings, self.night = settings, night
        self.con = views.connection(settings.home / "state" / "duckdb")
        self.con.execute(f"CREATE MACRO tonight() AS DATE '{night.date}'")
        own = {t: v for r in receipts for t, v in r.writes.items()}
        manifest = night.manifest()
        self.pins: dict[str, int] = manifest["tables"] if manifest else own
        self.store = Store(settings.tables)

    def has(self, *names: str) -> bool:
        return all(n in self.pins for n in names)

    def rows(self, sql: str, *names: str) -> list[tuple[Any, ...]]:
        """Rows of a query over these tables; none while one of them does not exist."""
        if not self.has(*names):
            return []
        for name in names:
            views.add_view(self.con, views.view_name(name), self.store.files(name, self.pins[name]), table_for(name).schema)
        return self.con.execute(sql).fetchall()

    def union(self, prefix: str, sql: str) -> list[tuple[Any, ...]]:
        """The same over all tables below a folder, as the view `all_rows`."""
        names = sorted(n for n in self.pins if n.startswith(prefix))
        files = [f for n in names for f in self.store.files(n, self.pins[n])]
        views.add_view(self.con, "all_rows", files, table_for(prefix.rstrip("/")).schema)
        return self.con.execute(sql).fetchall()


def _verdict(page: pages.Page, night: Night, layer: str | None, sentences: Sentences, notice: str) -> None:
    page.heading("结论 · Verdict")
    if layer is None:
        page.text(f"本夜已发布快照 {night.label}。 The night was published as snapshot {night.label}.")
    else:
        page.text(f"关口 {layer} 未通过，本夜未发布。 Gate {layer} refused; nothing was published.")
        for zh, en in sentences:
            page.item(zh)
            page.item(en)
    if notice:
        page.text(notice)


def _gates(page: pages.Page, tables: _Night, refused_file: Path) -> None:
    page.heading("关口 · Gates")
    page.text(
        "每一关检查一层数据；关键项不通过则停止发布，提醒项只记录。"
        " Each gate checks one layer: a failed critical expectation stops publishing, a failed warning is only told."
    )
    figures = tables.union("quality/", f"SELECT {', '.join(FIGURE)} FROM all_rows ORDER BY ALL")
    if refused_file.exists():
        held = json.loads(refused_file.read_text(encoding="utf-8"))["figures"]
        seen = {f[0] for f in figures}
        figures += [tuple(f[n] for n in FIGURE) for f in held if f["layer"] not in seen]
    layers = [s.gate for s in plan.STAGES if s.gate] + ["snapshot"]
    rows = []
    for layer in layers:
        mine = [f for f in figures if f[0] == layer]
        critical = sum(f[6] == "critical" and not f[7] for f in mine)
        warned = sum(f[6] == "warning" and not f[7] for f in mine)
        verdict = "未运行 not run" if not mine else "未通过 refused" if critical else "通过 passed"
        rows.append((layer, len(mine), critical, warned, verdict))
    page.table(["层 layer", "检查项 checks", "关键不通过 critical", "提醒 warnings", "结论 verdict"], rows)
    failed = [f for f in figures if not f[7]]
    if failed:
        page.heading("未通过的检查 · What failed and what to do", 3)
        page.table(
            ["检查 check", "部门表 table", "观测 value", "要求 bound", "级别 severity", "说明 what and what to do"],
            [(m, f"{d}.{t}" if d else "", v, b, s, w) for _, m, d, t, v, b, s, _, w in failed],
        )


def _deliveries(page: pages.Page, tables: _Night) -> None:
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


def _rows(page: pages.Page, receipts: Sequence[Receipt]) -> None:
    page.heading("各阶段行数 · Rows by stage")
    page.table(
        ["步骤 step", "读入 in", "产出 out", "拒绝 rejected", "秒 seconds"],
        [(r.step, r.rows_in, r.rows_out, r.rejected, r.seconds) for r in receipts if not r.step.startswith("gate.")],
    )


def _rejections(page: pages.Page, tables: _Night) -> None:
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


def _dimensions(page: pages.Page, tables: _Night) -> None:
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


def _linkage(page: pages.Page, tables: _Night) -> None:
    from jobs.quality import linkage_section

    page.heading("关联质量（无真值估计）· Linkage quality, estimated without truth")
    page.text(
        "隐号试验：取有确认号码的记录，藏起号码及由其得来的内容，按无号记录的部门、年龄与缺项构成抽样，重新关联，以号码判对错。"
        " A trial hides the number (and what came from it) of confirmed records, sampled to be made up like the records without a number,"
        " links them again and judges by the number. It cannot judge records whose number itself is wrong."
        " 括号内为95%区间与所据数量。 In brackets the 95 % interval and the number it rests on."
    )
    rows = tables.rows(
        "SELECT metric, dept, \"column\", value, bound FROM quality WHERE dimension = 'linkage' ORDER BY"
        " metric, dept <> '', \"column\" <> '', dept, \"column\"",
        "quality",
    )
    linkage_section.section(page, rows)


def _residents(page: pages.Page, tables: _Night) -> None:
    page.heading("居民 · Residents by status")
    rows = tables.rows(
        "SELECT status_code, status_class, count(*), count(*) FILTER (counts_usual), count(*) FILTER (counts_present),"
        " count(*) FILTER (counts_hukou) FROM residence GROUP BY ALL"
        " UNION ALL SELECT 'Σ', '', count(*), count(*) FILTER (counts_usual), count(*) FILTER (counts_present),"
        " count(*) FILTER (counts_hukou) FROM residence ORDER BY 1",
        "residence",
    )
    page.table(["代码 code", "类 class", "人数 persons", "常住 usual", "实有 present", "户籍 hukou"], rows)


def _total(page: pages.Page, tables: _Night) -> None:
    from jobs.quality import night_total

    page.heading("常住人口及其区间 · Usual residents, with an interval")
    versions = tables.rows("SELECT DISTINCT rule_version FROM residence ORDER BY 1", "residence")
    page.text(night_total.words([str(v) for (v,) in versions]))
    rows = tables.rows(
        "SELECT \"column\", CAST(max(value) FILTER (metric = 'total.counted') AS BIGINT),"
        " CAST(round(max(value) FILTER (metric = 'total.usual')) AS BIGINT), max(bound) FILTER (metric = 'total.usual'),"
        " CAST(max(value) FILTER (metric = 'total.here') AS BIGINT), round(100 * max(value) FILTER (metric = 'total.one_department'), 1)"
        " FROM quality WHERE dimension = 'total' GROUP BY ALL ORDER BY 1",
        "quality",
    )
    heads = ["常住 counted", "估计 estimate", "区间 interval", "仅在区口径 here only", "仅凭一部门 one department %"]
    page.table(["镇街 township", *heads], [(_place(t), *r) for t, *r in rows])


def _calibration(page: pages.Page, tables: _Night) -> None:
    from jobs.quality import night_calibration

    night_calibration.section(page, tables.rows(night_calibration.TOLD, "quality"))


def _changes(page: pages.Page, tables: _Night) -> None:
    page.heading("变化 · Changes since the snapshot before")
    if tables.night.predecessor() is None:
        page.text("首夜，无基线。 Night one: no baseline.")
        return
    rows = tables.rows(
        "SELECT kind, CASE WHEN kind = 'status' THEN before END, CASE WHEN kind = 'status' THEN after END,"
        " CASE WHEN kind IN ('status', 'address', 'account') THEN reason END, count(*) FROM changes GROUP BY ALL"
        " ORDER BY 1, 5 DESC, 2, 3, 4",
        "changes",
    )
    page.table(["类别 kind", "之前 before", "之后 after", "规则 rule", "人数 persons"], rows)


def _balance(page: pages.Page, tables: _Night) -> None:
    page.heading("人口账 · Population account of usual residents")
    plus, minus = " + ".join(_class(c) for c in account.INTO), " − ".join(_class(c) for c in account.OUT_OF)
    page.text(
        f"期末 after = 期初 before + {plus} − {minus} + {_class('corrections')}。余数必须为零，首夜期初为零。"
        " The residual must be zero; on night one everybody arrives."
    )
    flows = ("before", *account.CLASSES, "after", "residual")
    listed, sums = ", ".join(flows), ", ".join(f"sum({f})" for f in flows)
    rows = tables.rows(f"SELECT township, {listed} FROM balance UNION ALL SELECT 'Σ', {sums} FROM balance ORDER BY 1", "balance")
    heads = ["期初 before", *(_class(c) for c in account.CLASSES), "期末 after", "余数 residual"]
    page.table(["镇街 township", *heads], [(_place(t), *n) for t, *n in rows])
    page.table(["类别 class", "含义 meaning"], [(_class(c), meaning) for c, (_, meaning, _) in account.CLASSES.items()])


def _class(name: str) -> str:
    return f"{account.CLASSES[name][0]} {name.replace('_', ' ')}"


def _place(code: str) -> str:
    return f"{code} {divisions()[code].name}" if code in divisions() else code


def _reproduce(page: pages.Page, night: Night) -> None:
    page.heading("可复算 · To recompute this night")
    manifest = night.manifest()
    if not manifest:
        page.text("本夜未封存。 This night is not sealed.")
        return
    before = manifest.get("predecessor") or "无 none"
    page.item(f"代码 code: {manifest['code']}")
    page.item(f"参数 parameters: {json.dumps(manifest['parameters'], ensure_ascii=False)}")
    page.item(f"前一夜 night before: {before}; 取用交付 deliveries taken: {len(manifest['inputs'])}")
    page.item(f"核对 compare: renkou digest --date {night.date}")


def of(settings: Settings, date: dt.date) -> Path:
    """The report of a date's newest revision; UserError when there is none."""
    found = sorted(settings.reports.glob(f"{date.isoformat()}*/report.md"))
    if not found:
        raise UserError(f"There is no report of {date}.", "Run that night first.")
    return found[-1]
