"""Sections of the night's report about people: linkage, statuses, the total, confidence, changes, the account."""

from __future__ import annotations

from jobs.cleaning.divisions import table as divisions
from jobs.quality import account, pages
from jobs.quality.night_tables import NightTables


def linkage(page: pages.Page, tables: NightTables) -> None:
    """How well records were linked, estimated without truth."""
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


def residents(page: pages.Page, tables: NightTables) -> None:
    """Residents by status code, and in which counts each is."""
    page.heading("居民 · Residents by status")
    rows = tables.rows(
        "SELECT status_code, status_class, count(*), count(*) FILTER (counts_usual), count(*) FILTER (counts_present),"
        " count(*) FILTER (counts_hukou) FROM residence GROUP BY ALL"
        " UNION ALL SELECT 'Σ', '', count(*), count(*) FILTER (counts_usual), count(*) FILTER (counts_present),"
        " count(*) FILTER (counts_hukou) FROM residence ORDER BY 1",
        "residence",
    )
    page.table(["代码 code", "类 class", "人数 persons", "常住 usual", "实有 present", "户籍 hukou"], rows)


def total(page: pages.Page, tables: NightTables) -> None:
    """Usual residents by township with their interval, on both half-year bases."""
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


def calibration(page: pages.Page, tables: NightTables) -> None:
    """Whether confidence said earlier agrees with what visits found since."""
    from jobs.quality import night_calibration

    night_calibration.section(page, tables.rows(night_calibration.TOLD, "quality"))


def changes(page: pages.Page, tables: NightTables) -> None:
    """How many residents changed since the snapshot before, by kind."""
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


def balance(page: pages.Page, tables: NightTables) -> None:
    """The account of usual residents by township, whose residual is zero."""
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
