"""Names with the frequencies of life: surnames by share and region, given names by birth cohort and sex (domain §7.4).

Characters follow a head of published favourites and a long flat tail, tuned so that two people of one cohort and sex share a
given name with probability 3e-4 to 1e-3; so namesakes arise by themselves.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from jobs.sample.facts import facts, table
from jobs.sample.streams import Bools, Floats, Ints, Words, weighted

COHORTS = (1900, 1960, 1970, 1980, 1990, 2000, 2010)
EXPONENT = {1900: 0.75, 1960: 0.60, 1970: 0.42, 1980: 0.30, 1990: 0.35, 2000: 0.55, 2010: 0.60}
"""Steepness of the character frequencies in a cohort."""


def birth_years(birth: Ints) -> Ints:
    """Calendar year of days since 1970."""
    return (birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int32) + 1970).astype(np.int32)


def draw_surnames(rng: np.random.Generator, is_native: Bools) -> Words:
    """One surname a row; natives of the district follow the local shares."""
    surnames = table("surnames")
    names = np.array(surnames["surname"].to_list(), dtype=object)
    share = surnames["share"].to_numpy()
    drawn = weighted(rng, share, len(is_native))
    count = int(is_native.sum())
    drawn[is_native] = weighted(rng, share * surnames["native"].to_numpy(), count)
    return names[drawn]


def draw_given(rng: np.random.Generator, birth: Ints, sex: Ints) -> Words:
    """One given name a row, of one or two characters."""
    years = birth_years(birth)
    given = np.empty(len(birth), dtype=object)
    for position, cohort in enumerate(COHORTS):
        until = COHORTS[position + 1] if position + 1 < len(COHORTS) else 9999
        for code, word in ((1, "male"), (2, "female")):
            rows = np.flatnonzero((years < until) & (years >= (cohort if position else 0)) & (sex == code))
            given[rows] = _cohort_given(rng, word, cohort, len(rows))
    return given


def _cohort_given(rng: np.random.Generator, sex: str, cohort: int, count: int) -> Words:
    characters, weights = _characters(sex, cohort)
    first = characters[weighted(rng, weights, count)]
    second = characters[weighted(rng, weights, count)]
    single = rng.random(count) < facts("given_names")["single"][cohort]
    names = np.where(single, "", first) + second
    favourites = facts("given_names")["favourite"][f"{sex}_{cohort}"]
    shares = np.array(list(favourites.values())) / 1000
    is_favourite = rng.random(count) < shares.sum()
    names[is_favourite] = np.array(list(favourites), dtype=object)[weighted(rng, shares, int(is_favourite.sum()))]
    return names.astype(object)


@cache
def _characters(sex: str, cohort: int) -> tuple[Words, Floats]:
    tables = facts("given_names")
    era = "old" if cohort < 1970 else "mid" if cohort < 2000 else "new"
    older = {"new": "mid", "mid": "old", "old": "mid"}[era]
    ordered = dict.fromkeys(tables[sex][cohort] + tables["tail"][f"{sex}_{era}"] + tables["tail"][f"{sex}_{older}"])
    characters = np.array(list(ordered), dtype=object)
    return characters, 1.0 / (np.arange(len(characters)) + 3.0) ** EXPONENT[cohort]


def one_character_apart(rng: np.random.Generator, given: Words, sex: Ints) -> Words:
    """Two-character given names that differ from these in exactly one character (a father and his son)."""
    result = np.empty(len(given), dtype=object)
    for row, name in enumerate(given):
        characters, weights = _characters("male" if sex[row] == 1 else "female", 1980)
        first = str(name)[0]
        while True:
            other = str(characters[weighted(rng, weights, 1)[0]])
            if other not in str(name):
                break
        result[row] = first + other if len(str(name)) > 1 else other
    return result


def rare_given(rng: np.random.Generator, count: int, outside_gbk: float = 0.2) -> Words:
    """Given names with a character outside GB 2312, a share of them outside GBK."""
    tables = facts("given_names")
    inside, outside = np.array(list(tables["rare_gb2312"]), dtype=object), np.array(list(tables["rare_gbk"]), dtype=object)
    rare = np.where(
        rng.random(count) < outside_gbk,
        outside[rng.integers(0, len(outside), count)],
        inside[rng.integers(0, len(inside), count)],
    )
    common, weights = _characters("male", 2000)
    plain = common[weighted(rng, weights, count)]
    shape = rng.integers(0, 3, count)
    return np.where(shape == 0, rare, np.where(shape == 1, rare + plain, plain + rare)).astype(object)


def dotted(rng: np.random.Generator, count: int) -> Words:
    """Names of the form own·father with the standard middle dot U+00B7."""
    tables = facts("given_names")["dotted"]
    own = np.array(tables["own"], dtype=object)[rng.integers(0, len(tables["own"]), count)]
    father = np.array(tables["father"], dtype=object)[rng.integers(0, len(tables["father"]), count)]
    return own + "·" + father


def latin(rng: np.random.Generator, sex: Ints) -> tuple[Words, Words]:
    """Foreigners' family names and whole names in passport order FAMILY GIVEN MIDDLE."""
    tables = facts("given_names")
    count = len(sex)
    family = np.array(tables["latin_family"], dtype=object)[rng.integers(0, len(tables["latin_family"]), count)]
    male = np.array(tables["latin_male"], dtype=object)[rng.integers(0, len(tables["latin_male"]), count)]
    female = np.array(tables["latin_female"], dtype=object)[rng.integers(0, len(tables["latin_female"]), count)]
    middle = np.array(tables["latin_middle"], dtype=object)[rng.integers(0, len(tables["latin_middle"]), count)]
    tail = np.where(rng.random(count) < 0.45, " " + middle, "")
    return family, family + " " + np.where(sex == 1, male, female) + tail


def provisional(rng: np.random.Generator, parent: Words, sex: Ints) -> Words:
    """What a birth certificate says before the child has a name."""
    kind = weighted(rng, [45, 15, 12, 10, 18], len(parent))
    child = np.where(sex == 1, "之子", "之女")
    surname = np.array([str(p)[:1] for p in parent], dtype=object)
    return np.select(
        [kind == 0, kind == 1, kind == 2, kind == 3],
        [parent + child, surname + "婴", "无名氏", "宝宝"],
        surname + "某" + child,
    ).astype(object)
