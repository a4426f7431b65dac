"""卫生健康局: births, deaths, vaccinations and health records by REST, as append-only versions by update time."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from jobs.sample.deliveries.cells import (
    choose,
    code,
    contact,
    day_text,
    lag,
    long_lag,
    mask,
    number_text,
    plus,
    serial,
    stamp_text,
    until,
)
from jobs.sample.deliveries.facts import Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import interface

BIRTH = columns(
    "csyxzmbh xsexm xb cssj sbts mqxm mqzjlx mqzjhm mqcsrq mqmz mqjzdz fqxm fqzjlx fqzjhm fqjzdz jsjg jsjgqh qflx "
    "ycsbh qfrq zfbz updateTime csyz cstz"
)
DEATH = columns("swzmbh xm xb mz zjlx zjhm csrq swsj hjdz czdz tbrq updateTime swdd jsxm jsdh tbdw swyybm")
DOSE = columns("grda etxm xb csrq zjhm csyxzmbh mqxm fqxm jhrdh hjdz jzdz zzqk ymbm jc jzrq updateTime ymmc jzdw pch")
HEALTH = columns("jkdah xm zjhm csrq lxdh xjzdz hjlx jdrq dqzt zhsfrq updateTime jdjg")
PAPERS = {
    "citizen": "01",
    "passport": "03",
    "hk_macao_pass": "06",
    "taiwan_pass": "07",
    "foreigner_pr": "08",
    "hkmt_residence": "09",
}
SEXES = {1: "1", 2: "2"}
SCHEDULE = (
    (0, "0101", "1"),
    (0, "0201", "1"),
    (1, "0201", "2"),
    (2, "0301", "1"),
    (3, "0301", "2"),
    (4, "0301", "3"),
    (5, "0401", "3"),
    (6, "0201", "3"),
    (8, "1201", "1"),
    (9, "0601", "2"),
    (18, "0401", "4"),
    (18, "1201", "2"),
    (24, "0801", "2"),
    (36, "0602", "1"),
    (48, "0301", "4"),
    (72, "0602", "2"),
    (72, "0403", "1"),
)
"""Month of age, vaccine code, dose: the shape of the national schedule."""


def build_birth(facts: Facts) -> pl.DataFrame:
    """One row per certificate; a renamed child's re-issue is a further row that names the old number."""
    births = facts.world.births
    births = births.filter(pl.col("in_district") | (facts.chance(births["child_id"], 131) < 0.7))
    first = births.with_columns(
        certificate="certificate_no",
        old=pl.lit(None, dtype=pl.String),
        issued="issue_date",
        _rid=pl.col("child_id").cast(pl.Int64) * 2,
    )
    again = (
        births.filter(pl.col("reissued_no").is_not_null())
        .with_columns(
            certificate="reissued_no",
            old="certificate_no",
            issued="reissue_date",
            reissue_date=None,
            reissued_no=None,
            _rid=pl.col("child_id").cast(pl.Int64) * 2 + 1,
        )
        .cast({"reissue_date": pl.Date, "reissued_no": pl.String})
    )
    rows = pl.concat([first, again])
    late = pl.select(
        pl.when(rows["in_district"]).then(lag(facts, rows["_rid"], 132, 0, 2)).otherwise(lag(facts, rows["_rid"], 133, 7, 30))
    ).to_series()
    return rows.with_columns(
        _born=plus(rows["issued"], late),
        _ends=plus(rows["reissue_date"], lag(facts, rows["_rid"], 134, 0, 2)),
        _clerk=rows["hospital_id"].cast(pl.Int64),
    )


def render_birth(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Certificates as known that night; the child's name as on the day of issue."""
    child, mother, issued = rows["child_id"], rows["mother_id"], days(rows["issued"])
    father = mask(rows["father_id"], facts.chance(child, 135) < 0.9)
    void = until(rows["_ends"], night)
    mother_kind, mother_number = facts.paper(mother, issued)
    father_kind, father_number = facts.paper(father, issued)
    born = facts.person("birth_date", child)
    minute = rows["birth_minute"].cast(pl.Int64)
    clock = " " + (minute // 60).cast(pl.String).str.zfill(2) + ":" + (minute % 60).cast(pl.String).str.zfill(2)
    hospital = rows["hospital_id"].cast(pl.Int64)
    unnamed = facts.name_kind(child, issued) == "provisional"
    return pl.DataFrame(
        {
            "csyxzmbh": rows["certificate"],
            "xsexm": facts.name(child, issued),
            "xb": code(facts.person("sex", child), SEXES),
            "cssj": day_text(born, "%Y-%m-%d") + clock,
            "sbts": rows["plurality_order"].cast(pl.String),
            "mqxm": facts.name(mother, issued),
            "mqzjlx": code(mother_kind, PAPERS, "99"),
            "mqzjhm": mother_number,
            "mqcsrq": day_text(facts.person("birth_date", mother), "%Y-%m-%d"),
            "mqmz": facts.person("ethnic", mother),
            "mqjzdz": facts.address(mother, issued, 136),
            "fqxm": facts.name(father, issued),
            "fqzjlx": mask(code(father_kind, PAPERS, "99"), father.is_not_null()),
            "fqzjhm": father_number,
            "fqjzdz": facts.address(father, issued, 137),
            "jsjg": facts.world.hospitals["code"].gather(hospital),
            "jsjgqh": choose(facts.world.hospitals["in_district"].gather(hospital), "330110", "330106"),
            "qflx": choose(rows["old"].is_not_null(), "2", "1"),
            "ycsbh": rows["old"],
            "qfrq": day_text(rows["issued"], "%Y-%m-%d"),
            "zfbz": choose(void.is_not_null(), "1", "0"),
            "updateTime": stamp_text(rows),
            "csyz": rows["weeks"].cast(pl.String),
            "cstz": rows["weight"].cast(pl.String),
            "_pid_self": child,
            "_pid_mother": mother,
            "_pid_father": father,
            "_fault_self__xsexm": choose(unnamed, "name_provisional", None),
        }
    )


def build_death(facts: Facts) -> pl.DataFrame:
    """Deaths that the district's hospitals and doctors certified; at home up to a month late."""
    dead = facts.world.persons.filter(pl.col("death_date").is_not_null() & pl.col("death_in_district")).select(
        "person_id", "death_date", "death_place"
    )
    rid = dead["person_id"].cast(pl.Int64)
    late = pl.select(
        pl.when(dead["death_place"] == 3).then(lag(facts, rid, 141, 2, 30)).otherwise(lag(facts, rid, 141, 1, 7))
    ).to_series()
    return dead.with_columns(_rid=rid, _born=plus(dead["death_date"], late))


def render_death(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Death certificates (never the cause)."""
    pid, died = rows["person_id"], days(rows["death_date"])
    kind, number = facts.paper(pid, died)
    spouse = facts.spouse(pid, died - 1)
    return pl.DataFrame(
        {
            "swzmbh": serial(rows["_rid"], "D3301", 10),
            "xm": facts.name(pid, died),
            "xb": code(facts.person("sex", pid), SEXES),
            "mz": facts.person("ethnic", pid),
            "zjlx": code(kind, PAPERS, "99"),
            "zjhm": number,
            "csrq": day_text(facts.person("birth_date", pid), "%Y-%m-%d"),
            "swsj": stamp_text(rows, day="death_date"),
            "hjdz": facts.hukou_text(pid, died - 1, 142),
            "czdz": facts.address(pid, died - 1, 143),
            "tbrq": day_text(rows["_born"], "%Y-%m-%d"),
            "updateTime": stamp_text(rows),
            "swdd": rows["death_place"].cast(pl.String),
            "jsxm": facts.person("name", spouse),
            "jsdh": facts.phone(spouse, died),
            "_pid_self": pid,
        }
    ).with_columns(tbdw=pl.lit("余杭区第一人民医院"), swyybm=pl.lit("I63.900"))


def build_dose(facts: Facts) -> pl.DataFrame:
    """One row per child and dose given in the district over the last 24 months."""
    since, last = facts.world.history_start, facts.world.last_night
    children = facts.world.persons.filter(pl.col("birth_date") > since.replace(year=since.year - 7)).filter(
        ~pl.col("is_grid_only")
    )
    children = children.filter(facts.chance(children["person_id"], 151) < 0.96).select("person_id", "birth_date")
    parts = [
        children.with_columns(
            vaccine=pl.lit(v),
            dose=pl.lit(d),
            due=pl.col("birth_date").dt.offset_by(f"{m}mo"),
            _rid=pl.col("person_id").cast(pl.Int64) * 32 + i,
        )
        for i, (m, v, d) in enumerate(SCHEDULE)
    ]
    rows = pl.concat(parts)
    rows = rows.with_columns(given=plus(rows["due"], lag(facts, rows["_rid"], 152, 0, 25)))
    rows = rows.filter((pl.col("given") >= since) & (pl.col("given") <= last))
    here = facts.stay("dwelling_id", rows["person_id"], days(rows["given"])).is_not_null()
    alive = days(facts.person("death_date", rows["person_id"])) > days(rows["given"])
    rows = rows.filter(here & pl.Series(alive) & (facts.chance(rows["_rid"], 153) < 0.93))
    certificates = facts.world.births.select(person_id="child_id", certificate_no="certificate_no")
    rows = rows.join(
        certificates.unique("person_id", keep="first", maintain_order=True), on="person_id", how="left", maintain_order="left"
    )
    return rows.with_columns(
        _born=plus(rows["given"], lag(facts, rows["_rid"], 154, 0, 2)), _dice=pl.col("person_id").cast(pl.Int64)
    )


def render_dose(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Doses with what the vaccination register knew of the child on that day."""
    pid, given = rows["person_id"], days(rows["given"])
    mother = mask(facts.person("mother_id", pid), facts.chance(pid, 155) < 0.97)
    father = mask(facts.person("father_id", pid), facts.chance(pid, 156) < 0.9)
    return pl.DataFrame(
        {
            "grda": serial(pid, "3301102", 10),
            "etxm": facts.name(pid, given),
            "xb": code(facts.person("sex", pid), SEXES),
            "csrq": day_text(facts.person("birth_date", pid), "%Y-%m-%d"),
            "zjhm": facts.number(pid, given),
            "csyxzmbh": mask(rows["certificate_no"], facts.chance(pid, 157) < 0.85),
            "mqxm": facts.person("name", mother),
            "fqxm": facts.person("name", father),
            "jhrdh": facts.phone(mother.fill_null(father), given),
            "hjdz": facts.hukou_text(pid, given, 158),
            "jzdz": facts.address(pid, given, 159),
            "ymbm": rows["vaccine"],
            "jc": rows["dose"],
            "jzrq": day_text(rows["given"], "%Y-%m-%d"),
            "updateTime": stamp_text(rows),
            "_pid_self": pid,
            "_pid_mother": mother,
            "_pid_father": father,
            "_office": number_text(facts.pick(pid, 160, 20), "1390571", 4),
            "_fault_self__etxm": choose(facts.name_kind(pid, given) == "provisional", "name_provisional", None),
        }
    ).with_columns(zzqk=pl.lit("1"), ymmc=pl.lit("国家免疫规划疫苗"), jzdw=pl.lit("社区卫生服务中心"), pch=pl.lit("202601"))


def build_health(facts: Facts) -> pl.DataFrame:
    """One file for two thirds of those who ever lived here, opened within three years of coming, sometimes followed up."""
    came = (
        facts.world.stays.filter(pl.col("dwelling_id").is_not_null())
        .group_by("person_id")
        .agg(came=pl.col("from_date").min(), to=pl.col("to_date").fill_null(date(9999, 1, 1)).max())
    )
    rows = came.sort("person_id")
    rows = rows.filter(~facts.hides.gather(rows["person_id"].cast(pl.Int64)))
    old = facts.person("birth_date", rows["person_id"]) < date(facts.world.last_night.year - 65, 1, 1)
    rows = rows.filter((facts.chance(rows["person_id"], 161) < 0.55) | (old & (facts.chance(rows["person_id"], 162) < 0.8)))
    rid = rows["person_id"].cast(pl.Int64)
    opened = plus(
        pl.Series(np.maximum(days(rows["came"]), days(pl.Series([date(2010, 1, 1)])))).cast(pl.Int32).cast(pl.Date),
        lag(facts, rid, 163, 10, 900),
    )
    visit = plus(
        pl.Series([facts.world.last_night]).gather(pl.Series(np.zeros(rows.height, dtype=np.int64))),
        -lag(facts, rid, 164, 0, 900),
    )
    seen = (facts.chance(rid, 165) < 0.45) & (visit < rows["to"]) & (visit > opened)
    died = facts.person("death_date", rows["person_id"])
    rows = rows.with_columns(_rid=rid, opened=opened, followed=mask(visit, seen), _born=opened, died=died)
    rows = rows.with_columns(
        _touched=plus(rows["followed"], lag(facts, rid, 166, 0, 2)), _ends=plus(died, long_lag(facts, rid, 167, 60.0, 1.0))
    )
    return rows.filter(pl.col("opened") < pl.col("to"))


def render_health(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Health records as known that night."""
    pid, met = rows["person_id"], contact(rows, night)
    birth, lunar = facts.birth_told(pid, 169)
    return pl.DataFrame(
        {
            "jkdah": serial(rows["_rid"], "33011011", 10),
            "xm": facts.name(pid, met),
            "zjhm": facts.number(pid, met),
            "csrq": day_text(birth, "%Y-%m-%d"),
            "lxdh": facts.phone(pid, met),
            "xjzdz": facts.address(pid, met, 168),
            "hjlx": choose(facts.hukou("township", pid, met).is_not_null(), "1", "2"),
            "jdrq": day_text(rows["opened"], "%Y-%m-%d"),
            "dqzt": choose(until(rows["_ends"], night).is_not_null(), "3", "1"),
            "zhsfrq": day_text(until(rows["followed"], night), "%Y-%m-%d"),
            "updateTime": stamp_text(rows),
            "_pid_self": pid,
            "_fault_self__csrq": choose(lunar, "birth_lunar", None),
            "_office": facts.office_phone(pid, met),
        }
    ).with_columns(jdjg=pl.lit("社区卫生服务中心"))


TABLES = (
    Table(
        "wj",
        "birth_cert",
        ("csyxzmbh",),
        BIRTH,
        build_birth,
        render_birth,
        interface("wj", "/openapi/v1/birth", "updateTime"),
        (
            Mention("self", None, "xsexm", "cssj", "xb"),
            Mention("mother", "mqzjhm", "mqxm", "mqcsrq"),
            Mention("father", "fqzjhm", "fqxm"),
        ),
        mode="versions",
    ),
    Table(
        "wj",
        "death_cert",
        ("swzmbh",),
        DEATH,
        build_death,
        render_death,
        interface("wj", "/openapi/v1/death", "updateTime"),
        (Mention("self", "zjhm", "xm", "csrq", "xb"),),
        mode="versions",
    ),
    Table(
        "wj",
        "vaccination",
        ("grda", "ymbm", "jc"),
        DOSE,
        build_dose,
        render_dose,
        interface("wj", "/openapi/v1/vaccination", "updateTime"),
        (Mention("self", "zjhm", "etxm", "csrq", "xb", "jhrdh"), Mention("mother", name="mqxm"), Mention("father", name="fqxm")),
        mode="versions",
    ),
    Table(
        "wj",
        "health_record",
        ("jkdah",),
        HEALTH,
        build_health,
        render_health,
        interface("wj", "/openapi/v1/healthRecord", "updateTime"),
        (Mention("self", "zjhm", "xm", "csrq", phone="lxdh"),),
        mode="versions",
    ),
)
