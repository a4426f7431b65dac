"""Each person's places and hukou through time, by the households' spells and the person's own dates.

The stays of a person cover his life without gap or overlap: at his hukou place, perhaps elsewhere, in the district, and after
leaving elsewhere again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.sample.assembly import ABROAD, AWAY, LEFT, RESIDENT, Draft
from jobs.sample.facts import DISTRICT, origin_divisions
from jobs.sample.homes import NATIVE, OWNER, Homes, Spells, draw_tenure, make_spells
from jobs.sample.people import CHILD, HEAD, NONE, QUARTERS, WIFE
from jobs.sample.streams import Bools, Ints, Words, stream, weighted

AT_HUKOU, ELSEWHERE, HERE, ABROAD_STAY = range(4)


@dataclass(frozen=True)
class Stays:
    """One row a person and place. `spell` is the row of `Spells` for stays in the district, else -1."""

    person: Ints
    start: Ints
    end: Ints
    place: Ints  # AT_HUKOU, ELSEWHERE, HERE or ABROAD_STAY
    spell: Ints


@dataclass(frozen=True)
class Lives:
    """Where households and people were."""

    homes: Homes
    lived: Bools  # household ever lived in the district
    spells: Spells
    stays: Stays
    arrival: Ints  # household's first day in the district, NONE = never
    away_since: Ints  # household's day of leaving the hukou place, NONE = never
    division: Words  # person: hukou division outside (origin); natives the district


def make_lives(draft: Draft) -> Lives:
    """Spells of all households and stays of all people."""
    rng = stream(draft.plan.seed, "lives")
    homes, lived = _homes(rng, draft)
    rows = np.flatnonzero(lived).astype(np.int32)
    spells = make_spells(rng, Homes(*(getattr(homes, f)[rows] for f in Homes.__dataclass_fields__)), draft.plan.today)
    spells = Spells(rows[spells.home], *(getattr(spells, f) for f in list(Spells.__dataclass_fields__)[1:]))
    arrival = np.full(len(draft.role), NONE, dtype=np.int32)
    np.minimum.at(arrival, spells.home, spells.start)
    away = _away_since(rng, draft, arrival)
    return Lives(homes, lived, spells, _stays(rng, draft, spells, arrival, away), arrival, away, draw_divisions(rng, draft))


def _homes(rng: np.random.Generator, draft: Draft) -> tuple[Homes, Bools]:
    block = draft.block
    count = len(draft.role)
    oldest = np.full(count, NONE, dtype=np.int32)
    alive = draft.group != -2
    np.minimum.at(oldest, block.household[alive], block.birth[alive])
    quarters = np.zeros(count, dtype=bool)
    quarters[block.household[block.position == QUARTERS]] = True
    young = (draft.plan.today - oldest < 23 * 365) & (draft.plan.today - oldest > 17.5 * 365)
    students = quarters & young & (rng.random(count) < 0.45)
    tenure = draw_tenure(rng, draft.nature, draft.origin, quarters, students)
    lived = np.isin(draft.role, [RESIDENT, AWAY, ABROAD, LEFT]) & ~draft.never_lived
    return Homes(draft.nature, draft.origin, tenure, draft.left, oldest, quarters), lived


def _away_since(rng: np.random.Generator, draft: Draft, arrival: Ints) -> Ints:
    """A third of the comers lived elsewhere between leaving the hukou place and coming here (the AWAY basis of the half year)."""
    elsewhere = rng.random(len(arrival)) < 0.35
    before = np.where(elsewhere, 30 + rng.exponential(700, len(arrival)), 0)
    since = np.where(arrival < NONE, arrival - before, NONE).astype(np.int32)
    return np.where((draft.nature == NATIVE) | (draft.origin >= 5), arrival, since).astype(np.int32)


def _stays(rng: np.random.Generator, draft: Draft, spells: Spells, arrival: Ints, away: Ints) -> Stays:
    inside = _inside(draft, spells, arrival)
    person, start, end, _ = inside
    first = np.full(len(draft), NONE, dtype=np.int32)
    last = np.full(len(draft), -NONE, dtype=np.int32)
    np.minimum.at(first, person, start)
    np.maximum.at(last, person, end)
    birth, death, home = draft.block.birth, draft.death, draft.block.household
    never = first == NONE
    life_end = np.where(never, death, first)
    late = draft.follow >= 1
    left_hukou = np.where(never | late, life_end, np.clip(np.minimum(away[home], first), birth, life_end))
    left_hukou = np.where(
        never & (rng.random(len(draft)) < 0.4), np.minimum(np.maximum(birth, draft.plan.today - 2000), death), left_hukou
    )
    everyone = np.arange(len(draft), dtype=np.int32)
    gone = ~never & (last < np.minimum(death, NONE))
    abroad = draft.role[home] == ABROAD
    back = (draft.role[home] == LEFT) & (rng.random(len(draft.role)) < 0.4)[home]
    after = np.where(abroad, ABROAD_STAY, np.where(back, AT_HUKOU, ELSEWHERE)).astype(np.int32)
    nowhere = np.full(len(draft), -1, dtype=np.int32)
    parts = [
        (everyone, birth, left_hukou, np.full(len(draft), AT_HUKOU, dtype=np.int32), nowhere),
        (everyone, left_hukou, life_end, np.full(len(draft), ELSEWHERE, dtype=np.int32), nowhere),
        (person, start, end, np.full(len(person), HERE, dtype=np.int32), inside[3]),
        (everyone[gone], last[gone], death[gone], after[gone], nowhere[gone]),
    ]
    columns = [np.concatenate(x).astype(np.int32) for x in zip(*parts, strict=True)]
    keep = columns[1] < columns[2]
    order = np.lexsort((columns[1][keep], columns[0][keep]))
    return Stays(*(c[keep][order] for c in columns))


def _inside(draft: Draft, spells: Spells, arrival: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Spells of the household cut to each member's birth, later coming and death."""
    by_home = np.argsort(draft.block.household, kind="stable")
    sizes = np.bincount(draft.block.household, minlength=len(draft.role))
    base = np.r_[0, np.cumsum(sizes)]
    members = sizes[spells.home]
    spell = np.repeat(np.arange(len(spells.home)), members)
    offset = np.arange(len(spell)) - np.repeat(np.cumsum(members) - members, members)
    person = by_home[base[spells.home[spell]] + offset]
    came = np.minimum(arrival[draft.block.household] + draft.follow, draft.plan.today - 3)
    newest = draft.block.household
    came = np.where(draft.follow > 0, np.minimum(came, _last_start(spells, len(draft.role))[newest] + 5), came)
    joined = np.maximum(draft.block.birth, came)
    start = np.maximum(spells.start[spell], joined[person])
    end = np.minimum(spells.end[spell], draft.death[person])
    keep = start < end
    return person[keep].astype(np.int32), start[keep].astype(np.int32), end[keep].astype(np.int32), spell[keep].astype(np.int32)


def _last_start(spells: Spells, homes: int) -> Ints:
    latest = np.full(homes, -NONE, dtype=np.int32)
    np.maximum.at(latest, spells.home, spells.start)
    return latest


def draw_divisions(rng: np.random.Generator, draft: Draft) -> Words:
    """The county each person's family comes from; a third of the wives come from another county of the same kind of origin."""
    division = np.full(len(draft.role), DISTRICT, dtype=object)
    for origin in (2, 3, 4):
        codes, weights = origin_divisions(origin)
        rows = np.flatnonzero(draft.origin == origin)
        division[rows] = np.array(codes, dtype=object)[weighted(rng, weights, len(rows))]
    person = division[draft.block.household]
    wives = np.flatnonzero((draft.block.position == WIFE) & (rng.random(len(draft)) < 0.33))
    for origin in (2, 3, 4):
        codes, weights = origin_divisions(origin)
        rows = wives[draft.origin[draft.block.household[wives]] == origin]
        person[rows] = np.array(codes, dtype=object)[weighted(rng, weights, len(rows))]
    return person


@dataclass(frozen=True)
class Hukou:
    """One row a person and hukou place."""

    person: Ints
    start: Ints
    end: Ints
    is_local: Bools
    dwelling: Ints  # -1 collective or outside
    collective: Ints  # township index of the collective household, -1
    reason: Ints  # position in REASONS
    moved_out: Bools


REASONS = ("birth", "old", "talent", "purchase", "marriage", "family", "duplicate")


def make_hukou(draft: Draft, lives: Lives, registered: Ints) -> Hukou:
    """Where everybody is registered, when. Newborns wait up to sixty days, a few for ever; settlers move in after arriving."""
    rng = stream(draft.plan.seed, "hukou")
    block, home = draft.block, draft.block.household
    settled_on = _settled_on(rng, draft, lives)[home]
    native = draft.nature[home] == NATIVE
    local_home = np.isin(draft.nature[home], [NATIVE, 1]) & (draft.kind == 0)
    married_in = (block.position == WIFE) & native & (rng.random(len(draft)) < 0.16)
    outsider = ~local_home | married_in
    outsider |= local_home & ~native & np.isin(block.position, [WIFE, HEAD]) & (rng.random(len(draft)) < 0.09)
    begin_local = np.where(native, registered, np.maximum(settled_on, registered))
    begin_local = np.where(outsider | (draft.kind > 0), NONE, begin_local)
    end_local = np.where(draft.role[home] == LEFT, np.maximum(draft.left[home] + 20, begin_local + 1), NONE)
    end_local = np.where(begin_local < NONE, np.minimum(end_local, draft.death), NONE)
    moved = (end_local < NONE) & (end_local < draft.death) & (end_local <= draft.plan.today)
    end_local = np.where((end_local < NONE) & (end_local > draft.plan.today), NONE, end_local)
    mainland = (draft.kind == 0) & (registered < NONE)
    dwelling, collective = _hukou_home(rng, draft, lives, begin_local)
    person = np.arange(len(draft), dtype=np.int32)
    nothing = np.full(len(draft), -1, dtype=np.int32)
    born_here = begin_local <= registered
    reason = np.where(
        born_here, np.where(block.position == CHILD, 0, 1), np.where(collective >= 0, 2, np.where(block.position == HEAD, 3, 5))
    )
    before = np.minimum(np.minimum(begin_local, draft.death), NONE)
    parts = [
        (person, registered, before, person < 0, nothing, nothing, np.zeros(len(draft)), (begin_local < NONE)),
        (person, begin_local, end_local, person >= 0, dwelling, collective, reason, moved),
        (person, end_local, draft.death, person < 0, nothing, nothing, np.full(len(draft), 5), person < 0),
    ]
    ok = [
        mainland & (registered < before),
        mainland & (begin_local < end_local) & (begin_local <= draft.plan.today),
        mainland & moved,
    ]
    columns = [np.concatenate([np.asarray(part[k])[keep] for part, keep in zip(parts, ok, strict=True)]) for k in range(8)]
    order = np.lexsort((columns[1], columns[0]))
    c = [x[order] for x in columns]
    ints = [x.astype(np.int32) for x in c]
    return Hukou(ints[0], ints[1], ints[2], c[3].astype(bool), ints[4], ints[5], ints[6], c[7].astype(bool))


def first_registration(draft: Draft) -> Ints:
    """Day of the first hukou: within a month of birth for most, later for some; NONE = not yet."""
    rng = stream(draft.plan.seed, "first registration")
    count = len(draft)
    lag = np.where(rng.random(count) < 0.85, 2 + rng.gamma(2.0, 9, count), 40 + rng.exponential(90, count))
    lag = np.where(rng.random(count) < 0.004, 3 * 365 + rng.exponential(900, count), lag)
    day = (draft.block.birth + lag).astype(np.int32)
    return np.where(day > np.minimum(draft.plan.today, draft.death - 1), NONE, day).astype(np.int32)


def _settled_on(rng: np.random.Generator, draft: Draft, lives: Lives) -> Ints:
    """Household's day of moving its hukou here: from a month to years after arriving."""
    arrival = np.where(lives.arrival < NONE, lives.arrival, draft.left - 400 - rng.integers(0, 900, len(draft.left)))
    latest = np.where(draft.left < NONE, draft.left - 30, draft.plan.today - rng.integers(1, 900, len(draft.left)))
    day = arrival + 25 + rng.exponential(420, len(arrival))
    return np.minimum(np.maximum(day, arrival + 3), np.maximum(latest, arrival + 2)).astype(np.int32)


def _hukou_home(rng: np.random.Generator, draft: Draft, lives: Lives, begin: Ints) -> tuple[Ints, Ints]:
    """Dwelling of the family household, or the township of the collective one.

    Owners are registered at home; a third of the natives still at another house of the family, often in another township.
    """
    spells = lives.spells
    count = len(draft.role)
    own = np.full(count, -1, dtype=np.int64)
    newest = spells.recency == 0
    own[spells.home[newest]] = spells.dwelling[newest]
    held = np.full(count, -1)
    held[spells.home[newest]] = spells.tenure[newest]
    family_homes = np.unique(spells.dwelling[(spells.tenure == OWNER) & (draft.nature[spells.home] == NATIVE) & newest])
    split = (draft.nature == NATIVE) & ((held != OWNER) | (rng.random(count) < 0.36))
    elsewhere = family_homes[rng.integers(0, max(len(family_homes), 1), count)] if len(family_homes) else own
    home_of = np.where(split | ((draft.nature == NATIVE) & (own < 0)), elsewhere, own)
    in_collective = (draft.nature != NATIVE) & ((held != OWNER) | (rng.random(count) < 0.12))
    township = np.where(in_collective, weighted(rng, [25, 3, 14, 6, 34, 14, 2, 0.3, 2, 0.1, 0.1, 0.1], count), -1)
    at = draft.block.household
    local = begin < NONE
    dwelling = np.where(local & (township[at] < 0), home_of[at], -1)
    return dwelling.astype(np.int32), np.where(local, township[at], -1).astype(np.int32)
