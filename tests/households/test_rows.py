"""The night's tables: counts, elders alone, buildings, ids and since, ties; and the judge against a truth written by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jobs.households import parameters
from jobs.households.buildings import buildings
from jobs.households.judge import judge, lines
from jobs.households.rows import Living, living
from jobs.households.stated import Stated
from tests.households.people import key, person, tie, told

TONIGHT = dt.date(2026, 11, 22)
NOBODY = pl.DataFrame(schema={"resident_id": pl.String, "household_id": pl.String, "since": pl.Date})


def night(given: Stated, before: pl.DataFrame = NOBODY, date: dt.date = TONIGHT) -> Living:
    return living(given, before, date, 12, parameters.load())


def test_counts_of_a_household():
    people = [person("a", age=84), person("b", age=80), person("c", age=15, counts_usual=False), person("d", age=79)]
    keys = tuple(key(p, "g") for p in "abcd")
    (row,) = night(told(people, keys=keys)).households.to_dicts()
    assert (row["members"], row["usual"], row["minors"], row["aged"], row["aged_alone"]) == (4, 3, 1, 2, False)
    assert row["basis"] == "stated"
    assert row["confidence"] == pytest.approx(0.98 * 0.92, abs=1e-4)


@pytest.mark.parametrize(
    ("who", "others", "alone"),
    [
        ({"age": 80}, [], True),
        ({"age": 79}, [], False),
        ({"age": None}, [], False),
        ({"age": 80, "married": True}, [], False),
        ({"age": 80}, [person("b")], False),
    ],
)
def test_aged_alone(who: dict[str, object], others: list[dict[str, object]], alone: bool):
    made = night(told([person("a", **who), *others], keys=(key("a", "g"),)))
    mine = made.members.filter(pl.col("resident_id") == "a").join(made.households, on="household_id")
    assert mine["aged_alone"].to_list() == [alone]


def test_doubt_of_presence_is_doubt_of_the_household():
    sure, unsure = (night(told([person("a", evidence=c)])).households["confidence"][0] for c in (0.8, 0.79))
    assert sure > unsure


def test_a_household_keeps_its_id_and_since_until_its_anchor_leaves():
    first = night(told([person("a"), person("b")], (tie("a", "b"),)), date=dt.date(2026, 11, 21))
    assert set(first.members["since"]) == {dt.date(2026, 11, 21)}
    grown = night(
        told([person("a"), person("b"), person("c", age=0)], (tie("a", "b"), tie("b", "c", "mother_of"))), first.members
    )
    assert grown.members["since"].to_list() == [dt.date(2026, 11, 21), dt.date(2026, 11, 21), TONIGHT]
    assert grown.members["household_id"].unique().to_list() == first.members["household_id"].unique().to_list()
    left = night(told([person("b")]), first.members)
    assert left.members["since"].to_list() == [TONIGHT]


def test_people_per_building():
    texts = (("d1", "杭州市余杭区未来里3幢1单元501室"), ("d2", "未来里3栋2单元102"), ("d3", "未来里4幢101室"), ("d4", "未来里"))
    made = night(told([person("a", "d1"), person("b", "d2"), person("c", "d3"), person("e", "d4")], texts=texts))
    rows = {r["dwelling_id"]: r for r in made.dwellings.to_dicts()}
    assert rows["d1"]["building_id"] == rows["d2"]["building_id"] != rows["d3"]["building_id"]
    assert rows["d1"]["building"] == "未来里 3幢"
    assert rows["d4"]["building_id"] is None


def test_one_place_name_in_two_townships_is_two_buildings():
    texts = pl.DataFrame({"dwelling_id": ["x", "y"], "text": ["未来里3幢501室", "未来里3幢502室"]})
    towns = pl.DataFrame({"dwelling_id": ["x", "y"], "township": ["330110001", "330110002"]})
    assert buildings(texts, towns)["building_id"].n_unique() == 2


def test_every_further_department_halves_the_doubt_of_a_tie():
    one, two = tie("a", "b"), tie("a", "c", "mother_of", departments=2, stated_by=["ga", "wj"])
    made = night(told([person("a")], (one, two)))
    assert made.ties.select("relation", "confidence").rows() == [("spouse_of", 0.95), ("mother_of", 0.975)]
    assert made.ties["departments"].to_list() == [["ga"], ["ga", "wj"]]


def test_an_ended_tie_joins_nobody():
    ended = tie("a", "b", to_date=TONIGHT)
    assert night(told([person("a"), person("b")], (ended,))).households.height == 2


def test_the_judge_counts_people_whose_household_is_exactly_right():
    members = pl.DataFrame(
        [("r1", "h1", 0.9, False), ("r2", "h1", 0.9, False), ("r3", "h2", 0.9, True), ("r5", "h3", 0.5, False)],
        schema=["resident_id", "household_id", "household_confidence", "aged_alone"], orient="row",
    )  # fmt: skip
    homes = pl.DataFrame({"person": [1, 2, 3, 5], "resident_id": ["r1", "r2", "r3", "r5"]})
    # 1 and 2 together, 3 alone, 4 (whom no resident stands for) with 5
    lives = pl.DataFrame(
        {"person": [1, 2, 3, 4, 5], "home": ["x", "x", "y", "z", "z"], "place": [1, 1, 2, 3, 3], "age": [30, 31, 85, 40, 41]}
    )
    found = judge(members, homes, lives)
    assert (found["persons"], found["in_households"]) == (5, 4)
    assert found["members_right"] == pytest.approx(3 / 5)
    assert found["members_right_of_found"] == pytest.approx(3 / 4)
    assert found["aged_alone"] == {"true": 1, "said": 1, "recall": 1.0, "precision": 1.0}
    assert [(b["households"], b["right"]) for b in found["confidence"]] == [(1, 0.0), (2, 1.0)]
    assert lines(found)[1] == "  with exactly the right others 同户者全对 0.600, of those in one 0.750"
    assert lines(found)[-1] == "  aged 80+ alone 独居高龄: 1 truly, 1 said"
