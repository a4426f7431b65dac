"""医疗保障分局: the complete list of the insured every day, and the settlements of visits (that they took place, never why).

The settlements repeat the register's name and number, errors included: both tables throw the same dice for a person.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from jobs.sample.deliveries.cases import visits_after_death
from jobs.sample.deliveries.cells import choose, code, contact, day_text, from_days, lag, mask, plus, serial, stamp_text, until
from jobs.sample.deliveries.facts import Days, Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import csv_parts

INSURED = columns(
    "psn_no psn_cert_type certno psn_name gend naty brdy tel live_admdvs live_addr resd_admdvs resd_addr insutype "
    "psn_insu_stas psn_insu_date crt_insu_date paus_insu_date insu_admdvs emp_no updt_time psn_type emp_name"
)
SETTLED = columns(
    "setl_id psn_no psn_cert_type certno psn_name gend brdy fix_blng_admdvs med_type begndate enddate refd_setl_flag "
    "updt_time mdtrt_id fixmedins_code fixmedins_name setl_time dise_codg dise_name"
)
PAPERS = {
    "citizen": "01",
    "hk_macao_pass": "04",
    "taiwan_pass": "06",
    "foreigner_pr": "07",
    "passport": "08",
    "hkmt_residence": "09",
}
KINDS = (("11", 0.62), ("13", 0.66), ("14", 0.70), ("21", 0.74), ("41", 1.0))
"""Kinds of visit with cumulated shares: outpatient, emergency, chronic, inpatient, pharmacy [A]."""
OUTPATIENT = KINDS[-2][1]  # the world's rate counts visits to doctors; pharmacies come on top


def build_insured(facts: Facts) -> pl.DataFrame:
    """One row per person and system: the newest spell in the district's pool."""
    spells = (
        facts.seen(facts.world.insurance).filter(pl.col("in_district")).sort("person_id", "from_date", "system", nulls_last=True)
    )
    first = spells.group_by("person_id", "system", maintain_order=True).agg(first=pl.col("from_date").min())
    rows = spells.unique(["person_id", "system"], keep="last", maintain_order=True).join(
        first, on=["person_id", "system"], how="left"
    )
    rows = rows.sort("person_id", "system")
    rid = rows["person_id"].cast(pl.Int64) * 2 + (rows["system"] == "employee").cast(pl.Int64)
    return rows.with_columns(
        _rid=rid,
        _dice=pl.col("person_id").cast(pl.Int64),
        _born=plus(rows["from_date"], lag(facts, rid, 101, 1, 30)),
        _met=rows["from_date"],
        _ends=plus(rows["to_date"], lag(facts, rid, 102, 5, 60)),
    )


def _identity(facts: Facts, pid: pl.Series, met: Days) -> dict[str, pl.Series]:
    """The columns that the settlements repeat."""
    kind, number = facts.paper(pid, met)
    return {
        "psn_no": serial(pid, "330110", 11),
        "psn_cert_type": code(kind, PAPERS, "99"),
        "certno": number,
        "psn_name": facts.name(pid, met),
        "gend": code(facts.person("sex", pid), {1: "1", 2: "2"}, "9"),
        "brdy": day_text(facts.person("birth_date", pid), "%Y-%m-%d"),
        "_pid_self": pid,
    }


def render_insured(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """The list as it stands that night."""
    pid, met = rows["person_id"], contact(rows, night)
    ended = until(rows["_ends"], night).is_not_null()
    employer = facts.world.employers
    work = rows["employer_id"].cast(pl.Int64)
    return pl.DataFrame(
        {
            **_identity(facts, pid, met),
            "naty": facts.person("ethnic", pid),
            "tel": facts.phone(pid, met),
            "live_admdvs": facts.stay("division", pid, met),
            "live_addr": facts.address(pid, met, 103),
            "resd_admdvs": facts.hukou("division", pid, met),
            "resd_addr": facts.hukou_text(pid, met, 104),
            "insutype": choose(rows["system"] == "employee", "310", "390"),
            "psn_insu_stas": choose(ended, choose(facts.chance(rows["_rid"], 105) < 0.6, "2", "4"), "1"),
            "psn_insu_date": day_text(rows["first"], "%Y-%m-%d"),
            "crt_insu_date": day_text(rows["from_date"], "%Y-%m-%d"),
            "paus_insu_date": mask(day_text(rows["to_date"], "%Y-%m-%d"), ended),
            "emp_no": employer["uscc"].gather(work),
            "updt_time": stamp_text(rows),
            "psn_type": choose(rows["system"] == "employee", "11", "14"),
            "emp_name": employer["name"].gather(work),
            "_office": facts.office_phone(pid, met),
        }
    ).with_columns(insu_admdvs=pl.lit("330110"))


def build_settled(facts: Facts) -> pl.DataFrame:
    """Visits of the insured over the last 24 months, on days when they were where they live."""
    insured = (
        build_insured(facts)
        .group_by("person_id", maintain_order=True)
        .agg(
            pl.col("_rid", "_dice", "_met").first(),
            pl.col("from_date").min(),
            to_date=pl.when(pl.col("to_date").null_count() == 0).then(pl.col("to_date").max()),
        )
    )
    insured = insured.filter(~facts.hides.gather(insured["person_id"].cast(pl.Int64)))
    since = max(facts.world.history_start, date(1970, 1, 1))
    window = (facts.world.last_night - since).days
    expected = facts.person("clinic_rate", insured["person_id"]).fill_null(0.0).to_numpy() * window / 365 / OUTPATIENT
    count = np.floor(expected + facts.chance(insured["person_id"], 111).to_numpy()).astype(np.int64)
    which = np.repeat(np.arange(insured.height), count)
    number = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    keys = pl.Series(insured["_rid"].to_numpy()[which] * 4096 + number % 4000)
    when = from_days(pl.Series(facts.pick(keys, 112, window + 1).to_numpy() + (since - date(1970, 1, 1)).days))
    rows = insured.select("person_id", "_dice", "from_date", "to_date", "_met")[which].with_columns(_rid=keys, when=when)
    shape = ["_rid", "_dice", "person_id", "_met", "when"]
    rows = pl.concat([_possible(facts, rows).select(shape), _misused(facts, insured).select(shape)])
    return rows.with_columns(_born="when")


def _misused(facts: Facts, insured: pl.DataFrame) -> pl.DataFrame:
    """Visits with the card of a dead person."""
    visits = visits_after_death(facts).join(
        insured.select("person_id", "_dice", "_met", base="_rid"), on="person_id", how="inner", maintain_order="left"
    )
    return visits.with_columns(_rid=pl.col("base") * 4096 + pl.col("number"))


def _possible(facts: Facts, rows: pl.DataFrame) -> pl.DataFrame:
    """Visits while alive, insured and living in the district; one a day."""
    pid, when = rows["person_id"], days(rows["when"])
    alive = pl.Series(days(facts.person("death_date", pid)) > when)
    here = facts.stay("dwelling_id", pid, when).is_not_null() | (facts.chance(rows["_rid"], 113) < 0.03)
    covered = (rows["when"] >= rows["from_date"]) & (rows["to_date"].is_null() | (rows["when"] <= rows["to_date"]))
    return rows.filter(alive & here & covered).unique(["person_id", "when"], keep="first", maintain_order=True)


def render_settled(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Settlements as text."""
    dice = facts.chance(rows["_rid"], 114)
    kind = pl.select(
        pl.when(dice < KINDS[0][1])
        .then(pl.lit("11"))
        .when(dice < KINDS[1][1])
        .then(pl.lit("13"))
        .when(dice < KINDS[2][1])
        .then(pl.lit("14"))
        .when(dice < KINDS[3][1])
        .then(pl.lit("21"))
        .otherwise(pl.lit("41"))
    ).to_series()
    stay = plus(rows["when"], lag(facts, rows["_rid"], 115, 3, 9))
    local = facts.chance(rows["_rid"], 116) < 0.88
    hospitals = facts.world.hospitals.sort("in_district", descending=True)
    inside, all_of = int(hospitals["in_district"].sum()), hospitals.height
    near, far = facts.pick(rows["_rid"], 117, max(inside, 1)), inside + facts.pick(rows["_rid"], 117, max(all_of - inside, 1))
    place = pl.select(pl.when(local | (all_of == inside)).then(near).otherwise(far)).to_series()
    end = pl.select(pl.when(kind == "21").then(stay).otherwise(rows["when"])).to_series()
    return pl.DataFrame(
        {
            "setl_id": serial(rows["_rid"], "S", 13),
            **_identity(facts, rows["person_id"], days(rows["_met"])),
            "fix_blng_admdvs": choose(hospitals["in_district"].gather(place), "330110", "330106"),
            "med_type": kind,
            "begndate": day_text(rows["when"], "%Y-%m-%d"),
            "enddate": day_text(end, "%Y-%m-%d"),
            "refd_setl_flag": choose(facts.chance(rows["_rid"], 118) < 0.01, "1", "0"),
            "updt_time": stamp_text(rows),
            "mdtrt_id": serial(rows["_rid"], "M", 13),
            "fixmedins_code": hospitals["code"].gather(place),
            "fixmedins_name": hospitals["name"].gather(place),
            "setl_time": stamp_text(rows),
        }
    ).with_columns(dise_codg=pl.lit("J06.900"), dise_name=pl.lit("急性上呼吸道感染"))


_insured_files, _settled_files = csv_parts("YB_INSU_330110"), csv_parts("YB_SETL_330110")
TABLES = (
    Table(
        "yb",
        "psn_insu",
        ("psn_no", "insutype"),
        INSURED,
        build_insured,
        render_insured,
        _insured_files[0],
        (Mention("self", "certno", "psn_name", "brdy", "gend", "tel"),),
        mode="full",
        finish=_insured_files[1],
        copies=("rs",),
    ),
    Table(
        "yb",
        "setl",
        ("setl_id",),
        SETTLED,
        build_settled,
        render_settled,
        _settled_files[0],
        (Mention("self", "certno", "psn_name", "brdy", "gend"),),
        finish=_settled_files[1],
        copies=("rs",),
        like="psn_insu",
    ),
)
