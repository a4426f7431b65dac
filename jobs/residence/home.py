"""The dwelling a resident's signs tell: the best candidate of all that name one (domain §1.3, address)."""

from __future__ import annotations

import polars as pl

from jobs.residence.around import Evidence, latest_leave
from jobs.residence.codes import ADDRESS_ORDER
from jobs.residence.days import earlier
from jobs.residence.parameters import Parameters
from jobs.residence.signs import OFFICIAL, among, at_desk, in_force


def chosen_home(told: Evidence, p: Parameters) -> pl.DataFrame:
    """(who, tier, dwelling, place_township) of the best candidate: its tier, its place among A signs in force, then the newest; the
    rest decides between equals."""
    placed = _placed()
    seen = told.rows.filter(names_dwelling())
    named = seen.select(
        "who", "sign", "row", "strength", "event", "last", "since", "ends", "today",
        dwelling=pl.when(placed).then("dwelling_id").otherwise("text_dwelling"),
        place_township=pl.when(placed).then("township").otherwise("text_township"),
    )  # fmt: skip
    ranked = latest_leave(named, told.leaves, pl.col("dwelling"), "left_on").with_columns(tier=_tier(p))
    place = pl.when(pl.col("tier") == 6).then(among(pl.col("sign"), _PLACES, pl.Int64)).otherwise(0)
    rank = (pl.col("tier").cast(pl.Int64) * 64 + place) * (1 << 25) + pl.col("event").cast(pl.Int64)
    best = ranked.with_columns(rank=rank).filter(pl.col("rank") == pl.col("rank").max().over("who"))
    order = ["place_township", "dwelling", "sign", "row"]
    one = best.sort("who", *order, descending=[False, True, True, True, True], nulls_last=True).unique(
        "who", keep="first", maintain_order=True
    )
    return one.select("who", "tier", "dwelling", "place_township")


def names_dwelling() -> pl.Expr:
    """The sign names a dwelling or township, or the text of its row does."""
    return pl.col("strength").is_not_null() & (_placed() | _text()) & ~at_desk()


_PLACES = {code: -position for position, code in enumerate(ADDRESS_ORDER)}


def _placed() -> pl.Expr:
    """The sign itself names the dwelling."""
    named = pl.coalesce("dwelling_id", "township").is_not_null()
    return ((pl.col("place") == "dwelling") & pl.col("here") & named).fill_null(False)


def _text() -> pl.Expr:
    """The text of the sign's own row names one."""
    named = pl.coalesce("text_dwelling", "text_township").is_not_null()
    return (pl.col("sign") != "S19") & pl.col("text_here").fill_null(False) & named


def _tier(p: Parameters) -> pl.Expr:
    """How much a sign tells where the person lives. A dwelling that was left since tells least; rows of continuing relations keep
    their first address."""
    sign, strength = pl.col("sign"), pl.col("strength")
    official = strength.is_in(OFFICIAL)
    told = pl.when(strength.is_in([*OFFICIAL, "B"])).then("event")
    left = pl.col("left_on").is_not_null() & (pl.col("left_on") > told).fill_null(True)
    return (
        pl.when(left & ~sign.is_in(["S03", "S20"]))
        .then(-1)
        .when(official & in_force())
        .then(6)
        .when(official & (pl.col("last") > earlier("today", p.days.settled_window)))
        .then(5)
        .when(official)
        .then(0)
        .when(strength.is_in(["B", "C"]))
        .then(4)
        .when(sign == "S03")
        .then(2)
        .when(sign == "S20")
        .then(1)
        .otherwise(3)
    )
