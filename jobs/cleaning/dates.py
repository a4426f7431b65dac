"""Dates as departments write them: CHAR(8), CHAR(14), ISO, Chinese, months, and a spreadsheet's day numbers (domain §3.5).

Every date is a date in Asia/Shanghai; a time with another zone is carried over first.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import NamedTuple

from jobs.cleaning.reasons import Reason

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
EARLIEST, LATEST = dt.date(1880, 1, 1), dt.date(2099, 12, 30)
PLACEHOLDERS = frozenset({dt.date(1900, 1, 1), dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1111, 11, 11)})
_SERIAL_ZERO = dt.date(1899, 12, 30)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4}|\d{6}|\d{9})?")
_PARTED = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]?.*)?")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")


class Date(NamedTuple):
    """A date, or the first day of a month with `last` its last day; `reason` when refused or turned back."""

    value: dt.date | None
    reason: Reason | None = None
    last: dt.date | None = None


def clean_date(raw: str) -> Date:
    """The day a text names; times are dropped, zones carried to Asia/Shanghai."""
    text = unicodedata.normalize("NFKC", raw).strip()
    if re.fullmatch(r"[0\-/:. ]+|9{8,}|9999.*|0001-01-01.*", text):
        return Date(None, Reason.DATE_PLACEHOLDER)
    if _ZONED.fullmatch(text):
        return _zoned(text)
    found = _COMPACT.fullmatch(text) or _PARTED.fullmatch(text)
    if found:
        return _checked(found[1], found[2], found[3])
    serial = _SERIAL.fullmatch(text)
    if serial:
        day = _SERIAL_ZERO + dt.timedelta(days=int(serial[1]))
        return Date(day, Reason.DATE_FROM_SERIAL, day) if day.year >= 1927 and day.year < 2064 else _BAD
    return _BAD


def clean_month(raw: str) -> Date:
    """A month (yyyyMM, yyyy-MM, 2026年3月): its first day, with its last in `last`; a whole date gives its month."""
    text = unicodedata.normalize("NFKC", raw).strip()
    found = _MONTH.fullmatch(text) if len(text) < 9 and not re.fullmatch(r"\d{8}", text) else None
    day = _checked(found[1], found[2], "1") if found else clean_date(raw)
    if day.value is None:
        return day
    first = day.value.replace(day=1)
    return Date(first, day.reason, last_of_month(first))


def last_of_month(day: dt.date) -> dt.date:
    """The month's last day."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


_BAD = Date(None, Reason.DATE_UNREADABLE)


def _checked(year: str, month: str, day: str) -> Date:
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        return Date(None, Reason.DATE_PLACEHOLDER if year == "0000" else Reason.DATE_UNREADABLE)
    if found in PLACEHOLDERS or found.year == 9999:
        return Date(None, Reason.DATE_PLACEHOLDER)
    return Date(found, None, found) if EARLIEST <= found <= LATEST else Date(None, Reason.DATE_RANGE)


def _zoned(text: str) -> Date:
    try:
        moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        return _BAD
    return _checked(str(moment.year), str(moment.month), str(moment.day))
