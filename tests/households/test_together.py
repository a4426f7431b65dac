"""Who keeps house with whom: one case a rule, both sides of each."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from jobs.households import parameters
from jobs.households.rows import living
from jobs.households.stated import Stated
from jobs.households.together import Evidence, together
from tests.households.people import key, person, tie, told

A, B, C, D = "a", "b", "c", "d"
TONIGHT = dt.date(2026, 11, 22)


def homes(given: Stated, size: int = 12) -> dict[str, tuple[str, str]]:
    """Resident → (anchor, basis)."""
    found = together(Evidence(given.people, given.ties, given.keys, given.tenancies), size, 16)
    return {r["resident_id"]: (r["anchor"], r["basis"]) for r in found.to_dicts()}


CASES = {
    "strangers at one dwelling": (told([person(A), person(B)]), {A: (A, "unlisted"), B: (B, "unlisted")}),
    "spouses": (told([person(A), person(B)], (tie(A, B),)), {A: (A, "kin"), B: (A, "kin")}),
    "spouses at two dwellings": (
        told([person(A, married=True), person(B, "d2", married=True)], (tie(A, B),)), {A: (A, "parted"), B: (B, "parted")},
    ),
    "mother, child and the child's guardian": (
        told([person(A), person(B, age=3), person(C)], (tie(A, B, "mother_of"), tie(C, B, "guardian_of"))),
        {A: (A, "kin"), B: (A, "kin"), C: (A, "kin")},
    ),
    "a landlord is no kin": (told([person(A), person(B)], (tie(A, B, "tenant_of"),)), {A: (A, "unlisted"), B: (B, "unlisted")}),
    "one grid household": (told([person(A), person(B)], (), (key(A, "g1"), key(B, "g1"))), {A: (A, "stated"), B: (A, "stated")}),
    "one key at two dwellings": (
        told([person(A), person(B, "d2")], (), (key(A, "g1"), key(B, "g1"))), {A: (A, "alone"), B: (B, "alone")},
    ),
    "one hukou household": (
        told([person(A), person(B)], (), (key(A, "h1", True), key(B, "h1", True))), {A: (A, "stated"), B: (A, "stated")},
    ),
    "one tenancy": (told([person(A), person(B)], (), (), ((A, "c"), (B, "c"))), {A: (A, "stated"), B: (A, "stated")}),
    "two grid households stay apart, even of one surname and county": (
        told([person(A, surname="王", county="1"), person(B, surname="王", county="1")], (), (key(A, "g1"), key(B, "g2"))),
        {A: (A, "alone"), B: (B, "alone")},
    ),
    "kin joins two grid households": (
        told([person(A), person(B)], (tie(A, B, "father_of"),), (key(A, "g1"), key(B, "g2"))), {A: (A, "kin"), B: (A, "kin")},
    ),
    "two hukou households do not part those alike": (
        told([person(A, county="1"), person(B, county="1")], (), (key(A, "h1", True), key(B, "h2", True))),
        {A: (A, "alike"), B: (A, "alike")},
    ),
    "unlisted, of the same surname as a listed one": (
        told([person(A, surname="王"), person(B, surname="王")], (), (key(A, "g1"),)), {A: (A, "alike"), B: (A, "alike")},
    ),
    "unlisted chooses county before surname": (
        told([person(A, surname="王"), person(B, county="1"), person(C, surname="王", county="1")], (), (key(A, "g1"), key(B, "g2"))),
        {A: (A, "alone"), B: (B, "alike"), C: (B, "alike")},
    ),
    "a child alone joins the largest household": (
        told([person(A), person(B), person(C), person(D, age=15)], (tie(B, C),), (key(A, "g1"), key(B, "g2"))),
        {A: (A, "alone"), B: (B, "kin"), C: (B, "kin"), D: (B, "alike")},
    ),
    "one of sixteen may keep house alone": (
        told([person(A), person(B, age=16)], (), (key(A, "g1"),)), {A: (A, "alone"), B: (B, "unlisted")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_case(name: str):
    given, expected = CASES[name]
    assert homes(given) == expected


def test_more_people_than_a_household_can_be_are_quarters():
    crowd = [person(f"p{n:02}") for n in range(13)]
    pair = (tie("p00", "p01"),)
    assert homes(told(crowd, pair)) == {}
    twelve = homes(told(crowd[:12], pair))
    assert len(twelve) == 12
    assert twelve["p01"] == ("p00", "kin")
    made = living(told(crowd, pair), _nobody(), TONIGHT, 12, parameters.load())
    assert made.dwellings.select("kind", "people", "households").rows() == [("quarters", 13, 0)]
    assert made.households.height == made.members.height == 0


def test_the_order_of_rows_changes_nothing():
    rng = random.Random(7)
    people = [
        person(f"p{n:03}", f"d{n % 60}", surname=rng.choice("王李张"), county=rng.choice("123"), age=rng.randrange(90))
        for n in range(200)
    ]
    ties = [tie(f"p{n:03}", f"p{n + 60:03}", rng.choice(["spouse_of", "mother_of"])) for n in range(0, 140, 3)]
    keys = [key(f"p{n:03}", f"g{n % 75}") for n in range(0, 200, 2)]
    once = living(told(people, tuple(ties), tuple(keys)), _nobody(), TONIGHT, 12, parameters.load())
    for each in (people, ties, keys):
        rng.shuffle(each)
    again = living(told(people, tuple(ties), tuple(keys)), _nobody(), TONIGHT, 12, parameters.load())
    for one, other in zip(once[:3], again[:3], strict=True):
        assert one.equals(other)
    assert sorted(once.ties.rows()) == sorted(again.ties.rows())
    assert once.members.height == 200
    assert once.households["members"].sum() == once.dwellings["people"].sum() == 200


def _nobody():
    import polars as pl

    return pl.DataFrame(schema={"resident_id": pl.String, "household_id": pl.String, "since": pl.Date})
