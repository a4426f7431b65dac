"""A few made-up records that come, go and change: values so few that numbers, accounts, phones and families are shared."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pyarrow as pa

from jobs.tables import RECORDS

Row = dict[str, Any]
NUMBERS = [f"33011019{y}0101{n:03}X" for y in (70, 85, 90) for n in (11, 12)]
NAMES = ["王伟", "王炜", "李娜", "李娜娜", "张敏", "陈杰", "陈婕", "刘洋", None]
PHONES = ["13800000001", "13800000002", "13800000003", None]
HOMES = [f"home{n}" for n in range(4)] + [None]
BIRTHS = [dt.date(1970, 1, 1), dt.date(1985, 1, 1), dt.date(2020, 3, 1), None]
FAMILIES = [("self",), ("self",), ("self", "mother"), ("self", "mother", "father"), ("self", "guardian_1")]
CERTIFICATES = ["U330000001", "U330000002"]


def source_row(draw: random.Random, key: int) -> list[Row]:
    """The records of one source row: a person, maybe with parents or a guardian beside."""
    dept, table = draw.choice([("ga", "czrk"), ("wj", "birth_cert"), ("jy", "student")])
    return [_record(draw, dept, table, key, role) for role in draw.choice(FAMILIES)]


def _record(draw: random.Random, dept: str, table: str, key: int, role: str) -> Row:
    row: Row = dict.fromkeys(RECORDS.schema.names)
    number = draw.choice([None, *NUMBERS])
    name = draw.choice(NAMES)
    row |= {
        "record_id": f"{dept}-{table}-{key:03}-{role}", "dept": dept, "source_table": table, "source_key": str(key), "role": role,
        "known_from": dt.date(2026, 11, 1 + draw.randrange(3)), "account": draw.choice([None, f"{dept}:1", f"{dept}:2"]),
        "id_type": "citizen", "id_number": number, "id_grade": "OK" if number else "MISSING", "id_raw": number, "name": name,
        "name_kind": "han" if name else "missing", "name_raw": name, "sex": draw.choice(["M", "F", None]),
        "birth_date": draw.choice(BIRTHS), "birth_date_basis": "stated", "nationality": "CHN", "phone": draw.choice(PHONES),
        "dwelling_id": draw.choice(HOMES), "address_level": "room", "mother_number": draw.choice([None, None, *NUMBERS]),
        "father_number": draw.choice([None, None, *NUMBERS]), "birth_order": draw.choice([None, None, None, "1", "2"]),
    }  # fmt: skip
    if table == "birth_cert" and role == "self":
        row |= {"id_type": "birth_certificate", "id_number": draw.choice(CERTIFICATES), "id_grade": "OK"}
    elif draw.random() < 0.3:
        row["alias_number"] = "birth_certificate:" + draw.choice(CERTIFICATES)
    return row


def changed(draw: random.Random, rows: dict[int, list[Row]], fresh: int) -> dict[int, list[Row]]:
    """The next night: some source rows are gone, some are others under the same key, some are new; one value of some moves."""
    after = {key: row for key, row in rows.items() if draw.random() > 0.08}
    after |= {key: source_row(draw, key) for key in list(after) if draw.random() < 0.08}
    for key in [k for k in after if draw.random() < 0.08]:
        column, values = draw.choice([("name", NAMES), ("phone", PHONES), ("dwelling_id", HOMES), ("account", [None, "ga:1"])])
        after[key] = [row | {column: draw.choice(values)} for row in after[key]]
    return after | {key: source_row(draw, key) for key in range(fresh, fresh + draw.randrange(4))}


def nights(seed: int, rows: int, count: int) -> list[pa.Table]:
    """Tables of records, a night each."""
    draw = random.Random(seed)
    tonight = {key: source_row(draw, key) for key in range(rows)}
    found = [tonight]
    for n in range(1, count):
        found.append(changed(draw, found[-1], 1000 * n))
    return [pa.Table.from_pylist([row for rows in each.values() for row in rows], RECORDS.schema) for each in found]
