"""Build the whole world from a seed: people, lives, papers, work, school, care; then the frames of `World`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter

import numpy as np
import polars as pl

from jobs.sample.assembly import AWAY, DEAD, HOME_TIES, RESIDENT, ROLES, WORK_TIE, Draft, Plan, assemble
from jobs.sample.care import make_births, make_dibao, make_foreign_stays, make_hospitals, make_registrations
from jobs.sample.contacts import make_absences, make_phones
from jobs.sample.documents import documents_frame
from jobs.sample.facts import table
from jobs.sample.foreign_documents import nationalities
from jobs.sample.hard_cases import check_cases, reserve
from jobs.sample.homes import MOVER
from jobs.sample.households import make_hukou_frame, make_stays_frame
from jobs.sample.intervals import dates
from jobs.sample.lives import HERE, Lives, first_registration, make_hukou, make_lives
from jobs.sample.marriages import make_marriages
from jobs.sample.name_history import names_frame
from jobs.sample.papers import Papers, make_papers
from jobs.sample.people import NONE, lunar_reading
from jobs.sample.places import make_dwellings
from jobs.sample.property import make_property
from jobs.sample.schooling import make_enrolments, make_schools
from jobs.sample.streams import Ints, stream, weighted, where_known
from jobs.sample.work import Presence, make_work
from jobs.sample.world import World, shape_frame

HISTORY_DAYS = 730
"""What the departments knew on the first night reaches back so far at least."""
MONTH_DAYS = 30


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days


def history_days(nights: int) -> int:
    """Days before the last night at which the history begins: whole months of nights come on top, so that samples of up to a month
    are made alike."""
    return HISTORY_DAYS + (nights - 1) // MONTH_DAYS * MONTH_DAYS


def build_world(
    residents: int,
    nights: int,
    seed: int,
    last_night: date,
    cases: dict[str, int] | None = None,
    progress: Callable[[str], object] = print,
) -> World:
    """The true district with about `residents` usual residents; equal arguments give equal frames."""
    check_cases(cases or {})
    today = day_number(last_night)
    history = history_days(nights)
    plan = Plan(seed, residents, today, today - history, dict(cases or {}))
    watch = _Watch(progress)
    draft = assemble(plan)
    reserved = reserve(draft)
    watch.say(f"{len(draft):,} people in {len(draft.role):,} households")
    lives = make_lives(draft)
    registered = first_registration(draft)
    hukou = make_hukou(draft, lives, registered)
    watch.say(f"{len(lives.stays.person):,} stays, {len(hukou.person):,} hukou intervals")
    papers = make_papers(draft, reserved, lives.division, registered)
    watch.say("names and numbers")
    presence = _presence(draft, lives)
    documents = documents_frame(draft, reserved, papers)
    dwellings = _dwellings(draft, lives)
    work = make_work(draft, presence)
    schools = make_schools(draft)
    local_from = _local_from(draft, hukou.person[hukou.is_local], hukou.start[hukou.is_local])
    ownerships, tenancies, dwellings = make_property(draft, lives, dwellings)
    watch.say("work, schools, homes")
    world = World(
        seed=seed, residents=residents, last_night=last_night, nights=nights,
        history_start=last_night - timedelta(days=history),
        persons=_persons(draft, papers, presence), names=names_frame(draft, reserved, papers), documents=documents,
        marriages=make_marriages(draft), hukou=make_hukou_frame(draft, hukou, reserved, dwellings, lives.division),
        stays=make_stays_frame(draft, lives, dwellings), absences=make_absences(draft, presence), dwellings=dwellings,
        ownerships=ownerships, tenancies=tenancies, phones=make_phones(draft, reserved), schools=schools,
        enrolments=make_enrolments(draft, presence, papers, schools), hospitals=make_hospitals(),
        births=make_births(draft, presence, reserved, papers),
        registrations=make_registrations(draft, lives, presence, local_from, papers),
        foreign_stays=make_foreign_stays(draft, lives, documents), dibao=make_dibao(draft), cases=reserved.frame(),
        divisions=shape_frame("divisions", dict(table("divisions").to_dict())), **work,
    )  # fmt: skip
    watch.say("frames")
    return world


class _Watch:
    """Progress lines with seconds; nothing in the world depends on it."""

    def __init__(self, progress: Callable[[str], object]) -> None:
        self.progress = progress
        self.began = perf_counter()

    def say(self, what: str) -> None:
        self.progress(f"  sample: {what} ({perf_counter() - self.began:.1f} s)")


def _presence(draft: Draft, lives: Lives) -> Presence:
    rng = stream(draft.plan.seed, "visibility")
    first = np.full(len(draft), NONE, dtype=np.int32)
    last = np.full(len(draft), -NONE, dtype=np.int32)
    here = lives.stays.place == HERE
    np.minimum.at(first, lives.stays.person[here], lives.stays.start[here])
    np.maximum.at(last, lives.stays.person[here], lives.stays.end[here])
    home = draft.block.household
    resident = (draft.role[home] == RESIDENT) & (draft.kind == 0) & (draft.death == NONE)
    silent = resident & (draft.nature[home] != MOVER) & (draft.age() > 72) & (rng.random(len(draft)) < 0.06)
    grid_only = (resident & (draft.nature == MOVER)[home]) & (rng.random(len(draft.role)) < 0.02)[home]
    return Presence(first, last, silent, grid_only)


def _local_from(draft: Draft, person: Ints, start: Ints) -> Ints:
    """Day from which each person has local hukou; NONE = never."""
    since = np.full(len(draft), NONE, dtype=np.int32)
    np.minimum.at(since, person, start)
    return since


def _dwellings(draft: Draft, lives: Lives) -> pl.DataFrame:
    rng = stream(draft.plan.seed, "dwellings")
    count = int(lives.spells.dwelling.max()) + 1
    township, form = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
    township[lives.spells.dwelling], form[lives.spells.dwelling] = lives.spells.township, lives.spells.form
    return make_dwellings(rng, township, form)


def _persons(draft: Draft, papers: Papers, presence: Presence) -> pl.DataFrame:
    rng = stream(draft.plan.seed, "persons")
    block, home, count, age = draft.block, draft.block.household, len(draft), draft.age()
    never = presence.first == NONE
    role = np.array(ROLES, dtype=object)[draft.role[home]]
    role = np.where(draft.death <= draft.plan.today, ROLES[DEAD], np.where(never & (role == "resident"), ROLES[AWAY], role))
    lunar = np.where((age > 55) & (rng.random(count) < 0.25) & (draft.kind == 0), lunar_reading(block.birth), NONE)
    place_of_death = np.where(draft.death < NONE, weighted(rng, [50, 4, 38, 6, 2], count) + 1, 0)
    place_of_death = np.where(place_of_death == 5, 9, place_of_death)
    tie = where_known(draft.tie[home] >= 0, np.array([*HOME_TIES, ""], dtype=object)[draft.tie[home]])
    tie = np.where(draft.role[home] == WORK_TIE, "job", tie)
    schooling = np.select(
        [age < 6, age < 12, age < 15, age < 18, age > 65],
        [0, 80, 70, 60, 80],
        np.array([10, 20, 30, 40, 60, 70, 80])[_levels(rng, age)],
    )
    watermark = np.zeros(count, dtype=bool)
    watermark[home == home[np.flatnonzero(draft.role[home] == RESIDENT)[0]]] = True
    text = pl.String
    return shape_frame(
        "persons",
        {
            "person_id": np.arange(count), "sex": block.sex, "birth_date": dates(block.birth), "lunar_birth_date": dates(lunar),
            "death_date": dates(draft.death), "death_place": pl.Series(place_of_death).replace(0, None),
            "death_in_district": (draft.death < NONE) & (rng.random(count) < 0.8),
            "name": papers.name.tolist(), "chinese_name": pl.Series(papers.chinese_name.tolist(), dtype=text),
            "surname": papers.surname.tolist(), "number": pl.Series([n or None for n in papers.number], dtype=text),
            "kind": np.array(["mainland", "hk", "mo", "tw", "foreign"], dtype=object)[draft.kind].tolist(),
            "nationality": nationalities(draft).tolist(), "ethnic": pl.Series(papers.ethnic.tolist(), dtype=text),
            "origin": draft.origin[home], "first_division": pl.Series(papers.first_division.tolist(), dtype=text),
            "birth_place": papers.birth_place.tolist(),
            "mother_id": pl.Series(block.mother).replace(-1, None), "father_id": pl.Series(block.father).replace(-1, None),
            "twin_order": block.twin, "education": schooling, "role": role.tolist(), "tie": pl.Series(tie.tolist(), dtype=text),
            "error_proneness": rng.lognormal(-0.5, 1.0, count), "grid_propensity": np.clip(rng.beta(9, 1.2, count), 0, 1),
            "visit_rate": rng.gamma(1.5, 0.9, count),
            "clinic_rate": rng.gamma(0.8, np.where(age > 60, 8, np.where(age < 7, 6, 3.2))),
            "is_silent": presence.is_silent, "is_grid_only": presence.is_grid_only, "is_watermark": watermark,
        },
    )  # fmt: skip


def _levels(rng: np.random.Generator, age: np.ndarray) -> np.ndarray:
    young, old = [6, 26, 20, 10, 14, 18, 6], [1, 7, 8, 8, 16, 38, 22]
    return np.where(age < 40, weighted(rng, young, len(age)), weighted(rng, old, len(age)))
