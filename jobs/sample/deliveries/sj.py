"""市场监督管理局: market entities and the people who run them, by REST."""

from __future__ import annotations

from datetime import date

import polars as pl

from jobs.sample.deliveries.cells import choose, code, day_text, lag, mask, plus, serial, stamp_text, until
from jobs.sample.deliveries.facts import Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import interface

ENTITY = columns(
    "PRIPID UNISCID ENTTYPE LEREP CERTYPE CERNO TEL YIEDISTRICT ESTDATE OPSTATE CANDATE S_EXT_TIMESTAMP REGNO ENTNAME "
    "DOM APPRDATE"
)
PAPERS = {
    "citizen": "10",
    "passport": "40",
    "hk_macao_pass": "50",
    "taiwan_pass": "60",
    "hkmt_residence": "70",
    "foreigner_pr": "80",
}


def build(facts: Facts) -> pl.DataFrame:
    """One row per employer of the district."""
    rows = facts.world.employers.filter(pl.col("in_district") & pl.col("kind").is_in(["selfemployed", "company", "agency"]))
    rid = rows["employer_id"].cast(pl.Int64)
    return rows.with_columns(
        _rid=rid, _born=plus(rows["founded"], lag(facts, rid, 251, 0, 4)), _ends=plus(rows["closed"], lag(facts, rid, 252, 1, 60))
    )


def render(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Entities as known that night."""
    pid, met = rows["operator_id"], days(rows["founded"])
    kind, number = facts.paper(pid, met)
    closed = until(rows["_ends"], night).is_not_null()
    return pl.DataFrame(
        {
            "PRIPID": serial(rows["_rid"], "3301100", 12),
            "UNISCID": rows["uscc"],
            "ENTTYPE": code(rows["kind"], {"selfemployed": "9500"}, "1130"),
            "LEREP": facts.name(pid, met),
            "CERTYPE": mask(code(kind, PAPERS, "90"), pid.is_not_null()),
            "CERNO": number,
            "TEL": facts.phone(pid, met),
            "ESTDATE": day_text(rows["founded"], "%Y-%m-%d"),
            "OPSTATE": choose(closed, "3", "1"),
            "CANDATE": mask(day_text(rows["closed"], "%Y-%m-%d"), closed),
            "S_EXT_TIMESTAMP": stamp_text(rows),
            "REGNO": serial(rows["_rid"], "330184", 9),
            "ENTNAME": rows["name"],
            "DOM": rows["address"],
            "APPRDATE": day_text(rows["_stamp"], "%Y-%m-%d"),
            "_pid_self": pid,
            "_office": rows["phone"],
        }
    ).with_columns(YIEDISTRICT=pl.lit("330110"))


TABLES = (
    Table(
        "sj",
        "market_entity",
        ("PRIPID",),
        ENTITY,
        build,
        render,
        interface("sj", "/openapi/v1/marketEntity", "S_EXT_TIMESTAMP", 1000),
        (Mention("self", "CERNO", "LEREP", phone="TEL"),),
        mode="versions",
    ),
)
