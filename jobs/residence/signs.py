"""Signs of life become intervals of evidence: since when, until when, how strong, where (domain §1.3, evidence table).

One evidence row is one sign of one resident. Beside the columns of SIGNS it holds what its code means (`book`), and

- `ends`: first day on which it no longer keeps the person present (carry included); `last`: last day really observed
- `event`: the day that newer departures are compared with; `value`: weight × decay tonight
- `here`: its place is in the district; `text_here`: the dwelling text of its own row is in the district

`resident_wide` then adds what one sign must know of its owner's other signs. Residents are numbered by `who`, records by
`row`, both in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from jobs.residence.days import FOREVER, between, earlier, later
from jobs.residence.figures import rounded
from jobs.residence.parameters import Parameters

OFFICIAL = ["A", "A-"]
"""Strengths of signs by which an authority or a contract states living here."""


def book(p: Parameters) -> pl.DataFrame:
    """What every code means, one row a code: strength (null of negatives), shape, weights, times, and the kind of departure."""
    strengths = {c: {"strength": s.strength, "work": s.work, **s.model_dump(include=_NUMBERS)} for c, s in p.signs.items()}
    shapes = {c: {"continuing": s.shape == "continuing", "before": p.before(c)} for c, s in p.signs.items()}
    negatives = {c: {"continuing": False, **n.model_dump(include=_NEGATIVES)} for c, n in p.negatives.items()}
    rows = [{"sign": c, **strengths[c], **shapes[c]} for c in p.signs] + [{"sign": c, **n} for c, n in negatives.items()]
    schema = {"sign": pl.String, "strength": pl.String} | dict.fromkeys(_FLAGS, pl.Boolean) | dict.fromkeys(_WHOLE, pl.Int32)
    frame = pl.DataFrame(rows, schema | {"weight": pl.Float64, "weak": pl.Float64})
    return frame.with_columns(pl.col(*_FLAGS).fill_null(False))


_DONE = (
    "record_id",
    "from_date",
    "to_date",
    "known_from",
    "closed_on",
    "confirmed",
    "carry",
    "carry_permit",
    "half_life",
    "weak",
)
_NUMBERS = {"weight", "carry", "carry_permit", "half_life"}
_NEGATIVES = {"weight", "weak", "half_life", "departure", "elsewhere", "stands"}
_FLAGS = ("continuing", "work", "departure", "elsewhere", "stands")
_WHOLE = ("carry", "carry_permit", "half_life", "before")


def evidence(signs: pl.DataFrame, members: pl.DataFrame, p: Parameters, groups: Mapping[str, str]) -> pl.DataFrame:
    """Signs of every resident as intervals. `members` has record_id, row, who, today, local, hukou_township, closed_on,
    text_dwelling, text_township, text_here, carded, cards.ALL_CARDS; `groups` maps departments that copy one another to one word."""
    sign, since, until = pl.col("sign"), pl.col("from_date"), pl.col("to_date")
    point = ~pl.col("continuing")
    known = (since <= pl.col("today")) & (pl.col("known_from") <= pl.col("today"))
    rows = (
        signs.join(members, on="record_id").join(book(p), on="sign").filter(known & (until.is_null() | (until > since) | point))
    )
    closed = pl.when(pl.col("closed_on").is_not_null()).then(pl.max_horizontal("closed_on", later(since, 1)))
    named = rows.with_columns(
        since=since,
        grp=pl.col("dept").replace(dict(groups)),
        confirmed=pl.when("continuing").then(since.max().over("row", "sign")),  # every confirmation starts its time anew
        until=pl.when(point).then(pl.when(until > since).then(until)).otherwise(pl.coalesce(until, closed)),
        is_weak=_is_weak(p) & ~_lapsed(p),
        before=pl.when((sign != "S07") | since.dt.month().is_in(p.school_starts)).then("before").otherwise(0),
    )
    departs = pl.col("departure") & ~pl.col("is_weak") & ~(pl.col("local") & (sign == "N01"))
    return _valued(_dated(named)).with_columns(leaving=departs).drop(_DONE)


def among(code: pl.Expr, table: Mapping[str, Any], kind: Any = pl.String) -> pl.Expr:
    """The value that a table gives a code; null where it gives none."""
    return code.replace_strict(list(table), list(table.values()), default=None, return_dtype=kind)


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    """`ends`, `last` and `event` by the sign's shape and carry; negatives are points."""
    since, until, today = pl.col("since"), pl.col("until"), pl.col("today")
    permit = pl.col("detail").is_in(["residence_permit", "permanent"])
    carry = pl.coalesce(pl.when(permit).then(pl.col("carry_permit")), "carry")
    bound = pl.coalesce(later(pl.coalesce("confirmed", since), carry), pl.lit(FOREVER))
    negative, continuing = pl.col("strength").is_null(), pl.col("continuing")
    ends = (
        pl.when(negative)
        .then(later(since, 1))
        .when(continuing)
        .then(pl.min_horizontal(until, bound))
        .otherwise(pl.max_horizontal(until, bound))  # both pass over nulls
    )
    last = (
        pl.when(negative)
        .then(since)
        .when(continuing)
        .then(pl.min_horizontal(earlier("ends", 1), today))
        .otherwise(pl.min_horizontal(pl.coalesce(earlier(until, 1), since), today))
    )
    dated = rows.with_columns(ends=ends).with_columns(last=last)
    return dated.with_columns(
        event=pl.when(pl.col("strength").is_in(["B", "C"])).then(pl.col("last")).otherwise(since),
        here=pl.col("place").is_in(["dwelling", "district", "work"]) & pl.col("in_district").fill_null(True),
    )


def _valued(rows: pl.DataFrame) -> pl.DataFrame:
    """`weight`, `decay` and `value`: the sign's part in the evidence score tonight."""
    age = pl.max_horizontal(pl.lit(0, pl.Int32), between("today", earlier("ends", 1)))
    decay = pl.coalesce(pl.lit(2.0).pow(-age / pl.col("half_life")), pl.lit(1.0))
    weight = pl.coalesce(pl.when("is_weak").then("weak"), "weight")
    return rows.with_columns(weight=weight, decay=decay).with_columns(
        value=rounded(pl.col("weight") * pl.col("decay"), 6), decay=rounded(pl.col("decay"), 4)
    )


def _is_weak(p: Parameters) -> pl.Expr:
    """An administrative cancellation, a caller whom nobody knew: little is said, and no departure."""
    details = {code: n.weak_details for code, n in p.negatives.items() if n.weak_details}
    told = [(pl.col("sign") == code) & pl.col("detail").is_in(list(words)) for code, words in details.items()]
    return pl.any_horizontal(pl.lit(False), *told).fill_null(False)


def _lapsed(p: Parameters) -> pl.Expr:
    """A registration that ended by itself after it had been renewed: nobody renewed it again."""
    began = pl.when(pl.col("sign") == "S01").then("from_date").min().over("row")
    ended = (pl.col("sign") == "N02") & pl.col("detail").is_in(p.lapses)
    return (ended & (between("from_date", began) >= p.days.lapsed_after)).fill_null(False)


def where() -> pl.Expr:
    """The dwelling that a sign names, else the text of its row."""
    return pl.coalesce("dwelling_id", "text_dwelling")


def at_desk() -> pl.Expr:
    """A collective hukou: its address is an office, no dwelling."""
    return (pl.col("sign") == "S03") & pl.col("dwelling_id").is_null()


def in_force() -> pl.Expr:
    """The sign covers tonight, carry included."""
    return (pl.col("since") <= pl.col("today")) & (pl.col("ends") > pl.col("today"))


def enrolled() -> pl.Expr:
    """A school here that goes on tonight, of a pupil whose row does not put the dwelling outside the district."""
    goes_on = (
        (pl.col("sign") == "S07") & (pl.col("last") >= pl.col("today")) & pl.col("here") & pl.col("text_here").fill_null(True)
    )
    return goes_on.fill_null(False)


def official() -> pl.Expr:
    """An A or A− sign here."""
    return (pl.col("strength").is_in(OFFICIAL) & pl.col("here")).fill_null(False)
