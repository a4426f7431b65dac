"""教育局: pupils and kindergarten children, one workbook a school, each with its own order of columns."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl

from jobs.sample.deliveries.cells import choose, code, day_text, lag, mask, plus, until
from jobs.sample.deliveries.facts import Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Office, Table, columns
from jobs.sample.deliveries.workbooks import Sheet, write_workbook

PUPIL = columns(
    "学校标识码 全国学籍号 姓名 性别 出生日期 身份证件类型 身份证件号 国籍/地区 民族 户口所在地行政区划 现住址 "
    "联系电话 入学年月 成员1姓名 成员1关系 成员1证件类型 成员1身份证件号 成员1联系电话 成员2姓名 成员2关系 "
    "成员2证件类型 成员2身份证件号 成员2联系电话 学籍状态 异动日期 学校名称 年级 班级 户口性质 家庭地址 就读方式 "
    "学生来源 是否随迁子女 成员1户口所在地 成员2户口所在地 残疾类型 是否留守儿童 港澳台侨外"
)
PAPERS = {
    "citizen": "居民身份证",
    "passport": "护照",
    "hk_macao_pass": "港澳居民来往内地通行证",
    "taiwan_pass": "台湾居民来往大陆通行证",
    "hkmt_residence": "港澳台居民居住证",
    "foreigner_pr": "外国人永久居留身份证",
}
LINGERS = timedelta(days=240)  # how long a pupil who left stays on the school's list


def build(facts: Facts) -> pl.DataFrame:
    """One row per pupil number: the newest enrolment in a school that delivers."""
    schools = facts.world.schools.filter(pl.col("delivers") & pl.col("in_district")).select(
        "school_id", "code", "stage", school="name"
    )
    rows = (
        facts.seen(facts.world.enrolments)
        .join(schools, on="school_id", how="inner", maintain_order="left")
        .filter(pl.col("pupil_no").is_not_null())
    )
    rows = rows.sort("pupil_no", "from_date").unique("pupil_no", keep="last", maintain_order=True).sort("person_id", "from_date")
    rid = rows["person_id"].cast(pl.Int64)
    return rows.with_columns(
        _rid=rid,
        _born=plus(rows["from_date"], lag(facts, rid, 211, 1, 15)),
        _ends=plus(rows["to_date"], lag(facts, rid, 212, 1, 40)),
        _gone=rows["to_date"] + LINGERS,
        _clerk=rows["school_id"].cast(pl.Int64) * 100 + rows["class_no"].cast(pl.Int64).fill_null(0),
    )


def render(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Pupils as the schools have them that night: address and phone of enrolment."""
    pid, met = rows["person_id"], days(rows["from_date"])
    now = met * 0 + (night - date(1970, 1, 1)).days
    kind, number = facts.paper(pid, now)
    ended = until(rows["_ends"], night)
    left = choose(rows["end_reason"] == "moved", "转出", choose(facts.person("death_date", pid).is_not_null(), "死亡", "毕业"))
    form = facts.chance(rows["school_id"], 213) < 0.3
    birth = facts.person("birth_date", pid)
    columns: dict[str, pl.Series] = {
        "学校标识码": rows["code"],
        "全国学籍号": rows["pupil_no"],
        "姓名": facts.name(pid, met),
        "性别": code(facts.person("sex", pid), {1: "男", 2: "女"}),
        "出生日期": choose(form, day_text(birth), day_text(birth, "%Y-%m-%d")),
        "身份证件类型": code(kind, PAPERS, "无"),
        "身份证件号": number,
        "国籍/地区": choose(facts.person("nationality", pid) == "CHN", "中国", facts.person("nationality", pid)),
        "民族": facts.person("ethnic", pid),
        "户口所在地行政区划": facts.hukou("division", pid, now),
        "现住址": facts.address(pid, met, 214),
        "联系电话": facts.phone(rows["guardian_1_id"].fill_null(rows["guardian_2_id"]), met),
        "入学年月": day_text(rows["from_date"], "%Y-%m"),
        "学籍状态": choose(ended.is_not_null(), left, "在读"),
        "异动日期": mask(day_text(rows["to_date"], "%Y-%m-%d"), ended.is_not_null()),
        "学校名称": rows["school"],
        "年级": rows["grade"].cast(pl.String),
        "班级": rows["class_no"].cast(pl.String),
        "就读方式": choose(rows["is_boarder"], "住校", "走读"),
        "是否随迁子女": choose(facts.hukou("township", pid, now).is_not_null(), "否", "是"),
        "_pid_self": pid,
        "_office": facts.phone(rows["guardian_2_id"], met),
    }
    for number_of in (1, 2):
        columns |= _guardian(facts, rows, number_of)
    empty = [c for c in PUPIL if c not in columns]
    return pl.DataFrame(columns).with_columns(pl.lit(None, dtype=pl.String).alias(c) for c in empty)


def _guardian(facts: Facts, rows: pl.DataFrame, number_of: int) -> dict[str, pl.Series]:
    """The columns of one guardian."""
    pid, met = rows[f"guardian_{number_of}_id"], days(rows["from_date"])
    kind, number = facts.paper(pid, met)
    father, mother = facts.person("father_id", rows["person_id"]), facts.person("mother_id", rows["person_id"])
    relation = choose(pid == father, "父亲", choose(pid == mother, "母亲", "其他"))
    head = f"成员{number_of}"
    return {
        f"{head}姓名": facts.name(pid, met),
        f"{head}关系": mask(relation, pid.is_not_null()),
        f"{head}证件类型": mask(code(kind, PAPERS, "其他"), pid.is_not_null()),
        f"{head}身份证件号": number,
        f"{head}联系电话": facts.phone(pid, met),
        f"_pid_guardian_{number_of}": pid,
    }


def put(office: Office, rows: pl.DataFrame, night: date, first: bool) -> None:
    """One workbook a school, the columns shuffled by the school's code (the key columns too)."""
    for (school,), pupils in rows.partition_by("学校标识码", as_dict=True, maintain_order=True).items():
        order = list(rows.columns)
        random.Random(f"{office.seed}:{school}").shuffle(order)
        sheet = Sheet("学籍", f"{pupils['学校名称'][0]}学生名册", total="合计")
        write_workbook(office.out / "jy" / f"{night}" / f"{school}.xlsx", sheet, pupils.select(order))


def due(night: date) -> bool:
    """Termly complete lists on 20 September and 1 March, and the changes of a month on the first of the others in term."""
    return (night.month, night.day) in ((9, 20), (3, 1)) or (night.day == 1 and night.month in (10, 11, 12, 4, 5, 6))


TABLES = (
    Table(
        "jy",
        "pupil",
        ("全国学籍号",),
        PUPIL,
        build,
        render,
        put,
        (
            Mention("self", "身份证件号", "姓名", "出生日期", "性别", "联系电话"),
            Mention("guardian_1", "成员1身份证件号", "成员1姓名", phone="成员1联系电话"),
            Mention("guardian_2", "成员2身份证件号", "成员2姓名", phone="成员2联系电话"),
        ),
        mode="full",
        due=due,
        slice_rows=10**9,
    ),
)
