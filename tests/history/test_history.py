"""The history answers what every edition of every night said, whatever was published in which order, and counts nobody twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.history.publications import History, day, intervals, population

A, B = "330110001", "330110002"
HOME, AWAY, DEAD = ("11", A), ("41", A), ("91", A)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def test_only_changes_are_added(history: History):
    assert history.publish(1, {"x": HOME, "y": HOME}) == 2
    assert history.publish(2, {"x": HOME, "y": HOME}) == 0
    assert history.publish(3, {"x": AWAY, "y": HOME, "z": HOME}) == 2
    both = "SELECT resident_id, true_from, true_to, known_from, known_to FROM status_intervals ORDER BY ALL"
    assert history.ask().execute(both).fetchall() == [
        ("x", day(1), day(3), day(1), None), ("x", day(3), None, day(3), None),
        ("y", day(1), None, day(1), None), ("z", day(3), None, day(3), None),
    ]  # fmt: skip


def test_a_rerun_that_says_the_same_adds_nothing(history: History):
    history.publish(1, {"x": HOME})
    history.publish(2, {"x": AWAY})
    assert history.publish(2, {"x": AWAY}) == history.publish(1, {"x": HOME}) == 0


def test_a_late_delivery_corrects_its_date_and_no_other(history: History):
    """Night 2 lacked a delivery that said x had gone; night 3 knew nothing either. Night 2 is made again on day 4's morning."""
    for n in (1, 2, 3):
        history.publish(n, {"x": HOME, "y": HOME})
    assert history.publish(2, {"x": AWAY, "y": HOME}) == 2  # x away on day 2; and on day 3 what night 3 said
    con = history.ask()
    assert population(con, day(2), day(2)) == population(con, day(2), day(3)) == {"x": HOME, "y": HOME}
    assert population(con, day(2), day(4)) == {"x": AWAY, "y": HOME}
    assert population(con, day(3), day(4)) == population(con, day(1), day(4)) == {"x": HOME, "y": HOME}
    assert history.publish(3, {"x": AWAY, "y": HOME}) == 1  # night 3 rebuilt upon it
    con = history.ask()
    assert population(con, day(3), day(3)) == {"x": HOME, "y": HOME}
    assert population(con, day(3), day(4)) == {"x": AWAY, "y": HOME}
    told = (
        "SELECT true_from, true_to, known_from, known_to, status_code FROM status_intervals WHERE resident_id = 'x' ORDER BY ALL"
    )
    assert con.execute(told).fetchall() == [
        (day(1), day(2), day(4), None, "11"), (day(1), None, day(1), day(4), "11"), (day(2), day(3), day(4), None, "41"),
        (day(3), None, day(4), None, "41"),
    ]  # fmt: skip


def test_what_was_known_stays(history: History):
    history.publish(1, {"x": HOME})
    history.publish(1, {"x": DEAD})
    con = history.ask()
    assert population(con, day(1), day(1)) == {"x": HOME}
    assert population(con, day(1), day(2)) == {"x": DEAD}


def test_a_night_made_up_later_fills_its_own_date(history: History):
    history.publish(1, {"x": HOME})
    history.publish(4, {"x": AWAY, "y": HOME})
    history.publish(2, {"x": HOME, "z": HOME})
    con = history.ask()
    assert population(con, day(3), day(4)) == {"x": HOME}
    assert population(con, day(3), day(5)) == {"x": HOME, "z": HOME}
    assert population(con, day(4), day(5)) == {"x": AWAY, "y": HOME}


def test_two_ids_known_to_be_one_count_once_for_every_date(history: History):
    history.publish(1, {"x": HOME})
    history.publish(2, {"x": HOME, "y": ("23", B)})
    history.publish(3, {"y": ("23", B)}, merged={"x": "y"})
    con = history.ask()
    assert population(con, day(2), day(2)) == {"x": HOME, "y": ("23", B)}
    assert population(con, day(2), day(3)) == population(con, day(3), day(3)) == {"y": ("23", B)}
    assert population(con, day(1), day(3)) == {"y": HOME}  # before y was seen the person stood there as x


def test_a_probable_double_counts_once_for_every_date(history: History):
    history.publish(1, {"x": HOME, "y": HOME})
    history.publish(2, {"x": HOME, "y": HOME}, doubles={"y": "x"})
    con = history.ask()
    assert len(population(con, day(1), day(1))) == 2
    assert population(con, day(1), day(2)) == population(con, day(2), day(2)) == {"x": HOME}
    history.publish(3, {"x": HOME, "y": HOME})  # decided: two persons
    assert len(population(history.ask(), day(1), day(3))) == 2


def test_merged_twice_and_split_again(history: History):
    history.publish(1, {"x": HOME, "y": AWAY, "z": AWAY})
    history.publish(2, {"y": AWAY, "z": AWAY}, merged={"x": "y"})
    history.publish(3, {"z": AWAY}, merged={"y": "z"})
    history.publish(4, {"z": AWAY, "w": HOME})  # w is split from z: its past stays with z
    con = history.ask()
    assert population(con, day(1), day(3)) == population(con, day(1), day(4)) == {"z": HOME}
    assert population(con, day(2), day(3)) == {"z": AWAY}
    assert population(con, day(4), day(4)) == {"z": AWAY, "w": HOME}


def test_a_merge_that_a_revision_takes_back(history: History):
    history.publish(1, {"x": HOME, "y": HOME})
    history.publish(2, {"y": HOME}, merged={"x": "y"})
    history.publish(2, {"x": HOME, "y": HOME})
    con = history.ask()
    assert len(population(con, day(1), day(2))) == 1
    assert len(population(con, day(1), day(3))) == len(population(con, day(2), day(3))) == 2


@pytest.mark.parametrize("seed", range(4))
def test_every_edition_of_every_night_in_any_order(history: History, seed: int):
    """Random nights, revisions and late ones: as of any date, as known on any, the macro and the intervals say what the
    edition in force said, and each says it once."""
    chance = random.Random(seed)
    for n in (1, *(chance.randint(1, 9) for _ in range(13))):
        who = [p for p in "abcdef" if chance.random() < 0.8]
        history.publish(n, {p: (chance.choice(["11", "12", "23", "41", "91"]), chance.choice([A, B])) for p in who})
    con = history.ask()
    last = max(known for _, known, _ in history.nights)
    dates = [day(n) for n in range(0, (last - day(0)).days + 3)]
    asked = [(d, k) for d in dates for k in dates if d <= k]
    rows = con.execute("FROM status_intervals").fetchall()
    for d, k in asked:
        assert intervals(rows, d, k) == sorted(history.published(d, k).items()), (d, k)
    for d, k in chance.sample(asked, 10):
        assert population(con, d, k) == history.published(d, k), (d, k)
