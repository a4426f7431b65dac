"""Numbers that identify people and units: valid by their check digits, and never anyone's on purpose.

Citizen numbers take sequence codes 900-995 only (domain §7.5): 48 a sex, area and birth date. When they are used up the next
area of the person's origin is taken, so two people share a number only where a hard case says so.
"""

from __future__ import annotations

import numpy as np

from jobs.sample.streams import Ints, Longs, Words, rank_within, weighted

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
CHECKS = np.array(list("10X98765432"), dtype=object)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
PER_KEY = 48
"""Numbers there are for one area, birth date and sex."""

MOBILE_PREFIXES = [
    134, 135, 136, 137, 138, 139, 147, 150, 151, 152, 157, 158, 159, 178, 182, 183, 184, 187, 188, 195, 198,
    130, 131, 132, 145, 155, 156, 166, 175, 176, 185, 186, 196, 133, 149, 153, 173, 177, 180, 181, 189, 190, 191, 193, 199,
    192, 172, 148, 197, 171,
]  # fmt: skip


def yyyymmdd(days: Ints) -> Longs:
    """Days since 1970 as the integer yyyymmdd."""
    dates = days.astype("datetime64[D]")
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    months = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    return years * 10000 + months * 100 + day


def with_check(body: Longs) -> Words:
    """17 digits held as integers → 18 characters with the ISO 7064 MOD 11-2 check (domain §3.1)."""
    total = np.zeros(len(body), dtype=np.int64)
    rest = body.copy()
    for weight in WEIGHTS[::-1]:
        total += (rest % 10) * weight
        rest //= 10
    return as_text(body, 17) + CHECKS[total % 11]


def as_text(numbers: Longs, width: int) -> Words:
    """Integers as zero-padded text."""
    if not len(numbers):
        return np.zeros(0, dtype=object)
    return np.char.zfill(numbers.astype(str), width).astype(object)


def citizen_numbers(rng: np.random.Generator, areas: Longs, birth: Ints, sex: Ints) -> Words:
    """One number a person, all different. `areas` is (persons, choices): six-digit codes in order of preference.

    People in neighbouring rows with equal key get neighbouring sequence codes, as twins do.
    """
    choice = np.zeros(len(birth), dtype=np.int64)
    born = yyyymmdd(birth)
    for _ in range(areas.shape[1]):
        area = areas[np.arange(len(birth)), choice]
        key = (area * 100_000_000 + born) * 2 + (sex == 2)
        rank = rank_within(key)
        full = rank >= PER_KEY
        if not full.any():
            break
        choice[full] += 1
        if (choice >= areas.shape[1]).any():
            raise ValueError("more people of one birth date than sequence codes of their origin")
    start = (key * np.int64(2654435761) >> 7) % PER_KEY
    order = (rank + start + int(rng.integers(PER_KEY))) % PER_KEY
    sequence = 900 + 2 * order + (sex == 1)
    return with_check(area * 100_000_000_000 + born * 1000 + sequence)


def old_form(number: Words) -> Words:
    """The 15-digit number of people born in the 1900s."""
    return np.array([n[:6] + n[8:17] for n in number], dtype=object)


def phones(rng: np.random.Generator, count: int) -> Words:
    """Different mobile numbers whose digits 4-7 lie in 0000-0009 (domain §7.7): 5 million exist."""
    space = len(MOBILE_PREFIXES) * 100_000
    if count > space:
        raise ValueError(f"{count} phones asked, {space} exist")
    drawn = rng.permutation(space)[:count]
    prefix = np.array(MOBILE_PREFIXES, dtype=np.int64)[drawn // 100_000]
    return as_text(prefix * 100_000_000 + drawn % 100_000, 11)


def credit_codes(rng: np.random.Generator, kind: str, divisions: Longs) -> Words:
    """Unified social credit codes: `kind` = first two characters, e.g. 91 company, 92 trader (domain §3.3)."""
    bodies = rng.permutation(100_000_000)[: len(divisions)] if len(divisions) > 2_000_000 else distinct(rng, len(divisions))
    return np.array([_credit_code(kind, int(d), f"{int(b):08d}") for d, b in zip(divisions, bodies, strict=True)], dtype=object)


def distinct(rng: np.random.Generator, count: int, space: int = 100_000_000) -> Longs:
    """`count` different integers below `space`, in random order."""
    found = np.unique(rng.integers(0, space, size=count + count // 10 + 10))
    while len(found) < count:
        found = np.unique(np.r_[found, rng.integers(0, space, size=count)])
    return rng.permutation(found)[:count].astype(np.int64)


def _credit_code(kind: str, division: int, body: str) -> str:
    nine = body + _organisation_check(body)
    head = f"{kind}{division:06d}{nine}"
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(head, USCC_WEIGHTS, strict=True))
    return head + USCC_ALPHABET[(31 - total % 31) % 31]


def _organisation_check(body: str) -> str:
    total = sum(int(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def passports(rng: np.random.Generator, count: int) -> Words:
    """Foreign passport numbers: one or two letters and seven digits, all different."""
    letters = np.array(list("ABCDEFGHJKLMNPRSTUVWXYZ"), dtype=object)
    digits = as_text(distinct(rng, count, 10_000_000 if count < 5_000_000 else 100_000_000), 7)
    return letters[weighted(rng, np.ones(len(letters)), count)] + letters[weighted(rng, np.ones(len(letters)), count)] + digits


def travel_permits(rng: np.random.Generator, kinds: Words) -> Words:
    """Mainland travel permits: H/M and eight digits for Hong Kong and Macao, eight digits for Taiwan (domain §3.2)."""
    letter = np.select([kinds == "hk", kinds == "mo"], ["H", "M"], "").astype(object)
    return letter + as_text(distinct(rng, len(kinds), 100_000_000), 8)
