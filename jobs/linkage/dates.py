"""Dates as people write them, brought to yyyymmdd for comparison; the order of day and month is the model's word, not a guess."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = {
    name: number
    for number, names in enumerate(
        ["jan", "feb", "mar", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"],
        start=1,
    )
    for name in names.split()
}
ORDERS = {"date_ymd": "ymd", "date_dmy": "dmy", "date_mdy": "mdy"}
"""Field type → order of the parts."""
PIVOT = 30
"""Years of two digits above this belong to the last century."""

_TIME = re.compile(r"(?<=\d)[T ]+\d{1,2}:\d{2}.*$")
_PARTS = re.compile(r"\d+|[a-z]+")


def parse_date(text: str, order: str) -> str | None:
    """yyyymmdd of a date whose parts stand in this order (ymd, dmy, mdy).

    What is no date keeps its digits, so that one mistyped digit can still be seen; None without any.
    """
    parts = _PARTS.findall(_TIME.sub("", text.strip()).lower())
    parts = [p for p in parts if p.isdigit() or p[:3] in MONTHS]
    if len(parts) == 1 and len(parts[0]) == 8:
        return _eight(parts[0], order)
    named = next((p for p in parts if not p.isdigit()), None)
    if len(parts) == 3 and named:
        found = _named([p for p in parts if p.isdigit()], MONTHS[named[:3]])
    elif len(parts) == 3:
        found = _ordered(parts, order)
    else:
        found = None
    return found or "".join(p for p in parts if p.isdigit()) or None


def _eight(digits: str, order: str) -> str:
    cut = {"ymd": (4, 6), "dmy": (2, 4), "mdy": (2, 4)}[order]
    parts = [digits[: cut[0]], digits[cut[0] : cut[1]], digits[cut[1] :]]
    return _ordered(parts, order) or _ordered([digits[:4], digits[4:6], digits[6:]], "ymd") or digits


def _ordered(parts: list[str], order: str) -> str | None:
    by = dict(zip(order, parts, strict=True))
    if len(parts[0]) == 4:  # a year in front is a year whatever the order
        by = dict(zip("ymd", parts, strict=True))
    return _text(by["y"], int(by["m"]), int(by["d"]))


def _named(numbers: list[str], month: int) -> str | None:
    if len(numbers) != 2:
        return None
    day, year = numbers if len(numbers[0]) <= 2 else numbers[::-1]
    return _text(year, month, int(day))


def _text(year: str, month: int, day: int) -> str | None:
    whole = int(year) if len(year) > 2 else int(year) + (1900 if int(year) > PIVOT else 2000)
    try:
        return dt.date(whole, month, day).strftime("%Y%m%d")
    except ValueError:
        return None
