"""Divisions: what GB/T 2260 codes and the names of Yuhang's townships and communities say (domain §3.4, Appendix A).

`data/divisions.csv` holds provinces, Zhejiang's prefectures, Hangzhou's districts with their history, Yuhang's twelve
townships, its 223 communities and villages, and the townships that became Linping in April 2021.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jobs.cleaning.reasons import Reason

DISTRICT = "330110"
FILE = Path(__file__).parent / "data" / "divisions.csv"
LINPING = "330113"


class Division(NamedTuple):
    """One row of the table. `kind`: province, prefecture, county, township, community, moved (a township now Linping's)."""

    code: str
    kind: str
    name: str
    until: str


class CleanDivision(NamedTuple):
    """A division code of 6, 9 or 12 digits; `reason` when it was refused (value None) or corrected."""

    value: str | None
    reason: Reason | None


@cache
def table() -> dict[str, Division]:
    """All divisions by code."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: Division(**row) for row in csv.DictReader(lines)}


@cache
def provinces() -> frozenset[str]:
    """Two-digit codes a citizen number may begin with (81–83 and 91 are cards for residents from outside)."""
    return frozenset(code for code, d in table().items() if d.kind == "province")


@cache
def townships() -> dict[str, str]:
    """Yuhang's townships: name → nine digits."""
    return {d.name: code for code, d in table().items() if d.kind == "township"}


@cache
def moved() -> dict[str, str]:
    """Townships that left for Linping in 2021: name → old nine digits under 330110."""
    return {d.name: code for code, d in table().items() if d.kind == "moved"}


@cache
def communities() -> dict[str, str]:
    """Yuhang's communities and villages: name (…社区, …村) → nine digits of the township; ambiguous names are left out."""
    found: dict[str, set[str]] = {}
    for code, division in table().items():
        if division.kind == "community":
            found.setdefault(division.name, set()).add(code[:9])
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def clean_division(raw: str) -> CleanDivision:
    """A code as delivered to 6, 9 or 12 digits.

    Trailing zeros of shorter levels are cut (330110000000 → 330110). A code under 330110 whose street is Linping's now
    becomes 330113: the six digits alone do not know the 2021 boundary.
    """
    code = re.sub(r"\D", "", raw)
    if len(code) not in (2, 4, 6, 9, 12) or code[:2] not in provinces():
        return CleanDivision(None, Reason.DIVISION_UNKNOWN)
    code = code.ljust(6, "0")
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    if code[:9] in moved().values():
        return CleanDivision(LINPING, Reason.DIVISION_MOVED)
    if code.startswith("33") and code[:6] not in table() and not code[2:6].endswith("00"):
        return CleanDivision(None, Reason.DIVISION_UNKNOWN)
    return CleanDivision(code, None)


def township_of(code: str | None) -> str | None:
    """Nine digits when the code names one of Yuhang's townships, else None."""
    return code[:9] if code and code[:9] in table() and table()[code[:9]].kind == "township" else None


def within(code: str | None) -> bool | None:
    """Whether a code lies in the district of today; None when six digits cannot tell (330110 alone before the split)."""
    if code is None:
        return None
    if not code.startswith(DISTRICT):
        return False
    return True if township_of(code) else None
