"""人力资源和社会保障局: insured persons, their insurances, paid months and pensions.

A person has one account, a few have two (an old one under the 15-digit number); who works under another's identity has an
account with that number. All four tables hang on the same list of accounts.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from jobs.sample.deliveries import cells
from jobs.sample.deliveries.cells import (
    choose,
    code,
    contact,
    day_text,
    lag,
    mask,
    number_text,
    plus,
    serial,
    stamp_text,
    until,
)
from jobs.sample.deliveries.facts import Facts
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import database

AC01 = columns(
    "AAC001 AAC003 AAC004 AAC005 AAC006 AAC058 AAC147 AAC161 AAC010 AAE006 AAC067 AAE005 AAE036 AAC002 AAC009 AAC012 AAC084"
)
AC02 = columns("AAC001 AAB001 AAB998 AAE140 AAC008 AAC031 AAE041 AAE042 AAA027 AAE036 AAB004 AAC030 AAC049")
AC43 = columns("AAC001 AAE003 AAE140 AAB001 AAE078 AAE036")
AC60 = columns("AAC001 AAE140 AAE210 AAE116 BAE118 ZGRZRQ TZRQ AAE036")
PAPERS = {
    "citizen": "01",
    "hk_macao_pass": "04",
    "taiwan_pass": "06",
    "foreigner_pr": "07",
    "passport": "08",
    "hkmt_residence": "09",
}
SECOND = 1_000_000_000  # account ids of second accounts and of borrowed identities begin here
BORROWED = 2_000_000_000
TWO_ACCOUNTS = 0.006  # share of people with a forgotten second account [A]


def insured_jobs(facts: Facts) -> pl.DataFrame:
    """Jobs whose insurance the district's office handles, with the account they run on."""
    jobs = (
        facts.seen(facts.world.jobs)
        .filter(pl.col("is_insured") & pl.col("in_district"))
        .sort("person_id", "from_date", "employer_id")
    )
    account = (
        pl.when(pl.col("identity_of").is_not_null())
        .then(pl.col("person_id") + BORROWED)
        .otherwise(pl.col("person_id").cast(pl.Int64))
    )
    return jobs.with_columns(account=account)


def build_person(facts: Facts) -> pl.DataFrame:
    """One row per account."""
    jobs, pensions = insured_jobs(facts), facts.world.pensions
    starts = pl.concat(
        [
            jobs.select("account", "person_id", "identity_of", "from_date"),
            pensions.select(
                pl.col("person_id").cast(pl.Int64).alias("account"), "person_id", identity_of=None, from_date="from_date"
            ).cast({"identity_of": pl.Int32}),
        ]
    )
    accounts = (
        starts.sort("account", "from_date")
        .group_by("account", maintain_order=True)
        .agg(pl.col("person_id", "identity_of", "from_date").first(), newest=pl.col("from_date").last())
    )
    twice = accounts.filter((pl.col("account") < SECOND) & (facts.chance(accounts["account"], 71) < TWO_ACCOUNTS)).with_columns(
        pl.col("account") + SECOND, pl.col("from_date").dt.offset_by("-6y"), newest=pl.lit(None, dtype=pl.Date)
    )
    accounts = pl.concat([accounts, twice])
    return accounts.with_columns(
        _rid=accounts["account"],
        _born=plus(accounts["from_date"], lag(facts, accounts["account"], 72, 3, 25)),
        _met=accounts["from_date"],
        _touched=mask(
            plus(accounts["newest"], lag(facts, accounts["account"], 73, 3, 25)), accounts["newest"] > accounts["from_date"]
        ),
    )


def render_person(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Accounts as known that night: phone and address of the last change of job."""
    pid, met = rows["person_id"], contact(rows, night)
    kind, number = facts.paper(pid, met)
    birth, lunar = facts.birth_told(pid, 78)
    second = rows["_rid"].is_between(SECOND, BORROWED - 1)
    old = number.to_frame("n").with_columns(n=pl.col("n").str.slice(0, 6) + pl.col("n").str.slice(8, 9))["n"]
    number = choose(second & number.str.contains(r"^\d{6}19[0-8]"), old, number)
    borrowed = rows["identity_of"].is_not_null()
    number = choose(borrowed, facts.person("number", rows["identity_of"]), number)
    phone = facts.phone(pid, met)
    return pl.DataFrame(
        {
            "AAC001": serial(rows["_rid"], "33", 12),
            "AAC003": facts.name(pid, met),
            "AAC004": code(facts.person("sex", pid), {1: "1", 2: "2"}, "9"),
            "AAC005": facts.person("ethnic", pid),
            "AAC006": day_text(birth),
            "AAC058": code(kind, PAPERS, "99"),
            "AAC147": number,
            "AAC161": facts.person("nationality", pid),
            "AAC010": facts.hukou_text(pid, met, 74),
            "AAE006": facts.address(pid, met, 75),
            "AAC067": phone,
            "AAE005": mask(phone, facts.chance(pid, 76) < 0.3),
            "AAE036": stamp_text(rows),
            "AAC002": number,
            "AAC009": choose(facts.hukou("township", pid, met).is_not_null(), "10", "20"),
            "AAC012": choose(facts.chance(pid, 77) < 0.9, "10", "20"),
            "_pid_self": pid,
            "_fault_self__AAC006": choose(lunar, "birth_lunar", None),
            "_office": facts.office_phone(pid, met),
            "_fault_self__AAC147": choose(borrowed, "borrowed_identity", None),
            "_fault_self__": choose(second, "duplicate_near", None),
        }
    ).with_columns(AAC084=pl.lit("0"))


def build_insurance(facts: Facts) -> pl.DataFrame:
    """One row per account, job and kind of insurance; stopping is recorded one to three months late."""
    jobs = insured_jobs(facts)
    parts = [jobs.with_columns(kind=pl.lit(k, dtype=pl.Int64)) for k in (110, 210)]
    rows = (
        pl.concat(parts)
        .with_columns(elsewhere=pl.lit(False))
        .unique(["account", "employer_id", "kind", "from_date"], keep="first", maintain_order=True)
    )
    rid = rows["account"] * 1000 + rows["kind"] + rows["from_date"].cast(pl.Int32).cast(pl.Int64) * 7
    return rows.with_columns(
        _rid=rid,
        _born=plus(rows["from_date"], lag(facts, rid, 81, 3, 25)),
        _ends=plus(rows["to_date"], lag(facts, rid, 82, 20, 95)),
    )


def render_insurance(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Insurances as known that night."""
    ended = until(rows["_ends"], night).is_not_null()
    employer = facts.world.employers
    return pl.DataFrame(
        {
            "AAC001": serial(rows["account"], "33", 12),
            "AAB001": number_text(rows["employer_id"], "3301", 8),
            "AAB998": employer["uscc"].gather(rows["employer_id"].cast(pl.Int64)),
            "AAE140": rows["kind"].cast(pl.String),
            "AAC008": choose(ended, "2", "1"),
            "AAC031": choose(ended, "2", "1"),
            "AAE041": day_text(rows["from_date"], "%Y%m"),
            "AAE042": mask(day_text(rows["to_date"], "%Y%m"), ended),
            "AAE036": stamp_text(rows),
            "AAB004": employer["name"].gather(rows["employer_id"].cast(pl.Int64)),
            "AAC030": day_text(rows["from_date"]),
            "AAC049": day_text(rows["from_date"], "%Y%m"),
        }
    ).with_columns(AAA027=pl.lit("330110"))


def build_month(facts: Facts) -> pl.DataFrame:
    """One row per account and month with a job, over the last 24 months; posted in the next month."""
    jobs = insured_jobs(facts)
    first, last = cells.month_index(facts.world.history_start), cells.month_index(facts.world.last_night)
    low = np.maximum(cells.month_indices(jobs["from_date"]), first)
    high = np.minimum(cells.month_indices(jobs["to_date"].fill_null(facts.world.last_night)), last)
    count = np.maximum(high - low + 1, 0)
    which = np.repeat(np.arange(jobs.height), count)
    month = np.repeat(low, count) + np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    rows = jobs.select("account", "employer_id")[which].with_columns(month=pl.Series(month, dtype=pl.Int32))
    rows = rows.unique(["account", "month", "employer_id"], keep="first", maintain_order=True)
    rid = rows["account"] * 4000 + rows["month"].cast(pl.Int64) % 4000
    posted = cells.month_start(rows["month"] + 1)
    return rows.with_columns(_rid=rid, _born=plus(posted, lag(facts, rows["employer_id"], 83, 2, 9))).filter(
        pl.col("_born") <= facts.world.last_night
    )


def render_month(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Paid months as text."""
    return pl.DataFrame(
        {
            "AAC001": serial(rows["account"], "33", 12),
            "AAE003": day_text(cells.month_start(rows["month"]), "%Y%m"),
            "AAB001": number_text(rows["employer_id"], "3301", 8),
            "AAE078": choose(facts.chance(rows["_rid"], 84) < 0.992, "1", "0"),
            "AAE036": stamp_text(rows),
        }
    ).with_columns(AAE140=pl.lit("110"))


def build_pension(facts: Facts) -> pl.DataFrame:
    """One row per pension; deaths come to the office's ears after one to four months."""
    rows = facts.world.pensions.sort("person_id", "from_date").unique(["person_id", "kind"], keep="last", maintain_order=True)
    rid = rows["person_id"].cast(pl.Int64) * 2 + (rows["kind"] == "employee").cast(pl.Int64)
    return rows.with_columns(
        _rid=rid,
        _born=plus(rows["from_date"], lag(facts, rid, 85, 1, 20)),
        _touched=mask(plus(rows["certified"], lag(facts, rid, 86, 0, 3)), rows["certified"] > rows["from_date"]),
        _ends=plus(rows["to_date"], lag(facts, rid, 87, 15, 120)),
    )


def render_pension(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Pensions as known that night."""
    ended = until(rows["_ends"], night).is_not_null()
    dead = ended & (facts.person("death_date", rows["person_id"]) <= night)
    certified = until(rows["certified"], night)
    return pl.DataFrame(
        {
            "AAC001": serial(rows["person_id"], "33", 12),
            "AAE140": choose(rows["kind"] == "employee", "110", "170"),
            "AAE210": day_text(rows["from_date"], "%Y%m"),
            "AAE116": choose(dead, "4", choose(ended, "2", "1")),
            "BAE118": choose(dead, "1", choose(ended, "2", None)),
            "ZGRZRQ": day_text(certified),
            "TZRQ": mask(day_text(rows["to_date"]), ended),
            "AAE036": stamp_text(rows),
        }
    )


TABLES = (
    Table(
        "rs",
        "ac01",
        ("AAC001",),
        AC01,
        build_person,
        render_person,
        database("AC01", "rs"),
        (Mention("self", "AAC147", "AAC003", "AAC006", "AAC004", "AAC067"),),
    ),
    Table(
        "rs", "ac02", ("AAC001", "AAB001", "AAE140", "AAE041"), AC02, build_insurance, render_insurance, database("AC02", "rs")
    ),
    Table("rs", "ac43", ("AAC001", "AAE003", "AAE140", "AAB001"), AC43, build_month, render_month, database("AC43", "rs")),
    Table("rs", "ac60", ("AAC001", "AAE140"), AC60, build_pension, render_pension, database("AC60", "rs")),
)
