"""公安分局: three views of one database; the household register, the registrations of people from elsewhere, the lodgings."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from jobs.sample.deliveries.cells import (
    all_on,
    choose,
    code,
    contact,
    day_text,
    lag,
    long_lag,
    mask,
    plus,
    serial,
    stamp_text,
    through_gbk,
    until,
)
from jobs.sample.deliveries.facts import Days, Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import database

CZRK = columns(
    "RYBH GMSFHM XM CYM XB MZ CSRQ HH HLX YHZGX HJDZ_SSXQ HJDZ_XZJD HJDZ_SQCJ HJDZ_XZ BZDZID FQXM FQSFHM MQXM MQSFHM "
    "POXM POSFHM QRRQ QRYY QCRQ QWHD QCYY ZXBS ZXRQ SWRQ GXSJ CSSJ CSDSSXQ JGSSXQ HYZK WHCD FWCS SSPCS JHRXM HDQR "
    "BDSJ ZJXY GKZT"
)
LDRK = columns(
    "DJBH GMSFHM ZJLX XM XB MZ CSRQ HJDXZQH HJDXZ XZDZ BZDZID ZSLX ZZSY DDRQ DJRQ YJLKRQ LXDH SJYLX JZZBH JZZQFRQ "
    "JZZYXQZ QZRQ ZXBS ZXRQ ZXYY HCSJ GXSJ ZJHM FWBH CZRXM CZRDH FWCS"
)
JWRY = columns("DJBH YWXM ZWXM XB CSRQ GJDQ ZJZL ZJHM QZZL TLYXQ RJRQ ZSRQ NLKRQ XZDZ GXSJ LDXM")
REASONS_IN = {"birth": "0111", "old": "0100", "talent": "0131", "purchase": "0135", "marriage": "0122", "family": "0121"}
CONFIRMED_EVERY = (
    300  # days between confirmations of an open registration (jobs/sample/care.py draws the last one within as many) [A]
)
LATE_DEATHS = (20.0, 1.3)  # median days until a death is cancelled in the register, spread of the logarithm (domain §2.3) [A]


def build_czrk(facts: Facts) -> pl.DataFrame:
    """One row per person and hukou interval in the district."""
    hukou = facts.world.hukou.filter(pl.col("township").is_not_null()).sort("person_id", "from_date", "is_duplicate")
    keys = pl.Series(np.arange(hukou.height))
    died = hukou["out_reason"] == "dead"
    delay = choose(
        died.cast(pl.Boolean), long_lag(facts, keys, 11, *LATE_DEATHS).cast(pl.String), lag(facts, keys, 12, 0, 3).cast(pl.String)
    )
    return hukou.with_columns(
        _rid=keys,
        _born=plus(hukou["from_date"], lag(facts, keys, 13, 0, 2)),
        _touched=_corrections(facts, hukou),
        _ends=plus(hukou["to_date"], delay.cast(pl.Int64)),
        _clerk=hukou["township"].cast(pl.Int64) % 1000,
    )


def _corrections(facts: Facts, hukou: pl.DataFrame) -> pl.Series:
    """Day of the newest change of name, number or marriage after registration."""
    wed = facts.world.marriages
    events = [
        facts.world.names.filter(pl.col("kind") == "legal").select("person_id", "from_date"),
        facts.world.documents.filter(pl.col("kind") == "id18").select("person_id", "from_date"),
        wed.select(person_id="husband_id", from_date="from_date"),
        wed.select(person_id="wife_id", from_date="from_date"),
    ]
    newest = pl.concat(events).group_by("person_id").agg(pl.col("from_date").max().alias("changed"))
    found = hukou.join(newest, on="person_id", how="left", maintain_order="left")
    return mask(found["changed"], found["changed"] > found["from_date"])


def render_czrk(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """The register as it stands that night."""
    pid, today = rows["person_id"], all_on(night, rows.height)
    family = _family(facts, pid, today)
    ended = until(rows["_ends"], night)
    died = ended.is_not_null() & (rows["out_reason"] == "dead")
    moved = ended.is_not_null() & ~died
    collective = rows["is_collective"].fill_null(False)
    former, bracketed, name = _former_names(facts, pid, today)
    known_address = (facts.chance(rows["_rid"], 23) >= 0.08) & ~collective
    texts = facts.dwelling_text(rows["dwelling_id"], rows["_rid"], 24, 0.85)
    return pl.DataFrame(
        {
            "RYBH": serial(rows["_rid"], "3301101", 13),
            "GMSFHM": _register_number(facts, rows, today),
            "XM": name,
            "CYM": former,
            "XB": code(facts.person("sex", pid), {1: "1", 2: "2"}),
            "MZ": facts.person("ethnic", pid),
            "CSRQ": day_text(facts.person("birth_date", pid)),
            "HH": rows["household_no"],
            "HLX": choose(collective, "2", "1"),
            "YHZGX": rows["relation"],
            "HJDZ_SSXQ": rows["division"],
            "HJDZ_XZJD": rows["township"],
            "HJDZ_SQCJ": rows["community"],
            "HJDZ_XZ": choose(collective, "浙江省杭州市余杭区人才市场集体户", texts),
            "BZDZID": mask(facts.dwelling("std_addr_id", rows["dwelling_id"]), known_address),
            **family,
            "QRRQ": mask(day_text(rows["from_date"]), rows["in_reason"] != "birth"),
            "QRYY": code(rows["in_reason"], REASONS_IN, "0199"),
            "QCRQ": mask(day_text(rows["to_date"]), moved),
            "QWHD": mask(rows["to_division"], moved),
            "QCYY": choose(moved, "0211", None),
            "ZXBS": choose(died, "1", choose(moved, "2", "0")),
            "ZXRQ": choose(died, day_text(ended), mask(day_text(rows["to_date"]), moved)),
            "SWRQ": mask(day_text(facts.person("death_date", pid)), died),
            "GXSJ": stamp_text(rows, "digits"),
            "CSSJ": day_text(facts.person("birth_date", pid)) + "0800",
            "CSDSSXQ": facts.person("birth_place", pid),
            "JGSSXQ": facts.person("first_division", pid),
            "HYZK": choose(family["_pid_spouse"].is_not_null(), "20", "90"),
            "WHCD": facts.person("education", pid).cast(pl.String),
            "SSPCS": rows["township"] + "000",
            "HDQR": rows["from_division"],
            "BDSJ": stamp_text(rows, "digits"),
            "_pid_self": pid,
            "_fault_self__XM": bracketed,
        }
    ).with_columns(ZJXY=pl.lit("00"), **{c: pl.lit(None, dtype=pl.String) for c in ("FWCS", "JHRXM", "GKZT")})


def _family(facts: Facts, pid: pl.Series, today: Days) -> dict[str, pl.Series]:
    """Father, mother and spouse as far as the register states them."""
    people = {
        "FQ": ("father", mask(facts.person("father_id", pid), facts.chance(pid, 21) < 0.8)),
        "MQ": ("mother", mask(facts.person("mother_id", pid), facts.chance(pid, 21) < 0.8)),
        "PO": ("spouse", mask(facts.spouse(pid, today), facts.chance(pid, 22) < 0.7)),
    }
    columns: dict[str, pl.Series] = {}
    for head, (role, who) in people.items():
        columns |= {f"{head}XM": facts.person("name", who), f"{head}SFHM": facts.person("number", who), f"_pid_{role}": who}
    return columns


def _register_number(facts: Facts, rows: pl.DataFrame, today: Days) -> pl.Series:
    """The number of the register: a second hukou shows the second number where there is one."""
    second = facts.second_number(rows["person_id"])
    own = facts.number(rows["person_id"], today)
    return choose(rows["is_duplicate"] & second.is_not_null(), second, own)


def _former_names(facts: Facts, pid: pl.Series, today: Days) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Former name; the fault where it stands inside the name or the charset lost a character; the name."""
    name, former = facts.name(pid, today), facts.former_name(pid, today)
    bracket = former.is_not_null() & (facts.chance(pid, 25) < 0.1)
    kept = through_gbk(name)
    shown = choose(bracket, kept + "(" + former.fill_null("") + ")", kept)
    fault = choose(bracket, "name_former_bracket", choose(kept != name, "name_charset", None))
    return mask(former, ~bracket & (facts.chance(pid, 26) < 0.85)), fault, shown


def build_ldrk(facts: Facts) -> pl.DataFrame:
    """One row per registration, and a few that were entered twice at another room."""
    rows = facts.world.registrations.with_columns(_rid=pl.col("registration_id").cast(pl.Int64), _twice=pl.lit(False))
    twice = rows.filter(facts.chance(rows["_rid"], 31) < 0.012).with_columns(
        pl.col("_rid") + 10**9, (pl.col("dwelling_id") + 1) % facts.world.dwellings.height, _twice=pl.lit(True)
    )
    found = (facts.chance(twice["_rid"], 39) < 0.5) & twice["ended"].is_null()  # the second entry is noticed and cancelled
    noticed = plus(twice["registered"], lag(facts, twice["_rid"], 40, 20, 400))
    noticed = mask(noticed, found & (noticed <= facts.world.last_night))
    twice = twice.with_columns(
        ended=twice["ended"].fill_null(noticed),
        end_reason=pl.when(noticed.is_not_null()).then(5).otherwise("end_reason").cast(pl.Int8),
    )
    rows = pl.concat([rows, twice])
    born = plus(rows["registered"], lag(facts, rows["_rid"], 32, 0, 1))
    return rows.with_columns(
        _born=born,
        _met=rows["registered"],
        _touched=mask(rows["confirmed"], rows["confirmed"] > rows["registered"]),
        _every=pl.lit(CONFIRMED_EVERY),
        _ends=plus(rows["ended"], lag(facts, rows["_rid"], 33, 0, 2)),
        _clerk=facts.dwelling("township", rows["dwelling_id"]).cast(pl.Int64) % 1000 * 10 + facts.pick(rows["_rid"], 34, 8),
    )


def render_ldrk(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Registrations as known that night."""
    pid, met = rows["person_id"], contact(rows, night)
    first = days(rows["registered"])
    ended, confirmed = until(rows["_ends"], night), until(rows["_touched"], night)
    permit = until(rows["permit_from"], night)
    kind, number = facts.paper(pid, first)
    dwelling = rows["dwelling_id"]
    form = facts.dwelling("form", dwelling)
    arrived = choose(facts.chance(rows["_rid"], 35) < 0.3, day_text(rows["registered"]), day_text(rows["arrived"]))
    return pl.DataFrame(
        {
            "DJBH": serial(rows["_rid"], "L330110", 11),
            "GMSFHM": number,
            "ZJLX": code(
                kind,
                {"citizen": "111", "passport": "414", "taiwan_pass": "511", "hk_macao_pass": "516", "foreigner_pr": "553"},
                "990",
            ),
            "XM": facts.name(pid, first),
            "XB": code(facts.person("sex", pid), {1: "1", 2: "2"}),
            "MZ": facts.person("ethnic", pid),
            "CSRQ": day_text(facts.person("birth_date", pid)),
            "HJDXZQH": facts.hukou("division", pid, first),
            "HJDXZ": facts.hukou_text(pid, first, 36),
            "XZDZ": facts.dwelling_text(dwelling, rows["_rid"], 37),
            "BZDZID": mask(facts.dwelling("std_addr_id", dwelling), facts.chance(rows["_rid"], 38) >= 0.15),
            "ZSLX": code(form, {"flat": "1", "village": "1", "dormitory": "2", "campus": "2"}, "9"),
            "ZZSY": code(rows["purpose"], {"work": "务工", "trade": "经商", "study": "就读", "family": "投靠"}, "其他"),
            "DDRQ": arrived,
            "DJRQ": day_text(rows["registered"]),
            "YJLKRQ": day_text(rows["planned_leave"]),
            "LXDH": facts.phone(pid, met),
            "SJYLX": code(rows["channel"], {1: "浙里办自主申报", 2: "民警", 3: "协管员", 4: "单位"}, "协管员"),
            "JZZBH": mask(rows["permit_no"], permit.is_not_null()),
            "JZZQFRQ": day_text(permit),
            "JZZYXQZ": mask(day_text(rows["permit_to"]), permit.is_not_null()),
            "QZRQ": mask(day_text(confirmed), permit.is_not_null() & (confirmed > permit)),
            "ZXBS": choose(ended.is_not_null(), "1", "0"),
            "ZXRQ": mask(day_text(rows["ended"]), ended.is_not_null()),
            "ZXYY": mask(rows["end_reason"].cast(pl.String), ended.is_not_null()),
            "HCSJ": day_text(confirmed),
            "GXSJ": stamp_text(rows, "digits"),
            "ZJHM": number,
            "FWBH": facts.dwelling("house_code", dwelling),
            "CZRXM": facts.person("name", facts.dwelling("owner_id", dwelling)),
            "_pid_self": pid,
            "_office": facts.office_phone(pid, met),
            "_fault_self__": choose(rows["_twice"], "duplicate_near", None),
        }
    ).with_columns(CZRDH=pl.lit(None, dtype=pl.String), FWCS=pl.lit(None, dtype=pl.String))


def build_jwry(facts: Facts) -> pl.DataFrame:
    """One row per lodging of a person from abroad."""
    rows = facts.world.foreign_stays.sort("registered", "person_id", "entered")
    keys = pl.Series(np.arange(rows.height))
    return rows.with_columns(_rid=keys, _born=rows["registered"], _ends=plus(rows["ended"], lag(facts, keys, 41, 0, 3)))


def render_jwry(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Lodgings as known that night."""
    pid, left = rows["person_id"], until(rows["_ends"], night)
    foreign = facts.person("kind", pid) == "foreign"
    latin, chinese = facts.person("name", pid), facts.person("chinese_name", pid)
    turned = foreign & (facts.chance(rows["_rid"], 42) < 0.12)
    order = latin.str.replace(r"^(\S+) (.+)$", "${2} ${1}")
    lasting = rows["permit_to"].is_null() | rows["document_kind"].is_in(["pr_old", "pr_new"])
    permit = (rows["permit_to"].cast(pl.Int32) - rows["entered"].cast(pl.Int32)) > 180
    return pl.DataFrame(
        {
            "DJBH": serial(rows["_rid"], "J330110", 9),
            "YWXM": mask(choose(turned, order, latin), foreign),
            "ZWXM": choose(foreign, mask(chinese, facts.chance(rows["_rid"], 43) < 0.15), latin),
            "XB": code(facts.person("sex", pid), {1: "1", 2: "2"}),
            "CSRQ": day_text(facts.person("birth_date", pid)),
            "GJDQ": facts.person("nationality", pid),
            "ZJZL": code(
                rows["document_kind"],
                {"passport": "11", "pr_old": "14", "pr_new": "14", "hk_pass": "20", "tw_pass": "21", "hkmt_permit": "23"},
                "99",
            ),
            "ZJHM": rows["document"],
            "QZZL": choose(lasting, "11", choose(permit, "10", "02")),
            "TLYXQ": day_text(rows["permit_to"]),
            "RJRQ": day_text(rows["entered"]),
            "ZSRQ": day_text(rows["arrived"]),
            "NLKRQ": day_text(choose_date(left, rows["ended"], rows["planned_leave"])),
            "XZDZ": facts.dwelling_text(rows["dwelling_id"], rows["_rid"], 44),
            "GXSJ": stamp_text(rows, "digits"),
            "_pid_self": pid,
            "_fault_self__YWXM": choose(turned, "name_order", None),
        }
    ).with_columns(LDXM=pl.lit(None, dtype=pl.String))


def choose_date(known: pl.Series, yes: pl.Series, no: pl.Series) -> pl.Series:
    """`yes` where `known` is there, else `no`."""
    return pl.select(pl.when(known.is_not_null()).then(yes).otherwise(no)).to_series()


TABLES = (
    Table(
        "ga",
        "czrk",
        ("RYBH",),
        CZRK,
        build_czrk,
        render_czrk,
        database("V_CZRK"),
        (
            Mention("self", "GMSFHM", "XM", "CSRQ", "XB"),
            Mention("father", "FQSFHM", "FQXM"),
            Mention("mother", "MQSFHM", "MQXM"),
            Mention("spouse", "POSFHM", "POXM"),
        ),
    ),
    Table(
        "ga",
        "ldrk",
        ("DJBH",),
        LDRK,
        build_ldrk,
        render_ldrk,
        database("V_LDRK"),
        (Mention("self", "GMSFHM", "XM", "CSRQ", "XB", "LXDH"),),
    ),
    Table(
        "ga",
        "jwry",
        ("DJBH",),
        JWRY,
        build_jwry,
        render_jwry,
        database("V_JWRY"),
        (Mention("self", "ZJHM", "YWXM", "CSRQ", "XB"),),
    ),
)
