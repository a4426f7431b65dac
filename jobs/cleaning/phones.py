"""Phones: a mobile of eleven digits, or a reason why not (domain §3.7). A prefix proves nothing: numbers are portable."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from jobs.cleaning.reasons import Reason

MOBILE = re.compile(r"1[3-9]\d{9}")
PLACEHOLDERS = frozenset(
    {"13800138000", "13000000000", "13800000000", "13900000000", "12345678901", "13888888888", "13812345678"}
)
_PREFIX = re.compile(r"^(\+|00)?86(?=1[3-9]\d{9}$)")
_LANDLINE = re.compile(r"(0\d{2,3})?[2-9]\d{5,7}(\d{1,4})?|\d{3,6}|400\d{7}|800\d{7}")
_WORDS = frozenset({"", "无", "暂无", "没有", "不详", "未知", "NULL", "NONE", "空", "/"})


class Phone(NamedTuple):
    """`value` is a mobile number or None; `reason` says why a text was refused."""

    value: str | None
    reason: Reason | None = None


def clean_phone(raw: str) -> Phone:
    """A mobile number out of a text; of several numbers the first mobile counts."""
    text = unicodedata.normalize("NFKC", raw).strip().upper()
    if re.fullmatch(r"1\d{10}\.0", text):
        text = text[:-2]
    if "*" in text or "X" in text:
        return Phone(None, Reason.PHONE_MASKED)
    if text.strip("-") in _WORDS:
        return Phone(None, Reason.PHONE_PLACEHOLDER)
    parts = [_digits(p) for p in re.split(r"[,;/、,;|]|\s{2,}", text)]
    mobiles = [p for p in parts if MOBILE.fullmatch(p)]
    sound = [p for p in mobiles if not is_placeholder(p)]
    if sound:
        return Phone(sound[0])
    return Phone(None, _why(parts, bool(mobiles)))


def _digits(part: str) -> str:
    digits = re.sub(r"[\s\-().‐-―]", "", part)
    return _PREFIX.sub("", digits)


def _why(parts: list[str], mobile: bool) -> Reason:
    first = next((p for p in parts if p), "")
    if mobile or (first.isdigit() and is_placeholder(first)):
        return Reason.PHONE_PLACEHOLDER
    return Reason.PHONE_LANDLINE if _LANDLINE.fullmatch(first) else Reason.PHONE_UNREADABLE


def is_placeholder(digits: str) -> bool:
    """Known stand-ins: a listed number, one digit repeated, or eight equal digits at the end."""
    return digits in PLACEHOLDERS or len(set(digits)) == 1 or (len(digits) == 11 and len(set(digits[3:])) == 1)
