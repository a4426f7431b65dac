"""Frames about households: stays, hukou, marriages, ownership and tenancies."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample.assembly import OTHER_TIE, RESIDENT, Draft
from jobs.sample.facts import DISTRICT, origin_divisions, table
from jobs.sample.hard_cases import Reserved
from jobs.sample.homes import OWNER, RENTED, TENURES
from jobs.sample.lives import ABROAD_STAY, AT_HUKOU, ELSEWHERE, HERE, REASONS, Hukou, Lives
from jobs.sample.papers import dates
from jobs.sample.people import CHILD, GRAND, GROWN, HEAD, NONE, WIFE
from jobs.sample.places import outside_texts, townships
from jobs.sample.streams import Ints, Words, pick, stream, weighted, where_known
from jobs.sample.world import shape_frame

OWNER_TIE = 0


def heads(draft: Draft) -> Ints:
    """The head of each household: its first member who is neither a child nor dead; the first member if there is none."""
    block = draft.block
    grown = (block.position != CHILD) & (draft.group != -2)
    order = np.lexsort((np.arange(len(draft)), block.position, ~grown, block.household))
    home = block.household[order]
    first = np.r_[True, home[1:] != home[:-1]]
    head = np.full(len(draft.role), -1, dtype=np.int32)
    head[home[first]] = order[first]
    return head


def make_stays_frame(draft: Draft, lives: Lives, dwellings: pl.DataFrame) -> pl.DataFrame:
    """The frame `stays`: where each person lived, the whole life through."""
    rng = stream(draft.plan.seed, "places outside")
    stays = lives.stays
    here, abroad = stays.place == HERE, stays.place == ABROAD_STAY
    spell = np.maximum(stays.spell, 0)
    dwelling = np.where(here, lives.spells.dwelling[spell], -1).astype(np.int32)
    known, of_person = np.unique([*lives.division.tolist(), "000000"], return_inverse=True)
    codes = list(dict.fromkeys([*known.tolist(), *(c for o in (2, 4) for c in origin_divisions(o)[0])]))
    division = of_person[stays.person].astype(np.int32)
    elsewhere = np.flatnonzero(stays.place == ELSEWHERE)
    division[elsewhere] = _elsewhere(rng, codes, division[elsewhere])
    division = np.where(here, codes.index(DISTRICT), np.where(abroad, codes.index("000000"), division))
    held = np.where(here, lives.spells.tenure[spell], np.where(abroad, 6, 5))
    study = np.where(rng.random(len(draft)) < 0.6, 0, 1)
    head = np.zeros(len(draft), dtype=bool)
    head[heads(draft)] = True
    return shape_frame(
        "stays",
        {
            "person_id": stays.person, "dwelling_id": pl.Series(dwelling).replace(-1, None),
            "township": pick(dwellings["township"], dwelling), "division": pick(codes, division),
            "at_hukou_place": stays.place == AT_HUKOU, "from_date": dates(stays.start), "to_date": dates(stays.end),
            "tenure": pick([*TENURES, "outside", "abroad"], held),
            "household_id": pl.Series(np.where(here, draft.block.household[stays.person], -1)).replace(-1, None),
            "is_head": head[stays.person],
            "abroad_purpose": pick(["study", "work"], np.where(abroad, study[stays.person], -1)),
        },
    )  # fmt: skip


def _elsewhere(rng: np.random.Generator, codes: list[str], division: Ints) -> Ints:
    """Another place: half of the time another district of the city, else another county; never the one of the hukou."""
    near, weights = origin_divisions(2)
    far, far_weights = origin_divisions(4)
    count = len(division)
    position = {code: number for number, code in enumerate(codes)}
    city = np.array([position[c] for c in near])[weighted(rng, weights, count)]
    other = np.array([position[c] for c in far])[weighted(rng, far_weights, count)]
    chosen = np.where(rng.random(count) < 0.5, city, other)
    west, north = position["330106"], position["330105"]
    return np.where(chosen == division, np.where(division == west, north, west), chosen).astype(np.int32)


def make_hukou_frame(draft: Draft, hukou: Hukou, reserved: Reserved, dwellings: pl.DataFrame, division: Words) -> pl.DataFrame:
    """The frame `hukou`, with the second hukou of its hard case."""
    rng = stream(draft.plan.seed, "hukou places")
    home = draft.block.household[hukou.person]
    head = heads(draft)[home]
    town, community = _local_places(hukou, dwellings)
    codes, of_person = np.unique([*division.tolist(), DISTRICT, "330106"], return_inverse=True)
    local, west = int(np.flatnonzero(codes == DISTRICT)[0]), int(np.flatnonzero(codes == "330106")[0])
    place = np.where(hukou.is_local, local, of_person[hukou.person])
    place = np.where(~hukou.is_local & (place == local), west, place)
    same_before = np.append(False, hukou.person[1:] == hukou.person[:-1])
    before, after = np.append(-1, place[:-1]), np.append(place[1:], -1)
    out = np.where(hukou.end < NONE, np.where(hukou.moved_out, 0, 1), -1)
    collective = hukou.collective >= 0
    relations, relation = np.unique(_relations(draft, hukou.person, head).astype(str), return_inverse=True)
    number = np.where(collective, 900_000_000 + hukou.collective, 100_000 + home)
    frame = shape_frame(
        "hukou",
        {
            "person_id": hukou.person, "division": pick(codes.tolist(), place), "township": town, "community": community,
            "dwelling_id": pl.Series(hukou.dwelling).replace(-1, None), "is_collective": collective,
            "household_no": pl.Series(number).cast(pl.String).str.zfill(9), "relation": pick(relations.tolist(), relation),
            "head_id": pl.Series(np.where(collective, -1, head)).replace(-1, None),
            "outside_text": pick(pl.Series(outside_texts(rng, len(draft.role)).tolist()), np.where(hukou.is_local, -1, home)),
            "from_date": dates(hukou.start), "to_date": dates(hukou.end), "in_reason": pick(REASONS, hukou.reason),
            "out_reason": pick(["moved", "dead"], out),
            "from_division": pick(codes.tolist(), np.where(same_before, before, -1)),
            "to_division": pick(codes.tolist(), np.where(hukou.moved_out, after, -1)),
            "is_duplicate": np.zeros(len(hukou.person), dtype=bool),
        },
    )  # fmt: skip
    return pl.concat([frame, _second_hukou(rng, frame, reserved, dwellings)]).sort("person_id", "from_date", "is_duplicate")


def _local_places(hukou: Hukou, dwellings: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Township and community of each hukou in the district: the dwelling's, or the talent market's of the township."""
    base = dwellings.height
    town = pl.concat([dwellings["township"], pl.Series(townships())])
    community = pl.concat([dwellings["community"], pl.Series([_market(code) for code in townships()])])
    row = np.where(hukou.collective >= 0, base + hukou.collective, hukou.dwelling)
    return pick(town, row), pick(community, row)


def _market(township: str) -> str:
    return min(c for c in table("communities")["community"].to_list() if c.startswith(township))


def _second_hukou(rng: np.random.Generator, frame: pl.DataFrame, reserved: Reserved, dwellings: pl.DataFrame) -> pl.DataFrame:
    """A second active hukou in another township, begun ten or more years ago and never cancelled."""
    people = reserved.of("second_hukou")[:, 0]
    active = frame.filter(
        (pl.col("division") == DISTRICT) & pl.col("to_date").is_null() & pl.col("person_id").is_in(people.tolist())
    )
    other = dwellings.filter(pl.col("form") == "village").sample(
        min(len(active), dwellings.filter(pl.col("form") == "village").height), seed=7
    )
    turn = np.arange(len(active)) % max(len(other), 1)
    picked = other[turn] if len(other) else dwellings[turn % len(dwellings)]
    picked_town = np.array(picked["township"].to_list(), dtype=object)
    clash = picked_town == np.array(active["township"].to_list(), dtype=object)
    order = np.where(clash, np.roll(np.arange(len(active)), 1), np.arange(len(active)))
    picked = picked[order] if len(active) else picked
    shift = pl.lit(pl.Series(rng.integers(30, 900, len(active))))
    return active.with_columns(
        picked["township"], picked["community"], picked["dwelling_id"],
        household_no=pl.lit("7") + pl.col("person_id").cast(pl.String).str.zfill(8), relation=pl.lit("02"),
        head_id=pl.col("person_id"),
        is_collective=pl.lit(False), in_reason=pl.lit("duplicate"), is_duplicate=pl.lit(True),
        from_date=pl.col("from_date") + pl.duration(days=shift),
    )  # fmt: skip


def _relations(draft: Draft, person: Ints, head: Ints) -> Words:
    """Relation to the head by GB/T 4761."""
    block = draft.block
    position, sex = block.position[person], block.sex[person]
    child = np.where(sex == 1, "20", "30")
    parent = np.where(sex == 1, "51", "52")
    relation = np.select(
        [person == head, position == WIFE, np.isin(position, [CHILD, GROWN]), position == GRAND, position <= HEAD],
        ["02", "12", child, parent, "97"], "99",
    )  # fmt: skip
    return relation.astype(object)


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


def make_property(draft: Draft, lives: Lives, dwellings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Ownerships, tenancies, and the dwellings with their owners."""
    rng = stream(draft.plan.seed, "property")
    spells, head = lives.spells, heads(draft)
    owned = np.flatnonzero(spells.tenure == OWNER)
    owner = head[spells.home[owned]]
    bought = spells.start[owned] - rng.integers(0, 400, len(owned)).astype(np.int32)
    before = np.full(int(spells.dwelling.max()) + 1, -NONE, dtype=np.int32)
    order = np.lexsort((spells.start[owned], spells.dwelling[owned]))
    same = np.r_[False, spells.dwelling[owned][order][1:] == spells.dwelling[owned][order][:-1]]
    previous_end = np.r_[-NONE, spells.end[owned][order][:-1]]
    floor = np.full(len(owned), -NONE, dtype=np.int32)
    floor[order[same]] = previous_end[same]
    bought = np.maximum(bought, floor)
    landlords = np.flatnonzero(
        (draft.role == OTHER_TIE) & (draft.tie == OWNER_TIE) | (draft.role == RESIDENT) & (draft.nature < 2)
    )
    weights = np.where(draft.role[landlords] == OTHER_TIE, 3.0, 0.5)
    has_owner = np.zeros(len(before), dtype=bool)
    has_owner[spells.dwelling[owned]] = True
    let = np.unique(spells.dwelling[spells.tenure == RENTED])
    let = let[~has_owner[let] & (rng.random(len(let)) < 0.82)]
    landlord = head[landlords[weighted(rng, weights, len(let))]]
    since = (draft.plan.today - rng.integers(2600, 7000, len(let))).astype(np.int32)
    dwelling = np.r_[spells.dwelling[owned], let].astype(np.int32)
    owners = np.r_[owner, landlord].astype(np.int32)
    begin, end = np.r_[bought, since].astype(np.int32), np.r_[spells.end[owned], np.full(len(let), NONE)].astype(np.int32)
    spouse = draft.block.spouse[owners]
    co_owner = np.where((spouse >= 0) & (rng.random(len(owners)) < 0.55), spouse, -1)
    ownerships = shape_frame(
        "ownerships",
        {
            "dwelling_id": dwelling, "owner_id": owners, "co_owner_id": pl.Series(co_owner).replace(-1, None),
            "from_date": dates(begin), "to_date": dates(end),
        },
    ).sort("dwelling_id", "from_date")  # fmt: skip
    current = np.full(len(before), -1, dtype=np.int32)
    current[dwelling[end == NONE]] = owners[end == NONE]
    with_owner = dwellings.with_columns(pl.Series("owner_id", current).replace(-1, None).cast(pl.Int32))
    return ownerships, _tenancies(rng, draft, lives, head, current), with_owner


def _tenancies(rng: np.random.Generator, draft: Draft, lives: Lives, head: Ints, owner: Ints) -> pl.DataFrame:
    spells = lives.spells
    rows = np.flatnonzero(spells.tenure == RENTED)
    start, end = spells.start[rows], spells.end[rows]
    quiet = (draft.nature[spells.home[rows]] == 2) & (rng.random(len(rows)) < 0.03)
    filed = (rng.random(len(rows)) < 0.58) & ~quiet
    years = np.maximum(1, np.ceil((np.minimum(end, draft.plan.today + 1) - start) / 365)).astype(np.int64)
    filed_on = start + rng.integers(0, 25, len(rows))
    filed &= filed_on <= np.minimum(end, draft.plan.today)
    lessor = owner[spells.dwelling[rows]]
    lessor = np.where(lessor == head[spells.home[rows]], -1, lessor)
    return shape_frame(
        "tenancies",
        {
            "tenancy_id": np.arange(len(rows)), "dwelling_id": spells.dwelling[rows], "household_id": spells.home[rows],
            "lessee_id": head[spells.home[rows]], "lessor_id": pl.Series(lessor).replace(-1, None), "from_date": dates(start),
            "to_date": dates(end), "is_filed": filed, "filed_date": dates(np.where(filed, filed_on, NONE)),
            "contract_end": dates((start + 365 * years).astype(np.int32)),
        },
    )  # fmt: skip
