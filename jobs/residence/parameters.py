"""The residence parameters: one versioned file, checked on loading."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.errors import UserError

FILE = Path(__file__).parent / "parameters.yml"
"""The parameters in force."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sign(_Part):
    """A positive sign. Days are calendar days; `carry` is explained in parameters.yml."""

    zh: str
    en: str
    strength: Literal["A", "A-", "B", "C", "D"]
    shape: Literal["continuing", "point"]
    weight: float = Field(gt=0, lt=1)
    three_visits: float | None = None
    carry: int | None
    carry_permit: int | None = None
    half_life: int | None
    work: bool = False


class Negative(_Part):
    """A negative sign."""

    zh: str
    en: str
    weight: float = Field(gt=0, lt=1)
    weak: float | None = None
    weak_details: list[str] = []
    half_life: int | None
    departure: bool = False
    elsewhere: bool = False
    stands: bool = False


class Days(_Part):
    """Lengths in calendar days."""

    bridge: int
    bridge_same_place: int
    bridge_visits: int
    elsewhere_breaks: int
    chain: int
    chain_silent: int
    support: int
    keep: int
    recent_run: int
    settled_span: int
    settled_window: int
    settled_carded: int | None
    settled_city: int
    settled_owner: int
    settled_insured: int
    settled_unlisted: int
    met_before: int
    found_gone_after: int
    newly_registered: int
    absent: int
    silent: int
    window: int
    cumulative: int
    conflict: int
    conflict_hold: int
    death_activity: int
    visits_window: int
    lapsed_after: int
    works_on: int
    work_in_force: int
    newborn: int
    hysteresis: int
    hysteresis_search: int


class Months(_Part):
    """Lengths in calendar months."""

    half_year: int


class Age(_Part):
    """Ages in completed years."""

    child: int
    minor: int
    elder: int
    impossible: int


class Scores(_Part):
    """Bounds and shares of the evidence score."""

    high: float
    medium: float
    low: float
    conflict: float
    parent: float
    household: float
    silent_absent: float
    older_negative: float
    strong_member: float
    card: float


class Bulk(_Part):
    """When a day's grid visits are ticks at a desk: so many times the average day's, and at least so many."""

    times: float
    least: int


class Parameters(_Part):
    """Everything the rules may be tuned by."""

    version: str
    signs: dict[str, Sign]
    cards: list[str]
    found_gone: list[str]
    listed: list[str]
    from_dwelling: list[str]
    two_sightings: list[str]
    lapses: list[str]
    school_starts: list[int]
    strong_deaths: list[str]
    abroad_stay: list[str]
    hard_events: list[str]
    negatives: dict[str, Negative]
    days: Days
    months: Months
    age: Age
    scores: Scores
    bulk_visits: Bulk
    household_size: int

    def before(self, code: str) -> int:
        """Days by which a person has come before this sign first told of it: a registration or contract tells its own beginning; whoever
        is met, works or goes to school was here already (school: in the months of `school_starts`)."""
        sign = self.signs[code]
        return self.days.met_before if sign.shape == "point" or sign.strength == "C" else 0

    def codes(self, *strengths: str) -> list[str]:
        """Codes of the positive signs of these strengths, sorted."""
        return sorted(c for c, s in self.signs.items() if s.strength in strengths)


@cache
def load(file: Path = FILE) -> Parameters:
    """The parameters of a file; UserError names the first mistake."""
    try:
        return Parameters.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": "not YAML"}
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(f"Residence parameters {file.name} are wrong at {where}: {first['msg']}.", "Mend that line.") from None
