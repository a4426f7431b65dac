"""The frame `marriages`: couples before their first child, and those that a divorce or a death ended."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample.assembly import Draft
from jobs.sample.intervals import dates
from jobs.sample.people import HEAD, NONE
from jobs.sample.streams import Ints, stream, where_known
from jobs.sample.world import shape_frame


def make_marriages(draft: Draft) -> pl.DataFrame:
    """Couples' marriages, before the first child or years ago; those ended by divorce or by a death too."""
    rng = stream(draft.plan.seed, "marriages")
    block = draft.block
    husband = np.flatnonzero((block.sex == 1) & (block.spouse >= 0)).astype(np.int32)
    wife = block.spouse[husband]
    day = _wedding_days(rng, draft, husband, wife)
    widowed, divorced = _ended_by_death(draft), _divorced(rng, draft)
    begin = np.r_[day, _wedding_days(rng, draft, *widowed), divorced[2] - rng.integers(400, 4000, len(divorced[2]))]
    widow_end = np.minimum(draft.death[widowed[0]], draft.death[widowed[1]])
    end = np.r_[np.full(len(day), NONE), widow_end, divorced[2]]
    reason = np.r_[np.full(len(day), 0), np.full(len(widow_end), 1), np.full(len(divorced[2]), 2)]
    men, women = np.r_[husband, widowed[0], divorced[0]].astype(np.int32), np.r_[wife, widowed[1], divorced[1]].astype(np.int32)
    younger = np.maximum(block.birth[men], block.birth[women])
    keep = (begin > younger + 20 * 365) & (begin < end)
    local = draft.nature[block.household[men]] < 2
    why = where_known(reason > 0, np.array(["", "death", "divorce"])[reason])
    return shape_frame(
        "marriages",
        {
            "marriage_id": np.arange(int(keep.sum())), "husband_id": men[keep], "wife_id": women[keep],
            "from_date": dates(_workday(begin)[keep]), "to_date": dates(end[keep]),
            "end_reason": pl.Series(why[keep].tolist(), dtype=pl.String),
            "in_district": (rng.random(len(men)) < np.where(local, 0.85, 0.3))[keep],
            "end_in_district": ((reason == 2) & (rng.random(len(men)) < 0.8))[keep],
        },
    )  # fmt: skip


def _wedding_days(rng: np.random.Generator, draft: Draft, husband: Ints, wife: Ints) -> Ints:
    """Before the first child, else around twenty-six, some in the last years."""
    block, count = draft.block, len(husband)
    eldest = np.full(len(draft), NONE, dtype=np.int32)
    with_mother = np.flatnonzero(block.mother >= 0)
    np.minimum.at(eldest, block.mother[with_mother], block.birth[with_mother])
    younger = np.maximum(block.birth[husband], block.birth[wife])
    adult = younger + int(20.5 * 365.25)
    by_child = eldest[wife] - rng.integers(120, 1100, count)
    free = younger + (np.clip(rng.normal(26.5, 3, count), 21.6, 45) * 365.25).astype(np.int32)
    day = np.where(eldest[wife] < NONE, np.maximum(by_child, adult), free)
    return np.minimum(np.maximum(day, adult), draft.plan.today - rng.integers(1, 900, count)).astype(np.int32)


def _ended_by_death(draft: Draft) -> tuple[Ints, Ints]:
    """Husbands and wives of whom one died: the dead, and a person of like age and other sex in the household."""
    block = draft.block
    dead = np.flatnonzero(draft.group == -2)
    single = np.flatnonzero((draft.group >= 0) & (block.spouse < 0) & (draft.age() > 40))
    by_home = np.full((3, len(draft.role)), -1, dtype=np.int32)
    by_home[block.sex[single], block.household[single]] = single
    other = by_home[3 - block.sex[dead], block.household[dead]]
    fits = (other >= 0) & (np.abs(block.birth[dead] - block.birth[other]) < 13 * 365)
    dead, other = dead[fits], other[fits]
    _, first = np.unique(other, return_index=True)
    dead, other = dead[first], other[first]
    man = block.sex[dead] == 1
    return np.where(man, dead, other).astype(np.int32), np.where(man, other, dead).astype(np.int32)


def _divorced(rng: np.random.Generator, draft: Draft) -> tuple[Ints, Ints, Ints]:
    """Former couples among people living apart, with the day of divorce, a third of them during the history."""
    block, age = draft.block, draft.age()
    apart = (
        (block.spouse < 0)
        & (draft.group >= 0)
        & (draft.kind == 0)
        & (age > 27)
        & (age < 58)
        & np.isin(block.position, [HEAD, 5, 6])
    )
    men, women = (np.flatnonzero(apart & (block.sex == s)) for s in (1, 2))
    count = min(len(men), len(women), round(0.011 * draft.plan.residents))
    men, women = rng.permutation(men)[:count], rng.permutation(women)[:count]
    men, women = men[np.argsort(block.birth[men], kind="stable")], women[np.argsort(block.birth[women], kind="stable")]
    near = (np.abs(block.birth[men] - block.birth[women]) < 9 * 365) & (block.household[men] != block.household[women])
    men, women = men[near], women[near]
    day = draft.plan.today - np.where(
        rng.random(len(men)) < 0.33, rng.integers(1, 730, len(men)), rng.integers(730, 3600, len(men))
    )
    return men.astype(np.int32), women.astype(np.int32), _workday(day)


def _workday(days: Ints) -> Ints:
    """Saturdays and Sundays become the Friday before."""
    weekday = (days + 3) % 7
    return (days - np.maximum(weekday - 4, 0)).astype(np.int32)
