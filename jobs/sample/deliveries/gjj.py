"""住房公积金中心: all accounts of the month in one `|~|` file; home address as of opening, never updated."""

from __future__ import annotations

from datetime import date

import polars as pl

from jobs.sample.deliveries import cells
from jobs.sample.deliveries.cells import choose, code, day_text, lag, mask, number_text, plus, serial, through_gbk, until
from jobs.sample.deliveries.facts import Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import delimited

ACCOUNT = columns("GRZH XINGMING XINGBIE ZJLX ZJHM CSNY SJHM JTZZ HYZK DWZH DWMC USCC KHRQ GRJCJS GRZHYE JZNY GRZHZT GXRQ")
PAPERS = {
    "citizen": "01",
    "passport": "03",
    "hk_macao_pass": "04",
    "taiwan_pass": "05",
    "hkmt_residence": "06",
    "foreigner_pr": "07",
}
SECOND = 1_000_000_000
TWO_ACCOUNTS = 0.008  # share of people with a second, sealed account [A]


def build(facts: Facts) -> pl.DataFrame:
    """One row per person whose employer pays the fund, and a few second accounts."""
    jobs = facts.seen(facts.world.jobs).filter(pl.col("has_fund") & pl.col("in_district")).sort("person_id", "from_date")
    rows = (
        jobs.group_by("person_id", maintain_order=True)
        .agg(
            opened=pl.col("from_date").first(),
            began=pl.col("from_date").last(),
            stopped=pl.col("to_date").last(),
            employer_id=pl.col("employer_id").last(),
        )
        .with_columns(_rid=pl.col("person_id").cast(pl.Int64))
    )
    twice = rows.filter(facts.chance(rows["_rid"], 121) < TWO_ACCOUNTS).with_columns(
        pl.col("_rid") + SECOND, pl.col("opened").dt.offset_by("-4y"), stopped=pl.col("opened")
    )
    rows = pl.concat([rows, twice])
    return rows.with_columns(
        _born=plus(rows["opened"], lag(facts, rows["_rid"], 122, 5, 40)),
        _touched=plus(rows["began"], lag(facts, rows["_rid"], 123, 5, 40)),
        _ends=plus(rows["stopped"], lag(facts, rows["_rid"], 124, 20, 90)),
    )


def render(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Accounts as they stand that night."""
    pid, opened = rows["person_id"], days(rows["opened"])
    kind, number = facts.paper(pid, opened)
    sealed = until(rows["_ends"], night)
    second = rows["_rid"] >= SECOND
    work = rows["employer_id"].cast(pl.Int64)
    employer = facts.world.employers
    paid = pl.select(pl.when(sealed.is_not_null()).then(rows["stopped"]).otherwise(cells.months_before(night, 1))).to_series()
    name = facts.name(pid, opened)
    kept = through_gbk(name).str.replace_all(r"[\x{E000}-\x{F8FF}]", "?")
    return pl.DataFrame(
        {
            "GRZH": serial(rows["_rid"], "33011012", 10),
            "XINGMING": kept,
            "XINGBIE": code(facts.person("sex", pid), {1: "1", 2: "2"}, "0"),
            "ZJLX": code(kind, PAPERS, "99"),
            "ZJHM": number,
            "CSNY": day_text(facts.person("birth_date", pid)),
            "SJHM": facts.phone(pid, opened),
            "JTZZ": facts.address(pid, opened, 125),
            "HYZK": choose(facts.chance(pid, 126) < 0.5, "20", "10"),
            "DWZH": number_text(work, "3301", 8),
            "DWMC": employer["name"].gather(work),
            "USCC": employer["uscc"].gather(work),
            "KHRQ": day_text(rows["opened"]),
            "JZNY": day_text(paid, "%Y%m"),
            "GRZHZT": choose(second, "02", choose(sealed.is_not_null(), "02", "01")),
            "GXRQ": day_text(rows["_stamp"]),
            "_pid_self": pid,
            "_office": facts.office_phone(pid, opened),
            "_fault_self__XINGMING": choose(kept != name, "name_charset", None),
            "_fault_self__": choose(second, "duplicate_near", None),
        }
    ).with_columns(GRJCJS=pl.lit("12000.00"), GRZHYE=pl.lit("0.00"), JZNY=mask(day_text(paid, "%Y%m"), paid.is_not_null()))


TABLES = (
    Table(
        "gjj",
        "account",
        ("GRZH",),
        ACCOUNT,
        build,
        render,
        delimited("GJJ_GRZH_330110_{date}.txt"),
        (Mention("self", "ZJHM", "XINGMING", "CSNY", "XINGBIE", "SJHM"),),
        mode="full",
        due=lambda night: night.day == 10,
        copies=("rs", "yb"),
    ),
)
