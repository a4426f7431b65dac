"""The population model on tables of people: domain §4's cases, and who may be linked with whom.

Each case is a few profiles and the grade that one pair must get; a row is what is said of somebody, all else is missing.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from jobs.linkage.local import encode_tables, score_all
from jobs.linkage.model import LinkModel, load_model
from jobs.linkage.weights import Weights, load_weights
from jobs.profiles.view import Crowds, view
from jobs.tables import PROFILES

MODELS = Path(__file__).parents[2] / "jobs" / "linkage" / "models"
BORN = dt.date(2016, 5, 14)
MUM, DAD = "330125198803027824", "330125198601114517"
PHONE, ROOM = {"phones": ["15000010001"]}, {"dwellings": ["room-1"]}


@cache
def population() -> tuple[LinkModel, Weights]:
    """The shipped model and its weights."""
    model = load_model(MODELS / "population.yml")
    return model, load_weights(model, MODELS / "population.json")


def person(**said: Any) -> dict[str, Any]:
    """A profile; a number makes it a numbered citizen."""
    row: dict[str, Any] = dict.fromkeys(PROFILES.schema.names)
    lists = [f.name for f in PROFILES.schema if pa.types.is_list(f.type)]
    row |= {c: [] for c in lists} | {
        "records": 1,
        "id_confirmed": False,
        "name_kind": "han",
        "birth_stated": True,
        "sex_stated": True,
        "nationality": "CHN",
    }
    if said.get("id_number"):
        row |= {"id_type": "citizen"}
    return row | said


def link(one: dict[str, Any], two: dict[str, Any], births: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The link of the pair, empty when it stays below the review threshold."""
    rows = [one | {"profile_id": "p1"}, two | {"profile_id": "p2"}]
    model, weights = population()
    table = view(pa.Table.from_pylist(rows, schema=PROFILES.schema), Crowds(births=births))
    links = score_all(model, weights, encode_tables(model, [table])).links.to_pylist()
    return links[0] if links else {}


def grade(one: dict[str, Any], two: dict[str, Any], births: frozenset[str] = frozenset()) -> str:
    """The grade of the pair, or `unlinked`."""
    return str(link(one, two, births).get("grade", "unlinked"))


def number(place: int, born: dt.date = BORN) -> str:
    """A number with a right check character."""
    from tests.linkage.people import check

    body = f"330110{born:%Y%m%d}{place:03d}"
    return body + check(body)


CHILD = {"name": "张梓轩", "sex": "M", "birth_date": BORN}
PARENTS = {"mother_number": MUM, "father_number": DAD}
ADULT = {"name": "陈国梁", "sex": "M", "birth_date": dt.date(1980, 3, 9)}
NUMBER = number(913, dt.date(1980, 3, 9))

AUTO = {
    "same number, name one character apart": (
        person(id_number=NUMBER, **ADULT),
        person(id_number=NUMBER, **ADULT | {"name": "陈国良"}),
    ),
    "same number, former name": (
        person(id_number=NUMBER, **ADULT, other_names=["陈志强"]),
        person(id_number=NUMBER, **ADULT | {"name": "陈志强"}),
    ),
    "no number, name, birth date and own phone": (person(id_number=NUMBER, **ADULT, **PHONE), person(**ADULT, **PHONE)),
    "no number, name, birth date and room": (person(id_number=NUMBER, **ADULT, **ROOM), person(**ADULT, **ROOM)),
    "no number, homophone in the name, birth date, phone and room": (
        person(id_number=NUMBER, **ADULT, **PHONE, **ROOM),
        person(**ADULT | {"name": "陈国粱"}, **PHONE, **ROOM),
    ),
    "damaged number one digit off": (
        person(id_number=NUMBER, **ADULT),
        person(id_text=NUMBER[:9] + ("1" if NUMBER[9] != "1" else "2") + NUMBER[10:], **ADULT),
    ),
    "masked number": (person(id_number=NUMBER, **ADULT), person(id_text=NUMBER[:6] + "********" + NUMBER[14:], **ADULT)),
    "wrong but valid number, everything else agrees": (
        person(id_number=NUMBER, id_confirmed=True, **ADULT, **PHONE, **ROOM),
        person(id_number=number(915, dt.date(1980, 3, 9)), **ADULT, **PHONE, **ROOM),
    ),
    "a row that states both numbers": (
        person(id_number=NUMBER, id_confirmed=True, **ADULT, aliases=["citizen:" + number(917, dt.date(1979, 3, 9))]),
        person(id_number=number(917, dt.date(1979, 3, 9)), id_confirmed=True, **ADULT),
    ),
    "child without number by its parents": (
        person(id_number=number(911), id_confirmed=True, **CHILD, **PARENTS),
        person(**CHILD, guardian_numbers=[MUM]),
    ),
    "birth certificate and vaccination row by the certificate's number": (
        person(id_type="birth_certificate", id_number="U330000001", **CHILD | {"name": None, "name_kind": "newborn"}, **PARENTS),
        person(**CHILD, aliases=["birth_certificate:U330000001"]),
    ),
    "newborn renamed at the register, the only child of that birth": (
        person(id_number=number(911), id_confirmed=True, **CHILD, **PARENTS),
        person(id_type="birth_certificate", id_number="U330000001", **CHILD | {"name": None, "name_kind": "newborn"}, **PARENTS),
    ),
    "foreigner with a new passport, words in another order": (
        person(
            id_type="passport",
            id_number="M1234567",
            name="SMITH JOHN ROBERT",
            name_kind="foreign",
            sex="M",
            nationality="USA",
            birth_date=dt.date(1985, 7, 2),
            **ROOM,
        ),
        person(
            id_type="passport",
            id_number="X7654321",
            name="JOHN SMITH",
            name_kind="foreign",
            sex="M",
            nationality="USA",
            birth_date=dt.date(1985, 7, 2),
            **ROOM,
        ),
    ),
    "travel permit and residence permit": (
        person(id_type="hk_macao_pass", id_number="H12345678", **ADULT | {"nationality": "HKG"}),
        person(
            id_type="hkmt_residence",
            id_number="810000198003090012",
            aliases=["hk_macao_pass:H12345678"],
            **ADULT | {"nationality": "HKG"},
        ),
    ),
    "mother named on her child's row": (
        person(id_number=MUM, id_confirmed=True, name="李秀兰", sex="F", birth_date=dt.date(1988, 3, 2)),
        person(name="李秀兰", sex="F", kin_numbers=[MUM]),
    ),
}
"""Pairs that link by themselves."""

TWIN = {"name": "张梓宸", "sex": "M", "birth_date": BORN}
APART = {
    "namesakes with one birth date": (person(id_number=NUMBER, **ADULT), person(**ADULT)),
    "namesakes with one birth date and two numbers": (
        person(id_number=NUMBER, id_confirmed=True, **ADULT),
        person(id_number=number(951, dt.date(1980, 3, 9)), id_confirmed=True, **ADULT),
    ),
    "twins at one phone and room, both numbered": (
        person(id_number=number(911), **CHILD, **PARENTS, **PHONE, **ROOM),
        person(id_number=number(913), **TWIN, **PARENTS, **PHONE, **ROOM),
    ),
    "twins, one without number": (
        person(id_number=number(911), **CHILD, **PARENTS, **PHONE, **ROOM),
        person(**TWIN, **PARENTS, **PHONE, **ROOM),
    ),
    "twins by order, no names yet": (
        person(
            id_type="birth_certificate",
            id_number="U330000001",
            birth_order="1",
            sex="M",
            birth_date=BORN,
            name_kind="newborn",
            **PARENTS,
        ),
        person(
            id_type="birth_certificate",
            id_number="U330000002",
            birth_order="2",
            sex="M",
            birth_date=BORN,
            name_kind="newborn",
            **PARENTS,
        ),
    ),
    "unnamed twin and its numbered brother": (
        person(id_number=number(911), **CHILD, **PARENTS, **ROOM),
        person(sex="M", birth_date=BORN, name_kind="newborn", **PARENTS, **ROOM),
    ),
    "a twin's row with the brother's number typed": (
        person(id_number=number(911), **CHILD, **PARENTS, **PHONE),
        person(id_number=number(911), **TWIN, **PARENTS, **PHONE),
    ),
    "father and son one character apart": (
        person(id_number=NUMBER, **ADULT, **PHONE, **ROOM),
        person(name="陈国栋", sex="M", birth_date=dt.date(2006, 8, 1), **PHONE, **ROOM),
    ),
    "father and son without birth dates": (
        person(id_number=NUMBER, **ADULT, **PHONE, **ROOM),
        person(name="陈国栋", sex="M", **PHONE, **ROOM),
    ),
    "spouses at one phone and room": (
        person(id_number=NUMBER, **ADULT, **PHONE, **ROOM),
        person(name="陈秀梅", sex="F", birth_date=dt.date(1981, 1, 1), **PHONE, **ROOM),
    ),
    "one number, two persons": (
        person(id_number=NUMBER, **ADULT),
        person(id_number=NUMBER, name="王秀英", sex="F", birth_date=dt.date(1957, 2, 3)),
    ),
    "a borrowed number, age unknown": (person(id_number=NUMBER, **ADULT), person(id_number=NUMBER, name="王大勇", sex="M")),
    "the father's number on his child's row": (
        person(id_number=NUMBER, **ADULT, **PHONE),
        person(id_number=NUMBER, name="陈一诺", sex="F", birth_date=BORN, **PHONE),
    ),
    "the mother's number on a newborn's row": (
        person(id_number=MUM, name="李秀兰", sex="F", birth_date=dt.date(1988, 3, 2)),
        person(id_number=MUM, name_kind="newborn", sex="F", birth_date=BORN),
    ),
    "brothers of one mother": (
        person(id_number=number(911), **CHILD, **PARENTS, **PHONE, **ROOM),
        person(**CHILD | {"name": "张梓航", "birth_date": dt.date(2018, 2, 2)}, **PARENTS, **PHONE, **ROOM),
    ),
    "two foreigners of one country and birth date": (
        person(id_type="passport", id_number="M1234567", name="KIM MINJUN", nationality="KOR", sex="M", birth_date=BORN),
        person(id_type="passport", id_number="M7654321", name="LEE JUNHO", nationality="KOR", sex="M", birth_date=BORN),
    ),
}
"""Pairs that must never link by themselves; a person may still look at some."""

LIKELY = {
    "two confirmed numbers, one name, birth date and phone": (
        "two_numbers",
        person(id_number=NUMBER, id_confirmed=True, **ADULT, **PHONE),
        person(id_number=number(951, dt.date(1980, 3, 9)), id_confirmed=True, **ADULT, **PHONE),
    ),
    "a masked name at one room, no birth date": (
        "named_at_home",
        person(id_number=NUMBER, **ADULT, **ROOM, **PHONE),
        person(name="陈*梁", name_kind="masked", **ROOM, **PHONE),
    ),
    "a rare name and a birth date, nothing else": (
        "name_and_birth",
        person(id_number=NUMBER, **ADULT | {"name": "陈翯骉"}),
        person(**ADULT | {"name": "陈翯骉"}),
    ),
    "one number, another given name, at another room": (
        "renamed",
        person(id_number=NUMBER, id_confirmed=True, **ADULT, **ROOM),
        person(id_number=NUMBER, **ADULT | {"name": "陈志强"}, dwellings=["room-2"]),
    ),
    "another name at one room, born the same day": (
        "other_name_at_home",
        person(id_number=NUMBER, **ADULT, **ROOM),
        person(**ADULT | {"name": "李红"}, **ROOM),
    ),
    "all but the sex": ("sex_mistyped", person(id_number=NUMBER, **ADULT, **PHONE), person(**ADULT | {"sex": "F"}, **PHONE)),
}
"""Pairs that no rule lets join, and that are more likely one than two: the rule that says so."""

SEVERAL = frozenset({f"{MUM}|{BORN:%Y%m%d}"})


@pytest.mark.parametrize("case", AUTO)
def test_links(case: str) -> None:
    assert grade(*AUTO[case]) == "auto"
    assert grade(*AUTO[case][::-1]) == "auto"


@pytest.mark.parametrize("case", APART)
def test_stays_apart(case: str) -> None:
    births = SEVERAL if "twin" in case else frozenset()
    assert grade(*APART[case], births) != "auto"
    assert grade(*APART[case][::-1], births) != "auto"


@pytest.mark.parametrize("case", LIKELY)
def test_is_likely_one_and_stays_apart(case: str) -> None:
    rule, one, two = LIKELY[case]
    for found in (link(one, two), link(two, one)):
        assert (found["likely"], found["grade"] == "auto") == (rule, False)


@pytest.mark.parametrize("case", [c for c in APART if not c.startswith("namesakes with one birth date")])
def test_what_stays_apart_is_not_likely_one(case: str) -> None:
    births = SEVERAL if "twin" in case else frozenset()
    assert link(*APART[case], births).get("likely") is None


def test_an_agents_phone_says_nothing() -> None:
    rows = [person(id_number=NUMBER, **ADULT, **PHONE) | {"profile_id": "p1"}, person(**ADULT, **PHONE) | {"profile_id": "p2"}]
    seen = view(pa.Table.from_pylist(rows, schema=PROFILES.schema), Crowds(phones=frozenset(PHONE["phones"])))
    assert seen["phones"].to_pylist() == [[], []]


def test_reasons_name_every_comparison_and_add_up() -> None:
    model, weights = population()
    one, two = AUTO["no number, name, birth date and own phone"]
    table = view(pa.Table.from_pylist([one | {"profile_id": "p1"}, two | {"profile_id": "p2"}], schema=PROFILES.schema), Crowds())
    found = score_all(model, weights, encode_tables(model, [table])).links.to_pylist()[0]
    parts = dict(part.split("=") for part in found["levels"].split(";"))
    assert list(parts) == list(model.comparisons)
    assert parts["name"].startswith("exact:") and parts["number"] == "missing:0.0"
    total = sum(float(p.rsplit(":", 1)[1]) for p in parts.values())
    against = [total + float(v) for v in np.log2(weights.prior[0] / weights.prior[1:])]  # household, strangers
    assert min(abs(found["weight"] - a) for a in against) < 1  # the other rival and rounding make the difference
