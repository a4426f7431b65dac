"""How far the total moves with each parameter: people by hand of whom it is known how many a moved number gains and loses."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from jobs.residence.decide import decide
from jobs.residence.families import drawn, families
from jobs.residence.moved_parameters import LISTS, Move, moved, moves, unbounded
from jobs.residence.parameter_words import words
from jobs.residence.parameters import load
from jobs.residence.plain.relatives import World
from jobs.residence.sensitivity import Law, Moved, change, counted, effects, ground
from tests.residence.people import GROUPS, add
from tests.residence.plain_world import inputs

P = load()
MOVES = {m.name: m for m in moves(P)}
DAY = "2026-11-22"
BEGUN = {  # first day of a registration that ends after 365 days: last seen so many days ago tonight
    70: "2025-09-14", 80: "2025-09-04", 90: "2025-08-25", 91: "2025-08-24", 100: "2025-08-15", 108: "2025-08-07", 109: "2025-08-06",
}  # fmt: skip
PEOPLE = [
    *[(f"seen {days}", "hukou=安徽", f"S01 {begun}") for days, begun in BEGUN.items()],
    ("here", "hukou=安徽", "S01 2026-01-01"),
    ("half a year less a week", "hukou=河南", "S01 2026-05-29"),
    ("five months", "hukou=河南", "S01 2026-06-20"),
    ("mother", "hukou=河南 home=仓前", "S01 2026-06-22"),
    ("child", "born=2021-05-01 hukou=河南 mother=mother home=仓前", ""),
]
NO_HOMES = pl.DataFrame(schema={"resident_id": pl.String, "dwelling_id": pl.String})


def made(people: list[tuple[str, str, str]]) -> World:
    world = World([], {}, [], [])
    for case, who, evidence in people:
        add(world, "t", {"case": case, "date": DAY, "who": who, "evidence": evidence})
    return world


WORLD = inputs(made(PEOPLE))
ALL = drawn(families(WORLD, NO_HOMES), 1_000)


def told(folder: Path, *names: str) -> dict[str, Moved]:
    asked = [MOVES[name] for name in names]
    return {one.move.name: one for one in effects(WORLD, Law(P, GROUPS), (ALL, len(ALL)), asked, folder)}


def persons(one: Moved) -> tuple[float, float]:
    assert one.down and one.up
    return one.down.persons, one.up.persons


def test_days_kept_and_half_a_year_move_the_people_whose_days_lie_between(tmp_path: Path) -> None:
    found = told(tmp_path, "days.keep", "months.half_year", "signs.S07.weight")
    assert (MOVES["days.keep"].low, MOVES["days.keep"].high) == (72, 108)
    assert persons(found["days.keep"]) == (-2, 3)  # 80 and 90 days ago; 91, 100 and 108
    assert persons(found["months.half_year"]) == (4, 0)  # two by themselves, the mother, and the child that follows her
    assert persons(found["signs.S07.weight"]) == (0, 0)  # nobody goes to school
    assert all(e.error == 0 for one in found.values() for e in (one.down, one.up) if e)  # all are decided: nothing is drawn


def test_what_waits_is_counted_as_decide_counts_it(tmp_path: Path) -> None:
    on = ground(WORLD, P, tmp_path, ALL)
    rows = decide(WORLD, P, GROUPS).sort("resident_id")
    assert counted(on, Law(P, GROUPS, waits=True))["usual"].to_list() == rows["counts_usual"].to_list()


def test_the_waiting_of_r11_is_measured_with_what_waits(tmp_path: Path) -> None:
    """Met again six days ago: tonight is the seventh date on which the rules say so, and the eighth comes tomorrow."""
    waiting = inputs(made([("visited again", "hukou=安徽", "S05 2025-12-01 @d/五常; S05 2026-11-16 @d/五常")]))
    people = drawn(families(waiting, NO_HOMES), 10)
    (one,) = effects(waiting, Law(P, GROUPS), (people, 1), [MOVES["days.hysteresis"]], tmp_path)
    assert one.up and one.up.value == 8
    assert persons(one) == (0, -1)


def test_bulk_visits_are_believed_anew(tmp_path: Path) -> None:
    """Twenty visits on a quarter's last day are ticks; from 24 on only, they are visits, and keep people present."""
    ticked = [(f"ticked {k}", "hukou=安徽", "S05 2026-09-30 @d/五常") for k in range(20)]
    usual = [(f"met {k}", "hukou=安徽", f"S05 2025-01-{k % 28 + 1:02d} @d/五常") for k in range(28)]
    world = inputs(made([*ticked, *usual]))
    people = drawn(families(world, NO_HOMES), 1_000)
    (one,) = effects(world, Law(P, GROUPS), (people, len(people)), [MOVES["bulk_visits.least"]], tmp_path)
    assert persons(one) == (0, 20)


def test_families_are_drawn_whole_and_the_same_seed_draws_the_same() -> None:
    pairs = [(f"mother {k}", "hukou=河南", "") for k in range(30)]
    pairs += [(f"child {k}", f"hukou=河南 mother=mother_{k}", "") for k in range(30)]
    grouped = families(inputs(made(pairs)), NO_HOMES)
    assert grouped["family"].n_unique() == 30
    some = drawn(grouped, 21, seed=3)
    assert len(some) == 20 and some.group_by("family").len()["len"].to_list() == [2] * 10
    assert some.equals(drawn(grouped.reverse(), 21, seed=3)) and not some.equals(drawn(grouped, 21, seed=4))
    assert drawn(grouped, 60).equals(grouped)


def test_who_shares_a_dwelling_is_drawn_together() -> None:
    people = [
        ("a", "hukou=河南 home=仓前", "S01 2026-01-01"),
        ("b", "hukou=河南", "S01 2026-01-01"),
        ("c", "hukou=河南", "S01 2026-01-01"),
    ]
    frame = inputs(made(people))
    alone = families(frame, NO_HOMES)
    homes = pl.DataFrame({"resident_id": alone["resident_id"][:2], "dwelling_id": ["d1", "d1"]})
    assert [alone["family"].n_unique(), families(frame, homes)["family"].n_unique()] == [3, 2]


def test_few_drawn_stand_for_all_with_the_error_of_a_random_sample() -> None:
    """400 lone people of 4,000, 40 of whom no longer count: minus 400, and the error of a share of a tenth."""
    ids = [f"r{k:03}" for k in range(400)]
    people = pl.DataFrame({"resident_id": ids, "family": list(range(400))})
    before = pl.DataFrame({"resident_id": ids, "usual": [True] * 400})
    after = pl.DataFrame({"resident_id": ids, "usual": [k >= 40 for k in range(400)]})
    more, error = change(before, after, people, 4_000)
    assert more == pytest.approx(-400)
    assert error == pytest.approx(1.96 * 4_000 * (0.1 * 0.9 / 399 * 0.9) ** 0.5)
    assert change(before, before, people, 4_000) == pytest.approx((0, 3 * 10 * 0.9))  # the rule of three
    assert change(before, after, people, 400) == (-40, 0)


def test_members_of_a_family_who_change_together_make_the_error_larger() -> None:
    ids = [f"r{k:03}" for k in range(400)]
    before = pl.DataFrame({"resident_id": ids, "usual": [True] * 400})
    after = pl.DataFrame({"resident_id": ids, "usual": [k >= 40 for k in range(400)]})
    lone, fours = (pl.DataFrame({"resident_id": ids, "family": [k // size for k in range(400)]}) for size in (1, 4))
    assert change(before, after, fours, 4_000)[1] == pytest.approx(2 * change(before, after, lone, 4_000)[1], rel=0.01)


def test_every_number_moves_within_its_bounds_and_has_words() -> None:
    for m in moves(P):
        whole = isinstance(m.value, int)
        sides = [v for v in (m.low, m.high) if v is not None]
        assert sides and m.value not in sides, m.name
        assert all(v >= 1 and isinstance(v, int) for v in sides) if whole else all(v > 0 for v in sides), m.name
        assert all(moved(P, m.name, v) != P for v in sides), m.name
        if m.name.split(".")[0] in ("signs", "negatives", "scores") and not whole:
            assert all(0 < v <= 1 for v in sides), m.name
        assert all(words(m.name, P)), m.name


def test_numbers_at_a_bound_move_one_way() -> None:
    small = {m.name: m for m in moves(moved(moved(P, "days.death_activity", 1), "scores.high", 1.0))}
    assert small["days.death_activity"] == Move("days.death_activity", 1, None, 2)
    assert small["scores.high"] == Move("scores.high", 1.0, 0.8, None)


def test_what_the_file_names_is_moved_or_told_as_not_moved() -> None:
    named = set(MOVES) | set(unbounded(P)) | set(LISTS)
    whole = P.model_dump(exclude_unset=True)
    for part in ("days", "months", "age", "scores", "bulk_visits"):
        assert {f"{part}.{key}" for key in whole.pop(part)} <= named
    signs, negatives = whole.pop("signs"), whole.pop("negatives")
    assert {f"signs.{c}.{f}" for c, s in signs.items() for f in ("weight", "carry", "half_life") if f in s} <= named
    assert {f"negatives.{c}.{f}" for c, n in negatives.items() for f in ("weight", "half_life")} <= named
    assert set(whole) == {"version", *LISTS, "household_size"}
    with pytest.raises(KeyError):
        moved(P, "days.kept", 3)
