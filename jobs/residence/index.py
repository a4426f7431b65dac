"""The residency index of every resident, and where it strongly disagrees with the rules.

Each delivered sign of life is an interval; each period (half a year, the newest ends tonight) in which it lies is one bit of
a mask per person and sign. Nothing of the rules enters but who is a certain resident and who certainly is none, from which
the weights are estimated anew every night, apart for people with and without local hukou. Sums are of whole numbers, so no
order of rows alters anything.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import polars as pl

from jobs.residence.index_told import Told, people, signs
from jobs.residence.index_weights import ONE, IndexParameters, threshold, weights
from jobs.residence.parameters import Parameters


class Index(NamedTuple):
    """Rows of RESIDENCY_INDEX in the order of ids; the weights by (local hukou, sign) in millionths; the threshold."""

    rows: pl.DataFrame
    weights: dict[tuple[bool, str], int]
    threshold: float


def residency_index(told: Told, p: IndexParameters, rules: Parameters) -> Index:
    """The index of everybody."""
    who = people(told, p)
    lived = signs(told, who, p, rules)
    seen = _masks(lived, told.tonight, p).join(who.select("who", "local", "certain"), on="who")
    weighed = weights(_seen(seen), _classes(who), p)
    own = _index(_evidence(seen, weighed, p), _gone(lived, told.tonight, p), p)
    rows = _with_parents(who, own)
    bound = threshold(_histogram(rows), p)
    return Index(_described(rows, bound, p), weighed, bound)


def _period(day: pl.Expr, tonight: dt.date, p: IndexParameters) -> pl.Expr:
    """In which period a day lies; 0 ends tonight."""
    return (pl.lit(tonight).cast(pl.Int32) - day.cast(pl.Int32)) // p.window_days


def _masks(lived: pl.DataFrame, tonight: dt.date, p: IndexParameters) -> pl.DataFrame:
    """who, sign, mask: bit k is set when the sign lies in period k. What began before a stated departure ends with it; within
    the period of the departure it counts, since most departures are moves inside the district."""
    left = lived.filter("leaves").group_by("who").agg(left_on=pl.col("since").max())
    since, until, left_on = pl.col("since"), pl.col("until"), pl.col("left_on")
    cut = pl.when(since < left_on).then(pl.min_horizontal(until, left_on)).otherwise(until)
    oldest = pl.min_horizontal(_period(since, tonight, p), pl.lit(p.windows - 1, pl.Int32))
    newest = _period(until, tonight + dt.timedelta(days=1), p)  # of the last day before `until`
    bit = pl.lit(2, pl.Int64)
    return (
        lived.lazy()
        .filter(~pl.col("leaves") & ~pl.col("dies"))
        .join(left.lazy(), on="who", how="left")
        .select("who", "sign", "since", until=cut)
        .filter(until > since)
        .select("who", "sign", oldest=oldest, newest=newest)
        .filter(pl.col("newest") <= pl.col("oldest"))
        .group_by("who", "sign")
        .agg(mask=(bit.pow(pl.col("oldest") + 1) - bit.pow(pl.col("newest"))).bitwise_or())
        .collect()
    )


def _gone(lived: pl.DataFrame, tonight: dt.date, p: IndexParameters) -> pl.DataFrame:
    """who, departed (period of the last stated departure), dead."""
    period = _period(pl.col("since"), tonight, p)
    told = lived.filter(pl.col("leaves") | pl.col("dies"))
    return told.group_by("who").agg(departed=period.filter("leaves").min(), dead=pl.col("dies").any())


def _seen(seen: pl.DataFrame) -> dict[tuple[bool, str], tuple[int, int]]:
    """How many certain residents and non-residents have each sign in the newest period."""
    now = seen.filter(pl.col("certain").is_not_null() & (pl.col("mask") & 1 == 1))
    counts = now.group_by("local", pl.col("sign").cast(pl.String)).agg(yes=pl.col("certain").sum(), no=(~pl.col("certain")).sum())
    return {(local, sign): (yes, no) for local, sign, yes, no in counts.rows()}


def _classes(who: pl.DataFrame) -> dict[bool, tuple[int, int]]:
    counts = who.group_by("local").agg(yes=pl.col("certain").sum(), no=(~pl.col("certain")).sum())
    return {local: (yes, no) for local, yes, no in counts.rows()}


def _evidence(seen: pl.DataFrame, weighed: dict[tuple[bool, str], int], p: IndexParameters) -> pl.DataFrame:
    """who, x0 … (evidence of each period), first (oldest period with any sign), signs (codes of the newest); nobody without
    a sign of life."""
    prices = pl.DataFrame(
        [(local, sign, price) for (local, sign), price in weighed.items()],
        {"local": pl.Boolean, "sign": seen.schema["sign"], "price": pl.Int64}, orient="row",
    )  # fmt: skip
    mask, price = pl.col("mask"), pl.col("price").fill_null(0)
    sums = [(price * (mask // 2**k & 1)).sum().clip(0, ONE).alias(f"x{k}") for k in range(p.windows)]
    return (
        seen.lazy()
        .join(prices.lazy(), on=["local", "sign"], how="left")
        .sort("who", "sign")
        .group_by("who")
        .agg(*sums, most=mask.bitwise_or(), signs=pl.col("sign").filter(mask & 1 == 1))
        .with_columns((pl.col(f"x{k}") / ONE).round(6) for k in range(p.windows))
        .with_columns(first=63 - pl.col("most").bitwise_leading_zeros().cast(pl.Int32))
        .drop("most")
        .collect()
    )


def _index(evidence: pl.DataFrame, gone: pl.DataFrame, p: IndexParameters) -> pl.DataFrame:
    """who, own, x0, dead, signs; nobody without any sign."""
    all_told = evidence.join(gone, on="who", how="full", coalesce=True)
    return all_told.select("who", "x0", "dead", "signs", own=_rounded(_recursion(p)))


def _recursion(p: IndexParameters) -> pl.Expr:
    """`index_of` as an expression."""
    value = pl.lit(0.0)
    for period in range(p.windows - 1, -1, -1):
        x = pl.col(f"x{period}").fill_null(0.0)
        leaves = pl.col("departed").eq_missing(period)
        enters = pl.col("first").eq_missing(period) & ~leaves
        carried = pl.when(leaves).then(0.0).otherwise(value)
        value = pl.when(enters).then(x).otherwise(p.stability * carried + (1 - p.stability) * x)
    return value


def _rounded(value: pl.Expr) -> pl.Expr:
    """To four places, halves up, as if the shortest decimal text of the number were rounded."""
    below = (value * 10_000).floor()
    half = ((below + 0.5) / 10_000).round(5)
    return ((below + (value >= half)) / 10_000).round(4)


def _with_parents(who: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """People with `residency_index`, `basis` (own, mother, father, dead, none), `evidence` and `signs`. A small child has its
    mother's index (without her, its father's) unless its own is higher."""
    dead = pl.col("dead").fill_null(False)
    value = pl.when(dead).then(0.0).otherwise(pl.col("own").fill_null(0.0))
    mine = who.join(own, on="who", how="left", maintain_order="left").with_columns(value=value)
    mine = mine.with_columns(of_mother=pl.col("value").gather("mother"), of_father=pl.col("value").gather("father"))
    parent = pl.when(pl.col("small") & ~dead).then(pl.coalesce("of_mother", "of_father"))
    follows = (parent > pl.col("value")).fill_null(False)
    basis = (
        pl.when(dead).then(pl.lit("dead"))
        .when(follows & pl.col("of_mother").is_not_null()).then(pl.lit("mother"))
        .when(follows).then(pl.lit("father"))
        .when(pl.col("own").is_null()).then(pl.lit("none"))
        .otherwise(pl.lit("own"))
    )  # fmt: skip
    return mine.select(
        "resident_id", "certain", "present", "status_class", basis=basis, evidence=pl.col("x0").fill_null(0.0),
        residency_index=pl.when(follows).then(parent).otherwise("value"), signs=pl.col("signs").fill_null([]),
    )  # fmt: skip


def _histogram(rows: pl.DataFrame) -> list[tuple[bool, float, int]]:
    """(certain resident?, index down to hundredths, persons)."""
    value = (pl.col("residency_index") * 100).floor() / 100
    counts = rows.drop_nulls("certain").group_by("certain", value=value).agg(persons=pl.len())
    return counts.sort("certain", "value").rows()


def _described(rows: pl.DataFrame, bound: float, p: IndexParameters) -> pl.DataFrame:
    """Rows of RESIDENCY_INDEX. Nobody dead or void by the rules is a doubt."""
    value, present, lives = pl.col("residency_index"), pl.col("present"), ~pl.col("status_class").is_in(["D", "X"])
    doubt = (
        pl.when(present & (value <= p.doubt_low)).then(pl.lit("rules_only"))
        .when(~present & lives & (value >= p.doubt_high)).then(pl.lit("index_only"))
    )  # fmt: skip
    return rows.select(
        "resident_id", "residency_index", "evidence", "basis", pl.col("signs").cast(pl.List(pl.String)),
        resident_by_index=value >= bound, doubt=doubt, index_version=pl.lit(p.version),
    )  # fmt: skip
