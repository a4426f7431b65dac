"""What follows from relatives: the parent a child follows (R-08), and the household that keeps a silent elder (S21).

Both read only decisions that rest on the relative's own evidence, so one pass is enough. They read a few columns of
everybody: residents are numbered in the order of their ids, and relatives found by number.
"""

from __future__ import annotations

import polars as pl

from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import newer, yes

PRESENT = ["11", "12", "21", "22", "23", "24", "25", "26", "31", "32"]
"""Statuses of people who live here."""
USUAL = PRESENT[:8]
"""Statuses of usual residents."""
FOLLOWED = [*PRESENT, "13", "14"]
"""Statuses a child may follow: R and T."""
NARROW = [
    *("resident_id", "mother_id", "father_id", "spouse_id", "age", "own_code", "score", "strongest"),
    *("home_dwelling", "home_township", "newest_ab", "firm_ab", "gone_on", "departed_on", "elsewhere_on", "stands", "left_at"),
    *("home_sure", "enrolled"),
]
"""What is read of everybody."""


def relatives(own: pl.DataFrame, guardians: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """(resident_id, parent_id, parent_code, parent_score, parent_dwelling, parent_township, household_present, lives_with, left_with,
    stays_with, kin_here, kin_abroad, kin_id, kin_score, kin_dwelling, kin_township, home_of) of everybody in `own`; `guardians` are
    listed pairs (child, parent) of resident ids."""
    people = own.select(NARROW).sort("resident_id").with_row_index("n")
    ids = people.select("resident_id", "n")
    stated = [_numbered(people, ids, name) for name in ("mother_id", "father_id", "spouse_id")]
    listed = guardians.join(ids.rename({"resident_id": "child", "n": "me"}), on="child").join(
        ids.rename({"resident_id": "parent", "n": "other"}), on="parent"
    )
    edges = [pairs.with_columns(order=pl.lit(order)) for order, pairs in enumerate([*stated[:2], listed.select("me", "other")])]
    parents = _parents(people, pl.concat(edges), p)
    family = _family(people, pl.concat(stated), p)
    homes = _households(people, p)
    whole = people.join(parents, on="n", how="left").join(family, on="n", how="left").join(homes, on="n", how="left")
    flags = pl.col("household_present", "lives_with", "stays_with", "kin_abroad").fill_null(False)
    return whole.with_columns(flags).drop("n", *NARROW[1:])


def _numbered(people: pl.DataFrame, ids: pl.DataFrame, relation: str) -> pl.DataFrame:
    """(me, other) of everybody who has such a relative among the residents."""
    pairs = people.select(me="n", resident_id=relation).drop_nulls().join(ids, on="resident_id")
    return pairs.select("me", other="n").filter(pl.col("me") != pl.col("other"))


def _parents(people: pl.DataFrame, edges: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Of minors the first relative whose own status a child may follow: mother first, then father, then listed guardians."""
    minors = people.filter(pl.col("age") < p.age.minor).select(me="n")
    followed = people.filter(pl.col("own_code").is_in(FOLLOWED))
    fit = edges.join(minors, on="me", how="semi").join(followed.select(other="n"), on="other", how="semi")
    first = fit.filter(pl.col("me") != pl.col("other")).sort("me", "order", "other").unique("me", keep="first")
    told = followed.select(
        other="n", parent_id="resident_id", parent_code="own_code", parent_score="score",
        parent_dwelling="home_dwelling", parent_township="home_township",
    )  # fmt: skip
    return first.select("other", n="me").join(told, on="other").drop("other")


def _family(people: pl.DataFrame, stated: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """`left_with`: the day on which spouse, parents or children left, when none of them was met since, no minor of them is here, and
    the person was not surely met; `stays_with`: one of them, who lives at another dwelling than the person left, was met after
    that: they moved house together; `kin_here`: the smallest status of those who are here (31 and 32 only when none is a usual
    resident), of `kin_id` with the score `kin_score`; `kin_abroad`: one is 14;
    `kin_dwelling`, `kin_township`: the home of the first of them, `home_of`, of whom a card or contract tells it."""
    pairs, own = pl.concat([stated, stated.select(me="other", other="me")]), pl.col("own_code")
    lives = own.is_in(PRESENT)
    of_kin = people.select(
        other="n",
        gone=pl.when(own.is_in(["13", "41", "53"])).then("gone_on"),
        here=pl.when(lives).then(own.cast(pl.Int64) * (1 << 32) + pl.col("n")),
        met=pl.when(lives).then("newest_ab"),
        child=lives & (pl.col("age") < p.age.minor),
        sure=pl.when(lives & pl.col("home_sure")).then(own.cast(pl.Int64) * (1 << 32) + pl.col("n")),
        abroad=own == "14",
        home="home_dwelling",
    )
    mine = people.select(
        "firm_ab", "stands", "enrolled", me="n", lived="left_at", went=pl.max_horizontal("departed_on", "elsewhere_on", "gone_on")
    )
    moved = pl.when(pl.col("home") != pl.col("lived")).then("met")
    told = pairs.join(of_kin, on="other").join(mine.select("me", "lived"), on="me").with_columns(moved=moved).group_by(n="me")
    family = told.agg(pl.col("gone", "met", "moved").max(), pl.col("here", "sure").min(), pl.col("child", "abroad").any())
    nearest = people.select(
        kin="n", kin_here="own_code", kin_id="resident_id", kin_score="score"
    )  # fmt: skip
    doors = people.select(door="n", kin_dwelling="home_dwelling", kin_township="home_township", home_of="resident_id")
    number = pl.col("here", "sure") % (1 << 32)
    known = family.with_columns(number.cast(pl.get_index_type())).rename({"here": "kin", "sure": "door"})
    both = known.join(nearest, on="kin", how="left").join(doors, on="door", how="left").join(mine.rename({"me": "n"}), on="n")
    left = (
        newer(pl.col("gone"), pl.col("firm_ab"))
        & ~yes(pl.col("met") > pl.col("gone"))
        & ~yes(pl.col("child"))
        & ~pl.col("enrolled")
    )
    stays = ~yes(pl.col("stands")) & yes(pl.col("moved") > pl.col("went"))
    gone = pl.when(left & ~stays).then("gone")
    kin = ("kin_here", "kin_id", "kin_score", "kin_dwelling", "kin_township", "home_of")
    return both.select("n", *kin, kin_abroad="abroad", left_with=gone, stays_with=stays)


def _households(people: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """`household_present`: somebody else at the same dwelling is 11 or 12; `lives_with`: S21 holds."""
    usual, local = pl.col("own_code").is_in(USUAL), pl.col("own_code").is_in(["11", "12"])
    strong = (pl.col("strongest") >= p.scores.strong_member).fill_null(False)
    rows = people.drop_nulls("home_dwelling").select("n", "home_dwelling", usual=usual, local=local, strong=usual & strong)
    homes = (
        rows.filter("usual")
        .group_by("home_dwelling")
        .agg(people=pl.len(), locals=pl.col("local").sum(), members=pl.col("strong").sum())
    )
    small = homes.filter(pl.col("people") <= p.household_size)
    return rows.join(small, on="home_dwelling").select(
        "n",
        household_present=(pl.col("locals") > 0) & ~pl.col("local"),
        lives_with=pl.col("members") > pl.col("strong").cast(pl.UInt32),
    )
