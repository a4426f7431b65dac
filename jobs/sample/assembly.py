"""Who is in the world: residents, people away, people who left, the dead, and those tied to the district from outside (domain §7.1).

The result is a `Draft`: one row a person and one a household, as arrays that the later steps (lives, papers, work, care) read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
    Group("natives", 0.222, RESIDENT, NATIVE, LOCAL),
    Group("settled", 0.218, RESIDENT, SETTLED, LOCAL),
    Group("movers", 0.560, RESIDENT, MOVER, MIGRANT),
    Group("left movers", 0.255, LEFT, MOVER, MIGRANT),
    Group("left locals", 0.040, LEFT, SETTLED, LOCAL),
    Group("away natives", 0.045, AWAY, NATIVE, MIGRANT),
    Group("away settled", 0.055, AWAY, SETTLED, MIGRANT),
    Group("abroad", 0.006, ABROAD, NATIVE, MIGRANT),
    Group("work ties", 0.090, WORK_TIE, MOVER, MIGRANT),
    Group("other ties", 0.120, OTHER_TIE, MOVER, LOCAL),
)
FOREIGN_PER_RESIDENT, HKMT_PER_RESIDENT, DEAD_PER_RESIDENT = 0.0036, 0.0014, 0.03


@dataclass
class Draft:
    """The people so far. Household arrays are indexed by `block.household`."""

    seed: int
    today: int  # the last night
    start: int  # first day of the history
    block: Block
    group: Ints  # person: position in GROUPS; -1 foreigners and HKMT, -2 the dead
    death: Ints
    kind: npt.NDArray[np.int8]  # 0 mainland 1 hk 2 mo 3 tw 4 foreign
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
        age: Floats = (np.minimum(self.death, self.today) - self.block.birth) / YEAR
        return age


def assemble(seed: int, residents: int, today: int, start: int, cases: dict[str, int]) -> Draft:
    """Everybody with family, role and origin; no homes, names or numbers yet."""
    rng = stream(seed, "families")
    blocks, groups = [], []
    for position, group in enumerate(GROUPS):
        size = max(2, round(group.per_resident * residents))
        twins = cases.get("twins", 0) if group.role == RESIDENT else 0
        share = {"natives": 0.25, "settled": 0.25, "movers": 0.5}.get(group.name, 0.0)
        if group.role == WORK_TIE:
            blocks.append(_workers(rng, size, today))
        else:
            blocks.append(build_households(rng, size, group.shape, today, int(np.ceil(twins * share))))
        groups.append(position)
    foreign = _foreigners(rng, residents, today, cases)
    blocks.append(foreign)
    groups.append(-1)
    block, people, homes = join_blocks(blocks)
    person_group = np.concatenate([np.full(p.stop - p.start, g) for p, g in zip(people, groups, strict=True)]).astype(np.int32)
    home_group = np.concatenate([np.full(h.stop - h.start, g) for h, g in zip(homes, groups, strict=True)]).astype(np.int32)
    return _with_dead(_draft(seed, today, start, block, person_group, home_group, cases), residents, cases)


def _workers(rng: np.random.Generator, size: int, today: int) -> Block:
    birth, sex = draw_marginal(rng, size * 2, "migrant", today)
    keep = np.flatnonzero((today - birth > 20 * YEAR) & (today - birth < 59 * YEAR))[:size]
    return alone(birth[keep], sex[keep])


def alone(birth: Ints, sex: npt.NDArray[np.int8]) -> Block:
    """People in households of one."""
    count = len(birth)
    nobody = np.full(count, -1, dtype=np.int32)
    return Block(
        birth.astype(np.int32), sex.astype(np.int8), np.arange(count, dtype=np.int32), np.full(count, ALONE, dtype=np.int8),
        nobody, nobody.copy(), nobody.copy(), np.zeros(count, dtype=np.int8),
    )  # fmt: skip


def _foreigners(rng: np.random.Generator, residents: int, today: int, cases: dict[str, int]) -> Block:
    wanted = foreign_counts(residents, cases)
    age = np.clip(rng.normal(36, 11, sum(wanted)), 19, 78)
    return alone((today - age * YEAR).astype(np.int32), draw_sex(rng, age, "migrant"))


def foreign_counts(residents: int, cases: dict[str, int]) -> tuple[int, int]:
    """How many foreigners and how many people of Hong Kong, Macao and Taiwan."""
    foreign = max(4, round(FOREIGN_PER_RESIDENT * residents), round(1.05 * cases.get("foreigners_new_passport", 0)) + 2)
    return foreign, max(3, round(HKMT_PER_RESIDENT * residents), round(1.05 * cases.get("hkmt_two_documents", 0)) + 2)


def _draft(
    seed: int, today: int, start: int, block: Block, group: Ints, home_group: Ints, cases: dict[str, int]
) -> Draft:
    rng = stream(seed, "groups")
    role = np.array([*(g.role for g in GROUPS), RESIDENT], dtype=np.int32)[home_group]
    nature = np.array([*(g.nature for g in GROUPS), MOVER], dtype=np.int32)[home_group]
    kind = np.zeros(len(block), dtype=np.int8)
    outsiders = np.flatnonzero(group == -1)
    foreign = np.where(rng.random(len(outsiders)) < 0.5, 1, np.where(rng.random(len(outsiders)) < 0.15, 2, 3))
    hkmt = int((home_group == -1).sum()) * HKMT_PER_RESIDENT / (HKMT_PER_RESIDENT + FOREIGN_PER_RESIDENT)
    count = max(round(hkmt), round(1.05 * cases.get("hkmt_two_documents", 0)) + 2, 3) if not cases else None
    if count is None:
        count = min(len(outsiders) - 2, max(round(1.05 * cases.get("hkmt_two_documents", 0)) + 2, 3))
    kind[outsiders] = np.where(np.arange(len(outsiders)) < count, foreign, 4)
    home_kind = np.zeros(len(home_group), dtype=np.int8)
    home_kind[block.household[outsiders]] = kind[outsiders]
    gone = (home_group == -1) & (rng.random(len(home_group)) < 0.3)
    role[gone] = LEFT
    origin = np.where(nature == NATIVE, 1, weighted(rng, [30, 28, 42], len(nature)) + 2)
    local_worker = (role == WORK_TIE) | (role == OTHER_TIE)
    origin = np.where(local_worker & (rng.random(len(origin)) < 0.55), 2, origin)
    origin = np.select([home_kind == 4, home_kind > 0], [6, 5], origin).astype(np.int32)
    left = _departures(rng, role, today)
    tie = np.where(role == OTHER_TIE, weighted(rng, [30, 22, 6, 30, 12], len(role)), -1)
    never = (role == AWAY) & (nature == SETTLED) & (rng.random(len(role)) < 0.35) & (left < today - 200)
    return Draft(
        seed, today, start, block, group, np.full(len(block), NONE, dtype=np.int32), kind, role, nature, origin, left, tie, never,
        np.zeros(len(block)),
    )  # fmt: skip


def _departures(rng: np.random.Generator, role: Ints, today: int) -> Ints:
    """Day the household left: those gone for good over eight years, half of them in the last two; the away partly since months."""
    count = len(role)
    recent, long_ago = rng.integers(1, 731, count), 731 + rng.exponential(900, count)
    gone = today - np.where(rng.random(count) < 0.5, recent, np.minimum(long_ago, 3600))
    short = today - rng.integers(1, 180, count)
    away = np.where(rng.random(count) < 0.13, short, today - 190 - rng.exponential(800, count))
    abroad = today - rng.integers(20, 1600, count)
    return np.select([role == LEFT, role == AWAY, role == ABROAD], [gone, away, abroad], NONE).astype(np.int32)


def _with_dead(draft: Draft, residents: int, cases: dict[str, int]) -> Draft:
    """The dead join households of residents; dates of the first years are heaped; people who came after their household."""
    rng = stream(draft.seed, "dead")
    draft.block.birth = heap_births(rng, draft.block.birth)
    _tidy_family_dates(draft.block)
    wanted = max(round(DEAD_PER_RESIDENT * residents), 2 * cases.get("dead_active", 0))
    share = max(0.24, min(0.95, cases.get("dead_active", 0) / wanted + 0.02))
    recent = rng.random(wanted) < share
    death = draft.today - np.where(recent, rng.integers(0, 730, wanted), rng.integers(730, 4400, wanted))
    age = np.clip(rng.choice([76, 82, 88, 64, 45], wanted, p=[0.3, 0.3, 0.2, 0.15, 0.05]) + rng.normal(0, 5, wanted), 22, 103)
    hosts = np.flatnonzero((draft.role == RESIDENT) & (draft.origin < 5) & ~_is_quarters(draft))
    likely = np.where(draft.nature[hosts] == MOVER, 0.15, 1.0)
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
    """Twins share their day; brothers and sisters are born at least ten months apart or on one day."""
    second = np.flatnonzero(block.twin == 2)
    first = np.flatnonzero(block.twin == 1)
    key = {(int(block.mother[r]), int(block.household[r])): int(r) for r in first}
    for row in second.tolist():
        of = key.get((int(block.mother[row]), int(block.household[row])))
        if of is not None:
            block.birth[row] = block.birth[of]


def _followers(rng: np.random.Generator, draft: Draft) -> Floats:
    """Days by which wives, children and grandparents of movers came later than the household."""
    count = len(draft)
    mover = draft.nature[draft.block.household] != NATIVE
    chance = np.array([0.0, 0.25, 0.3, 0.6, 0.2, 0.0, 0.3, 0.0])[draft.block.position]
    late = mover & (rng.random(count) < chance)
    return np.where(late, rng.exponential(420, count), 0.0)
