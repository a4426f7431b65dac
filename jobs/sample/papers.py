"""Names, numbers and documents of everybody, through time (domain §3.1, §3.2, §3.8, §7.4, §7.5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from jobs.sample import names as namebook
from jobs.sample import numbers
from jobs.sample.assembly import Draft
from jobs.sample.facts import facts, table
from jobs.sample.hard_cases import Reserved
from jobs.sample.people import HEAD, NONE
from jobs.sample.streams import Bools, Ints, Longs, Words, stream, weighted
from jobs.sample.world import shape_frame

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


def names_frame(draft: Draft, reserved: Reserved, papers: Papers) -> pl.DataFrame:
    """Names through time: newborns' provisional names until registered, legal changes of name."""
    rng = stream(draft.plan.seed, "name changes")
    count = len(draft)
    begin = draft.block.birth.copy()
    parts = []
    babies = (
        (draft.plan.today - draft.block.birth < 7 * 365)
        & (draft.block.mother >= 0)
        & (rng.random(count) < 0.05)
        & (draft.kind == 0)
    )
    babies[reserved.of("newborns")[:, 0]] = True
    rows = np.flatnonzero(babies)
    until = np.where(papers.registered[rows] < NONE, papers.registered[rows], NONE)
    parts.append(
        (
            rows,
            namebook.provisional(rng, papers.name[draft.block.mother[rows]], draft.block.sex[rows]),
            "provisional",
            begin[rows],
            until,
        )
    )
    begin[rows] = until
    changed = _changed(rng, draft, reserved, babies)
    day = draft.plan.start + rng.integers(20, draft.plan.today - draft.plan.start - 10, len(changed))
    former = _former_names(rng, draft, papers, changed)
    parts.append((changed, former, "legal", begin[changed], day.astype(np.int32)))
    begin[changed] = day
    legal = np.flatnonzero(begin < NONE)
    parts.append((legal, papers.name[legal], "legal", begin[legal], np.full(len(legal), NONE, dtype=np.int32)))
    return _ordered(
        pl.concat(
            [
                _dated("names", {"person_id": p, "name": n.tolist(), "kind": [k] * len(p)}, f, t)
                for p, n, k, f, t in parts
                if len(p)
            ]
        )
    )  # fmt: skip


def _changed(rng: np.random.Generator, draft: Draft, reserved: Reserved, babies: Bools) -> Ints:
    age = draft.age()
    natural = (rng.random(count := len(draft)) < 0.0014) & (draft.kind == 0) & (age > 5) & (draft.death == NONE) & ~babies
    natural &= ~reserved.marked(count, besides="name_changes")
    natural[reserved.of("name_changes")[:, 0]] = True
    return np.flatnonzero(natural).astype(np.int32)


def _former_names(rng: np.random.Generator, draft: Draft, papers: Papers, rows: Ints) -> Words:
    """The name before: mostly another given name, for some another surname."""
    given = namebook.draw_given(rng, draft.block.birth[rows], draft.block.sex[rows])
    other = namebook.draw_surnames(rng, np.zeros(len(rows), dtype=bool))
    surname = np.where(rng.random(len(rows)) < 0.12, other, papers.surname[rows])
    former = surname + given
    same = former == papers.name[rows]
    former[same] = surname[same] + "大" + given[same]
    return former


def documents_frame(draft: Draft, reserved: Reserved, papers: Papers) -> pl.DataFrame:
    """All documents through time."""
    return _ordered(
        pl.concat(
            [
                *_citizen_documents(draft, reserved, papers),
                *_foreign_documents(draft, reserved),
                *_hkmt_documents(draft, reserved),
            ]
        )
    )


def _citizen_documents(draft: Draft, reserved: Reserved, papers: Papers) -> list[pl.DataFrame]:
    rng = stream(draft.plan.seed, "second numbers")
    with_number = np.flatnonzero(papers.number != "").astype(np.int32)
    begin = papers.registered.copy()
    natural = np.flatnonzero((rng.random(len(draft)) < 0.0002) & (papers.number != "") & (draft.age() > 25))
    natural = natural[~reserved.marked(len(draft))[natural]]
    second = np.r_[reserved.of("two_numbers")[:, 0], natural].astype(np.int32)
    corrected = np.arange(len(second)) % 2 == 0
    numbers_of = _second_numbers(rng, draft, papers, second)
    since = np.full(len(second), draft.plan.today - 400, dtype=np.int32) - rng.integers(0, 3000, len(second)).astype(np.int32)
    since = np.maximum(since, begin[second] + 1)
    old_from = begin[second].copy()
    begin[second[corrected]] = since[corrected]
    short = with_number[namebook.birth_years(draft.block.birth[with_number]) < 1985]
    until = np.full(len(short), int(np.datetime64("2013-01-01").astype(int)), dtype=np.int32)
    nothing = np.full(len(with_number), NONE, dtype=np.int32)
    kinds = np.where(corrected, "id18_old", "id18_second").astype(object)
    to = np.where(corrected, since, NONE)
    frm = np.where(corrected, old_from, since)
    parts = [
        (with_number, papers.number[with_number], np.full(len(with_number), "id18", dtype=object), begin[with_number], nothing),
        (
            short,
            numbers.old_form(papers.number[short]),
            np.full(len(short), "id15", dtype=object),
            papers.registered[short],
            until,
        ),
        (second, numbers_of, kinds, frm, to),
    ]
    return [_papers_part(p, n, k, np.full(len(p), "CHN", dtype=object), f, t) for p, n, k, f, t in parts if len(p)]


def _second_numbers(rng: np.random.Generator, draft: Draft, papers: Papers, rows: Ints) -> Words:
    """Another valid number: half with another sequence code, half with another birth date too; unlike any in use."""
    used = set(papers.number.tolist())
    result = []
    for row, wrong_date in zip(rows.tolist(), (rng.random(len(rows)) < 0.5).tolist(), strict=True):
        body = papers.number[row][:17]
        while True:
            date = body[6:14]
            if wrong_date:
                date = date[:4] + f"{int(rng.integers(1, 13)):02d}{int(rng.integers(1, 29)):02d}"
            sequence = 900 + 2 * int(rng.integers(48)) + (draft.block.sex[row] == 1)
            found = str(numbers.with_check(np.array([int(body[:6] + date + f"{sequence:03d}")]))[0])
            if found not in used:
                break
            wrong_date = True  # on a full day no sequence code of it may be left
        used.add(found)
        result.append(found)
    return np.array(result, dtype=object)


def _foreign_documents(draft: Draft, reserved: Reserved) -> list[pl.DataFrame]:
    """Passports, renewed on the way; a few permanent residence cards, old and new."""
    rng = stream(draft.plan.seed, "passports")
    rows = np.flatnonzero(draft.kind == 4).astype(np.int32)
    country = nationalities(draft)[rows]
    renewed = np.zeros(len(draft), dtype=bool)
    renewed[reserved.of("foreigners_new_passport")[:, 0]] = True
    renewed = renewed[rows] | (rng.random(len(rows)) < 0.12)
    day = (draft.plan.start + rng.integers(60, draft.plan.today - draft.plan.start - 40, len(rows))).astype(np.int32)
    issued = day - rng.integers(3000, 3650, len(rows)).astype(np.int32)
    both = numbers.passports(rng, 2 * len(rows))
    first, second = both[: len(rows)], both[len(rows) :]
    nothing = np.full(len(rows), NONE, dtype=np.int32)
    passport = np.full(len(rows), "passport", dtype=object)
    end = np.where(renewed, day, NONE).astype(np.int32)
    parts = [
        _papers_part(rows, first, passport, country, np.where(renewed, issued, day - 700).astype(np.int32), end),
        _papers_part(rows[renewed], second[renewed], passport[renewed], country[renewed], day[renewed], nothing[renewed]),
    ]
    cards = rows[rng.random(len(rows)) < 0.06]
    return parts + _residence_cards(rng, draft, cards)


def _residence_cards(rng: np.random.Generator, draft: Draft, rows: Ints) -> list[pl.DataFrame]:
    """The 15-character card and the 18-character one of 2023 that prints the old number."""
    country = nationalities(draft)[rows]
    born = numbers.yyyymmdd(draft.block.birth[rows])
    serial = numbers.as_text(rng.integers(900, 996, len(rows)), 3)
    old = np.array(
        [f"{c}3301{b % 1_000_000:06d}{s[1:]}" for c, b, s in zip(country, born.tolist(), serial, strict=True)], dtype=object
    )
    body = [int(f"933{840 if c == 'USA' else 410:03d}{b}{s}") for c, b, s in zip(country, born.tolist(), serial, strict=True)]
    new = numbers.with_check(np.array(body, dtype=np.int64)) if len(rows) else np.zeros(0, dtype=object)
    switch = np.full(len(rows), int(np.datetime64("2024-03-01").astype(int)), dtype=np.int32)
    nothing = np.full(len(rows), NONE, dtype=np.int32)
    china = np.full(len(rows), "CHN", dtype=object)
    if not len(rows):
        return []
    return [
        _papers_part(rows, old, np.full(len(rows), "pr_old", dtype=object), china, switch - 1500, switch),
        _papers_part(rows, new, np.full(len(rows), "pr_new", dtype=object), china, switch, nothing),
    ]


def _hkmt_documents(draft: Draft, reserved: Reserved) -> list[pl.DataFrame]:
    """Travel permits; some hold the 18-character residence permit too."""
    rng = stream(draft.plan.seed, "permits")
    rows = np.flatnonzero((draft.kind > 0) & (draft.kind < 4)).astype(np.int32)
    kinds = np.array(["", "hk", "mo", "tw"], dtype=object)[draft.kind[rows]]
    nothing = np.full(len(rows), NONE, dtype=np.int32)
    begin = draft.plan.today - rng.integers(400, 3000, len(rows)).astype(np.int32)
    names = np.where(kinds == "tw", "tw_pass", "hk_pass").astype(object)
    country = np.full(len(rows), "CHN", dtype=object)
    both = np.zeros(len(draft), dtype=bool)
    both[reserved.of("hkmt_two_documents")[:, 0]] = True
    second = both[rows] | (rng.random(len(rows)) < 0.25)
    area = (80 + draft.kind[rows[second]].astype(np.int64)) * 10_000
    permit = numbers.citizen_numbers(rng, area[:, None], draft.block.birth[rows[second]], draft.block.sex[rows[second]])
    parts = [_papers_part(rows, numbers.travel_permits(rng, kinds), names, country, begin.astype(np.int32), nothing)]
    if second.any():
        permits = np.full(len(permit), "hkmt_permit", dtype=object)
        parts.append(
            _papers_part(rows[second], permit, permits, country[second], begin[second].astype(np.int32) + 200, nothing[second])
        )
    return parts


def nationalities(draft: Draft) -> Words:
    """ISO alpha-3 by person; Hong Kong, Macao and Taiwan are CHN."""
    rng = stream(draft.plan.seed, "nationalities")
    countries = facts("given_names")["countries"]
    drawn = np.array(list(countries), dtype=object)[weighted(rng, list(countries.values()), len(draft))]
    return np.where(draft.kind == 4, drawn, "CHN").astype(object)


def _papers_part(person: Ints, number: Words, kind: Words, country: Words, begin: Ints, end: Ints) -> pl.DataFrame:
    columns: dict[str, object] = {
        "person_id": person, "number": number.tolist(), "kind": kind.tolist(), "country": country.tolist(),
    }  # fmt: skip
    return _dated("documents", columns, begin, end)


def _dated(frame: str, columns: dict[str, object], begin: Ints, end: Ints) -> pl.DataFrame:
    return shape_frame(frame, {**columns, "from_date": dates(begin), "to_date": dates(end)})


def dates(days: Ints) -> pl.Series:
    """Days since 1970 as dates, `NONE` as null."""
    series = pl.Series(np.asarray(days, dtype=np.int32))
    known = pl.Series(np.abs(np.asarray(days)) < NONE)
    return pl.select(pl.when(known).then(series).cast(pl.Int32).cast(pl.Date)).to_series()


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort("person_id", "from_date", "kind")
