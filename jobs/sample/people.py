"""How many people of which age and sex, and the growing table that families are built into.

Everything is kept as plain arrays, a row a person, dates as days since 1970; `NONE` stands for no date, -1 for no person.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from jobs.sample.streams import Bools, Floats, Ints, weighted

YEAR = 365.25
NONE = np.int32(1_000_000_000)
"""No date: still in force, never, unknown."""

HUKOU_BANDS = [6.0, 8.2, 6.2, 4.3, 4.2, 5.6, 8.8, 10.2, 8.0, 6.2, 6.4, 6.3, 5.0, 4.6, 4.2, 3.0, 1.8, 1.2]
MIGRANT_BANDS = [4.2, 4.6, 3.4, 3.4, 10.2, 15.6, 17.0, 13.0, 8.4, 6.0, 5.2, 3.9, 2.2, 1.4, 0.8, 0.4, 0.2, 0.1]
"""Percent of the group by five-year band, 0-4 … 80-84, 85+ (domain §7.2)."""

# what a person is in his household
HEAD, WIFE, CHILD, GRAND, GROWN, ALONE, MATE, QUARTERS = range(8)


@dataclass
class Block:
    """People in households of one group. Indices (`mother` …) and `household` count within the block until joined."""

    birth: Ints
    sex: Ints
    household: Ints
    position: Ints
    mother: Ints
    father: Ints
    spouse: Ints
    twin: Ints

    def __len__(self) -> int:
        return len(self.birth)


SMALL = ("sex", "position", "twin")


def join_blocks(blocks: list[Block]) -> tuple[Block, list[slice], list[slice]]:
    """One block with running indices; the person and household ranges of each part."""
    people: list[slice] = []
    homes: list[slice] = []
    columns: dict[str, list[Ints]] = {f.name: [] for f in fields(Block)}
    person_base = home_base = 0
    for block in blocks:
        homes_here = int(block.household.max()) + 1 if len(block) else 0
        for name, parts in columns.items():
            values = getattr(block, name)
            if name in ("mother", "father", "spouse"):
                values = np.where(values >= 0, values + person_base, -1)
            parts.append(values + home_base if name == "household" else values)
        people.append(slice(person_base, person_base + len(block)))
        homes.append(slice(home_base, home_base + homes_here))
        person_base += len(block)
        home_base += homes_here
    joined = {n: np.concatenate(p).astype(np.int8 if n in SMALL else np.int32) for n, p in columns.items()}
    return Block(**joined), people, homes


def draw_marginal(rng: np.random.Generator, count: int, group: str, today: int) -> tuple[Ints, Ints]:
    """Birth days and sexes of `count` people of a group (`hukou` or `migrant`), by its age bands and sex ratios."""
    bands = np.array(HUKOU_BANDS if group == "hukou" else MIGRANT_BANDS)
    band = weighted(rng, bands, count)
    width = np.where(band == 17, 12, 5)
    inside = np.where(band == 17, rng.random(count) ** 2.2, rng.random(count))
    age = band * 5 + inside * width
    return (today - age * YEAR).astype(np.int32), draw_sex(rng, age, group)


def draw_sex(rng: np.random.Generator, age: Floats, group: str) -> Ints:
    """Sex by age: hukou 97 overall, migrants 118 with 122 at working ages and 85 from sixty (domain §7.2)."""
    if group == "hukou":
        ratio = np.select([age < 20, age < 50, age < 70], [107, 97, 95], 84)
    else:
        ratio = np.select([age < 20, age < 45, age < 60], [111, 122, 118], 85)
    return np.where(rng.random(len(age)) < ratio / (100 + ratio), 1, 2).astype(np.int8)


def heap_births(rng: np.random.Generator, birth: Ints) -> Ints:
    """Some people born before 1985 were registered on the first of the month or on New Year's day."""
    dates = birth.astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    years = dates.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int32)
    old = birth < int(np.datetime64("1985-01-01").astype(int))
    drawn = rng.random(len(birth))
    first = np.where(old, 0.035, 0.004)
    new_year = np.where(old, 0.008, 0.0)
    return np.where(drawn < new_year, years, np.where(drawn < new_year + first, months, birth)).astype(np.int32)


def lunar_reading(birth: Ints) -> Ints:
    """The lunar month and day of a birth read as a solar date of the same year (leap months counted as the month before).

    New moons by the mean lunation, good to a day: enough for a date that people misremember.
    """
    lunation, epoch = 29.530588853, 10962.6 + 8 / 24  # 2000-01-06 18:14 UT, in China's time
    years = birth.astype("datetime64[D]").astype("datetime64[Y]")
    start = years.astype("datetime64[D]").astype(np.float64)
    new_year = epoch + np.ceil((start + 20 - epoch) / lunation) * lunation
    before = birth < np.floor(new_year)
    new_year = np.where(before, new_year - 12 * lunation, new_year)
    passed = birth - np.floor(new_year)
    month = np.minimum(passed // lunation, 11).astype(np.int64)
    day = np.clip(passed - np.floor(month * lunation), 0, 29).astype(np.int64)
    lunar_year = np.where(before, years.astype(np.int64) - 1, years.astype(np.int64))
    first_of_month = (lunar_year * 12 + month).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (lunar_year * 12 + month + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first_of_month
    return (first_of_month + np.minimum(day, length - 1)).astype(np.int32)


def take_nearest(pool: Ints, wanted: Ints) -> Bools:
    """Which of `pool` (birth days) to take out so that its ages lose what `wanted` asks, year by year, as far as it goes."""
    taken = np.zeros(len(pool), dtype=bool)
    year_pool, year_wanted = (pool // YEAR).astype(np.int64), (wanted // YEAR).astype(np.int64)
    need: dict[int, int] = dict(zip(*(x.tolist() for x in np.unique(year_wanted, return_counts=True)), strict=True))
    missing = 0
    order = np.argsort(year_pool, kind="stable")
    years, starts = np.unique(year_pool[order], return_index=True)
    ends = np.r_[starts[1:], len(pool)][: len(years)]
    for year, start, end in zip(years.tolist(), starts.tolist(), ends.tolist(), strict=True):
        want = need.pop(year, 0)
        taken[order[start : start + min(want, end - start)]] = True
        missing += max(0, want - (end - start))
    missing += sum(need.values())
    left = np.flatnonzero(~taken)
    if missing and len(left):
        taken[left[np.linspace(0, len(left) - 1, min(missing, len(left))).astype(np.int64)]] = True
    return taken
