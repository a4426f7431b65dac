"""R-11: a change of `counts_usual` by soft evidence alone waits until the rules have said it for some business dates running.

The rules are asked what they say on each of the last `days.hysteresis` dates, tonight's among them, from tonight's evidence
(past.py). Nothing of former nights is read. What is published follows from that series alone (series.py): a word that has
not stood so long, and was not begun by a hard event (events.py) of the person or of the family, or by a clock boundary
(moves.clock_days), waits; the word of the most recent date that stood is published. Where none of these dates stood, earlier
ones are asked, by the person's own evidence and events, with the family as on the first of them.

Only residents whose facts, or whose family's, moved on these dates are asked again: for all others every date says the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from jobs.residence.children import FOLLOWED, NARROW, relatives
from jobs.residence.days import between, earlier, later
from jobs.residence.moves import clock_days, fading, near_for_home, near_for_kin
from jobs.residence.parameters import Parameters
from jobs.residence.past import TOLD_ONLY, facts_before
from jobs.residence.published import judged
from jobs.residence.series import Held, Told, held

HELD = {"resident_id": pl.String, "held_usual": pl.Boolean, "pending_since": pl.Date, "pending_until": pl.Date}
"""Whom R-11 holds: the count that stands, since when the rules say otherwise, and the date on which that is published if they
go on saying so."""
FAMILY = [
    *("parent_id", "parent_code", "parent_score", "parent_dwelling", "parent_township", "household_present", "lives_with"),
    *("left_with", "stays_with", "kin_here", "kin_abroad", "kin_id", "kin_score", "kin_township"),
]
SEEN = ("newest_ab", "firm_ab")
"""Days on which a person was met, which go on while a stay in hospital does."""


class Tonight(NamedTuple):
    """The night's own facts as decide.py left them below the folder, in so many buckets."""

    folder: Path
    buckets: int

    def facts(self, wanted: pl.DataFrame | None = None, columns: list[str] | None = None) -> pl.DataFrame:
        """Own facts of everybody, or of the residents wanted; without what no rule reads."""
        return self._read("facts", wanted, columns)

    def family(self, wanted: pl.DataFrame | None = None, columns: list[str] | None = None) -> pl.DataFrame:
        """What follows from relatives."""
        return self._read("family", wanted, columns)

    def _read(self, name: str, wanted: pl.DataFrame | None, columns: list[str] | None) -> pl.DataFrame:
        parts = []
        for number in range(self.buckets):
            rows = pl.scan_parquet(self.folder / f"{name}-{number}.parquet")
            rows = rows.select(columns) if columns else rows.drop(TOLD_ONLY, strict=False)
            parts.append((rows.join(wanted.lazy(), on="resident_id", how="semi") if wanted is not None else rows).collect())
        return pl.concat(parts)


def kept_back(
    tonight: Tonight, narrow: pl.DataFrame, guardians: pl.DataFrame, p: Parameters, groups: Mapping[str, str]
) -> pl.DataFrame:
    """HELD of all residents whose count is not what the rules say tonight."""
    edges = _edges(narrow, guardians)
    past = _past(tonight, narrow, edges, p, groups)
    people = narrow.select(NARROW).join(tonight.facts(columns=["resident_id", "today"]), on="resident_id")
    families = {back: _families(back, past, people, guardians, edges, p) for back in range(1, p.days.hysteresis)}
    told = _series(tonight, past, families, p)
    changed = told.group_by("resident_id").agg(pl.col("usual").n_unique()).filter(pl.col("usual") > 1)
    if changed.is_empty():
        return pl.DataFrame(schema=HELD)
    series = _with_family(told, edges, changed)
    open_ = _decided(series, p)
    asked = [who for who, (_, _, stands) in open_.items() if stands is None]
    if asked:
        deep = _deeper(tonight, pl.DataFrame({"resident_id": asked}), past, families, (p, groups))
        near = series.filter(pl.col("resident_id").is_in(asked))
        open_ |= _decided(pl.concat([near, _with_family(deep, edges.head(0), changed)]), p)
    return _rows(open_, p)


def _edges(narrow: pl.DataFrame, guardians: pl.DataFrame) -> pl.DataFrame:
    """(me, other) of spouses, parents and children, and of listed guardians, both ways."""
    stated = [narrow.select(me="resident_id", other=name).drop_nulls() for name in ("mother_id", "father_id", "spouse_id")]
    one = pl.concat([*stated, guardians.select(me="child", other="parent")])
    return pl.concat([one, one.select(me="other", other="me")]).filter(pl.col("me") != pl.col("other")).unique()


def _past(tonight: Tonight, narrow: pl.DataFrame, edges: pl.DataFrame, p: Parameters, groups: Mapping[str, str]) -> pl.DataFrame:
    """Own facts on the dates before, of all whose facts moved since the first of them, or on whose scores others lean."""
    depth = p.days.hysteresis - 1
    moves = tonight.facts(columns=["resident_id", "today", "moved", "local", "settled"])
    moved = moves.with_columns(back=(between("today", "moved") + 1).fill_null(depth + 1))
    daily = _leant_on(narrow, edges, moved.with_columns(moves=pl.col("back") <= depth), p)
    pairs = moved.join(daily.with_columns(daily=pl.lit(True)), on="resident_id", how="left")
    asked = pairs.select("resident_id", pl.col("daily").fill_null(False), back=pl.when("daily").then(1).otherwise("back"))
    wanted = asked.with_columns(pl.col("back").cast(pl.Int32)).filter(pl.col("back") <= depth)
    return facts_before(tonight.folder, wanted, depth, (p, groups, tonight.buckets))


def _leant_on(narrow: pl.DataFrame, edges: pl.DataFrame, moves: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """(resident_id) of those whose score lies where its fading may alter what the rules say of doubtful relatives or housemates:
    R-10 is asked of people without a local hukou who are not settled, or may not have been so on one of the dates."""
    people = narrow.join(moves.select("resident_id", "moves", "local", "settled"), on="resident_id")
    weak = (pl.col("score") < p.scores.low + fading(p)) & (~pl.col("own_code").is_in(["51", "52"]) | pl.col("moves"))
    open_ = ~pl.col("local") & (~pl.col("settled") | pl.col("moves")) & (weak | (pl.col("age") < p.age.minor))
    doubtful = people.filter(open_)
    here = pl.col("own_code").is_in(FOLLOWED) | pl.col("moves")
    near = here & near_for_kin(p)
    of_kin = edges.join(doubtful.select(me="resident_id"), on="me", how="semi").select(resident_id="other").unique()
    homes = doubtful.filter(weak).select("home_dwelling").drop_nulls()
    strong = narrow.filter(near_for_home(p))
    leant = [people.filter(near).join(of_kin, on="resident_id", how="semi"), strong.join(homes, on="home_dwelling", how="semi")]
    return pl.concat([rows.select("resident_id") for rows in leant]).unique()


def _on(back: int, past: pl.DataFrame) -> pl.DataFrame:
    """Facts of the past that hold so many days back."""
    return past.filter(pl.col("back") <= back).sort("resident_id", "back").unique("resident_id", keep="last")


def _families(
    back: int, past: pl.DataFrame, narrow: pl.DataFrame, guardians: pl.DataFrame, edges: pl.DataFrame, p: Parameters
) -> pl.DataFrame:
    """(resident_id, FAMILY) on that date, of those for whom it may differ from tonight's."""
    moved = _on(back, past) if past.width > 2 else narrow.head(0).with_columns(back=pl.lit(0, pl.Int32))
    then = moved.with_columns(today=later("today", pl.col("back"))).select(narrow.columns)
    whole = pl.concat([narrow.join(then, on="resident_id", how="anti"), then])
    # whoever is in hospital tonight was met on that date as well, no later
    going_on = pl.col("newest_ab") > earlier("today", back)
    met_until = [pl.when(pl.col(n) > earlier("today", back)).then(earlier("today", back)).otherwise(n).alias(n) for n in SEEN]
    overlaid = whole.with_columns(met_until)
    then = pl.concat([then, narrow.filter(going_on).join(then, on="resident_id", how="anti")]).with_columns(met_until)
    both = then.join(narrow, on="resident_id", suffix="_now")
    read = ["own_code", "home_dwelling", "home_township", "home_sure", "newest_ab", "gone_on", "age", "score"]
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in read)
    strong = [(pl.col(name) >= p.scores.strong_member).fill_null(False) for name in ("strongest", "strongest_now")]
    changed = both.filter(differs | (strong[0] != strong[1]))
    alone = ["firm_ab", "departed_on", "elsewhere_on", "stands", "left_at", "enrolled"]
    met = both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in alone)).select("resident_id")
    homes = pl.concat([changed.select("home_dwelling"), changed.select(home_dwelling="home_dwelling_now")]).drop_nulls().unique()
    touched = pl.concat(
        [changed.select("resident_id"), met, _neighbours(changed, edges), _at(pl.concat([narrow, then]), homes)]
    ).unique()
    known = pl.concat([touched, _neighbours(touched, edges)]).unique()
    lived = overlaid.join(touched, on="resident_id", how="semi").select("home_dwelling").drop_nulls().unique()
    around = pl.concat([known, _at(overlaid, lived)]).unique()
    some = overlaid.join(around, on="resident_id", how="semi")
    return relatives(some, guardians, p).join(touched, on="resident_id", how="semi").select("resident_id", *FAMILY)


def _neighbours(rows: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    return edges.join(rows.select(me="resident_id"), on="me", how="semi").select(resident_id="other")


def _at(rows: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    return rows.join(homes, on="home_dwelling", how="semi").select("resident_id")


def _series(tonight: Tonight, past: pl.DataFrame, families: Mapping[int, pl.DataFrame], p: Parameters) -> pl.DataFrame:
    """(resident_id, back, today, usual, hard) on every date, of all whom the rules may have told otherwise on one of them."""
    left = tonight.family(columns=["resident_id", "left_with"]).drop_nulls().select("resident_id")
    ids = pl.concat([past.select("resident_id"), *(rows.select("resident_id") for rows in families.values()), left]).unique()
    base = tonight.facts(ids).with_columns(back=pl.lit(0, pl.Int32))
    known = tonight.family(ids).select("resident_id", *FAMILY)
    told = []
    for back in range(p.days.hysteresis):
        then = _on(back, past) if past.width > 2 else base.head(0)
        facts = pl.concat([base.join(then, on="resident_id", how="anti"), then.select(base.columns)])
        other = families.get(back, known.head(0))
        family = pl.concat([known.join(other, on="resident_id", how="anti"), other])
        told.append(said(facts, family, back, p))
    return pl.concat(told)


def said(facts: pl.DataFrame, family: pl.DataFrame, back: int, p: Parameters) -> pl.DataFrame:
    """What the rules say so many days back: resident_id, back, today, usual, basis, days_365, hard."""
    dated = facts.with_columns(today=later("today", pl.col("back") - back)).join(family, on="resident_id")
    left = pl.when(pl.col("left_with").is_not_null()).then(pl.max_horizontal("left_with", "registered_on"))
    clocks = [*clock_days(p), later(left, p.days.absent), later(left, p.days.silent)]
    today = pl.col("today")
    hard = pl.col("hard").list.contains(today).fill_null(False) | (pl.col("birth_date") == today).fill_null(False)
    on_time = pl.any_horizontal((day == today).fill_null(False) for day in clocks)
    return judged(dated, p).select(
        "resident_id", "today", "basis", "days_365", back=pl.lit(back, pl.Int32), usual="counts_usual", hard=hard | on_time
    )


def _with_family(told: pl.DataFrame, edges: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """The series of those wanted; hard are also the days that are so for relatives, and those on which days alone met or
    ended the cumulative half year."""
    mine = told.join(wanted.select("resident_id"), on="resident_id", how="semi").sort("resident_id", "back")
    of_kin = edges.join(wanted.select(me="resident_id"), on="me", how="semi").join(
        told.filter("hard").select("back", other="resident_id"), on="other"
    )
    days = of_kin.select("back", resident_id="me", of_kin=pl.lit(True)).unique()
    summed = pl.col("basis").eq_missing(pl.lit("HERE_CUM"))
    same = pl.col("resident_id") == pl.col("resident_id").shift(-1)
    by_days = same & (summed != summed.shift(-1)) & ((pl.col("days_365") - pl.col("days_365").shift(-1)).abs() <= 1)
    joined = mine.with_columns(by_days=by_days.fill_null(False)).join(days, on=["resident_id", "back"], how="left")
    return joined.select(
        "resident_id", "back", "today", "usual", hard=pl.col("hard") | pl.col("by_days") | pl.col("of_kin").fill_null(False)
    )


Open = dict[str, tuple[dt.date, bool, Held | None]]


def _decided(series: pl.DataFrame, p: Parameters) -> Open:
    """Of everybody: tonight, what the rules say tonight, and what stands with the dates for which they have said tonight's word."""
    grouped = series.sort("resident_id", "back").group_by("resident_id", maintain_order=True)
    rows = grouped.agg(pl.col("today").first(), "usual", "hard")
    result: Open = {}
    for who, today, usual, hard in rows.iter_rows():
        told = [Told(*one) for one in zip(usual, hard, strict=True)]
        stands = held(told, p.days.hysteresis, p.days.hysteresis_search)
        result[who] = (today, usual[0], stands)
    return result


def _deeper(
    tonight: Tonight,
    asked: pl.DataFrame,
    past: pl.DataFrame,
    families: Mapping[int, pl.DataFrame],
    law: tuple[Parameters, Mapping[str, str]],
) -> pl.DataFrame:
    """What the rules say on the dates before the first ones, by the own evidence and the family of that time."""
    p, groups = law
    first, last = p.days.hysteresis, p.days.hysteresis_search - 1
    pairs = asked.select("resident_id", daily=pl.lit(False), back=pl.lit(first, pl.Int32))
    before = facts_before(tonight.folder, pairs, last, (p, groups, tonight.buckets))
    known = tonight.family(asked).select("resident_id", *FAMILY)
    then = families[first - 1].join(asked, on="resident_id", how="semi")
    family = pl.concat([known.join(then, on="resident_id", how="anti"), then])
    return pl.concat([said(_on(back, before), family, back, p) for back in range(first, last + 1)])


def _rows(open_: Open, p: Parameters) -> pl.DataFrame:
    """HELD of those whose standing count is not tonight's word."""
    told = []
    for who, (today, usual, stands) in open_.items():
        if stands is not None and stands.usual != usual:
            since = today - dt.timedelta(days=stands.dates - 1)
            told.append((who, stands.usual, since, since + dt.timedelta(days=p.days.hysteresis - 1)))
    return pl.DataFrame(told, schema=HELD, orient="row")
