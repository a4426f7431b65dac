"""Households: children with their parents, some with grandparents, couples, grown children at home, people alone, dormitories.

The ages of all come out as the group's age bands say: children are drawn first, parents and grandparents are made to fit them,
and the other adults are what the bands still ask for (domain §7.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.sample.people import (
    ALONE,
    CHILD,
    GRAND,
    GROWN,
    HEAD,
    MATE,
    QUARTERS,
    WIFE,
    YEAR,
    Block,
    draw_marginal,
    take_nearest,
)
from jobs.sample.streams import Bools, Floats, Ints

MEAN_SIZE = 2.35
TWIN_SHARE = 0.009
"""Twin deliveries among deliveries (1.8 % of babies)."""


@dataclass(frozen=True)
class GroupShape:
    """How a group lives: its age bands, people in dormitories, families with grandparents, one-parent families, shared flats."""

    bands: str
    quarters: float
    grandparents: float
    single_parents: float
    flat_mates: float
    trios: float  # wanted share of households of three


LOCAL = GroupShape("hukou", 0.04, 0.34, 0.06, 0.0, 0.22)
MIGRANT = GroupShape("migrant", 0.185, 0.16, 0.09, 0.18, 0.25)


class _Builder:
    """Rows collected part by part; a part's relatives are row numbers of earlier parts."""

    def __init__(self) -> None:
        self.parts: list[tuple[np.ndarray, ...]] = []
        self.people = 0
        self.homes = 0

    def add(
        self, birth: Ints, sex: Ints | int, home: Ints, position: Ints | int, parents: tuple[Ints, Ints] | None = None
    ) -> Ints:
        """Append people; returns their row numbers."""
        count = len(birth)
        nobody = np.full(count, -1, dtype=np.int32)
        mother, father = parents or (nobody, nobody)
        sexes, positions = np.broadcast_to(sex, count).astype(np.int8), np.broadcast_to(position, count).astype(np.int8)
        self.parts.append((birth.astype(np.int32), sexes, home.astype(np.int32), positions, mother, father))
        rows = np.arange(self.people, self.people + count, dtype=np.int32)
        self.people += count
        return rows

    def new_homes(self, count: int) -> Ints:
        """Numbers of `count` new households."""
        homes = np.arange(self.homes, self.homes + count, dtype=np.int32)
        self.homes += count
        return homes

    def block(self, couples: list[tuple[Ints, Ints]], twins: Ints) -> Block:
        """The finished block; `couples` are rows of husbands and wives, `twins` order by row."""
        birth, sex, home, position, mother, father = (np.concatenate(x) for x in zip(*self.parts, strict=True))
        spouse = np.full(self.people, -1, dtype=np.int32)
        for husband, wife in couples:
            spouse[husband], spouse[wife] = wife, husband
        return Block(birth, sex, home, position, mother.astype(np.int32), father.astype(np.int32), spouse, twins.astype(np.int8))


def build_households(rng: np.random.Generator, count: int, shape: GroupShape, today: int, twins: int = 0) -> Block:
    """About `count` people in households; at least `twins` pairs of twins (asked for beyond nature, they come on top)."""
    birth, sex = draw_marginal(rng, count, shape.bands, today)
    is_child = today - birth < 18 * YEAR
    builder, couples = _Builder(), []
    parents = _families(rng, builder, np.sort(birth[is_child]), sex[is_child], shape, today)
    couples += parents.couples
    rest_birth, rest_sex = birth[~is_child], sex[~is_child]
    keep = ~_taken(rest_birth, rest_sex, parents.births, parents.sexes)
    rest_birth, rest_sex = rest_birth[keep], rest_sex[keep]
    in_quarters = _quarters(rng, rest_birth, shape.quarters * count, today)
    homes = builder.new_homes(int(in_quarters.sum()))
    builder.add(rest_birth[in_quarters], rest_sex[in_quarters], homes, QUARTERS)
    couples += _adults(rng, builder, rest_birth[~in_quarters], rest_sex[~in_quarters], _Wanted(parents.sizes, shape, today))
    return builder.block(couples, _add_twins(rng, builder, parents.children, max(twins, int(TWIN_SHARE * len(parents.children)))))


@dataclass(frozen=True)
class _Parents:
    births: Ints  # parents and grandparents made to fit
    sexes: Ints
    sizes: Ints  # family sizes
    couples: list[tuple[Ints, Ints]]
    children: Ints  # rows of the children


def _families(rng: np.random.Generator, builder: _Builder, births: Ints, sexes: Ints, shape: GroupShape, today: int) -> _Parents:
    eldest, younger = _siblings(rng, births)
    count = len(eldest)
    homes = builder.new_homes(count)
    first = births[eldest]
    gap = np.clip(rng.normal(27.5, 3.8, count), 20.5, 41)
    mothers = (first - gap * YEAR).astype(np.int32)
    fathers = (mothers - np.clip(rng.normal(1.8, 2.6, count), -4, 12) * YEAR).astype(np.int32)
    fathers = np.minimum(fathers, first - int(20.2 * YEAR)).astype(np.int32)
    drawn = rng.random(count)
    has_mother, has_father = (
        drawn >= 0.3 * shape.single_parents,
        (drawn < 0.3 * shape.single_parents) | (drawn >= shape.single_parents),
    )
    father_rows, mother_rows = np.full(count, -1, dtype=np.int32), np.full(count, -1, dtype=np.int32)
    father_rows[has_father] = builder.add(fathers[has_father], 1, homes[has_father], HEAD)
    mother_rows[has_mother] = builder.add(mothers[has_mother], 2, homes[has_mother], np.where(has_father[has_mother], WIFE, HEAD))
    children = builder.add(births[eldest], sexes[eldest], homes, CHILD, (mother_rows, father_rows))
    rows = [children]
    with_younger = np.flatnonzero(younger >= 0)
    rows.append(
        builder.add(
            births[younger[with_younger]], sexes[younger[with_younger]], homes[with_younger], CHILD,
            (mother_rows[with_younger], father_rows[with_younger]),
        )
    )  # fmt: skip
    both = has_father & has_mother
    couples = [(father_rows[both], mother_rows[both])]
    grand = _grandparents(rng, builder, homes, (mother_rows, father_rows), (mothers, fathers), shape, today)
    couples += grand[2]
    sizes = np.bincount(np.concatenate([p[2] for p in builder.parts]), minlength=count)[:count]
    made = np.concatenate([fathers[has_father], mothers[has_mother], grand[0]])
    made_sex = np.concatenate([np.full(int(has_father.sum()), 1), np.full(int(has_mother.sum()), 2), grand[1]])
    return _Parents(made.astype(np.int32), made_sex.astype(np.int32), sizes.astype(np.int32), couples, np.concatenate(rows))


def _siblings(rng: np.random.Generator, births: Ints) -> tuple[Ints, Ints]:
    """Rows of eldest children and, beside each, of a younger brother or sister (-1: none), born about four years later."""
    count = len(births)
    paired = np.sort(rng.permutation(count)[: int(count * 0.47)])
    span = births[-1] - births[0] if count else 0
    step = max(1, int(len(paired) * 4 * YEAR / max(span, 1)))
    offset = np.arange(len(paired)) % (2 * step)
    elder = paired[(offset < step) & (np.arange(len(paired)) + step < len(paired))]
    younger_of = paired[np.flatnonzero((offset < step) & (np.arange(len(paired)) + step < len(paired))) + step]
    far_enough = (births[younger_of] - births[elder] > 330) & (births[younger_of] - births[elder] < 12 * YEAR)
    elder, younger_of = elder[far_enough], younger_of[far_enough]
    alone = np.setdiff1d(np.arange(count), np.r_[elder, younger_of])
    eldest = np.r_[elder, alone].astype(np.int32)
    return eldest, np.r_[younger_of, np.full(len(alone), -1)].astype(np.int32)


def _grandparents(
    rng: np.random.Generator,
    builder: _Builder,
    homes: Ints,
    parents: tuple[Ints, Ints],
    births: tuple[Ints, Ints],
    shape: GroupShape,
    today: int,
) -> tuple[Ints, Ints, list[tuple[Ints, Ints]]]:
    """A grandmother, a grandfather or both move in with some families; they become the parents of the father or the mother."""
    mothers, fathers = parents
    paternal = rng.random(len(homes)) < 0.65
    of_row = np.where(paternal, fathers, mothers)
    of_birth = np.where(paternal, births[1], births[0])
    grandmother = (of_birth - np.clip(rng.normal(25.5, 3.5, len(homes)), 19.5, 38) * YEAR).astype(np.int32)
    grandfather = (grandmother - np.clip(rng.normal(2, 2.5, len(homes)), -3, 10) * YEAR).astype(np.int32)
    grandfather = np.minimum(grandfather, of_birth - int(20 * YEAR)).astype(np.int32)
    lives = (rng.random(len(homes)) < shape.grandparents) & (of_row >= 0) & (today - grandmother < 88 * YEAR)
    kind = rng.random(len(homes))
    her, him = np.flatnonzero(lives & (kind < 0.82)), np.flatnonzero(lives & (kind > 0.38) & (today - grandfather < 90 * YEAR))
    her_rows = builder.add(grandmother[her], 2, homes[her], GRAND)
    him_rows = builder.add(grandfather[him], 1, homes[him], GRAND)
    by_home = np.full((2, len(homes)), -1, dtype=np.int32)
    by_home[0, her], by_home[1, him] = her_rows, him_rows
    mother_of, father_of = np.concatenate([p[4] for p in builder.parts]), np.concatenate([p[5] for p in builder.parts])
    mother_of[of_row[her]], father_of[of_row[him]] = her_rows, him_rows
    _rewrite_parents(builder, mother_of, father_of)
    both = (by_home >= 0).all(axis=0)
    made_sex = np.r_[np.full(len(her), 2), np.full(len(him), 1)].astype(np.int32)
    return np.r_[grandmother[her], grandfather[him]], made_sex, [(by_home[1, both], by_home[0, both])]


def _rewrite_parents(builder: _Builder, mother: Ints, father: Ints) -> None:
    start = 0
    for number, part in enumerate(builder.parts):
        end = start + len(part[0])
        builder.parts[number] = (*part[:4], mother[start:end], father[start:end])
        start = end


def _taken(pool: Ints, pool_sex: Ints, births: Ints, sexes: Ints) -> Bools:
    taken = np.zeros(len(pool), dtype=bool)
    for sex in (1, 2):
        rows = np.flatnonzero(pool_sex == sex)
        taken[rows[take_nearest(pool[rows], births[sexes == sex])]] = True
    return taken


def _quarters(rng: np.random.Generator, birth: Ints, wanted: float, today: int) -> Bools:
    """Dormitory people: young workers and students first."""
    age = (today - birth) / YEAR
    likely = np.select([age < 23, age < 31, age < 46, age < 56], [3.0, 1.6, 0.7, 0.35], 0.02)
    chance = likely * wanted / max(likely.sum(), 1)
    return rng.random(len(birth)) < chance


@dataclass(frozen=True)
class _Wanted:
    sizes: Ints
    shape: GroupShape
    today: int


def _adults(rng: np.random.Generator, builder: _Builder, birth: Ints, sex: Ints, wanted: _Wanted) -> list[tuple[Ints, Ints]]:
    """The other adults: couples, couples with a grown child, flat mates, people alone; household sizes as in domain §7.2."""
    have = np.bincount(np.minimum(wanted.sizes, 6), minlength=7)
    total = (len(birth) + int(wanted.sizes.sum())) / MEAN_SIZE
    with_child = int(max(0.0, wanted.shape.trios * total - have[3]))
    pairs = int(max(0.0, (len(birth) - 3 * with_child - have[2]) / 3))
    age = (wanted.today - birth) / YEAR
    men, women = (np.flatnonzero((sex == s) & (age > 21.5)) for s in (1, 2))
    wives, husbands = _couples(rng, birth, men, women, int(pairs * (1 - wanted.shape.flat_mates)) + with_child)
    used = np.zeros(len(birth), dtype=bool)
    used[wives] = used[husbands] = True
    grown = _grown_children(rng, birth, used, (wives, husbands), with_child, wanted.today)
    used[grown[grown >= 0]] = True
    homes = builder.new_homes(len(wives))
    husband_rows = builder.add(birth[husbands], 1, homes, HEAD)
    wife_rows = builder.add(birth[wives], 2, homes, WIFE)
    with_grown = np.flatnonzero(grown >= 0)
    rows = grown[with_grown]
    builder.add(birth[rows], sex[rows], homes[with_grown], GROWN, (wife_rows[with_grown], husband_rows[with_grown]))
    _alone(rng, builder, birth[~used], sex[~used], int(pairs * wanted.shape.flat_mates))
    return [(husband_rows, wife_rows)]


def _couples(rng: np.random.Generator, birth: Ints, men: Ints, women: Ints, count: int) -> tuple[Ints, Ints]:
    """Wives and husbands of similar age, drawn from the older rather than the younger."""

    def pick(rows: Ints) -> Ints:
        eagerness = np.clip(-birth[rows] / YEAR + rng.normal(0, 14, len(rows)), -200, 200)
        chosen = rows[np.argsort(-eagerness, kind="stable")[: min(count, len(men), len(women))]]
        return chosen[np.argsort(birth[chosen] + rng.normal(0, 2 * YEAR, len(chosen)), kind="stable")]

    wives, husbands = pick(women), pick(men)
    near = np.abs(birth[wives] - birth[husbands]) < 14 * YEAR
    return wives[near], husbands[near]


def _grown_children(
    rng: np.random.Generator, birth: Ints, used: Bools, parents: tuple[Ints, Ints], count: int, today: int
) -> Ints:
    """For each couple the row of a grown child living with it, or -1."""
    wives, husbands = parents
    result = np.full(len(wives), -1, dtype=np.int64)
    age = (today - birth) / YEAR
    young = np.flatnonzero(~used & (age < 36))
    couples = np.flatnonzero((age[wives] > 41) & (age[wives] < 66))
    couples = rng.permutation(couples)[: min(count, len(young))]
    young = rng.permutation(young)[: len(couples)]
    couples = couples[np.argsort(birth[wives[couples]], kind="stable")]
    young = young[np.argsort(birth[young], kind="stable")]
    gap: Floats = (birth[young] - birth[wives[couples]]) / YEAR
    of_father = (birth[young] - birth[husbands[couples]]) / YEAR
    fits = (gap > 19) & (gap < 42) & (of_father > 19) & (of_father < 52)
    result[couples[fits]] = young[fits]
    return result


def _alone(rng: np.random.Generator, builder: _Builder, birth: Ints, sex: Ints, pairs: int) -> None:
    order = rng.permutation(len(birth))
    mates, alone = order[: 2 * pairs], order[2 * pairs :]
    mates = mates[np.argsort(-birth[mates], kind="stable")][: len(mates) // 2 * 2]
    builder.add(birth[mates], sex[mates], np.repeat(builder.new_homes(len(mates) // 2), 2), MATE)
    builder.add(birth[alone], sex[alone], builder.new_homes(len(alone)), ALONE)


def _add_twins(rng: np.random.Generator, builder: _Builder, children: Ints, pairs: int) -> Ints:
    """Give `pairs` children a twin with the same mother; at most one pair a mother; returns the twin order of every row."""
    birth, sex, home, _, mother, father = (np.concatenate(x) for x in zip(*builder.parts, strict=True))
    can = children[mother[children] >= 0]
    can = rng.permutation(can)
    of = can[np.sort(np.unique(mother[can], return_index=True)[1])][:pairs]
    same = rng.random(len(of)) < 0.66
    sexes = np.where(same, sex[of], 3 - sex[of])
    added = builder.add(birth[of], sexes, home[of], CHILD, (mother[of], father[of]))
    order = np.zeros(builder.people, dtype=np.int8)
    order[of], order[added] = 1, 2
    return order
