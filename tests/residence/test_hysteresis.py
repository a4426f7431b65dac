"""R-11: what waits, what passes at once, and that the few who are asked again are all who need to be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from jobs.residence.decide import decide
from jobs.residence.parameters import load
from jobs.residence.plain.hysteresis import held_all
from jobs.residence.plain.relatives import World
from jobs.residence.series import Held, Told, held
from tests.residence.every_date import both_ways
from tests.residence.generated import world
from tests.residence.people import GROUPS, SPEC, Case, add, tables
from tests.residence.plain_world import inputs

FILE = SPEC / "06_hysteresis.md"
SMALL = world(60, 5)


def spec() -> tuple[World, list[Case]]:
    made = World([], {}, [], [])
    return made, [add(made, FILE.stem, row) for row in tables(FILE)]


WORLD, CASES = spec()
Rows = dict[str, dict[str, Any]]


def decided(made: World, buckets: int = 1) -> Rows:
    return {r["resident_id"]: r for r in decide(inputs(made), load(), GROUPS, buckets).iter_rows(named=True)}


@pytest.fixture(scope="module")
def rows() -> Rows:
    return decided(WORLD)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.name}:{c.today}")
def test_rules_publish_what_the_table_says(rows: Rows, case: Case) -> None:
    row = rows[case.resident_id]
    assert (row["status_code"], row["rule_id"]) == (case.expected["status"], case.expected["rule"])
    assert ("Y" if row["counts_usual"] else "N", row["pending_status"] or "") == (
        case.expected["usual"],
        case.expected["pending"],
    )


def test_what_waits_says_since_when_and_until_when(rows: Rows) -> None:
    row = rows[next(c.resident_id for c in CASES if (c.name, c.today.day) == ("visited again", 25))]
    assert (row["pending_since"], row["pending_until"]) == (dt.date(2026, 11, 20), dt.date(2026, 11, 26))
    assert all(
        (r["pending_status"] is None) == (r["pending_since"] is None) == (r["pending_until"] is None) for r in rows.values()
    )


def test_who_still_counts_has_a_township(rows: Rows) -> None:
    waiting = [r for r in rows.values() if r["pending_status"] and r["counts_usual"]]
    assert waiting and all(r["township"] for r in waiting)


@pytest.mark.parametrize("made", [WORLD, SMALL], ids=["spec", "generated"])
def test_the_plain_reference_says_the_same(made: World) -> None:
    said, again = decided(made), held_all(made, load())
    assert {who: row["counts_usual"] for who, row in said.items()} == {who: one.usual for who, one in again.items()}
    pending = {who: (row["today"] - row["pending_since"]).days + 1 for who, row in said.items() if row["pending_since"]}
    assert pending and pending == {who: again[who].dates for who in pending}


def test_asking_the_few_who_moved_is_asking_everybody_on_every_date() -> None:
    quick, slow, told = both_ways(inputs(world(600, 1)), load())
    assert quick.equals(slow)
    assert quick.height >= 10
    wavering = told.filter(pl.col("back") < load().days.hysteresis).group_by("resident_id").agg(pl.col("usual").n_unique())
    assert wavering.filter(pl.col("usual") > 1).height > quick.height  # some changes were hard, some words stood before


def test_neither_buckets_nor_order_nor_company_alter_what_waits() -> None:
    whole = {who: r["pending_since"] for who, r in decided(SMALL).items()}
    turned = World(SMALL.residents[::-1], SMALL.records, SMALL.signs[::-1], SMALL.ties)
    assert {who: r["pending_since"] for who, r in decided(turned, 5).items()} == whole


def test_a_flapping_person_does_not_flap() -> None:
    """Found gone and met again every third day: published is what stood before, as long as such a date is found."""
    row = {**tables(FILE)[0], "case": "flapping", "who": "hukou=安徽"}
    first = dt.date(2026, 10, 1)
    days = [first + dt.timedelta(days=3 * n) for n in range(8)]
    gone, met = "N03 {0} @d/仓前 (moved_away)", "S05 {0} @d/仓前; S10 {1}"
    signs = [(met if n % 2 else gone).format(d, d + dt.timedelta(days=1)) for n, d in enumerate(days)]
    made = World([], {}, [], [])
    evidence = "; ".join(["S05 2025-09-01 @d/仓前", "S05 2026-09-01 @d/仓前", *signs])
    nights = [first + dt.timedelta(days=n) for n in range(22)]
    cases = [add(made, "flap", {**row, "date": str(night), "evidence": evidence}) for night in nights]
    said = decided(made)
    assert {said[c.resident_id]["status_code"] for c in cases} == {"23", "53"}
    assert [said[c.resident_id]["counts_usual"] for c in cases] == [True] * 21 + [False]  # 28 dates reach 24 September no more


def series(text: str) -> list[Told]:
    """Tonight first: Y or N, with ! where the day is hard."""
    return [Told(word[0] == "Y", word.endswith("!")) for word in text.split()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Y Y Y", Held(True, 3)),
        ("Y N N N", Held(False, 1)),
        ("Y Y N N N", Held(False, 2)),
        ("Y! N N N", Held(True, 1)),
        ("Y Y! N N N", Held(True, 2)),
        ("Y! Y N N N", Held(False, 2)),  # the event came after the change
        ("Y N Y Y Y", Held(True, 1)),
        ("Y N! Y Y Y", Held(False, 1)),  # the way there was hard, the way back is not
        ("Y N Y", None),
        ("Y N Y N Y N", Held(False, 1)),  # nothing stood: not counted
    ],
)
def test_what_stands(text: str, expected: Held | None) -> None:
    assert held(series(text), days=3, search=6) == expected
