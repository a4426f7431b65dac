"""Everybody's name and number on the last night (domain §3.1, §3.2, §7.4, §7.5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.sample import names as namebook
from jobs.sample import numbers
from jobs.sample.assembly import Draft
from jobs.sample.facts import table
from jobs.sample.hard_cases import Reserved
from jobs.sample.people import HEAD, NONE
from jobs.sample.streams import Ints, Longs, Words, stream, weighted

ETHNIC = {"15": 26, "06": 20, "09": 12, "12": 10, "22": 8, "03": 8, "08": 6, "07": 4, "11": 5, "05": 1}
CHOICES = 14
SECOND_CODES = {"330109": ("330121", "330181"), "330111": ("330123", "330183"), "330112": ("330124", "330185")}


@dataclass
class Papers:
    """One row a person."""

    surname: Words
    given: Words
    name: Words  # legal name on the last night
    chinese_name: Words  # foreigners only
    ethnic: Words
    number: Words  # citizen number; "" = none
    first_division: Words
    birth_place: Words
    registered: Ints  # day of the first hukou, NONE = none


def make_papers(draft: Draft, reserved: Reserved, division: Words, registered: Ints) -> Papers:
    """Names and numbers; the cases that are facts about names and numbers are made true."""
    rng = stream(draft.plan.seed, "names")
    surname, given, ethnic = _names(rng, draft, reserved)
    name = surname + given
    chinese = np.full(len(draft), None, dtype=object)
    foreign = np.flatnonzero(draft.kind == 4)
    family, full = namebook.latin(rng, draft.block.sex[foreign])
    chinese[foreign], surname[foreign], name[foreign] = name[foreign], family, full
    _dotted(rng, draft, reserved, name, ethnic)
    for first, second in reserved.of("namesakes"):
        name[second], surname[second], given[second], ethnic[second] = name[first], surname[first], given[first], ethnic[first]
    place = _birth_places(draft, division)
    number = _numbers(draft, reserved, place, registered)
    first_six = np.array([n[:6] if n else None for n in number], dtype=object)
    return Papers(surname, given, name, chinese, ethnic, number, first_six, place, registered)


def _names(rng: np.random.Generator, draft: Draft, reserved: Reserved) -> tuple[Words, Words, Words]:
    block = draft.block
    home = block.household
    surname = namebook.draw_surnames(rng, (draft.origin == 1)[home])
    given = namebook.draw_given(rng, block.birth, block.sex)
    minority = rng.random(len(draft.role)) < 0.024
    codes = np.array(list(ETHNIC), dtype=object)
    home_ethnic = np.where(minority, codes[weighted(rng, list(ETHNIC.values()), len(minority))], "01")
    ethnic = home_ethnic[home].astype(object)
    ethnic[draft.kind == 4] = None
    rare = (rng.random(len(draft)) < 0.0045) & (draft.kind < 4)
    rare[reserved.of("rare_characters")[:, 0]] = True
    given[rare] = namebook.rare_given(rng, int(rare.sum()))
    _inherit(rng, block.father, block.mother, surname)
    pairs = reserved.of("father_son")
    given[pairs[:, 1]] = namebook.one_character_apart(rng, given[pairs[:, 0]], block.sex[pairs[:, 0]])
    surname[pairs[:, 1]] = surname[pairs[:, 0]]
    second = np.flatnonzero(block.twin == 2)
    first_of = np.full(len(draft), -1, dtype=np.int64)
    first = np.flatnonzero(block.twin == 1)
    first_of[block.mother[first]] = first
    given[second] = namebook.one_character_apart(rng, given[first_of[block.mother[second]]], block.sex[second])
    surname[second] = surname[first_of[block.mother[second]]]
    return surname, given, ethnic


def _inherit(rng: np.random.Generator, father: Ints, mother: Ints, surname: Words) -> None:
    """Children bear the father's surname, some the mother's, a few both; two passes carry it over three generations."""
    with_father = np.flatnonzero(father >= 0)
    drawn = rng.random(len(father))
    for _ in range(2):
        surname[with_father] = surname[father[with_father]]
        maternal = with_father[(drawn[with_father] < 0.06) & (mother[with_father] >= 0)]
        surname[maternal] = surname[mother[maternal]]
    double = with_father[(drawn[with_father] > 0.994) & (mother[with_father] >= 0)]
    single = np.array(
        [len(a) == 1 and len(b) == 1 for a, b in zip(surname[double], surname[mother[double]], strict=True)], dtype=bool
    )
    double = double[single & (surname[double] != surname[mother[double]])]
    has_child = np.zeros(len(father), dtype=bool)
    has_child[father[with_father]] = True
    double = double[~has_child[double]]
    surname[double] = surname[double] + surname[mother[double]]


def _dotted(rng: np.random.Generator, draft: Draft, reserved: Reserved, name: Words, ethnic: Words) -> None:
    is_dotted = (ethnic == "05") & (draft.kind == 0) & (draft.block.father < 0) & (draft.block.position == HEAD)
    is_dotted &= ~reserved.marked(len(draft))
    is_dotted[reserved.of("dotted_names")[:, 0]] = True
    rows = np.flatnonzero(is_dotted)
    name[rows] = namebook.dotted(rng, len(rows))
    ethnic[rows] = np.where(rng.random(len(rows)) < 0.8, "05", "17")


def _birth_places(draft: Draft, division: Words) -> Words:
    """The code of the birth place in the year of birth: natives and neighbours carry abolished county codes (domain §3.1)."""
    year = namebook.birth_years(draft.block.birth)
    place = division.copy()
    yuhang = np.isin(division, ["330110", "330113"])
    young_linping = (division == "330113") & (year >= 2022)
    place = np.where(yuhang & ~young_linping, np.select([year <= 1994, year <= 2000], ["330125", "330184"], "330110"), place)
    for today, (county, city) in SECOND_CODES.items():
        place = np.where(division == today, np.select([year <= 1987, year <= 2000], [county, city], today), place)
    return place.astype(object)


def _numbers(draft: Draft, reserved: Reserved, place: Words, registered: Ints) -> Words:
    rng = stream(draft.plan.seed, "numbers")
    rows = np.flatnonzero((draft.kind == 0) & (registered < NONE))
    rows = rows[np.lexsort((draft.block.twin[rows], draft.block.mother[rows]))]
    number = np.full(len(draft), "", dtype=object)
    number[rows] = numbers.citizen_numbers(rng, _area_choices(place[rows]), draft.block.birth[rows], draft.block.sex[rows])
    for first, second in reserved.of("shared_numbers"):
        number[second] = number[first]
    return number


def _area_choices(place: Words) -> Longs:
    """Per person the area of birth and thirteen others near it, to fall back on when its sequence codes are used up."""
    codes, inverse = np.unique(place.astype(str), return_inverse=True)
    known = sorted({*table("divisions")["division"].to_list(), *(c for pair in SECOND_CODES.values() for c in pair)})
    hangzhou = [c for c in known if c.startswith("3301")] + ["330103", "330104", "330184", "330125"]
    rows = []
    for code in codes.tolist():
        near = hangzhou if code.startswith("3301") else [c for c in known if c.startswith(code[:2])]
        others = [c for c in near if c != code] + [c for c in known if not c.startswith(code[:2])]
        turn = int(code) % max(1, len(near) - 1) if not code.startswith("3301") else 0
        others = others[turn : len(near)] + others[:turn] + others[len(near) :]
        rows.append([int(code), *(int(c) for c in others[: CHOICES - 1])])
    return np.array(rows, dtype=np.int64)[inverse]
