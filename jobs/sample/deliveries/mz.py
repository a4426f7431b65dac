"""民政局: marriages, minimum income and the allowance for the old as workbooks; cremations by REST."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from jobs.sample.deliveries import cells
from jobs.sample.deliveries.cells import choose, code, contact, day_text, lag, mask, number_text, plus, serial, stamp_text, until
from jobs.sample.deliveries.facts import Days, Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import interface, workbook
from jobs.sample.deliveries.workbooks import Sheet

MARRIAGE = columns(
    "登记字号 业务类型 男方姓名 男方证件类型 男方身份证号 男方国籍 男方出生日期 男方户籍地 女方姓名 女方证件类型 "
    "女方身份证号 女方国籍 女方出生日期 女方户籍地 登记日期 登记机关 备注"
)
CREMATION = columns("hhzbh szxm xb sfzh sqzz swrq hhrq updateTime byg jsxm jsdh")
MEMBERS = 8
DIBAO = (
    "低保证号",
    "户主姓名",
    "户主身份证",
    "家庭住址",
    *(f"成员{n}{what}" for n in range(1, MEMBERS + 1) for what in ("姓名", "身份证")),
    "保障类别",
    "起始年月",
    "终止年月",
    "家庭人口",
    "镇街",
    "村社",
)
ELDER = columns("领取编号 姓名 身份证号 现住址 发放年月 状态 年龄 镇街 村社 是否独居 能力评估等级 补贴金额")
PAPERS = {
    "citizen": "居民身份证",
    "passport": "护照",
    "hk_macao_pass": "港澳居民来往内地通行证",
    "taiwan_pass": "台湾居民来往大陆通行证",
    "hkmt_residence": "港澳台居民居住证",
    "foreigner_pr": "外国人永久居留身份证",
}


def build_marriage(facts: Facts) -> pl.DataFrame:
    """Marriages and divorces registered at the district's office in the last 24 months."""
    wed, since = facts.world.marriages, facts.world.history_start
    married = wed.filter(pl.col("in_district")).select(
        "marriage_id", "husband_id", "wife_id", on="from_date", kind=pl.lit("结婚")
    )
    apart = wed.filter(pl.col("end_in_district") & (pl.col("end_reason") == "divorce")).select(
        "marriage_id", "husband_id", "wife_id", on="to_date", kind=pl.lit("离婚")
    )
    rows = pl.concat([married, apart]).filter((pl.col("on") >= since) & (pl.col("on") <= facts.world.last_night))
    rid = rows["marriage_id"].cast(pl.Int64) * 2 + (rows["kind"] == "离婚").cast(pl.Int64)
    rows = rows.with_columns(_rid=rid, _born=pl.col("on")).sort("on", "_rid")
    return rows.with_columns(number=pl.int_range(1, pl.len() + 1).over(pl.col("on").dt.year(), "kind"))


def render_marriage(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Marriages as the office's list has them."""
    columns: dict[str, pl.Series] = {
        "登记字号": choose(rows["kind"] == "结婚", "J330110-", "L330110-")
        + day_text(rows["on"], "%Y-")
        + number_text(rows["number"], "", 6),
        "业务类型": rows["kind"],
        "登记日期": day_text(rows["on"], "%Y-%m-%d"),
    }
    for side, column, role in (("男方", "husband_id", "husband"), ("女方", "wife_id", "wife")):
        columns |= _side(facts, side, rows[column], days(rows["on"])) | {f"_pid_{role}": rows[column]}
    return pl.DataFrame(columns).with_columns(登记机关=pl.lit("余杭区民政局"), 备注=pl.lit(None, dtype=pl.String))


def _side(facts: Facts, side: str, pid: pl.Series, when: Days) -> dict[str, pl.Series]:
    """The columns of husband or wife."""
    kind, number = facts.paper(pid, when)
    return {
        f"{side}姓名": facts.name(pid, when),
        f"{side}证件类型": code(kind, PAPERS, "其他"),
        f"{side}身份证号": number,
        f"{side}国籍": choose(facts.person("nationality", pid) == "CHN", "中国", facts.person("nationality", pid)),
        f"{side}出生日期": day_text(facts.person("birth_date", pid), "%Y-%m-%d"),
        f"{side}户籍地": facts.hukou_text(pid, when, 171),
    }


def build_cremation(facts: Facts) -> pl.DataFrame:
    """Four of five deaths of people who lived here or were registered here."""
    dead = facts.world.persons.filter(pl.col("death_date").is_not_null()).select("person_id", "death_date")
    rid = dead["person_id"].cast(pl.Int64)
    lived = facts.home(dead["person_id"], days(dead["death_date"])).is_not_null()
    dead = dead.with_columns(_rid=rid, burnt=plus(dead["death_date"], lag(facts, rid, 181, 2, 6)))
    dead = dead.with_columns(_born=plus(dead["burnt"], lag(facts, rid, 182, 0, 4)))
    return dead.filter(lived & (facts.chance(rid, 183) < 0.8))


def render_cremation(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Cremations as text."""
    pid, died = rows["person_id"], days(rows["death_date"])
    spouse = facts.spouse(pid, died - 1)
    return pl.DataFrame(
        {
            "hhzbh": serial(rows["_rid"], "HH33", 9),
            "szxm": facts.name(pid, died),
            "xb": code(facts.person("sex", pid), {1: "男", 2: "女"}),
            "sfzh": facts.number(pid, died),
            "sqzz": facts.address(pid, died - 1, 184),
            "swrq": mask(day_text(rows["death_date"], "%Y-%m-%d"), facts.chance(rows["_rid"], 185) < 0.97),
            "hhrq": day_text(rows["burnt"], "%Y-%m-%d"),
            "updateTime": stamp_text(rows),
            "jsxm": facts.person("name", spouse),
            "jsdh": facts.phone(spouse, died),
            "_pid_self": pid,
        }
    ).with_columns(byg=pl.lit("余杭殡仪馆"))


def build_dibao(facts: Facts) -> pl.DataFrame:
    """One row a household on the aid list; members side by side."""
    rows = facts.world.dibao.filter(pl.col("member_no") <= MEMBERS)
    heads = rows.filter(pl.col("member_no") == 0).unique("household_id", keep="last", maintain_order=True)
    wide = heads.select("household_id", "person_id", "from_date", "to_date")
    for number in range(1, MEMBERS + 1):
        members = rows.filter(pl.col("member_no") == number).select("household_id", pl.col("person_id").alias(f"member_{number}"))
        members = members.unique("household_id", keep="first", maintain_order=True)
        wide = wide.join(members, on="household_id", how="left", maintain_order="left")
    rid = wide["household_id"].cast(pl.Int64)
    return wide.with_columns(_rid=rid, _born=wide["from_date"], _gone=plus(wide["to_date"], lag(facts, rid, 191, 10, 60)))


def render_dibao(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """The list of the month."""
    head, met = rows["person_id"], contact(rows, night)
    home = facts.home(head, met)
    columns: dict[str, pl.Series] = {
        "低保证号": serial(rows["_rid"], "DB330110", 8),
        "户主姓名": facts.name(head, met),
        "户主身份证": facts.number(head, met),
        "家庭住址": facts.address(head, met, 192),
        "保障类别": choose(
            facts.chance(rows["_rid"], 193) < 0.7, "低保", choose(facts.chance(rows["_rid"], 193) < 0.9, "低边", "特困")
        ),
        "起始年月": day_text(rows["from_date"], "%Y%m"),
        "终止年月": day_text(until(rows["to_date"], night), "%Y%m"),
        "镇街": facts.dwelling("township_name", home),
        "村社": facts.dwelling("community_name", home),
        "_pid_head": head,
    }
    size = pl.Series(np.ones(rows.height, dtype=np.int64))
    for number in range(1, MEMBERS + 1):
        pid = rows[f"member_{number}"]
        columns |= {
            f"成员{number}姓名": facts.name(pid, met),
            f"成员{number}身份证": facts.number(pid, met),
            f"_pid_member_{number}": pid,
        }
        size = size + pid.is_not_null().cast(pl.Int64)
    return pl.DataFrame(columns).with_columns(家庭人口=size.cast(pl.String))


def build_elder(facts: Facts) -> pl.DataFrame:
    """One row per person of 80 or more with local hukou and month paid; a death stops it a month or two late."""
    hukou = facts.world.hukou.filter(pl.col("township").is_not_null() & ~pl.col("is_duplicate"))
    last = facts.world.last_night
    people = facts.world.persons.filter(pl.col("birth_date") <= last.replace(year=last.year - 80)).filter(~pl.col("is_silent"))
    people = people.join(hukou.select("person_id").unique(), on="person_id", how="semi", maintain_order="left")
    first, end = cells.month_index(facts.world.history_start), cells.month_index(last)
    low = np.maximum(cells.month_indices(people["birth_date"]) + 80 * 12 + 1, first)
    died = people["death_date"]
    stop = cells.month_indices(plus(died, lag(facts, people["person_id"], 201, 10, 50)).fill_null(last))
    high = np.where(died.is_null().to_numpy(), end, np.minimum(stop, end))
    count = np.where(facts.chance(people["person_id"], 202).to_numpy() < 0.9, np.maximum(high - low + 1, 0), 0)
    which = np.repeat(np.arange(people.height), count)
    month = np.repeat(low, count) + np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    ended = np.repeat(np.where(died.is_null().to_numpy(), 10**6, stop), count)
    rows = people.select("person_id")[which].with_columns(month=pl.Series(month), dead=pl.Series(month >= ended))
    rid = rows["person_id"].cast(pl.Int64) * 4000 + rows["month"] % 4000
    return rows.with_columns(
        _rid=rid,
        _dice=pl.col("person_id").cast(pl.Int64),
        _born=plus(cells.month_start(rows["month"]), lag(facts, rid, 203, 4, 4)),
    )


def render_elder(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Payments as the list has them."""
    pid, met = rows["person_id"], contact(rows, night)
    home = facts.home(pid, met)
    age = rows["month"] // 12 - facts.person("birth_date", pid).dt.year().cast(pl.Int64)
    return pl.DataFrame(
        {
            "领取编号": serial(pid, "GL330110", 9),
            "姓名": facts.name(pid, met),
            "身份证号": facts.number(pid, met),
            "现住址": facts.address(pid, met, 204),
            "发放年月": day_text(cells.month_start(rows["month"]), "%Y%m"),
            "状态": choose(rows["dead"], "死亡停发", "发放"),
            "年龄": age.cast(pl.String),
            "镇街": facts.dwelling("township_name", home),
            "村社": facts.dwelling("community_name", home),
            "_pid_self": pid,
        }
    ).with_columns(是否独居=pl.lit("否"), 能力评估等级=pl.lit("0"), 补贴金额=pl.lit("100"))


WHOLE = 10**9  # workbooks are written in one piece
TABLES = (
    Table(
        "mz",
        "marriage",
        ("登记字号",),
        MARRIAGE,
        build_marriage,
        render_marriage,
        workbook(
            "婚姻登记_{date}.xlsx",
            Sheet("婚姻登记", "余杭区婚姻登记汇总表", ("", "男方", "女方", ""), (1, 2, 8, 14), total="合计"),
        ),
        (
            Mention("husband", "男方身份证号", "男方姓名", "男方出生日期"),
            Mention("wife", "女方身份证号", "女方姓名", "女方出生日期"),
        ),
        mode="versions",
        due=lambda night: night.isoweekday() == 1,
        slice_rows=WHOLE,
    ),
    Table(
        "mz",
        "cremation",
        ("hhzbh",),
        CREMATION,
        build_cremation,
        render_cremation,
        interface("mz", "/openapi/v1/cremation", "updateTime"),
        (Mention("self", "sfzh", "szxm", sex="xb"),),
        mode="versions",
    ),
    Table(
        "mz",
        "dibao",
        ("低保证号",),
        DIBAO,
        build_dibao,
        render_dibao,
        workbook(
            "低保_{date}.xlsx",
            Sheet("低保", "余杭区低保低边特困家庭名册", ("户主", "家庭成员", "保障"), (0, 4, 20), total="合计"),
        ),
        (
            Mention("head", "户主身份证", "户主姓名"),
            *(Mention(f"member_{n}", f"成员{n}身份证", f"成员{n}姓名") for n in range(1, MEMBERS + 1)),
        ),
        mode="full",
        due=lambda night: night.day == 5,
        slice_rows=WHOLE,
    ),
    Table(
        "mz",
        "elder_allowance",
        ("领取编号", "发放年月"),
        ELDER,
        build_elder,
        render_elder,
        workbook("高龄津贴_{date}.xlsx", Sheet("高龄津贴", "余杭区高龄津贴发放表", total="合计")),
        (Mention("self", "身份证号", "姓名"),),
        mode="versions",
        due=lambda night: night.day == 5,
        slice_rows=WHOLE,
    ),
)
