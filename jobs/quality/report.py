"""The data-quality report of a night, for an auditor who has never seen one: Markdown and HTML with the same words.

It reads only what the night pinned and its receipts, so it can be written again at any time.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from jobs import plan
from jobs.context import Context
from jobs.errors import UserError
from jobs.pool import current
from jobs.pool.json_files import write_json
from jobs.pool.nights import Night, Receipt
from jobs.quality import data_sections, pages, people_sections
from jobs.quality.night_tables import NightTables
from jobs.settings import Settings

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
    night_tables = NightTables(settings, night, receipts)
    try:
        _verdict(page, night, layer, sentences, current.notice(settings.pool))
        _gates(page, night_tables, settings.reports / night.label / "refused.json")
        data_sections.deliveries(page, night_tables)
        data_sections.rows(page, receipts)
        data_sections.rejections(page, night_tables)
        data_sections.dimensions(page, night_tables)
        people_sections.linkage(page, night_tables)
        people_sections.residents(page, night_tables)
        people_sections.total(page, night_tables)
        people_sections.calibration(page, night_tables)
        people_sections.changes(page, night_tables)
        people_sections.balance(page, night_tables)
        _reproduce(page, night)
    finally:
        night_tables.con.close()
    folder = settings.reports / night.label
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(page.html(), encoding="utf-8")
    (folder / "report.md").write_text(page.markdown(), encoding="utf-8")
    return folder / "report.md"


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


def _gates(page: pages.Page, tables: NightTables, refused_file: Path) -> None:
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
