"""Writing typed columns as a department's text: dates and stamps by look-up, codes, serials, delays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jobs.sample.deliveries.characters import RARE_PATTERN, in_gbk
from jobs.sample.deliveries.facts import Facts, days

FIRST, LAST = date(1880, 1, 1), date(2110, 1, 1)


@cache
def _day_texts(form: str) -> pl.Series:
    return pl.date_range(FIRST, LAST, eager=True).dt.strftime(form)


@cache
def _clock_texts(form: str) -> pl.Series:
    return pl.Series([form.format(h=s // 3600, m=s // 60 % 60, s=s % 60) for s in range(86400)])


def day_text(column: pl.Series, form: str = "%Y%m%d") -> pl.Series:
    """Dates in a form; null for null."""
    offset = (date(1970, 1, 1) - FIRST).days
    return _day_texts(form).gather(column.cast(pl.Date).cast(pl.Int32).cast(pl.Int64) + offset)


def stamp_text(rows: pl.DataFrame, form: str = "dashes", day: str = "_stamp") -> pl.Series:
    """Update time of each row: `yyyy-MM-dd HH:mm:ss`, or `yyyyMMddHHmmss` for form `digits`."""
    clock = _clock_texts("{h:02d}{m:02d}{s:02d}" if form == "digits" else " {h:02d}:{m:02d}:{s:02d}")
    head = day_text(rows[day], "%Y%m%d" if form == "digits" else "%Y-%m-%d")
    return head + clock.gather(rows["_clock"])


def until(column: pl.Series, night: date) -> pl.Series:
    """The dates that have come by that night; later ones become null."""
    return pl.select(pl.when(column <= night).then(column)).to_series()


def code(column: pl.Series, codes: Mapping[int, str] | Mapping[str, str], default: str | None = None) -> pl.Series:
    """Map values to codes."""
    return column.replace_strict(codes, default=default, return_dtype=pl.String)


def number_text(column: pl.Series, prefix: str, width: int) -> pl.Series:
    """`prefix` + integer padded to `width`."""
    return prefix + column.cast(pl.Int64).cast(pl.String).str.zfill(width)


def serial(column: pl.Series, prefix: str, width: int) -> pl.Series:
    """`prefix` + a department's own serial number of `width` digits.

    A one-to-one shuffle of the ids that differs by prefix, so that no department's keys betray another's.
    """
    step = 10_000_019 + 2 * sum(ord(c) * 31**i for i, c in enumerate(prefix, 1)) % 80_000_000
    step += 2 if step % 5 == 0 else 0  # odd and no multiple of five: coprime to every power of ten
    shuffled = (column.cast(pl.Int64) * step + 123_457 * len(prefix)) % 10**width
    return prefix + shuffled.cast(pl.String).str.zfill(width)


def through_gbk(names: pl.Series) -> pl.Series:
    """Names as a GBK system keeps them."""
    rare = names.str.contains(RARE_PATTERN).fill_null(False)
    kept = {n: in_gbk(n) for n in names.filter(rare).unique().to_list()}
    return names.replace(kept) if kept else names


def mask(values: pl.Series, keep: pl.Series) -> pl.Series:
    """Values where `keep`, else null."""
    return pl.select(pl.when(keep.fill_null(False)).then(values)).to_series()


def choose(when: pl.Series, yes: pl.Series | str | None, no: pl.Series | str | None) -> pl.Series:
    """One of two columns or texts by a condition (null counts as no)."""

    def shape(value: pl.Series | str | None) -> pl.Expr | pl.Series:
        return value if isinstance(value, pl.Series) else pl.lit(value, dtype=pl.String)

    return pl.select(pl.when(when.fill_null(False)).then(shape(yes)).otherwise(shape(no))).to_series()


def lag(facts: Facts, keys: pl.Series, salt: int, low: int, high: int) -> pl.Series:
    """Days of delay, evenly between `low` and `high` (inclusive)."""
    return pl.Series(low + facts.pick(keys, salt, high - low + 1).to_numpy())


def long_lag(facts: Facts, keys: pl.Series, salt: int, median: float, spread: float) -> pl.Series:
    """Days of delay with a long tail (lognormal)."""
    drawn = facts.chance(keys, salt).to_numpy().clip(1e-6, 1 - 1e-6)
    normal = np.sqrt(2) * _inverse_error(2 * drawn - 1)
    return pl.Series(np.minimum(median * np.exp(spread * normal), 3000).astype(np.int64))


def _inverse_error(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Winitzki's approximation of the inverse error function; good to 0.3 %, which is plenty for delays."""
    part = np.log(1 - x * x)
    first = 2 / (np.pi * 0.147) + part / 2
    return np.asarray(np.sign(x) * np.sqrt(np.sqrt(first**2 - part / 0.147) - first))


def plus(dates: pl.Series, delay: pl.Series) -> pl.Series:
    """Dates some days later."""
    return (dates.cast(pl.Date).cast(pl.Int32).cast(pl.Int64) + delay.cast(pl.Int64)).cast(pl.Int32).cast(pl.Date)


def all_on(night: date, count: int) -> NDArray[np.int64]:
    """The same day for every row."""
    return np.full(count, (night - date(1970, 1, 1)).days, dtype=np.int64)


def contact(rows: pl.DataFrame, night: date) -> NDArray[np.int64]:
    """Day of the department's last contact with each row's person: what it knows of phone and address dates from then."""
    known = until(rows["_touched"], night).fill_null(rows["_met"] if "_met" in rows.columns else rows["_born"])
    return days(known)


def months_before(night: date, months: int) -> date:
    """First day of the month that many months before."""
    index = night.year * 12 + night.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def from_days(column: pl.Series) -> pl.Series:
    """Days since 1970 as dates."""
    return column.cast(pl.Int32).cast(pl.Date)


def month_index(value: date) -> int:
    """Months since year 0."""
    return value.year * 12 + value.month - 1


def month_indices(column: pl.Series) -> NDArray[np.int64]:
    """Months since year 0 of every date."""
    return (column.dt.year().cast(pl.Int64) * 12 + column.dt.month().cast(pl.Int64) - 1).to_numpy()


def month_start(column: pl.Series) -> pl.Series:
    """First days of months given as months since year 0."""
    whole = column.cast(pl.Int64)
    return pl.DataFrame({"y": whole // 12, "m": whole % 12 + 1}).select(pl.date("y", "m", 1)).to_series()
