"""True status by the legal definitions, on people made by hand: one line a person, facts in, code out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from jobs.sample.build import build_world
from jobs.sample.schemas import SCHEMAS
from jobs.sample.truth import status_on, write_truth
from jobs.sample.world import World, shape_frame

NIGHT = date(2026, 11, 22)

# name | kind | born | died | lived at (place from-to; "@" = his hukou place) | hukou (place from-to) | work from | role | code
# Places: nine digits = that township here; six digits = outside; 000000/study = abroad. An open end is left empty.
PEOPLE = """
native at home                  | mainland | 1970-01-01 |            | 330110005 1970-01-01-                                          | 330110005 1970-01-01-                     |            | resident  | 11
native in another township      | mainland | 1970-01-01 |            | 330110005 1970-01-01-2015-01-01; 330110010 2015-01-01-         | 330110005 1970-01-01-                     |            | resident  | 12
native away since three months  | mainland | 1990-01-01 |            | 330110005 1990-01-01-2026-08-20; 330106 2026-08-20-            | 330110005 1990-01-01-                     |            | away      | 13
native away six months less one | mainland | 1990-01-01 |            | 330110005 1990-01-01-2026-05-23; 330106 2026-05-23-            | 330110005 1990-01-01-                     |            | away      | 13
native away six months          | mainland | 1990-01-01 |            | 330110005 1990-01-01-2026-05-22; 330106 2026-05-22-            | 330110005 1990-01-01-                     |            | away      | 41
native studying abroad for long | mainland | 2000-01-01 |            | 330110005 2000-01-01-2022-09-01; 000000/study 2022-09-01-      | 330110005 2000-01-01-                     |            | away      | 14
hukou here, never lived here    | mainland | 1995-01-01 |            | 330106 1995-01-01-                                             | 330106 1995-01-01-2019-07-01; 330110012 2019-07-01- | 2019-07-01 | away | 41
hukou just moved, never here    | mainland | 1995-01-01 |            | 330106 1995-01-01-                                             | 330106 1995-01-01-2026-09-01; 330110012 2026-09-01- |  | away      | 13
settled, now local              | mainland | 1990-01-01 |            | 341221@ 1990-01-01-2018-01-01; 330110005 2018-01-01-           | 341221 1990-01-01-2024-01-01; 330110005 2024-01-01- |  | resident  | 11
from 西湖, three years here     | mainland | 1990-01-01 |            | 330106@ 1990-01-01-2023-01-01; 330110005 2023-01-01-           | 330106 1990-01-01-                        |            | resident  | 21
from 桐庐, a year here          | mainland | 1990-01-01 |            | 330122@ 1990-01-01-2025-10-01; 330110005 2025-10-01-           | 330122 1990-01-01-                        |            | resident  | 22
from 安徽, a year here          | mainland | 1990-01-01 |            | 341221@ 1990-01-01-2025-10-01; 330110005 2025-10-01-           | 341221 1990-01-01-                        |            | resident  | 23
left home long ago, here lately | mainland | 1990-01-01 |            | 341221@ 1990-01-01-2023-01-01; 330106 2023-01-01-2026-10-20; 330110005 2026-10-20- | 341221 1990-01-01- |               | resident  | 23
from home to here last month    | mainland | 1990-01-01 |            | 341221@ 1990-01-01-2026-10-20; 330110005 2026-10-20-           | 341221 1990-01-01-                        |            | resident  | 31
here half a year to the day     | mainland | 1990-01-01 |            | 341221@ 1990-01-01-2026-05-22; 330110005 2026-05-22-           | 341221 1990-01-01-                        |            | resident  | 23
here half a year but a day      | mainland | 1990-01-01 |            | 341221@ 1990-01-01-2026-05-23; 330110005 2026-05-23-           | 341221 1990-01-01-                        |            | resident  | 31
from 西湖 last month            | mainland | 1990-01-01 |            | 330106@ 1990-01-01-2026-10-20; 330110005 2026-10-20-           | 330106 1990-01-01-                        |            | resident  | 31
newborn without hukou           | mainland | 2026-11-01 |            | 330110005 2026-11-01-                                          |                                           |            | resident  | 24
came back from home last month  | mainland | 1990-01-01 |            | 330110005 2019-01-01-2026-02-01; 341221@ 2026-02-01-2026-10-20; 330110005 2026-10-20- | 341221 1990-01-01- |            | resident  | 31
of Hong Kong, a year here       | hk       | 1990-01-01 |            | 810000 1990-01-01-2025-10-01; 330110005 2025-10-01-            |                                           |            | resident  | 25
of Taiwan, a month here         | tw       | 1990-01-01 |            | 710000 1990-01-01-2026-10-20; 330110005 2026-10-20-            |                                           |            | resident  | 32
foreigner, a year here          | foreign  | 1990-01-01 |            | 000000 1990-01-01-2025-10-01; 330110005 2025-10-01-            |                                           |            | resident  | 26
foreigner, a month here         | foreign  | 1990-01-01 |            | 000000 1990-01-01-2026-10-20; 330110005 2026-10-20-            |                                           |            | resident  | 32
foreigner with card, a month    | foreign/card | 1990-01-01 |        | 000000 1990-01-01-2026-10-20; 330110005 2026-10-20-            |                                           |            | resident  | 26
commuter                        | mainland | 1990-01-01 |            | 330106@ 1990-01-01-                                            | 330106 1990-01-01-                        | 2024-01-01 | work_tie  | 51
owner living elsewhere          | mainland | 1970-01-01 |            | 330106@ 1970-01-01-                                            | 330106 1970-01-01-                        |            | other_tie | 52
went home, job ended            | mainland | 1990-01-01 |            | 330110005 2019-01-01-2026-02-01; 341221@ 2026-02-01-           | 341221 1990-01-01-                        |            | left      | 53
left but works here             | mainland | 1990-01-01 |            | 330110005 2019-01-01-2026-02-01; 330106 2026-02-01-            | 341221 1990-01-01-                        | 2019-03-01 | left      | 53
hukou moved out and gone        | mainland | 1990-01-01 |            | 330110005 1990-01-01-2020-01-01; 330106 2020-01-01-            | 330110005 1990-01-01-2020-02-01; 330106 2020-02-01- |  | left      | 53
dead native                     | mainland | 1940-01-01 | 2026-11-22 | 330110005 1940-01-01-2026-11-22                                | 330110005 1940-01-01-2026-11-22           |            | dead      | 91
dies tomorrow                   | mainland | 1940-01-01 | 2026-11-23 | 330110005 1940-01-01-2026-11-23                                | 330110005 1940-01-01-2026-11-23           |            | dead      | 11
comes tomorrow                  | mainland | 1990-01-01 |            | 341221@ 1990-01-01-2026-11-23; 330110005 2026-11-23-           | 341221 1990-01-01-                        |            | resident  | -
born tomorrow                   | mainland | 2026-11-23 |            | 330110005 2026-11-23-                                          |                                           |            | resident  | -
"""  # noqa: E501 - a table reads better in one line a person


def _rows() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in PEOPLE.strip().splitlines()]


def _spans(text: str) -> list[tuple[str, date, date | None]]:
    """`PLACE FROM-TO; …` as (place, from, to)."""
    spans = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        place, when = part.split(" ")
        spans.append((place, date.fromisoformat(when[:10]), date.fromisoformat(when[11:]) if len(when) > 11 else None))
    return spans


@pytest.fixture(scope="module")
def empty() -> World:
    """A world without people: frames of the right shape."""
    made = build_world(300, 1, 1, NIGHT, {}, progress=lambda line: None)
    return replace(made, **{name: getattr(made, name).clear() for name in SCHEMAS})


@pytest.fixture(scope="module")
def people(empty: World) -> World:
    persons, stays, hukou, jobs, cards = [], [], [], [], []
    for number, (_, kind, born, died, lived, registered, works, role, _) in enumerate(_rows()):
        persons.append(
            {
                "person_id": number, "kind": kind.split("/")[0], "role": role, "birth_date": date.fromisoformat(born),
                "death_date": date.fromisoformat(died) if died else None,
            }
        )  # fmt: skip
        for place, begin, end in _spans(lived):
            code, _, purpose = place.rstrip("@").partition("/")
            stays.append(
                {
                    "person_id": number, "from_date": begin, "to_date": end, "at_hukou_place": place.endswith("@"),
                    "township": code if len(code) == 9 else None, "dwelling_id": 7 if len(code) == 9 else None,
                    "division": code[:6], "abroad_purpose": purpose or None,
                }
            )  # fmt: skip
        for place, begin, end in _spans(registered):
            township = place if len(place) == 9 else None
            hukou.append(
                {
                    "person_id": number,
                    "division": place[:6],
                    "township": township,
                    "from_date": begin,
                    "to_date": end,
                    "is_duplicate": False,
                }
            )
        if works:
            begin = date.fromisoformat(works)
            jobs.append(
                {"person_id": number, "from_date": begin, "in_district": True, "is_insured": True, "is_self_employed": False}
            )
        if kind.endswith("/card"):
            cards.append({"person_id": number, "kind": "pr_new", "from_date": date(2024, 1, 1)})
    frames = {"persons": persons, "stays": stays, "hukou": hukou, "jobs": jobs, "documents": cards}
    return replace(
        empty, **{n: shape_frame(n, pl.DataFrame(rows, infer_schema_length=None).to_dict()) for n, rows in frames.items()}
    )


@pytest.fixture(scope="module")
def codes(people: World) -> dict[int, str]:
    return dict(status_on(NIGHT, people).select("person_id", "status_code").iter_rows())


@pytest.mark.parametrize(("number", "row"), list(enumerate(_rows())), ids=[r[0].replace(" ", "_") for r in _rows()])
def test_status(codes: dict[int, str], number: int, row: list[str]) -> None:
    assert codes.get(number, "-") == row[-1]


def test_every_code_of_the_truth_has_a_case() -> None:
    assert {row[-1] for row in _rows()} == {
        "11", "12", "13", "14", "21", "22", "23", "24", "25", "26", "31", "32", "41", "51", "52", "53", "91", "-",
    }  # fmt: skip


@pytest.mark.parametrize(("mother_came", "expected"), [("2025-01-01", "23"), ("2026-09-01", "31")])
def test_an_infant_counts_as_its_mother(empty: World, mother_came: str, expected: str) -> None:
    """Born here, its hukou at the parents' place: usual if the mother is, temporary if she is."""
    came, born = date.fromisoformat(mother_came), date(2026, 10, 1)
    persons = [
        {"person_id": 0, "kind": "mainland", "role": "resident", "birth_date": date(1995, 1, 1)},
        {"person_id": 1, "kind": "mainland", "role": "resident", "birth_date": born, "mother_id": 0},
    ]
    stays = [
        {"person_id": 0, "from_date": date(1995, 1, 1), "to_date": came, "at_hukou_place": True, "division": "341221"},
        {"person_id": 0, "from_date": came, "at_hukou_place": False, "township": "330110005", "division": "330110"},
        {"person_id": 1, "from_date": born, "at_hukou_place": False, "township": "330110005", "division": "330110"},
    ]
    hukou = [{"person_id": p, "division": "341221", "from_date": date(2026, 10, 20), "is_duplicate": False} for p in (0, 1)]
    frames = {"persons": persons, "stays": stays, "hukou": hukou}
    world = replace(empty, **{n: shape_frame(n, pl.DataFrame(r, infer_schema_length=None).to_dict()) for n, r in frames.items()})
    assert status_on(NIGHT, world)["status_code"].to_list() == [expected, expected]


def test_counting_flags_and_places(people: World) -> None:
    found = {row[0]: row for row in status_on(NIGHT, people).iter_rows()}
    named = {row[0]: number for number, row in enumerate(_rows())}

    def said(name: str) -> tuple[object, ...]:
        return found[named[name]][1:]

    assert said("native in another township") == ("12", True, True, "330110010", 7)
    assert said("native away since three months") == ("13", True, False, "330110005", None)
    assert said("from home to here last month") == ("31", False, True, "330110005", 7)
    assert said("foreigner, a year here") == ("26", False, True, "330110005", 7)
    assert said("went home, job ended") == ("53", False, False, None, None)
    assert said("dead native") == ("91", False, False, None, None)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    folder = tmp_path_factory.mktemp("truth")
    made = build_world(3000, 3, 9, NIGHT, {"twins": 5}, progress=lambda line: None)
    write_truth(made, folder)
    return made, folder


def test_status_is_written_for_every_night(written: tuple[World, Path]) -> None:
    world, folder = written
    status = pl.read_parquet(folder / "status.parquet")
    assert status["date"].unique().sort().to_list() == world.night_dates
    assert status.group_by("date", "person_id").len()["len"].max() == 1
    assert (
        status.select("date", "person_id", "status_code", "counts_usual", "counts_present").null_count().sum_horizontal()[0] == 0
    )
    here = status.filter("counts_present")
    assert here["township"].null_count() == here["dwelling"].null_count() == 0


def test_residents_are_those_who_count(written: tuple[World, Path]) -> None:
    world, folder = written
    last = pl.read_parquet(folder / "status.parquet").filter(pl.col("date") == NIGHT)
    assert last["counts_usual"].sum() == pytest.approx(world.residents, rel=0.04)
    assert set(last["status_code"]) >= {"11", "12", "13", "14", "21", "22", "23", "26", "31", "41", "51", "52", "53", "91"}


def test_the_truth_knows_strata_and_cases(written: tuple[World, Path]) -> None:
    world, folder = written
    persons = pl.read_parquet(folder / "persons.parquet")
    assert persons.height == world.persons.height
    assert persons["twin"].sum() >= 10
    assert persons["under_7"].sum() > 100
    assert pl.read_parquet(folder / "cases.parquet").height == 10
