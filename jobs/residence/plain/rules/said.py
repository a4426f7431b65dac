"""What is decided of one person, what the rules may know of relatives, and questions that several rules ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from jobs.residence.plain.evidence import Person

INLAND = {"CITY_HUKOU": "21", "PROV_HUKOU": "22", "OUT_HUKOU": "23"}
OUTSIDE = {"HKMT": "25", "FOREIGN": "26"}


@dataclass(frozen=True)
class Decision:
    """What was decided for one person: `evidence_score` of presence, and `confidence`, the calibrated probability that the code is
    right (None of a relative, of whom only code and score are asked)."""

    code: str
    rule: str
    evidence_score: float
    confidence: float | None = None


@dataclass(frozen=True)
class Relatives:
    """What the rules may know of others: the parent followed, whether a household member is present, or strongly so; the day on
    which the family left, the status of kin who are here, whether one of them was met after the person left, whether one is abroad,
    and the township of kin who are here and whose home a card or contract tells."""

    parent: Decision | None = None
    parent_township: str | None = None
    household_present: bool = False
    lives_with: bool = False
    left_with: dt.date | None = None
    kin: Decision | None = None
    stays_with: bool = False
    kin_abroad: bool = False
    kin_township: str | None = None


NOBODY = Relatives()


def is_present(one: Person) -> bool:
    """The run covers tonight, or presence is presumed."""
    return bool(one.fact["run_now"] or one.fact["kept"])


def gone(one: Person, others: Relatives) -> dt.date | None:
    """When the absence began that nothing newer answers, or when the family left; never of one whose family stayed."""
    day: dt.date | None = one.fact["gone_on"]
    return None if others.stays_with else day or others.left_with


def township_code(one: Person, home: str | None) -> str:
    """11 at home in the hukou's township, 12 in another."""
    hukou = one.fact["hukou_township"]
    return "12" if hukou and home != hukou else "11"
