"""Tables of people become a small world: the reader of tests/spec/*.md, used by the tests and by no one else.

One row is one person of a case. `who` says what is known of the person, `evidence` the signs; docs/rules.md explains the words.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.residence.parameters import load
from jobs.residence.plain.relatives import World

SPEC = Path(__file__).parents[1] / "spec"
PLACES = {
    "五常": "330110005",
    "仓前": "330110012",
    "良渚": "330110010",
    "径山": "330110109",
    "黄湖": "330110113",
    "西湖": "330106",
    "临平": "330113",
    "桐庐": "330122",
    "宁波": "330203",
    "安徽": "340102",
    "河南": "410102",
}
DEPARTMENT = {
    "S01": "ga", "S02": "ga", "S03": "ga", "S04": "ga", "S05": "zf", "S06": "zj", "S07": "jy", "S09": "wj", "S10": "yb",
    "S11": "rs", "S12": "yb", "S13": "rs", "S14": "gjj", "S15": "mz", "S16": "mz", "S17": "wj", "S19": "sj", "S20": "zj",
    "N01": "ga", "N02": "ga", "N03": "zf", "N04": "rs", "N05": "jy", "N06": "zj", "N07": "zf", "N08": "zf", "N09": "wj",
}  # fmt: skip
PLACE = {
    "S07": "district", "S09": "district", "S10": "district", "S12": "district", "S13": "none", "S16": "none", "S17": "district",
    "S11": "work", "S14": "work", "S19": "work", "N01": "elsewhere", "N02": "none", "N04": "elsewhere", "N05": "elsewhere",
    "N07": "elsewhere", "N08": "elsewhere", "N09": "none",
}  # fmt: skip
GROUPS = {"rs": "work", "gjj": "work"}
DAY = r"\d{4}-\d\d-\d\d"
SIGN = re.compile(
    rf"(?P<sign>[SN]\d\d) (?P<since>{DAY})(?:\.\.(?P<until>{DAY})?)?(?: @(?P<place>[^ (]+))?(?: \((?P<detail>[^)]+)\))?$"
)


@dataclass
class Case:
    """One row of a table: the person, and what the rules must say."""

    name: str
    file: str
    today: dt.date
    expected: dict[str, str]

    @property
    def resident_id(self) -> str:
        return f"{self.file}/{self.name}/{self.today}"


def tables(file: Path) -> list[dict[str, str]]:
    """All rows of the tables of a Markdown file, by column name; a row without a cell of its own repeats nothing."""
    rows, header = [], None
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            header = None
            continue
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if header is None:
            header = cells
        elif not set(line) <= set("|-: "):
            rows.append(dict(zip(header, cells, strict=True)))
    return rows


def read_all() -> tuple[World, list[Case]]:
    """Every case of every table as one world."""
    world, cases = World([], {}, [], []), []
    for file in sorted(SPEC.glob("*.md")):
        for row in tables(file):
            cases.append(add(world, file.stem, row))
    return world, cases


def add(world: World, file: str, row: dict[str, str]) -> Case:
    """Put one table row into the world."""
    case = Case(row["case"], file, dt.date.fromisoformat(row["date"]), row)
    resident = person(case, row["who"])
    home = resident.pop("home")
    guardians = resident.pop("guardians")
    card = resident.pop("card")
    world.residents.append(resident)
    if card:
        add_card(world, case, card)
    for number, text in enumerate(t.strip() for t in row["evidence"].split(";") if t.strip()):
        add_sign(world, case, number, text, home, guardians)
    if resident["hukou_active"] and "S03" not in row["evidence"]:
        where = f"@{resident.pop('hukou_dwelling')}/{resident['hukou_division'][:9]}"
        registered = resident.pop("registered") or resident["birth_date"] or dt.date(1990, 1, 1)
        add_sign(world, case, 99, f"S03 {registered}.. {where}", None, [])
    for extra in ("hukou_dwelling", "registered"):
        resident.pop(extra, None)
    return case


def person(case: Case, who: str) -> dict[str, Any]:
    """The resident row: `born=… hukou=… id=… mother=… father=… spouse=… guardian=… home=… at=… card=room/township by_hand=code`."""
    said = dict(word.split("=", 1) for word in who.split() if "=" in word)
    place = PLACES.get(said.get("hukou", ""), said.get("hukou"))
    place = None if place in (None, "none", "unknown") else place
    local = bool(place) and place.startswith("330110") and "moved" not in said

    def relative(role: str) -> str | None:
        return f"{case.file}/{said[role].replace(chr(95), chr(32))}/{case.today}" if role in said else None

    nobody = "nobody" in who.split()
    return {
        "resident_id": case.resident_id,
        "today": case.today,
        "id_type": said.get("id", None if said.get("hukou") == "none" else "citizen"),
        "id_number": said.get("number"),
        "name": None if nobody else "x",
        "birth_date": None if nobody else dt.date.fromisoformat(said.get("born", "1990-06-15")),
        "nationality": said.get("nationality"),
        "hukou_division": place,
        "hukou_active": local or None,
        "mother_id": relative("mother"),
        "father_id": relative("father"),
        "spouse_id": relative("spouse"),
        "by_hand": _decided(case, said["by_hand"]) if "by_hand" in said else None,
        "guardians": [relative("guardian")] if "guardian" in said else [],
        "home": said.get("home"),
        "card": said.get("card"),
        "hukou_dwelling": said.get("at", "hukou"),
        "registered": dt.date.fromisoformat(said["registered"]) if "registered" in said else None,
    }


def _decided(case: Case, code: str) -> dict[str, Any]:
    """A decision by hand in force on the day of the case, as jobs/residence/overrides.py gives it to the rules."""
    until = case.today + dt.timedelta(30)
    return {
        "resident_id": case.resident_id,
        "override_id": "O1",
        "status_code": code,
        "on": case.today,
        "until": until,
        "by": "desk",
        "why": "x",
    }


def add_sign(world: World, case: Case, number: int, text: str, home: str | None, guardians: list[str | None]) -> None:
    """One sign and its record; `@room/township`, `@outside` or a township; guardians are tied to the record."""
    found = SIGN.match(text)
    assert found, f"cannot read the evidence {text!r} of case {case.name}"
    code, dept = found["sign"], DEPARTMENT[found["sign"]]
    detail = found["detail"]
    if detail and ":" in detail:
        dept, detail = detail.split(":")
    on_card = bool(detail) and detail.endswith(" card")
    detail = detail.removesuffix(" card") if detail else None
    place = PLACE.get(code, "dwelling")
    where = found["place"] or ("d/仓前" if place == "dwelling" and code != "N03" else "")
    dwelling, township, here = _where(case, where)
    record = f"{case.resident_id}#card" if on_card else f"{case.resident_id}#{number}"
    if not on_card:
        _text(world, record, case.resident_id, home)
    until = found["until"]
    if code == "S03" and not until:
        world.records[record] |= {"hukou_active": True, "hukou_division": township}
    world.signs.append(
        {
            "record_id": record,
            "sign": code,
            "dept": dept,
            "grp": GROUPS.get(dept, dept),
            "from_date": dt.date.fromisoformat(found["since"]),
            "to_date": dt.date.fromisoformat(until) if until else None,
            "known_from": dt.date.fromisoformat(found["since"]),
            "place": place,
            "dwelling_id": dwelling,
            "township": township,
            "in_district": False if place == "elsewhere" else here,
            "detail": detail,
        }
    )
    for position, guardian in enumerate(guardians):
        tied = f"{record}:g{position}"
        _text(world, tied, guardian or "", home)
        world.ties.append({"from_record": tied, "to_record": record, "relation": "guardian_of"})


def add_card(world: World, case: Case, where: str) -> None:
    """An open grid card at a room. Signs whose detail ends in ` card` stand on its record."""
    dwelling, township, _ = _where(case, where)
    world.records[f"{case.resident_id}#card"] = {
        "resident_id": case.resident_id,
        "closed_on": None,
        "text_here": True,
        "text_dwelling": dwelling,
        "text_township": township,
        "card": True,
    }


def _where(case: Case, text: str) -> tuple[str | None, str | None, bool | None]:
    if not text:
        return None, None, None
    room, _, place = text.rpartition("/")
    code = PLACES.get(place, place)
    here = code.startswith("330110") if code != "outside" else False
    own = "" if room.startswith("shared") else case.name
    dwelling = f"{case.file}/{case.today}/{own}:{room}" if room else None
    return dwelling, code if len(code) == 9 else None, here


def _text(world: World, record: str, resident: str, home: str | None) -> None:
    code = PLACES.get(home, home) if home else None
    world.records[record] = {
        "resident_id": resident,
        "closed_on": None,
        "text_here": None if home is None else code.startswith("330110"),
        "text_dwelling": None,
        "text_township": code if code and code.startswith("330110") else None,
    }


def parameters() -> Any:
    """The parameters in force."""
    return load()
