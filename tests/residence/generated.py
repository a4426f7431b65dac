"""Random people for the comparison of the two implementations: every sign, odd intervals, shared rooms, families."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from jobs.residence.plain.relatives import World
from tests.residence.people import DEPARTMENT, GROUPS, PLACE

TODAY = dt.date(2026, 11, 22)
HUKOU = [None, "330110109", "330110012", "330106", "330122", "330203", "341226", "330110"]
DETAILS = {
    "N02": ["left", "automatic", "written_off", None],
    "N03": ["moved_away", "found_gone", "unknown_person", None],
    "N08": ["abroad_work", "settled_abroad"],
    "N09": ["certificate", "cremation", "hukou", "pension", "grid"],
    "S04": ["residence_permit", "stay", "permanent"],
    "S10": ["outpatient", "inpatient"],
}
TOWNSHIPS = ["330110005", "330110012", "330110109", None]


def world(people: int, seed: int) -> World:
    """So many residents with zero to nine signs each; rooms are shared by about four people."""
    chance = random.Random(seed)
    made = World([], {}, [], [])
    for number in range(people):
        made.residents.append(_resident(chance, number, people))
        for position in range(chance.choice([0, 1, 1, 2, 3, 4, 6, 9])):
            _sign(chance, made, number, position, people)
        for position in range(chance.choice([0, 0, 0, 0, 0, 1, 1, 2])):
            _card(chance, made, number, position, people)
    return made


def _card(chance: random.Random, made: World, number: int, position: int, people: int) -> None:
    """An open grid card, perhaps visited, perhaps doubted since."""
    record = f"RK{number:05d}#c{position}"
    room = f"room{chance.randrange(people // 4 + 1)}" if chance.random() < 0.9 else None
    township = chance.choice(TOWNSHIPS)
    made.records[record] = {
        "resident_id": f"RK{number:05d}",
        "closed_on": None,
        "text_here": True,
        "text_dwelling": room,
        "text_township": township,
        "card": True,
    }
    for code in chance.choice([[], [], ["S05"], ["N03"], ["S05", "N03"]]):
        day = TODAY - dt.timedelta(days=chance.choice([-2, 0, 5, 40, 100, 300, 700]))
        made.signs.append(
            {
                "record_id": record, "sign": code, "dept": "zf", "grp": "zf", "from_date": day, "to_date": None,
                "known_from": day, "place": "dwelling", "dwelling_id": room, "township": township, "in_district": True,
                "detail": chance.choice(["moved_away", "found_gone", "unknown_person"]) if code == "N03" else "living",
            }
        )  # fmt: skip


def _resident(chance: random.Random, number: int, people: int) -> dict[str, Any]:
    kind = chance.choices(
        ["citizen", "passport", "hkmt_residence", "foreigner_pr", "birth_certificate", None], [80, 4, 4, 2, 4, 6]
    )[0]
    hukou = chance.choice(HUKOU)
    age = chance.choice([0, 1, 5, 6, 7, 10, 15, 16, 30, 40, 50, 69, 70, 85])
    birth = TODAY - dt.timedelta(days=int(age * 365.25) + chance.randrange(-3, 200))
    child = age < 16
    return {
        "resident_id": f"RK{number:05d}",
        "today": TODAY,
        "id_type": kind,
        "id_number": chance.choice([None, "330125195001011234", "410102199001011234"]) if kind == "citizen" else None,
        "name": "x",
        "birth_date": chance.choices([birth, None], [97, 3])[0],
        "nationality": chance.choice([None, "CHN"]) if kind in (None, "citizen", "hkmt_residence") else "DEU",
        "hukou_division": hukou,
        "hukou_active": (chance.random() < 0.8) if hukou and len(hukou) == 9 else None,
        "mother_id": f"RK{chance.randrange(people):05d}" if child and chance.random() < 0.7 else None,
        "father_id": f"RK{chance.randrange(people):05d}" if child and chance.random() < 0.5 else None,
        "spouse_id": f"RK{chance.randrange(people):05d}" if not child and chance.random() < 0.4 else None,
    }


def _sign(chance: random.Random, made: World, number: int, position: int, people: int) -> None:
    codes = [c for c in DEPARTMENT if c != "N06"] + ["S01", "S05", "S06", "S10", "S11"] * 2
    code = chance.choice(codes)
    start = TODAY - dt.timedelta(
        days=chance.choice([0, 1, 20, 29, 30, 31, 60, 61, 90, 91, 100, 183, 184, 300, 365, 400, 730, 900])
    )
    start -= dt.timedelta(days=chance.randrange(-3, 30))
    until = start + dt.timedelta(days=chance.choice([-5, 1, 10, 30, 31, 90, 180, 365])) if chance.random() < 0.5 else None
    where = None if code[0] == "N" and chance.random() < 0.5 else f"room{chance.randrange(people // 4 + 1)}"
    inside = chance.choices([True, None, False], [85, 8, 7])[0]
    record = f"RK{number:05d}#{position}"
    text = chance.choices([True, None, False], [40, 40, 20])[0]
    made.records[record] = {
        "resident_id": f"RK{number:05d}",
        "closed_on": TODAY - dt.timedelta(days=chance.randrange(1, 200)) if chance.random() < 0.1 else None,
        "text_here": text,
        "text_dwelling": f"room{chance.randrange(people // 4 + 1)}" if text and chance.random() < 0.5 else None,
        "text_township": chance.choice(TOWNSHIPS) if text else None,
    }
    dept = chance.choice(["wj", "mz", "ga", "rs", "gjj", "zf"]) if code == "N09" else DEPARTMENT[code]
    place = PLACE.get(code, "dwelling")
    made.signs.append(
        {
            "record_id": record,
            "sign": code,
            "dept": dept,
            "grp": GROUPS.get(dept, dept),
            "from_date": start,
            "to_date": until,
            "known_from": start,
            "place": place,
            "dwelling_id": where if place in ("dwelling", "none") else None,
            "township": chance.choice(TOWNSHIPS) if place == "dwelling" else None,
            "in_district": False if place == "elsewhere" else inside,
            "detail": chance.choice(DETAILS[code]) if code in DETAILS else None,
        }
    )
    if code == "S07":
        tied = f"{record}:g"
        made.records[tied] = {**made.records[record], "resident_id": f"RK{chance.randrange(people):05d}"}
        made.ties.append({"from_record": tied, "to_record": record, "relation": "guardian_of"})
