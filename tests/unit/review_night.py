"""A finished night by hand: five people and what stands between them, for `renkou review` and `renkou explain A B`.

ONE and TWO are one woman under two confirmed numbers (TWO is in no count); ONE and BABY are mother and child whose rows
mixed up a number; ONE and NAMESAKE are open; FAR was compared with nobody.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa

from jobs.context import Context
from jobs.linkage.identities import new_ids
from jobs.pool.nights import Night, Receipt
from jobs.settings import Settings
from jobs.tables import LINKS, PROFILES, RECORDS, RESIDENT_EVENTS, RESIDENT_RECORDS, RESIDENTS, TIES, Table

DAY = dt.date(2026, 11, 22)
ONE, TWO, BABY, NAMESAKE, FAR, OLD = new_ids(["one", "two", "baby", "namesake", "far", "old"], set(), b"key")
NUMBERS = ["330110199001019084", "330110199001019121"]
NAME, PHONE, OTHER_PHONE, MOTHER, HOME = "张梓轩", "13812345678", "13987654321", "330110196001019068", "余杭街道某路1号"
BIRTH = dt.date(1990, 1, 1)
LEVELS = "number=else:-10.0;name=exact:14.5;birth=exact:12.0;sex=exact:1.0;phone=missing:0.0;dwelling=any_common:4.0;parents=any_common:1.0"


def write(context: Context, table: Table, rows: list[dict]) -> None:
    whole = [{name: row.get(name) for name in table.schema.names} for row in rows]
    context.write_arrow(table, pa.Table.from_pylist(whole, schema=table.schema))


def make(home: Path, outweighed: bool = False) -> Settings:
    """The night, sealed. `outweighed`: 公安 knows ONE by the first number, so TWO's record is hers."""
    settings = Settings(home, home / "sources.yml", "local[2]", 2, "key")
    context = Context(settings, Night(settings.nights, DAY), Receipt("residence"))
    behind = [("a1", ONE), ("a2", ONE), ("b1", ONE if outweighed else TWO), ("c1", BABY), ("d1", NAMESAKE), ("e1", FAR)]
    write(context, RESIDENT_RECORDS, [
        *({"record_id": r, "profile_id": r, "resident_id": i, "since": DAY} for r, i in behind),
        {"record_id": "a3", "profile_id": "a1", "resident_id": ONE, "since": DAY},
    ])  # fmt: skip
    of = {TWO: {"provisional_of": ONE, "provisional_probability": 0.74, "not_counted": "provisional"}}
    person = {"departments": ["ga"], "name": NAME, "birth_date": BIRTH, "sex": "F"}
    write(context, RESIDENTS, [
        {**person, "resident_id": i, "records": n, "id_number": NUMBERS[0], **of.get(i, {})}
        for i, n in ((ONE, 8), (TWO, 4), (BABY, 3), (NAMESAKE, 2), (FAR, 1))
    ])  # fmt: skip
    record = {"dept": "ga", "source_table": "czrk", "role": "self", "known_from": DAY, "name": NAME, "address_raw": HOME}
    write(context, RECORDS, [{**record, "record_id": r, "source_key": r} for r in ("a1", "a2", "a3", "b1", "c1", "d1", "e1")])
    origin = {"dept": "wj", "source_table": "birth", "source_key": "k", "known_from": DAY}
    write(context, TIES, [{**origin, "from_record": "a1", "to_record": "c1", "relation": "mother_of"}])
    profile = {"departments": ["ga"], "name": NAME, "name_kind": "han", "birth_date": BIRTH, "sex": "F", "mother_number": MOTHER}
    numbered = {"id_type": "citizen", "id_confirmed": True, "dwellings": ["330110001-1"]}
    write(context, PROFILES, [
        {**profile, **numbered, "profile_id": "a1", "records": 7, "id_number": NUMBERS[0], "phones": [PHONE, OTHER_PHONE]},
        {**profile, "profile_id": "a2", "records": 1, "id_confirmed": False},
        {**profile, **numbered, "profile_id": "b1", "records": 4, "id_number": NUMBERS[1]},
        {**profile, "profile_id": "c1", "records": 3, "id_confirmed": False},
        {**profile, "profile_id": "d1", "records": 2, "id_confirmed": False},
        {"profile_id": "e1", "records": 1, "name": "欧阳远", "name_kind": "han", "sex": "F", "birth_date": dt.date(1950, 5, 5),
         "departments": ["ga"], "id_confirmed": False},
    ])  # fmt: skip
    link = {"block": "birth_name", "levels": LEVELS, "model_version": "1", "grade": "review"}
    write(context, LINKS, [
        {**link, "profile_l": "a1", "profile_r": "b1", "weight": 1.5, "probability": 0.74, "grade": "none",
         "veto": "two_confirmed_numbers", "likely": "two_numbers"},
        {**link, "profile_l": "a1", "profile_r": "c1", "weight": 3.0, "probability": 0.89},
        {**link, "profile_l": "a1", "profile_r": "d1", "weight": 0.0, "probability": 0.5},
        {**link, "profile_l": "a2", "profile_r": "d1", "weight": -1.0, "probability": 0.33},
        {**link, "profile_l": "a1", "profile_r": "a2", "weight": 20.0, "probability": 0.999999, "grade": "auto"},
    ])  # fmt: skip
    merged = {"resident_id": OLD, "date": DAY, "kind": "merged_into", "other_id": ONE, "reason": "one person now"}
    write(context, RESIDENT_EVENTS, [merged])
    context.night.put(context.receipt)
    context.night.seal({"tables": context.night.pins()})
    return settings
