"""Who is in the world: residents, people away, people who left, the dead, those tied to the district from outside (domain §7.1).

The result is a `Draft`: one row a person and one a household, as arrays that the later steps (lives, papers, work, care) read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.sample.families import LOCAL, MIGRANT, GroupShape, build_households
from jobs.sample.homes import MOVER, NATIVE, SETTLED
from jobs.sample.people import ALONE, GRAND, NONE, QUARTERS, YEAR, Block, draw_marginal, draw_sex, heap_births, join_blocks
from jobs.sample.streams import Bools, Floats, Ints, Longs, stream, weighted

RESIDENT, AWAY, ABROAD, LEFT, DEAD, WORK_TIE, OTHER_TIE = range(7)
ROLES = ("resident", "away", "away", "left", "dead", "work_tie", "other_tie")
HOME_TIES = ("owner", "pupil", "birth", "patient", "insured")


@dataclass(frozen=True)
class Group:
    """One part of the world: its size per resident and how its households came to be."""

    name: str
    per_resident: float
    role: int
    nature: int
    shape: GroupShape


GROUPS = (
    Group("natives", 0.238, RESIDENT, NATIVE, LOCAL),
    Group("settled", 0.234, RESIDENT, SETTLED, LOCAL),
    Group("movers", 0.528, RESIDENT, MOVER, MIGRANT),
    Group("left movers", 0.255, LEFT, MOVER, MIGRANT),
    Group("left locals", 0.040, LEFT, SETTLED, LOCAL),
    Group("away natives", 0.045, AWAY, NATIVE, MIGRANT),
    Group("away settled", 0.055, AWAY, SETTLED, MIGRANT),
    Group("abroad", 0.006, ABROAD, NATIVE, MIGRANT),
    Group("work ties", 0.090, WORK_TIE, MOVER, MIGRANT),
    Group("other ties", 0.120, OTHER_TIE, MOVER, LOCAL),
)
TWIN_SHARES = {"natives": 0.25, "settled": 0.25, "movers": 0.5}
FOREIGN_PER_RESIDENT, HKMT_PER_RESIDENT, DEAD_PER_RESIDENT = 0.0036, 0.0014, 0.03


@dataclass(frozen=True)
class Plan:
    """What is asked for. Days since 1970."""

    seed: int
    residents: int
    today: int  # the last night
    start: int  # first day of the history
    cases: dict[str, int]

    def asked(self, case: str) -> int:
        """How many of a hard case are wanted."""
        return self.cases.get(case, 0)


@dataclass
class Draft:
    """The people so far. Household arrays are indexed by `block.household`."""

    plan: Plan
    block: Block
    group: Ints  # person: position in GROUPS; -1 foreigners and HKMT, -2 the dead
    death: Ints
    kind: Ints  # 0 mainland 1 hk 2 mo 3 tw 4 foreign
    role: Ints  # household
    nature: Ints  # household
    origin: Ints  # household, 1-6
    left: Ints  # household: day it left the district
    tie: Longs  # household: position in HOME_TIES, -1
    never_lived: Bools  # household: local hukou that never lived here (collective hukou of the talent market)
    follow: Floats  # person: days he came after his household

    def __len__(self) -> int:
        return len(self.block)

    def age(self) -> Floats:
        """Years on the last night (at death for the dead)."""
        age: Floats = (np.minimum(self.death, self.plan.today) - self.block.birth) / YEAR
        return age


def assemble(plan: Plan) -> Draft:
    """Everybody with family, role and origin; no homes, names or numbers yet."""
    rng = stream(plan.seed, "families")
    blocks = []
    for group in GROUPS:
        size = max(2, round(group.per_resident * plan.residents))
        if group.role == WORK_TIE:
            blocks.append(_workers(rng, size, plan.today))
        else:
            twins = int(np.ceil(plan.asked("twins") * TWIN_SHARES.get(group.name, 0.0)))
            blocks.append(build_households(rng, size, group.shape, plan.today, twins))
    blocks.append(_foreigners(rng, plan))
    block, people, homes = join_blocks(blocks)
    groups = [*range(len(GROUPS)), -1]
    person_group = np.concatenate([np.full(p.stop - p.start, g) for p, g in zip(people, groups, strict=True)]).astype(np.int32)
    home_group = np.concatenate([np.full(h.stop - h.start, g) for h, g in zip(homes, groups, strict=True)]).astype(np.int32)
    return _with_dead(_draft(plan, block, person_group, home_group))


def _workers(rng: np.random.Generator, size: int, today: int) -> Block:
    birth, sex = draw_marginal(rng, size * 2, "migrant", today)
    keep = np.flatnonzero((today - birth > 20 * YEAR) & (today - birth < 59 * YEAR))[:size]
    return alone(birth[keep], sex[keep])


def alone(birth: Ints, sex: Ints) -> Block:
    """People in households of one."""
    count = len(birth)
    nobody = np.full(count, -1, dtype=np.int32)
    return Block(
        birth.astype(np.int32), sex.astype(np.int8), np.arange(count, dtype=np.int32), np.full(count, ALONE, dtype=np.int8),
        nobody, nobody.copy(), nobody.copy(), np.zeros(count, dtype=np.int8),
    )  # fmt: skip


def _foreigners(rng: np.random.Generator, plan: Plan) -> Block:
    count = sum(_foreign_counts(plan))
    age = np.clip(rng.normal(36, 11, count), 19, 78)
    return alone((plan.today - age * YEAR).astype(np.int32), draw_sex(rng, age, "migrant"))


def _foreign_counts(plan: Plan) -> tuple[int, int]:
    """How many foreigners and how many people of Hong Kong, Macao and Taiwan."""
    foreign = max(4, round(FOREIGN_PER_RESIDENT * plan.residents), plan.asked("foreigners_new_passport") + 2)
    return foreign, max(3, round(HKMT_PER_RESIDENT * plan.residents), plan.asked("hkmt_two_documents") + 2)


def _draft(plan: Plan, block: Block, group: Ints, home_group: Ints) -> Draft:
    rng = stream(plan.seed, "groups")
    role = np.array([*(g.role for g in GROUPS), RESIDENT], dtype=np.int32)[home_group]
    nature = np.array([*(g.nature for g in GROUPS), MOVER], dtype=np.int32)[home_group]
    role[(home_group == -1) & (rng.random(len(home_group)) < 0.3)] = LEFT
    kind = _kinds(rng, plan, group)
    origin = np.where(nature == NATIVE, 1, weighted(rng, [30, 28, 42], len(nature)) + 2)
    near = ((role == WORK_TIE) | (role == OTHER_TIE)) & (rng.random(len(origin)) < 0.55)
    origin = np.where(near, 2, origin)
    outsiders = np.flatnonzero(kind > 0)
    origin[block.household[outsiders]] = np.where(kind[outsiders] == 4, 6, 5)
    left = _departures(rng, role, plan.today)
    tie = np.where(role == OTHER_TIE, weighted(rng, [30, 22, 6, 30, 12], len(role)), -1)
    never = (role == AWAY) & (nature == SETTLED) & (rng.random(len(role)) < 0.35) & (left < plan.today - 200)
    alive = np.full(len(block), NONE, dtype=np.int32)
    return Draft(plan, block, group, alive, kind, role, nature, origin.astype(np.int32), left, tie, never, np.zeros(len(block)))


def _kinds(rng: np.random.Generator, plan: Plan, group: Ints) -> Ints:
    kind = np.zeros(len(group), dtype=np.int8)
    outsiders = np.flatnonzero(group == -1)
    foreign, _ = _foreign_counts(plan)
    kind[outsiders[:foreign]] = 4
    rest = outsiders[foreign:]
    kind[rest] = weighted(rng, [0.5, 0.1, 0.4], len(rest)) + 1
    return kind


def _departures(rng: np.random.Generator, role: Ints, today: int) -> Ints:
    """Day the household left: those gone for good evenly over ten years, those away for six years in the mean.

    With arrivals of some 6 % of the residents a year, and births, the district grows by some 2 % (domain §7.1: 2-3 %).
    """
    count = len(role)
    gone = today - rng.integers(1, 3600, count)
    away = today - 1 - rng.exponential(6 * YEAR, count)
    abroad = today - rng.integers(20, 1600, count)
    return np.select([role == LEFT, role == AWAY, role == ABROAD], [gone, away, abroad], NONE).astype(np.int32)


def _with_dead(draft: Draft) -> Draft:
    """The dead join households of residents; dates of the first years are heaped; people who came after their household."""
    plan = draft.plan
    rng = stream(plan.seed, "dead")
    draft.block.birth = heap_births(rng, draft.block.birth)
    _tidy_family_dates(draft.block)
    wanted = max(round(DEAD_PER_RESIDENT * plan.residents), 2 * plan.asked("dead_active"))
    share = max(0.24, min(0.95, plan.asked("dead_active") / wanted + 0.02))
    recent = rng.random(wanted) < share
    death = plan.today - np.where(recent, rng.integers(0, 730, wanted), rng.integers(730, 4400, wanted))
    age = np.clip(rng.choice([76, 82, 88, 64, 45], wanted, p=[0.3, 0.3, 0.2, 0.15, 0.05]) + rng.normal(0, 5, wanted), 22, 103)
    hosts = np.flatnonzero((draft.role == RESIDENT) & (draft.origin < 5) & ~_is_quarters(draft))
    likely = np.array([1.0, 0.25, 0.04])[draft.nature[hosts]]
    chosen = hosts[weighted(rng, likely, wanted)]
    birth = (death - age * YEAR).astype(np.int32)
    dead = alone(birth, draw_sex(rng, age, "hukou"))
    dead.household, dead.position = chosen.astype(np.int32), np.full(wanted, GRAND, dtype=np.int8)
    fields = ("birth", "sex", "household", "position", "mother", "father", "spouse", "twin")
    draft.block = Block(*(np.concatenate([getattr(draft.block, f), getattr(dead, f)]) for f in fields))
    draft.group = np.r_[draft.group, np.full(wanted, -2, dtype=np.int32)]
    draft.death = np.r_[draft.death, death.astype(np.int32)]
    draft.kind = np.r_[draft.kind, np.zeros(wanted, dtype=np.int8)]
    draft.follow = _followers(rng, draft)
    return draft


def _is_quarters(draft: Draft) -> Bools:
    quarters = np.zeros(len(draft.role), dtype=bool)
    quarters[draft.block.household[draft.block.position == QUARTERS]] = True
    return quarters


def _tidy_family_dates(block: Block) -> None:
    """Twins share their day: heaping may have moved one of them."""
    first, second = np.flatnonzero(block.twin == 1), np.flatnonzero(block.twin == 2)
    of_mother = np.zeros(len(block), dtype=np.int32)
    of_mother[block.mother[first]] = block.birth[first]
    block.birth[second] = of_mother[block.mother[second]]


def _followers(rng: np.random.Generator, draft: Draft) -> Floats:
    """Days by which wives, children and grandparents of movers came later than the household."""
    count = len(draft)
    mover = draft.nature[draft.block.household] != NATIVE
    chance = np.array([0.0, 0.25, 0.3, 0.6, 0.2, 0.0, 0.3, 0.0])[draft.block.position]
    late = mover & (rng.random(count) < chance)
    return np.where(late, rng.exponential(420, count), 0.0)
