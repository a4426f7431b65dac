"""Personal values as people may see them on a screen: enough to recognise, too little to copy."""

from __future__ import annotations

import datetime as dt

HIDDEN = "*"


def name(text: str | None) -> str:
    """张梓轩 → 张*轩, 张三 → 张*; Latin names keep the first letter of each word."""
    if not text:
        return "–"
    if text.isascii():
        return " ".join(word[0] + HIDDEN * 2 for word in text.split())
    if len(text) <= 2:
        return text[0] + HIDDEN
    return text[0] + HIDDEN * min(len(text) - 2, 4) + text[-1]


def number(text: str | None) -> str:
    """First three and last four characters; short numbers keep their last two."""
    if not text:
        return "–"
    if len(text) < 11:
        return HIDDEN * max(len(text) - 2, 1) + text[-2:]
    return text[:3] + HIDDEN * (len(text) - 7) + text[-4:]


def phone(text: str | None) -> str:
    """13812345678 → 138****5678."""
    return number(text)


def birth(day: dt.date | None) -> str:
    """Year and month."""
    return "–" if day is None else f"{day:%Y-%m}-**"
