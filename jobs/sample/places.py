"""Homes: townships, communities, estates, villages and dormitories, and which dwelling each household lives in at what time.

A dwelling is taken by the next household after the one before has left, so no two households live in one dwelling at the same
time except where they share a dormitory room. Names are public to community level, estates are invented (domain §7.6).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample.facts import facts, table
from jobs.sample.numbers import as_text
from jobs.sample.people import NONE
from jobs.sample.streams import Ints, Longs, Words, weighted
from jobs.sample.world import shape_frame

FORMS = ("flat", "village", "dormitory", "campus")
RURAL = np.array([0.05, 0.55, 0.25, 0.2, 0.25, 0.35, 0.5, 0.85, 0.5, 0.9, 0.9, 0.85])
"""Share of natives' homes that are village houses, by township in the order of `townships.csv` (codes ascending)."""
BEDS = 4


def townships() -> list[str]:
    """The twelve 9-digit codes, ascending."""
    return sorted(table("townships")["township"].to_list())


def township_shares() -> np.ndarray:
    """Share of residents by township, in the order of `townships()`."""
    frame = table("townships").sort("township")
    shares: np.ndarray = frame["share"].to_numpy() / frame["share"].sum()
    return shares


def assign_dwellings(rng: np.random.Generator, key: Longs, start: Ints, end: Ints) -> Longs:
    """A dwelling number for each spell: equal numbers never overlap in time and have equal `key` (township and form).

    First in, first out: a spell takes the dwelling that was left longest ago, if one is free, else a new one.
    """
    previous = np.full(len(key), -1, dtype=np.int64)
    for value in np.unique(key):
        rows = np.flatnonzero(key == value)
        by_start = rows[np.lexsort((rows, start[rows]))]
        ended = rows[end[rows] < NONE]
        by_end = ended[np.lexsort((ended, end[ended]))]
        free = np.searchsorted(end[by_end], start[by_start], side="right")
        position = np.arange(len(by_start))
        used = position + 1 + np.minimum(np.minimum.accumulate(free - position - 1), 0)
        took = np.diff(np.r_[0, used]) > 0
        previous[by_start[took]] = by_end[used[took] - 1]
    root = np.where(previous >= 0, previous, np.arange(len(key)))
    while True:
        further = root[root]
        if (further == root).all():
            break
        root = further
    _, dwelling = np.unique(root, return_inverse=True)
    return rng.permutation(int(dwelling.max()) + 1 if len(dwelling) else 0)[dwelling].astype(np.int64)


def make_dwellings(rng: np.random.Generator, township: Ints, form: Ints) -> pl.DataFrame:
    """The frame of dwellings for given townships (index) and forms (index in `FORMS`)."""
    count = len(township)
    columns: dict[str, object] = {
        name: np.full(count, -1) for name in ("building", "unit", "floor", "room", "group", "house", "road_no")
    }
    community, estate, road = (np.full(count, "", dtype=object) for _ in range(3))
    for code in range(12):
        for kind in range(len(FORMS)):
            rows = np.flatnonzero((township == code) & (form == kind))
            if len(rows):
                fill = _village if kind == 1 else _blocks
                parts = fill(rng, code, kind, len(rows))
                community[rows], estate[rows], road[rows] = parts["community"], parts["estate"], parts["road"]
                for name in ("building", "unit", "floor", "room", "group", "house", "road_no"):
                    if name in parts:
                        columns[name][rows] = parts[name]  # type: ignore[index]
    return _frame(rng, township, form, {**columns, "community": community, "estate": estate, "road": road})


def _communities(code: int, rural: bool) -> list[str]:
    township = townships()[code]
    every = [c for c in table("communities")["community"].to_list() if c.startswith(township)]
    kept = [c for c in every if (200 <= int(c[9:]) < 400) == rural]
    return kept or every


def _village(rng: np.random.Generator, code: int, _kind: int, count: int) -> dict[str, np.ndarray]:
    communities = np.array(_communities(code, rural=True) + _communities(code, rural=False)[:3], dtype=object)
    groups, houses = 16, max(40, int(count / (len(communities) * 16) * 1.6) + 5)
    slots = rng.permutation(len(communities) * groups * houses)[:count]
    empty = np.full(count, "", dtype=object)
    return {
        "community": communities[slots // (groups * houses)],
        "group": slots // houses % groups + 1,
        "house": slots % houses + 1,
        "estate": empty,
        "road": empty,
    }


def _blocks(rng: np.random.Generator, code: int, kind: int, count: int) -> dict[str, np.ndarray]:
    """Estates of flats (8-60 buildings, 1-4 units, 6-33 floors, 2-4 doors) or dormitories (5-7 floors of 30 rooms)."""
    sizes, shapes = _estates(rng, kind, count)
    base = np.r_[0, np.cumsum(sizes)]
    slots = (
        np.sort(rng.permutation(int(base[-1]))[:count]) if base[-1] < 4 * count else np.sort(_sparse(rng, int(base[-1]), count))
    )
    slots = rng.permutation(slots)
    which = np.searchsorted(base, slots, side="right") - 1
    inside = slots - base[which]
    _, units, floors, doors = (shapes[which, k] for k in range(4))
    communities = np.array(_communities(code, rural=False), dtype=object)
    names, roads, road_no = _estate_names(rng, code, kind, len(sizes))
    door, rest = inside % doors + 1, inside // doors
    floor, rest = rest % floors + 1, rest // floors
    unit, building = rest % units + 1, rest // units + 1
    return {
        "community": communities[rng.integers(0, len(communities), len(sizes))[which]],
        "estate": names[which],
        "road": roads[which],
        "road_no": road_no[which],
        "building": building,
        "unit": np.where(units > 1, unit, -1),
        "floor": floor,
        "room": floor * 100 + door,
    }


def _sparse(rng: np.random.Generator, space: int, count: int) -> Longs:
    drawn = np.unique(rng.integers(0, space, int(count * 1.6) + 20))
    while len(drawn) < count:
        drawn = np.unique(np.r_[drawn, rng.integers(0, space, count)])
    return rng.permutation(drawn)[:count].astype(np.int64)


def _estates(rng: np.random.Generator, kind: int, count: int) -> tuple[Longs, Longs]:
    sizes: list[int] = []
    shapes: list[tuple[int, int, int, int]] = []
    total = 0
    minimum = 4 if kind == 0 else 2
    while total < count * 1.15 or len(sizes) < minimum:
        if kind == 0:
            shape = (
                int(rng.integers(8, 61)),
                int(rng.integers(1, 5)),
                int(rng.choice([6, 11, 18, 26, 33])),
                int(rng.integers(2, 5)),
            )
        else:
            shape = (int(rng.integers(2, 12)), 1, int(rng.integers(5, 8)), 30)
        shapes.append(shape)
        sizes.append(shape[0] * shape[1] * shape[2] * shape[3])
        total += sizes[-1]
    return np.array(sizes, dtype=np.int64), np.array(shapes, dtype=np.int64)


def _estate_names(rng: np.random.Generator, code: int, kind: int, count: int) -> tuple[Words, Words, Longs]:
    words = facts("places")
    firsts, lasts = words["estate_first"], words["estate_last"]
    plain = [a + b for a in firsts for b in lasts]
    if kind == 2:
        plain = [a + b for b in words["dormitories"] for a in firsts]
    if kind == 3:
        plain = [f"{a}{n}号学生公寓" for n in range(1, 40) for a in words["campuses"]]
    order = rng.permutation(len(plain))
    names = [plain[order[i % len(plain)]] + ("" if i < len(plain) else f"{i // len(plain) + 1}期") for i in range(count)]
    roads = np.array(words["township_roads"][townships()[code]], dtype=object)
    return np.array(names, dtype=object), roads[rng.integers(0, len(roads), count)], rng.integers(1, 1200, count)


def _frame(rng: np.random.Generator, township: Ints, form: Ints, parts: dict[str, object]) -> pl.DataFrame:
    count = len(township)
    codes = np.array(townships(), dtype=object)[township]
    area = np.select([form == 0, form == 1], [rng.normal(95, 25, count), rng.normal(140, 40, count)], 24)
    names = dict(zip(table("communities")["community"], table("communities")["name"], strict=True))
    towns = dict(zip(table("townships")["township"], table("townships")["name"], strict=True))
    frame = pl.DataFrame(
        {
            "dwelling_id": np.arange(count),
            "township": pl.Series(codes.tolist(), dtype=pl.String),
            "form": pl.Series(np.array(FORMS, dtype=object)[form].tolist(), dtype=pl.String),
            **{
                n: pl.Series(np.asarray(v).tolist(), dtype=pl.String)
                for n, v in parts.items()
                if n in ("community", "estate", "road")
            },
            **{n: v for n, v in parts.items() if n not in ("community", "estate", "road")},
            "area": np.maximum(area, 18).round(1),
        }
    )
    number = pl.col("dwelling_id").cast(pl.String).str.zfill(8)
    frame = frame.with_columns(
        *(
            pl.when(pl.col(n) >= 0).then(pl.col(n)).alias(n)
            for n in ("road_no", "building", "unit", "floor", "room", "group", "house")
        ),
        *(pl.when(pl.col(n) != "").then(pl.col(n)).alias(n) for n in ("estate", "road")),
        pl.col("community").replace_strict(names, return_dtype=pl.String).alias("community_name"),
        pl.col("township").replace_strict(towns, return_dtype=pl.String).alias("township_name"),
        (pl.col("community") + number).alias("std_addr_id"),
        (pl.lit("FW") + pl.col("township").str.slice(6, 3) + pl.lit("00") + number).alias("house_code"),
    )
    return shape_frame("dwellings", dict(frame.with_columns(_address().alias("address")).to_dict(as_series=True)))


def _address() -> pl.Expr:
    head = pl.lit("浙江省杭州市余杭区") + pl.col("township_name")
    village = (
        head + pl.col("community_name").str.replace("村委会", "村") + pl.format("{}组{}号", pl.col("group"), pl.col("house"))
    )
    unit = pl.when(pl.col("unit").is_not_null()).then(pl.format("{}单元", pl.col("unit"))).otherwise(pl.lit(""))
    block = head + pl.format(
        "{}{}{}号{}{}幢", pl.col("community_name"), pl.col("road"), pl.col("road_no"), pl.col("estate"), pl.col("building")
    )
    return pl.when(pl.col("form") == "village").then(village).otherwise(block + unit + pl.format("{}室", pl.col("room")))


def outside_texts(rng: np.random.Generator, count: int) -> Words:
    """Addresses below the county, outside the district: invented towns and villages, or a road and number."""
    words = facts("places")

    def word(name: str) -> Words:
        return np.array(words[name], dtype=object)[rng.integers(0, len(words[name]), count)]

    town = (
        word("rural_first") + word("rural_middle") + np.array(words["town_suffix"], dtype=object)[weighted(rng, [6, 2, 2], count)]
    )
    village = (
        word("rural_first")
        + word("rural_middle")
        + "村"
        + as_text(rng.integers(1, 19, count), 1)
        + "组"
        + as_text(rng.integers(1, 160, count), 1)
        + "号"
    )
    street = word("streets") + as_text(rng.integers(1, 400, count), 1) + "号"
    return town + np.where(rng.random(count) < 0.72, village, street)
