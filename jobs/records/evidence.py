"""Signs and ties of the rows of one table, once it is known which mentions are records."""

from __future__ import annotations

import polars as pl

from jobs.cleaning.reasons import Reason
from jobs.records.keys import key_column
from jobs.records.plan import SignRule, TieRule
from jobs.records.rows import Rows

POINTS = frozenset({"S05", "S09", "S10", "S16", "S17"})
"""Signs that are events: without an end they have none. All others go on, and end when their source row is closed."""
INSIDE: dict[str, bool | None] = {"district": True, "work": True, "elsewhere": False, "none": None, "dwelling": None}


def continuing(rule: SignRule) -> bool:
    """Whether a sign without an end is still open (rather than an event)."""
    return rule.sign not in POINTS and (rule.sign.startswith("S") or rule.until is not None)


def signs(rows: Rows, rule: SignRule, speaking: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One rule over all rows: (signs, refused). `speaking` marks the rows whose record stands, or may stand elsewhere.

    Dates: `from_date` the first day, `to_date` the day after the last (a month's column covers the month).
    """
    fires = speaking & rows.holds(rule.when)
    if rule.unless:
        fires = fires & ~rows.holds(rule.unless)
    if not fires.any():
        return _none(), _refused_none()
    start = rows.cleaned(rule.since)["value"]
    stop = rows.cleaned(rule.until)["last"] if rule.until else pl.Series([None], dtype=pl.Date).new_from_index(0, len(rows))
    frame = pl.DataFrame({"start": start, "stop": stop, "closed": rows.meta["closed_on"], "detail": _detail(rows, rule)})
    frame = frame.with_row_index("at").filter(fires).with_columns(reason=_why(rule))
    if rule.until:
        backwards = frame.filter(pl.col("reason") == Reason.END_BEFORE_START.name)["at"]
        rows.note(rule.until, _mask(backwards, len(rows)), Reason.END_BEFORE_START)
    good = frame.filter(pl.col("reason").is_null()).select("at", "detail", from_date="start", to_date=_end(rule))
    refused = frame.filter(pl.col("reason").is_not_null()).select("at", "reason", part=pl.lit(rule.sign))
    return good.with_columns(sign=pl.lit(rule.sign), place=pl.lit(rule.place)), refused


def _detail(rows: Rows, rule: SignRule) -> pl.Series:
    if rule.detail is None or rule.detail.const is not None:
        return pl.Series([rule.detail.const if rule.detail else None], dtype=pl.String).new_from_index(0, len(rows))
    return rows.first(rule.detail)["value"]


def _why(rule: SignRule) -> pl.Expr:
    """Why a sign is refused: no first day, an end before the start, or closed before it began."""
    never = pl.col("closed") <= pl.col("start") if continuing(rule) else pl.lit(False)
    return (
        pl.when(pl.col("start").is_null()).then(pl.lit(Reason.SIGN_WITHOUT_DATE.name))
        .when(pl.col("stop") < pl.col("start")).then(pl.lit(Reason.END_BEFORE_START.name))
        .when(never).then(pl.lit(Reason.NEVER_IN_FORCE.name))
    )  # fmt: skip


def _end(rule: SignRule) -> pl.Expr:
    after = pl.col("stop").dt.offset_by("1d")
    return pl.min_horizontal(after, "closed") if continuing(rule) else after


def _mask(at: pl.Series, size: int) -> pl.Series:
    return pl.int_range(size, eager=True).is_in(at.cast(pl.Int64).to_list())


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=SIGN)


def _refused_none() -> pl.DataFrame:
    return pl.DataFrame(schema={"at": pl.UInt32, "reason": pl.String, "part": pl.String})


SIGN = {
    "at": pl.UInt32, "detail": pl.String, "from_date": pl.Date, "to_date": pl.Date, "sign": pl.String, "place": pl.String,
}  # fmt: skip


def ties(rows: Rows, rule: TieRule, records: dict[str, pl.Series]) -> pl.DataFrame:
    """One rule over all rows: pairs of records, with the dates stated."""
    hold = rows.holds(rule.when) & records[rule.one].is_not_null() & records[rule.other].is_not_null()
    frame = pl.DataFrame({"from_record": records[rule.one], "to_record": records[rule.other]}).with_row_index("at").filter(hold)
    if not frame.height:
        return frame.with_columns(relation=pl.lit(rule.relation), from_date=pl.lit(None, pl.Date), to_date=pl.lit(None, pl.Date))
    since = rows.cleaned(rule.since)["value"].gather(frame["at"]) if rule.since else pl.lit(None, pl.Date)
    until = rows.cleaned(rule.until)["last"].gather(frame["at"]) if rule.until else pl.lit(None, pl.Date)
    closed = rows.meta["closed_on"].gather(frame["at"])
    frame = frame.with_columns(since=since, until=until, closed=closed)
    end = pl.min_horizontal(pl.col("until").dt.offset_by("1d"), "closed")
    return frame.select("at", "from_record", "to_record", relation=pl.lit(rule.relation), from_date="since", to_date=end)


def sign_ids(frame: pl.DataFrame) -> pl.Series:
    """sign_id: the record, the sign, its first day and the source row."""
    day = pl.col("from_date").cast(pl.String)
    names = ("dept", "source_table", "source_key")
    return key_column(frame, [pl.col("record_id"), pl.col("sign"), day, *(pl.col(n) for n in names)])
