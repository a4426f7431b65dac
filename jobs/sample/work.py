"""Jobs, employers, medical insurance and pensions (domain §7.7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from jobs.sample import numbers
from jobs.sample.assembly import AWAY, LEFT, OTHER_TIE, RESIDENT, WORK_TIE, Draft
from jobs.sample.facts import facts
from jobs.sample.intervals import dates
from jobs.sample.people import NONE, YEAR
from jobs.sample.places import townships
from jobs.sample.streams import Bools, Ints, Words, stream, weighted
from jobs.sample.world import shape_frame

UNITS_PER_RESIDENT = 0.0214
"""30,000 employing units in a district of 1.4 million."""


@dataclass(frozen=True)
class Presence:
    """Per person the first and last day in the district (NONE, -NONE = never; last NONE = still here)."""

    first: Ints
    last: Ints
    is_silent: Bools
    is_grid_only: Bools


@dataclass(frozen=True)
class _Spells:
    person: Ints
    start: Ints
    end: Ints
    employer: Ints  # -1 self-employed, numbered later
    in_district: Bools


def make_work(draft: Draft, presence: Presence) -> dict[str, pl.DataFrame]:
    """The frames employers, jobs, insurance and pensions."""
    rng = stream(draft.plan.seed, "work")
    units = max(40, round(UNITS_PER_RESIDENT * draft.plan.residents))
    spells = _job_spells(rng, draft, presence, units)
    selfemployed = np.flatnonzero(spells.employer < 0)
    owners, position = np.unique(spells.person[selfemployed], return_inverse=True)
    employer = spells.employer.copy()
    employer[selfemployed] = units + position
    founded = np.full(len(owners), NONE, dtype=np.int32)
    closed = np.full(len(owners), -NONE, dtype=np.int32)
    np.minimum.at(founded, position, spells.start[selfemployed])
    np.maximum.at(closed, position, spells.end[selfemployed])
    employers = _employers(rng, draft, units, owners, (founded, closed))
    jobs = _jobs(rng, draft, spells, employer, employers)
    return {
        "employers": employers,
        "jobs": jobs,
        "insurance": _insurance(draft, presence, jobs),
        "pensions": _pensions(draft, presence),
    }


def _job_spells(rng: np.random.Generator, draft: Draft, presence: Presence, units: int) -> _Spells:
    """Up to three jobs a person, backwards from the last one; they start after arriving and end around leaving."""
    count = len(draft)
    home = draft.block.household
    role = draft.role[home]
    birth, sex, today = draft.block.birth, draft.block.sex, draft.plan.today
    begin_work = birth + ((18 + weighted(rng, [20, 5, 15, 10, 30, 10, 10], count)) * YEAR).astype(np.int32)
    stop_work = birth + np.where(sex == 1, 60, np.where(rng.random(count) < 0.5, 50, 55)) * YEAR
    window_from = np.where(
        np.isin(role, [WORK_TIE]), begin_work, np.maximum(begin_work, presence.first + rng.integers(-20, 60, count))
    )
    keeps = rng.random(count) < 0.08
    leave = np.where(keeps, NONE, presence.last + rng.integers(-25, 70, count))
    window_to = np.where((role == WORK_TIE) | (presence.last == NONE), NONE, leave)
    window_to = np.minimum(np.minimum(window_to, stop_work), draft.death)
    works = rng.random(count) < np.select([role == WORK_TIE, np.isin(role, [RESIDENT, LEFT, AWAY])], [1.0, 0.83], 0.0)
    works &= ~presence.is_silent & (draft.kind < 4) | (works & (draft.kind == 4) & (rng.random(count) < 0.6))
    ended_tie = (role == WORK_TIE) & (rng.random(count) < 0.2)
    window_to = np.where(ended_tie, np.minimum(window_to, today - rng.integers(20, 1500, count)), window_to)
    rows = np.flatnonzero(works & (window_from < np.minimum(window_to, today)))
    end = window_to.copy()
    parts = []
    for turn in range(3):
        until = np.minimum(end[rows], today)
        start = np.maximum(until - np.maximum(rng.exponential(1000, len(rows)), 25), window_from[rows]).astype(np.int32)
        start = np.maximum(np.minimum(_month_start(start), until - 1), window_from[rows]).astype(np.int32)
        kind = rng.random(len(rows))
        is_tie = role[rows] == WORK_TIE
        employer = _draw_units(rng, units, len(rows))
        employer = np.where((kind < 0.11) & ~is_tie, -1, employer)
        in_district = is_tie | (kind < 0.74)
        stop = np.where(end[rows] >= today + 1, NONE, end[rows])
        parts.append((rows, start, stop, employer, in_district))
        gap = rng.exponential(50, len(rows)) * (rng.random(len(rows)) < 0.6)
        end[rows] = (start - gap).astype(np.int32)
        rows = rows[(rng.random(len(rows)) < (0.75 if turn == 0 else 0.5)) & (end[rows] > window_from[rows] + 30)]
    person, start, stop, employer, inside = (np.concatenate(x) for x in zip(*parts, strict=True))
    ok = start < stop
    return _Spells(
        person[ok].astype(np.int32),
        start[ok].astype(np.int32),
        stop[ok].astype(np.int32),
        employer[ok].astype(np.int32),
        inside[ok],
    )


def _month_start(days: Ints) -> Ints:
    """Half of the jobs begin on the first of a month."""
    months: Ints = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    return np.where(days % 2 == 0, months, days).astype(np.int32)


def _draw_units(rng: np.random.Generator, units: int, count: int) -> Ints:
    """Zipf with exponent 1.1, flattened at the head so that the largest unit keeps about 1.5 % of all."""
    return weighted(rng, 1.0 / (np.arange(units) + 6.0) ** 1.1, count).astype(np.int32)


def _employers(rng: np.random.Generator, draft: Draft, units: int, owners: Ints, lifetime: tuple[Ints, Ints]) -> pl.DataFrame:
    words = facts("places")

    def word(name: str, count: int) -> Words:
        return np.array(words[name], dtype=object)[rng.integers(0, len(words[name]), count)]

    total = units + len(owners)
    is_agency = np.zeros(total, dtype=bool)
    is_agency[:units] = np.arange(units) % 37 == 11
    own = np.arange(total) >= units
    kind = np.where(own, "selfemployed", np.where(is_agency, "agency", np.where(np.arange(total) % 23 == 5, "public", "company")))
    trade = np.where(is_agency[:units], word("agency_trade", units), word("company_trade", units))
    name = np.empty(total, dtype=object)
    name[:units] = "杭州" + word("company_first", units) + word("company_second", units) + trade + "有限公司"
    name[units:] = (
        "余杭区" + word("company_first", len(owners)) + word("company_second", len(owners)) + word("shop_trade", len(owners))
    )
    public = kind == "public"
    name[public] = "余杭区" + word("company_second", int(public.sum())) + "事业服务中心"
    town = weighted(rng, [30, 10, 15, 6, 24, 7, 3, 1, 3, 0.3, 0.3, 0.4], total)
    codes = np.full(total, 330110, dtype=np.int64)
    uscc = np.r_[numbers.credit_codes(rng, "91", codes[:units]), numbers.credit_codes(rng, "92", codes[units:])]
    roads = [words["township_roads"][t] for t in townships()]
    office = np.array([roads[t][i % len(roads[t])] + f"{i % 900 + 1}号" for i, t in enumerate(town.tolist())], dtype=object)
    founded = np.r_[draft.plan.today - rng.integers(400, 9000, units), lifetime[0]].astype(np.int32)
    closed = np.r_[np.full(units, NONE), lifetime[1]].astype(np.int32)
    landline = "0571-8" + numbers.as_text(rng.integers(1_000_000, 9_999_999, total), 7)
    return shape_frame(
        "employers",
        {
            "employer_id": np.arange(total), "uscc": uscc.tolist(), "name": name.tolist(), "kind": kind.tolist(),
            "in_district": np.ones(total, dtype=bool), "township": np.array(townships(), dtype=object)[town].tolist(),
            "address": ("浙江省杭州市余杭区" + office).tolist(), "phone": landline.tolist(),
            "operator_id": pl.Series(np.r_[np.full(units, -1), owners]).replace(-1, None),
            "founded": dates(founded), "closed": dates(closed),
            "has_fund": ~own & (rng.random(total) < 0.62) | public,
        },
    )  # fmt: skip


def _jobs(rng: np.random.Generator, draft: Draft, spells: _Spells, employer: Ints, employers: pl.DataFrame) -> pl.DataFrame:
    count = len(spells.person)
    own = spells.employer < 0
    role = draft.role[draft.block.household[spells.person]]
    kind = np.array(employers["kind"].to_list(), dtype=object)[employer]
    agency = ~own & spells.in_district & ((kind == "agency") | ((role == WORK_TIE) & (rng.random(count) < 0.05)))
    insured = spells.in_district & ~own & (rng.random(count) < 0.93)
    fund = insured & employers["has_fund"].to_numpy()[employer] & (rng.random(count) < 0.92)
    borrowed = insured & (rng.random(count) < 0.002) & (draft.kind[spells.person] == 0)
    lenders = np.flatnonzero((draft.kind == 0) & (draft.death == NONE) & (np.abs(draft.age() - 35) < 15))
    lender = np.where(borrowed & (len(lenders) > 0), lenders[rng.integers(0, max(len(lenders), 1), count)], -1)
    return shape_frame(
        "jobs",
        {
            "person_id": spells.person, "employer_id": employer, "from_date": dates(spells.start), "to_date": dates(spells.end),
            "in_district": spells.in_district, "is_self_employed": own, "is_agency": agency, "is_insured": insured,
            "has_fund": fund,
            "identity_of": pl.Series(lender).replace(-1, None),
        },
    ).sort("person_id", "from_date", "employer_id")  # fmt: skip


def _insurance(draft: Draft, presence: Presence, jobs: pl.DataFrame) -> pl.DataFrame:
    """Employees by their jobs; others in the residents' system: nearly all local hukou, some incomers, school children mostly."""
    rng = stream(draft.plan.seed, "insurance")
    employee = jobs.filter("is_insured").select(
        "person_id", "employer_id", "from_date", "to_date", pl.lit("employee").alias("system"), "in_district"
    )
    home = draft.block.household
    role, nature = draft.role[home], draft.nature[home]
    has_job = np.zeros(len(draft), dtype=bool)
    has_job[jobs.filter(pl.col("is_insured") & pl.col("to_date").is_null())["person_id"].to_numpy()] = True
    age = draft.age()
    local = nature < 2
    insured_tie = (role == OTHER_TIE) & (draft.tie[home] == 4)
    chance = np.select(
        [presence.is_silent | presence.is_grid_only, local, insured_tie, role == OTHER_TIE, age < 18],
        [0.0, 0.93, 0.9, 0.05, 0.6],
        0.3,
    )
    rows = np.flatnonzero(~has_job & (rng.random(len(draft)) < chance) & (role != WORK_TIE) & (draft.kind < 4))
    came = np.where(presence.first < NONE, presence.first, draft.plan.start - 900)
    begin = np.maximum(draft.block.birth, np.maximum(came, draft.plan.start - 3000))[rows] + rng.integers(5, 120, len(rows))
    end = np.where(local, draft.death, np.minimum(np.where(presence.last > -NONE, presence.last, NONE), draft.death))[rows]
    keep = begin < np.minimum(end, draft.plan.today)
    resident = shape_frame(
        "insurance",
        {
            "person_id": rows[keep], "system": ["resident"] * int(keep.sum()), "from_date": dates(begin[keep]),
            "to_date": dates(end[keep]), "in_district": np.ones(int(keep.sum()), dtype=bool),
        },
    )  # fmt: skip
    return pl.concat([shape_frame("insurance", dict(employee.to_dict())), resident]).sort("person_id", "from_date", "system")


def _pensions(draft: Draft, presence: Presence) -> pl.DataFrame:
    rng = stream(draft.plan.seed, "pensions")
    home = draft.block.household
    local = (draft.nature[home] < 2) & np.isin(draft.role[home], [RESIDENT, AWAY])
    begin = draft.block.birth + np.where(draft.block.sex == 1, 60, 55) * YEAR
    chance = np.where(local, 0.93, 0.1) * ~presence.is_silent
    rows = np.flatnonzero(
        (rng.random(len(draft)) < chance) & (begin < np.minimum(draft.death, draft.plan.today)) & (draft.kind == 0)
    )
    end = np.minimum(draft.death[rows], NONE)
    last = np.minimum(end, draft.plan.today) - rng.integers(1, 420, len(rows))
    certified = np.where((rng.random(len(rows)) < 0.82) & (last > begin[rows]), last, NONE)
    return shape_frame(
        "pensions",
        {
            "person_id": rows, "kind": np.where(rng.random(len(rows)) < 0.5, "employee", "resident").tolist(),
            "from_date": dates(begin[rows].astype(np.int32)), "to_date": dates(end), "certified": dates(certified),
        },
    )  # fmt: skip
