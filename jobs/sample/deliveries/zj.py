"""住房和城乡建设局: rooms, filed tenancies, sales of dwellings; co-lessees and buyers as JSON lists in a text column."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from jobs.sample.deliveries.cells import choose, code, day_text, lag, mask, plus, serial, stamp_text, until
from jobs.sample.deliveries.facts import Days, Facts, days
from jobs.sample.deliveries.faults import Mention
from jobs.sample.deliveries.office import Table, columns
from jobs.sample.deliveries.putting import database

HOUSE = columns(
    "house_code std_addr_id street_code community_code project_name building_no unit_no floor_no room_no use_type "
    "update_time is_deleted building_code area"
)
RENT = columns(
    "contract_no house_code house_addr lessor_name lessor_id_no lessor_phone lessee_name lessee_id_type lessee_id_no "
    "lessee_phone co_lessees start_date end_date real_end_date status sign_time update_time is_deleted live_num"
)
SALE = columns("contract_no house_code house_addr buyers sign_date delivery_date status update_time is_deleted")
PAPERS = {"citizen": "1", "passport": "2", "hk_macao_pass": "3", "taiwan_pass": "4", "hkmt_residence": "5", "foreigner_pr": "6"}
CO_LESSEES = 4
VOIDED = 0.003  # share of filed contracts deleted later [A]
NOT_IN_MYSQL = r"[\x{10000}-\x{10FFFF}]"  # utf8 with three bytes loses them


def build_house(facts: Facts) -> pl.DataFrame:
    """One row per dwelling that has a house code."""
    houses = facts.world.dwellings.filter(pl.col("house_code").is_not_null())
    rid = houses["dwelling_id"].cast(pl.Int64)
    return houses.with_columns(
        _rid=rid,
        _born=plus(
            pl.Series([date(2018, 1, 1)]).gather(pl.Series(np.zeros(houses.height, dtype=np.int64))),
            lag(facts, rid, 221, 0, 2000),
        ),
    )


def render_house(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Rooms as text."""
    return rows.select(
        "house_code",
        "std_addr_id",
        street_code="township",
        community_code="community",
        project_name="estate",
        building_no=pl.col("building").cast(pl.String),
        unit_no=pl.col("unit").cast(pl.String),
        floor_no=pl.col("floor").cast(pl.String),
        room_no=pl.col("room").cast(pl.String),
        use_type=pl.when(pl.col("form") == "dormitory").then(pl.lit("宿舍")).otherwise(pl.lit("住宅")),
        update_time=stamp_text(rows),
        is_deleted=pl.lit("0"),
        building_code=pl.lit(None, dtype=pl.String),
        area=pl.col("area").round(1).cast(pl.String),
    )


def build_rent(facts: Facts) -> pl.DataFrame:
    """One row per filed tenancy with up to four adults of the household beside the lessee (half of them are left out)."""
    rows = facts.seen(facts.world.tenancies, "lessee_id").filter(pl.col("is_filed") & pl.col("lessee_id").is_not_null())
    people = (
        facts.seen(facts.world.stays)
        .filter(pl.col("household_id").is_not_null())
        .select("household_id", "person_id", "dwelling_id")
        .unique(maintain_order=True)
    )
    others = rows.select("tenancy_id", "household_id", "dwelling_id", "lessee_id", "from_date").join(
        people, on=["household_id", "dwelling_id"], how="inner", maintain_order="left"
    )
    grown = facts.person("birth_date", others["person_id"]) < date(facts.world.last_night.year - 20, 1, 1)
    told = facts.chance(others["person_id"], 231) < 0.5
    others = others.filter((pl.col("person_id") != pl.col("lessee_id")) & grown & told)
    listed = others.group_by("tenancy_id", maintain_order=True).agg(pl.col("person_id").head(CO_LESSEES))
    wide = listed.select(
        "tenancy_id", *(pl.col("person_id").list.get(i, null_on_oob=True).alias(f"co_{i + 1}") for i in range(CO_LESSEES))
    )
    rows = rows.join(wide, on="tenancy_id", how="left", maintain_order="left")
    rid = rows["tenancy_id"].cast(pl.Int64)
    filed = rows["filed_date"].fill_null(rows["from_date"])
    voided = mask(plus(filed, lag(facts, rid, 236, 5, 500)), facts.chance(rid, 237) < VOIDED)
    return rows.with_columns(
        _rid=rid,
        filed=filed,
        _born=plus(filed, lag(facts, rid, 232, 0, 3)),
        _touched=voided,
        _ends=plus(rows["to_date"], lag(facts, rid, 233, 1, 90)),
    )


def render_rent(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Tenancies as known that night."""
    pid, lessor, met = rows["lessee_id"], rows["lessor_id"], days(rows["filed"])
    kind, number = facts.paper(pid, met)
    told = facts.chance(rows["_rid"], 234) < 0.6
    ended = mask(until(rows["to_date"], night), until(rows["_ends"], night).is_not_null() & told)
    early = ended.is_not_null() & (ended < rows["contract_end"])
    expired = rows["contract_end"] <= night
    columns: dict[str, pl.Series] = {
        "contract_no": serial(rows["_rid"], "ZL330110", 9),
        "house_code": facts.dwelling("house_code", rows["dwelling_id"]),
        "house_addr": facts.dwelling_text(rows["dwelling_id"], rows["_rid"], 235, 0.7),
        "lessor_name": _mysql(facts.name(lessor, met)),
        "lessor_id_no": facts.number(lessor, met),
        "lessor_phone": facts.phone(lessor, met),
        "lessee_name": _mysql(facts.name(pid, met)),
        "lessee_id_type": code(kind, PAPERS, "9"),
        "lessee_id_no": number,
        "lessee_phone": facts.phone(pid, met),
        "start_date": day_text(rows["from_date"], "%Y-%m-%d"),
        "end_date": day_text(rows["contract_end"], "%Y-%m-%d"),
        "real_end_date": day_text(ended, "%Y-%m-%d"),
        "status": choose(early, "3", choose(expired, "2", "1")),
        "sign_time": stamp_text(rows, day="filed"),
        "update_time": stamp_text(rows),
        "_pid_lessee": pid,
        "_pid_lessor": lessor,
    }
    people = [rows[f"co_{i + 1}"] for i in range(CO_LESSEES)]
    columns["co_lessees"] = json_people(facts, people, met)
    columns |= {f"_pid_co_lessee_{i + 1}": p for i, p in enumerate(people)}
    return pl.DataFrame(columns).with_columns(
        is_deleted=choose(until(rows["_touched"], night).is_not_null(), "1", "0"), live_num=pl.lit(None, dtype=pl.String)
    )


def _mysql(names: pl.Series) -> pl.Series:
    """Names as a three-byte utf8 column keeps them."""
    return names.str.replace_all(NOT_IN_MYSQL, "?")


def json_people(facts: Facts, people: list[pl.Series], when: Days) -> pl.Series:
    """`[{"name": …, "id_no": …}, …]` of those present, null where there is none."""
    parts = []
    for position, pid in enumerate(people):
        name, number = _mysql(facts.name(pid, when)), facts.number(pid, when)
        item = '{"name": "' + name + '", "id_no": "' + number.fill_null("") + '"}'
        parts.append(item.alias(str(position)))
    listed = pl.DataFrame(parts).select(pl.concat_str(pl.all(), separator=", ", ignore_nulls=True).alias("list"))["list"]
    return mask("[" + listed + "]", listed != "")


def build_sale(facts: Facts) -> pl.DataFrame:
    """One row per purchase."""
    rows = facts.world.ownerships.filter(pl.col("owner_id").is_not_null()).sort("from_date", "dwelling_id", "owner_id")
    rid = pl.Series(np.arange(rows.height))
    return rows.with_columns(_rid=rid, _born=plus(rows["from_date"], lag(facts, rid, 241, 0, 5)))


def render_sale(facts: Facts, rows: pl.DataFrame, night: date) -> pl.DataFrame:
    """Sales as text; handed over some months after signing."""
    met = days(rows["from_date"])
    people = [rows["owner_id"], rows["co_owner_id"]]
    delivered = plus(rows["from_date"], lag(facts, rows["_rid"], 242, 30, 300))
    return pl.DataFrame(
        {
            "contract_no": serial(rows["_rid"], "WQ330110", 9),
            "house_code": facts.dwelling("house_code", rows["dwelling_id"]),
            "house_addr": facts.dwelling_text(rows["dwelling_id"], rows["_rid"], 243, 0.9),
            "buyers": json_people(facts, people, met),
            "sign_date": day_text(rows["from_date"], "%Y-%m-%d"),
            "delivery_date": day_text(delivered, "%Y-%m-%d"),
            "update_time": stamp_text(rows),
            "_pid_buyer_1": people[0],
            "_pid_buyer_2": people[1],
        }
    ).with_columns(status=pl.lit("2"), is_deleted=pl.lit("0"))


TABLES = (
    Table("zj", "house", ("house_code",), HOUSE, build_house, render_house, database("house", "zj")),
    Table(
        "zj",
        "rent_contract",
        ("contract_no",),
        RENT,
        build_rent,
        render_rent,
        database("rent_contract", "zj"),
        (
            Mention("lessee", "lessee_id_no", "lessee_name", phone="lessee_phone"),
            Mention("lessor", "lessor_id_no", "lessor_name", phone="lessor_phone"),
            *(Mention(f"co_lessee_{i + 1}") for i in range(CO_LESSEES)),
        ),
    ),
    Table(
        "zj",
        "house_sale",
        ("contract_no",),
        SALE,
        build_sale,
        render_sale,
        database("house_sale", "zj"),
        (Mention("buyer_1"), Mention("buyer_2")),
    ),
)
