"""Schools and enrolments: kindergarten to high school by birth cohort, students on campus, children from outside the district."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample.assembly import LEFT, OTHER_TIE, RESIDENT, Draft
from jobs.sample.facts import table
from jobs.sample.intervals import dates
from jobs.sample.names import birth_years
from jobs.sample.numbers import as_text, yyyymmdd
from jobs.sample.papers import Papers
from jobs.sample.people import NONE
from jobs.sample.places import township_shares, townships
from jobs.sample.streams import Bools, Ints, Words, stream, where_known
from jobs.sample.work import Presence
from jobs.sample.world import shape_frame

STAGES = ("kindergarten", "primary", "middle", "high", "university")
BEGINS = (3, 6, 12, 15, 18)
YEARS = (3, 6, 3, 3, 4)
PER_SCHOOL = (9000, 16000, 32000, 70000, 400000)
"""Residents per school of a stage."""
SUFFIX = ("幼儿园", "小学", "中学", "高级中学", "大学仓前校区")
GUARDIAN_TIE = 1


def make_schools(draft: Draft) -> pl.DataFrame:
    """Schools of every stage in every township by its share; some kindergartens and every campus deliver nothing."""
    rng = stream(draft.plan.seed, "schools")
    codes, names, stages, towns = [], [], [], []
    shares = township_shares()
    township_names = dict(zip(table("townships")["township"], table("townships")["name"], strict=True))
    for stage, per_school in enumerate(PER_SCHOOL):
        each = np.maximum(1 if stage < 2 else 0, np.round(shares * draft.plan.residents / per_school)).astype(int)
        if not each.any():
            each[4] = 1
        for town, count in enumerate(each.tolist()):
            for number in range(count):
                codes.append(f"33011{stage}{town:02d}{number:02d}")
                short = township_names[townships()[town]].removesuffix("街道").removesuffix("镇")
                names.append(f"{short}{'第' + str(number + 1) if count > 1 else '中心'}{SUFFIX[stage]}")
                stages.append(STAGES[stage])
                towns.append(townships()[town])
    count = len(codes)
    stage_of = np.array(stages, dtype=object)
    delivers = (stage_of != "university") & ~((stage_of == "kindergarten") & (rng.random(count) < 0.12))
    outside = {
        "school_id": count,
        "code": "3301069999",
        "name": "杭州市外区学校",
        "stage": "primary",
        "in_district": False,
        "delivers": False,
    }
    inside = {
        "school_id": np.arange(count), "code": codes, "name": names, "stage": stages, "in_district": np.ones(count, dtype=bool),
        "township": towns, "delivers": delivers,
    }  # fmt: skip
    return pl.concat([shape_frame("schools", inside), shape_frame("schools", {k: [v] for k, v in outside.items()})])


def make_enrolments(draft: Draft, presence: Presence, papers: Papers, schools: pl.DataFrame) -> pl.DataFrame:
    """One row a child and school stage that overlaps the history."""
    rng = stream(draft.plan.seed, "enrolments")
    home = draft.block.household
    tie = (draft.role[home] == OTHER_TIE) & (draft.tie[home] == GUARDIAN_TIE)
    here = np.isin(draft.role[home], [RESIDENT, LEFT]) & (presence.first < NONE)
    first = np.where(tie, -NONE, presence.first)
    last = np.where(tie, NONE, presence.last)
    month = draft.block.birth.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    cohort = birth_years(draft.block.birth) + (month >= 9)
    parts = []
    for stage in range(4):
        begins = _day(cohort + BEGINS[stage], 9)
        ends = _day(cohort + BEGINS[stage] + YEARS[stage], 7)
        parts.append(_stage(rng, draft, stage, (begins, ends), (first, last), here | tie))
    parts.append(_campus(rng, draft, presence))
    person, start, end, stage_of, moved = (np.concatenate(x) for x in zip(*parts, strict=True))
    school = _choose_school(rng, draft, stage_of, schools)
    return _frame(rng, draft, papers, (person, start, end, stage_of, moved, school), cohort)


def _day(year: Ints, month: int) -> Ints:
    days: Ints = (
        ((year.astype(np.int64) - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    )
    return days


def _stage(
    rng: np.random.Generator, draft: Draft, stage: int, term: tuple[Ints, Ints], present: tuple[Ints, Ints], who: Bools
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    goes = rng.random(len(draft)) < (0.93, 0.985, 0.985, 0.8)[stage]
    start = np.maximum(term[0], present[0] + rng.integers(3, 40, len(draft)))
    stop_moving = present[1].astype(np.int64) + rng.integers(-10, 30, len(draft))
    end = np.minimum(np.minimum(term[1], stop_moving), draft.death)
    moved = end < term[1]
    rows = np.flatnonzero(
        who & goes & (start < end) & (start <= draft.plan.today) & (end > draft.plan.start - 200) & (draft.kind < 4)
    )
    open_end = np.where(end > draft.plan.today, NONE, end)
    return (
        rows.astype(np.int32),
        start[rows].astype(np.int32),
        open_end[rows].astype(np.int32),
        np.full(len(rows), stage),
        moved[rows],
    )


def _campus(rng: np.random.Generator, draft: Draft, presence: Presence) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Students who live on a campus."""
    age = draft.age()
    rows = np.flatnonzero(
        (draft.block.position == 7) & (age > 17.5) & (age < 23) & (presence.last == NONE) & (rng.random(len(draft)) < 0.45)
    )
    start = presence.first[rows]
    return (
        rows.astype(np.int32),
        start,
        np.full(len(rows), NONE, dtype=np.int32),
        np.full(len(rows), 4),
        np.zeros(len(rows), dtype=bool),
    )


def _choose_school(rng: np.random.Generator, draft: Draft, stage: Ints, schools: pl.DataFrame) -> Ints:
    chosen = np.zeros(len(stage), dtype=np.int32)
    for number, name in enumerate(STAGES):
        ids = schools.filter((pl.col("stage") == name) & pl.col("in_district"))["school_id"].to_numpy()
        rows = np.flatnonzero(stage == number)
        chosen[rows] = ids[rng.integers(0, len(ids), len(rows))] if len(ids) else len(schools) - 1
    outside = (rng.random(len(stage)) < 0.05) & (stage < 4)
    chosen[outside] = len(schools) - 1
    return chosen


def _frame(
    rng: np.random.Generator, draft: Draft, papers: Papers, rows: tuple[Ints, Ints, Ints, Ints, Bools, Ints], cohort: Ints
) -> pl.DataFrame:
    person, start, end, stage, moved, school = rows
    until = np.minimum(end, draft.plan.today)
    months = until.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    school_year = months // 12 + 1970 - (months % 12 < 8)
    grade = np.clip(school_year - cohort[person] - np.array(BEGINS)[stage] + 1, 1, np.array(YEARS)[stage])
    mother, father = draft.block.mother[person], draft.block.father[person]
    first = np.where(mother >= 0, mother, father)
    second = np.where((mother >= 0) & (father >= 0), father, -1)
    reason = where_known(end < NONE, np.where(moved, "moved", "graduated"))
    return shape_frame(
        "enrolments",
        {
            "person_id": person, "school_id": school, "from_date": dates(start), "to_date": dates(end), "grade": grade,
            "class_no": rng.integers(1, 9, len(person)),
            "is_boarder": (stage == 3) & (rng.random(len(person)) < 0.4) | (stage == 4),
            "pupil_no": _pupil_numbers(rng, draft, papers, person, start).tolist(),
            "end_reason": pl.Series(reason.tolist(), dtype=pl.String),
            "guardian_1_id": pl.Series(first).replace(-1, None), "guardian_2_id": pl.Series(second).replace(-1, None),
        },
    ).sort("person_id", "from_date")  # fmt: skip


def _pupil_numbers(rng: np.random.Generator, draft: Draft, papers: Papers, person: Ints, start: Ints) -> Words:
    """G and the number; without one J and a generated number, or L and a temporary one (domain §3.2)."""
    born = as_text(yyyymmdd(draft.block.birth[person]), 8)
    tail = as_text(rng.integers(0, 10_000, len(person)), 4)
    generated = np.where(rng.random(len(person)) < 0.7, "J330110" + born + tail, "L330110" + born + tail)
    has_number = (papers.number[person] != "") & (papers.registered[person] <= start)
    return np.where(has_number, "G" + papers.number[person], generated).astype(object)
