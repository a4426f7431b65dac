"""Where households lived when: spells in the district, from the present backwards, with moves, arrivals and departures.

Renters move at 32 % a year, owners at 4 %, two thirds of moves stay inside the district (domain §7.3); arrivals from other
provinces peak after Spring Festival.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.sample.people import YEAR
from jobs.sample.places import RURAL, assign_dwellings, township_shares
from jobs.sample.streams import Bools, Ints, Longs, weighted

OWNER, RENTED, DORMITORY, CAMPUS, RELATIVES = range(5)
TENURES = ("owner", "rented", "dormitory", "campus", "relatives")
NATIVE, SETTLED, MOVER = range(3)
MOVES_A_YEAR = np.array([0.04, 0.32, 0.42, 0.30, 0.12])
INSIDE = np.array([0.85, 0.64, 0.45, 0.25, 0.66])
"""Share of moves that stay inside the district, by tenure (two thirds over all)."""


@dataclass(frozen=True)
class Homes:
    """One row a household that lives or lived in the district."""

    nature: Ints  # NATIVE, SETTLED (local hukou, born elsewhere) or MOVER
    origin: Ints  # 1 … 6 as in persons.origin
    tenure: Ints
    left: Ints  # day of departure, NONE = still here
    oldest: Ints  # birth of the oldest member
    quarters: Bools


@dataclass(frozen=True)
class Spells:
    """One row a household and dwelling; the newest spell of a household first."""

    home: Ints
    start: Ints
    end: Ints
    township: Ints
    form: Ints
    tenure: Ints
    dwelling: Longs
    recency: Ints  # 0 the last home, 1 the one before …


def draw_tenure(rng: np.random.Generator, nature: Ints, origin: Ints, quarters: Bools, students: Bools) -> Ints:
    """Tenure by what the household is."""
    owners = np.select([nature == NATIVE, nature == SETTLED, origin == 2, origin == 3], [0.86, 0.66, 0.42, 0.32], 0.13)
    relatives = np.where(nature == NATIVE, 0.05, 0.04)
    drawn = rng.random(len(nature))
    tenure = np.select([drawn < owners, drawn < owners + relatives], [OWNER, RELATIVES], RENTED)
    return np.where(students, CAMPUS, np.where(quarters, DORMITORY, tenure)).astype(np.int32)


def make_spells(rng: np.random.Generator, homes: Homes, today: int) -> Spells:
    """All spells; a household has at most four."""
    rows = np.arange(len(homes.nature))
    end = homes.left.copy()
    township = _townships(rng, homes)
    tenure = homes.tenure.copy()
    parts = []
    for recency in range(4):
        last = np.minimum(end[rows], today)
        length = np.maximum(rng.exponential(1 / MOVES_A_YEAR[tenure[rows]]) * YEAR, 9)
        start = np.minimum(last - np.minimum(length, 22 * YEAR), last - 1).astype(np.int32)
        start = _seasonal(rng, start, homes.origin[rows] >= 3)
        native = homes.nature[rows] == NATIVE
        inside = (rng.random(len(rows)) < INSIDE[tenure[rows]]) | native
        before_birth = start <= homes.oldest[rows]
        final = ~inside | before_birth | (native & (rng.random(len(rows)) < 0.5)) | (recency == 3)
        start = np.where(
            native & final, homes.oldest[rows], np.where(before_birth, np.maximum(homes.oldest[rows], last - 9000), start)
        )
        start = np.minimum(start, last - 1).astype(np.int32)
        parts.append((rows, start, end[rows], township[rows], tenure[rows], np.full(len(rows), recency)))
        end[rows] = start
        rows = rows[~final]
        moved = rng.random(len(rows)) > 0.6
        township[rows[moved]] = weighted(rng, township_shares(), int(moved.sum()))
        tenure[rows] = np.where((tenure[rows] == OWNER) & (rng.random(len(rows)) < 0.6), RENTED, tenure[rows])
    home, start, stop, town, held, recency_of = (np.concatenate(x).astype(np.int32) for x in zip(*parts, strict=True))
    form = _forms(rng, homes.nature[home], town, held)
    return Spells(home, start, stop, town, form, held, _dwellings(rng, start, stop, town, form, held), recency_of)


def _seasonal(rng: np.random.Generator, start: Ints, from_afar: Bools) -> Ints:
    """Some arrivals move to the weeks after Spring Festival, or to July, of the same year or the year before; never later."""
    year = start.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int32)
    drawn = rng.random(len(start))
    target = np.where(drawn < 0.22, year + 45 + rng.integers(0, 24, len(start)), year + 181 + rng.integers(0, 30, len(start)))
    target = np.where(target > start, target - 365, target)
    return np.where(from_afar & (drawn < 0.32), target, start).astype(np.int32)


def _townships(rng: np.random.Generator, homes: Homes) -> Ints:
    """Natives live more in the rural towns, the others less, so that the street shares of all hold."""
    shares = township_shares()
    native = shares * (0.7 + 1.1 * RURAL)
    native /= native.sum()
    share_of_natives = float((homes.nature == NATIVE).mean())
    others = np.maximum(shares - share_of_natives * native, 0.0005)
    drawn = weighted(rng, others, len(homes.nature))
    is_native = homes.nature == NATIVE
    drawn[is_native] = weighted(rng, native, int(is_native.sum()))
    park = homes.quarters
    drawn[park] = weighted(rng, np.array([30, 14, 12, 3, 30, 5, 2, 0.4, 3, 0.1, 0.1, 0.2]), int(park.sum()))
    return drawn.astype(np.int32)


def _forms(rng: np.random.Generator, nature: Ints, township: Ints, tenure: Ints) -> Ints:
    """Village houses for natives of rural towns and for a quarter of the renters, dormitories, else flats."""
    chance = np.select(
        [(nature == NATIVE) & (tenure == OWNER), tenure == RENTED],
        [RURAL[township], 0.12 + 0.5 * RURAL[township]],
        0.3 * RURAL[township],
    )
    form = np.where(rng.random(len(nature)) < chance, 1, 0)
    return np.select([tenure == DORMITORY, tenure == CAMPUS], [2, 3], form).astype(np.int32)


def _dwellings(rng: np.random.Generator, start: Ints, end: Ints, township: Ints, form: Ints, tenure: Ints) -> Longs:
    """Dwelling numbers; four beds make a dormitory room."""
    key = (township * 10 + form).astype(np.int64) * 10 + np.where(tenure == OWNER, 1, 0)
    bed = assign_dwellings(rng, key, start, end)
    is_room = form >= 2
    room_key = (township * 10 + form).astype(np.int64)[is_room] * 10_000_000 + _dense_within(bed[is_room], key[is_room]) // 4
    result = bed.copy()
    result[is_room] = bed.max(initial=0) + 1 + np.unique(room_key, return_inverse=True)[1]
    return np.unique(result, return_inverse=True)[1].astype(np.int64)


def _dense_within(value: Longs, key: Longs) -> Longs:
    """Values renumbered 0, 1, 2 … inside each key."""
    _, pair = np.unique(key * (int(value.max(initial=0)) + 1) + value, return_inverse=True)
    _, group = np.unique(key, return_inverse=True)
    base = np.full(group.max(initial=0) + 1, np.iinfo(np.int64).max)
    np.minimum.at(base, group, pair)
    dense: Longs = pair - base[group]
    return dense
