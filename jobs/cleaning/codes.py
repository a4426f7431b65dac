"""Code lists: sex, ethnic groups, countries, document types, and any list a contract writes out (domain §3.5)."""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jobs.cleaning.id_numbers import TYPES
from jobs.cleaning.reasons import Reason

DATA = Path(__file__).parent / "data"


class Code(NamedTuple):
    """A standard value, or None with the reason; an empty standard value means: known, and says nothing."""

    value: str | None
    reason: Reason | None = None


UNKNOWN = Code(None, Reason.CODE_UNKNOWN)
NOTHING = Code(None)

SEX = {
    "1": "M", "01": "M", "5": "M", "M": "M", "MALE": "M", "男": "M", "男性": "M",
    "2": "F", "02": "F", "6": "F", "F": "F", "FEMALE": "F", "女": "F", "女性": "F",
    "0": "", "00": "", "9": "", "09": "", "U": "", "未知": "", "未说明": "",
}  # fmt: skip
"""GB/T 2261.1 with its spellings; 5 and 6 are women and men whose sex was changed to M and F."""


LISTS = {"sex": SEX}
"""Lists that a contract may name instead of writing them out."""


def clean_code(raw: str, codes: dict[str, str] | None = None) -> Code:
    """A delivered code by the contract's list; without a list the text itself."""
    text = raw.strip()
    if codes is None:
        return Code(text or None)
    found = codes.get(text, codes.get(unicodedata.normalize("NFKC", text)))
    return UNKNOWN if found is None else Code(found or None)


def clean_sex(raw: str, codes: dict[str, str] | None = None) -> Code:
    """M or F."""
    return clean_code(unicodedata.normalize("NFKC", raw).strip().upper(), codes or SEX)


def clean_id_type(raw: str, codes: dict[str, str] | None = None) -> Code:
    """A document type of records.id_type, by the contract's list."""
    found = clean_code(raw, codes)
    return found if found.value is None or found.value in TYPES else UNKNOWN


def clean_ethnic(raw: str, codes: dict[str, str] | None = None) -> Code:
    """GB/T 3304 two digits, from digits or from the group's name with or without 族."""
    if codes:
        return clean_code(raw, codes)
    text = unicodedata.normalize("NFKC", raw).strip()
    groups = _ethnic()
    if text.isdigit():
        return Code(text.zfill(2)) if text.zfill(2) in groups.values() else UNKNOWN
    found = groups.get(text) or groups.get(text.removesuffix("族"))
    return Code(found) if found else UNKNOWN


def clean_country(raw: str, codes: dict[str, str] | None = None) -> Code:
    """ISO 3166 alpha-3 from alpha-3, alpha-2, numeric code or the Chinese name."""
    if codes:
        return clean_code(raw, codes)
    text = unicodedata.normalize("NFKC", raw).strip().upper()
    found = _countries().get(text.zfill(3) if text.isdigit() else text)
    return Code(found) if found else UNKNOWN


@cache
def _ethnic() -> dict[str, str]:
    with (DATA / "ethnic.csv").open(encoding="utf-8", newline="") as lines:
        return {row["name"]: row["code"] for row in csv.DictReader(lines)}


@cache
def _countries() -> dict[str, str]:
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        key: row["alpha3"] for row in rows for key in (row["alpha3"], row["alpha2"], row["numeric"], *row["names"].split()) if key
    }
