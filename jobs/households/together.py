"""Who keeps house with whom at a dwelling: a pure function of people, ties and shared household keys.

The order of evidence, inside one dwelling only:

1. *kin*: spouse, parent, guardian, or a tie that states one household;
2. *stated*: one department gives both the same household key at this dwelling, or names both in one tenancy;
3. *apart*: whoever has a household key of a department here joins nobody who has another one, unless by 1 or 2;
4. *alike*: whoever has none joins the household here that shares surname or hukou county, the more the better; a minor
   joins the largest when there is none.

Nobody lives less surely alone than one whose husband or wife is alive and said to be elsewhere (*parted*): mostly one of the
two is missed or misplaced.

More people than `household_size` at one dwelling are group quarters (集体户) and keep no household.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from jobs.linkage.graphs import components_of, smallest

KIN = ("mother_of", "father_of", "spouse_of", "guardian_of", "same_household")


class Evidence(NamedTuple):
    """What is known of people present tonight.

    `people`: resident_id (unique), dwelling_id, age, surname, county (6 digits of the hukou), married (to
    somebody alive). `ties`: resident_id,
    relative_id, relation, to_date. `keys`: resident_id, household, register. `tenancies`: resident_id, contract.
    """

    people: pl.DataFrame
    ties: pl.DataFrame
    keys: pl.DataFrame
    tenancies: pl.DataFrame


def together(known: Evidence, household_size: int, minor: int) -> pl.DataFrame:
    """resident_id, dwelling_id, anchor (smallest resident_id of the household), basis (kin, stated, alike, parted, alone, unlisted);
    people of group quarters have no row. Ordered by resident_id."""
    people = known.people.sort("resident_id").filter(pl.len().over("dwelling_id") <= household_size)
    people = people.with_columns(at=pl.int_range(pl.len()))
    where = people.select("resident_id", "at", "dwelling_id")
    kin, stated = _kin(known.ties, where), _stated(known, where)
    strong = _groups(people.height, [kin, stated])
    placed = people.with_columns(home=pl.Series(strong, dtype=pl.Int64))
    own = known.keys.filter(~pl.col("register")).select("resident_id").unique().with_columns(listed=pl.lit(True))
    placed = placed.join(own, on="resident_id", how="left", maintain_order="left").with_columns(pl.col("listed").fill_null(False))
    alike = _alike(placed, minor)
    home = _groups(people.height, [kin, stated, alike])
    return _described(placed.with_columns(home=pl.Series(home, dtype=pl.Int64)), kin, stated)


def _pairs(frame: pl.DataFrame, where: pl.DataFrame, left: str, right: str) -> pl.DataFrame:
    """Positions `l`, `r` of two people at the same dwelling."""
    one = where.select(pl.col("resident_id").alias(left), l="at", dwelling="dwelling_id")
    two = where.select(pl.col("resident_id").alias(right), r="at", other="dwelling_id")
    return frame.join(one, on=left).join(two, on=right).filter(pl.col("dwelling") == pl.col("other")).select("l", "r")


def _kin(ties: pl.DataFrame, where: pl.DataFrame) -> pl.DataFrame:
    stated = ties.filter(pl.col("relation").is_in(KIN))
    return _pairs(stated, where, "resident_id", "relative_id")


def _stated(known: Evidence, where: pl.DataFrame) -> pl.DataFrame:
    """Everybody with the first of the same key or contract at the dwelling."""
    keyed = pl.concat(
        [
            known.keys.select("resident_id", key=pl.col("household")),
            known.tenancies.select("resident_id", key=pl.lit("contract:") + pl.col("contract")),
        ]
    )
    placed = keyed.join(where, on="resident_id")
    return placed.select(l=pl.col("at").min().over("dwelling_id", "key"), r="at").filter(pl.col("l") != pl.col("r"))


def _groups(n: int, edges: list[pl.DataFrame]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For every position the smallest position it is joined with."""
    joined = pl.concat([e.select(pl.col("l").cast(pl.Int64), pl.col("r").cast(pl.Int64)) for e in edges])
    group = components_of(n, joined["l"].to_numpy(), joined["r"].to_numpy())
    first = smallest(group, int(group.max(initial=-1)) + 1)
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = first[group]
    return found


def _alike(placed: pl.DataFrame, minor: int) -> pl.DataFrame:
    """Pairs that join each unlisted group to the listed household most like it, else to other unlisted ones alike."""
    groups = placed.with_columns(
        known=pl.col("listed").any().over("home"), size=pl.len().over("home"),
        young=(pl.col("age") < minor).fill_null(False).all().over("home"),
    )  # fmt: skip
    many = groups.filter(pl.col("home").n_unique().over("dwelling_id") > 1)
    wide = ("dwelling_id", "home", "at", "known", "size", "young", "surname", "county")
    loose = many.filter(~pl.col("known")).select(wide)
    met = loose.join(many.select(wide), on="dwelling_id", suffix="_r").filter(pl.col("home") != pl.col("home_r"))
    surname = (pl.col("surname") == pl.col("surname_r")).fill_null(False)
    county = (pl.col("county") == pl.col("county_r")).fill_null(False)
    scored = met.with_columns(score=2 * county.cast(pl.Int8) + surname.cast(pl.Int8))
    best = (
        scored.group_by("home", "home_r")
        .agg(pl.col("score").max(), pl.col("known_r").first(), pl.col("size_r").first(), pl.col("young").first())
        .filter((pl.col("score") > 0) | pl.col("young"))
        .sort("home", "known_r", "score", "size_r", "home_r", descending=[False, True, True, True, False])
    )
    to_known = best.filter(pl.col("known_r")).unique("home", keep="first", maintain_order=True)
    among = best.filter(~pl.col("known_r")).join(to_known, on="home", how="anti")
    among = among.join(to_known.select(home_r="home"), on="home_r", how="anti")
    grown = among.filter(~pl.col("young"))
    child = among.filter("young").unique("home", keep="first", maintain_order=True)
    return pl.concat([f.select(l="home", r="home_r") for f in (to_known, grown, child)])


def _described(placed: pl.DataFrame, kin: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    def touched(edges: pl.DataFrame) -> pl.Expr:
        return pl.col("at").is_in(pl.concat([edges["l"], edges["r"]]).unique().implode())

    single = pl.len().over("home") == 1
    basis = (
        pl.when(touched(kin)).then(pl.lit("kin"))
        .when(touched(stated)).then(pl.lit("stated"))
        .when(~single).then(pl.lit("alike"))
        .when(pl.col("married")).then(pl.lit("parted"))
        .when(pl.col("listed")).then(pl.lit("alone"))
        .otherwise(pl.lit("unlisted"))
    )  # fmt: skip
    anchor = pl.col("resident_id").min().over("home")
    return placed.select("resident_id", "dwelling_id", anchor.alias("anchor"), basis.alias("basis")).sort("resident_id")
