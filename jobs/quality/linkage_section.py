"""The report's section on linkage quality without truth: one row a group of people, one column a figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from jobs.quality import pages
from jobs.quality.estimates import MEANING

SHORT = {
    "numberless_recall": "无号找到 found",
    "numberless_precision": "无号归对 attached rightly",
    "pairs_met": "相遇 met",
    "pairs_met_recapture": "相遇（再捕获）met, recapture",
    "link_precision": "关联为真 links true",
    "link_recall": "真对已联 true pairs linked",
    "reviewed_precision": "关联为真（人工）links true, by people",
    "reviewed_doubts": "待核为真（人工）doubts true, by people",
}
"""Heads of the columns; what they mean stands in a list below the table."""
WORDS = {
    "age:unknown": "年龄不详 age unknown", "local:yes": "本地户籍 local hukou", "local:no": "非本地户籍 other hukou", "sex:F": "女 female",
    "sex:M": "男 male",
}  # fmt: skip
BOUND = re.compile(r"95%: ([\d.]+)–([\d.]+)(?:; n = (\d+))?")


def section(page: pages.Page, rows: Sequence[tuple[str, str, str, float, str]]) -> None:
    """Add the table and what its figures mean. `rows`: metric, department, group, value and bound of QUALITY."""
    cells = {(dept, group, metric.removeprefix("linkage.")): _cell(value, bound) for metric, dept, group, value, bound in rows}
    figures = [name for name in SHORT if any(key[2] == name for key in cells)]
    people = sorted({key[:2] for key in cells}, key=lambda who: (who != ("", ""), bool(who[1]), who))
    page.table(
        ["人群 group", *(SHORT[name] for name in figures)],
        [[_who(dept, group), *(cells.get((dept, group, name), "") for name in figures)] for dept, group in people],
    )
    for name in figures:
        zh, en = MEANING[name]
        page.item(f"{SHORT[name]}: {zh} · {en}")


def _who(dept: str, group: str) -> str:
    if not dept and not group:
        return "全部 all"
    if dept:
        return dept
    return WORDS.get(group, f"{group.removeprefix('age:').replace('-', '–')} 岁 years")


def _cell(value: float, bound: str) -> Any:
    """Estimate, its interval, and of how many it rests."""
    found = BOUND.search(bound or "")
    if not found:
        return value
    low, high, people = found.groups()
    return f"{value:.3f} ({float(low):.3f}–{float(high):.3f}" + (f"; {int(people):,})" if people else ")")
