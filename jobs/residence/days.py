"""Days as the rules count them: calendar days after and between dates, and calendar months.

A day is a pl.Date; its days are counted as whole numbers, so 9999-12-31 may be moved on without an error.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

FOREVER = dt.date(9999, 12, 31)
"""The end of what has no end."""


def later(day: str | pl.Expr, days: int | pl.Expr) -> pl.Expr:
    """The day so many days later; earlier where negative."""
    return (_day(day).cast(pl.Int32) + days).cast(pl.Date)


def earlier(day: str | pl.Expr, days: int | pl.Expr) -> pl.Expr:
    """The day so many days earlier."""
    return (_day(day).cast(pl.Int32) - days).cast(pl.Date)


def between(end: str | pl.Expr, start: str | pl.Expr) -> pl.Expr:
    """Days from start to end; negative when the end comes first."""
    return _day(end).cast(pl.Int32) - _day(start).cast(pl.Int32)


def months_later(day: str | pl.Expr, months: int) -> pl.Expr:
    """The same day of a later month; that month's last day where it is shorter."""
    return _day(day).dt.offset_by(f"{months}mo")


def completed_years(end: str | pl.Expr, start: str | pl.Expr) -> pl.Expr:
    """Years completed from start to end: an age. Those of one born on 29 February are completed on 1 March."""
    last, first = _day(end).dt, _day(start).dt
    before = last.month().cast(pl.Int32) * 100 + last.day() < first.month().cast(pl.Int32) * 100 + first.day()
    return last.year() - first.year() - before.cast(pl.Int32)


def _day(day: str | pl.Expr) -> pl.Expr:
    return pl.col(day) if isinstance(day, str) else day
