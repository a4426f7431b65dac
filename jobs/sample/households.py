"""Frames about households: where their members lived, and where they are registered."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample.assembly import Draft
from jobs.sample.facts import DISTRICT, origin_divisions, table
from jobs.sample.hard_cases import Reserved
from jobs.sample.homes import TENURES
from jobs.sample.intervals import dates
from jobs.sample.lives import ABROAD_STAY, AT_HUKOU, ELSEWHERE, HERE, REASONS, Hukou, Lives
from jobs.sample.people import CHILD, GRAND, GROWN, HEAD, NONE, WIFE
from jobs.sample.places import outside_texts, townships
from jobs.sample.streams import Ints, Words, pick, stream, weighted
from jobs.sample.world import shape_frame


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
