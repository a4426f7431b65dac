"""The residency index in plain numbers: its parameters, the weights of signs, the recursion over periods, the threshold.

Estonia's index (Tiit and Maasing 2016; Maasing, Tiit and Vähi 2017): X = min(1, Σ weight of the signs of life of a period),
R = d · last R + (1 − d) · X. Weights follow from how much oftener certain residents have a sign than certain non-residents.
They are whole millionths, so that sums depend on no order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("index.yml")
ONE = 1_000_000
"""A weight of 1."""


class IndexParameters(BaseModel):
    """Everything the index may be tuned by; see index.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    window_days: int = Field(gt=0)
    windows: int = Field(gt=0, lt=60)
    stability: float = Field(ge=0, lt=1)
    full_bits: float = Field(gt=0)
    smoothing: float = Field(gt=0)
    child: int
    slack: float = Field(ge=0, lt=1)
    doubt_low: float
    doubt_high: float
    resident_score: float
    absent_codes: list[str]
    absent_score: float
    exits: list[str]
    death: list[str]


@cache
def load(file: Path = FILE) -> IndexParameters:
    """The parameters of a file."""
    return IndexParameters.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def weight(residents: int, of_residents: int, absent: int, of_absent: int, p: IndexParameters) -> int:
    """Weight of a sign that so many of all certain residents, and so many of all certain non-residents, have."""
    often = (residents + p.smoothing) / (of_residents + 2 * p.smoothing)
    seldom = (absent + p.smoothing) / (of_absent + 2 * p.smoothing)
    return round(ONE * min(1.0, max(0.0, math.log2(often / seldom) / p.full_bits)))


def weights(
    seen: Mapping[tuple[bool, str], tuple[int, int]], classes: Mapping[bool, tuple[int, int]], p: IndexParameters
) -> dict[tuple[bool, str], int]:
    """(local hukou, sign) → weight, from (residents, absent) that have the sign and that there are in all."""
    return {key: weight(n, classes[key[0]][0], m, classes[key[0]][1], p) for key, (n, m) in sorted(seen.items())}


def index_of(evidence: Sequence[float], first: int, departed: int | None, p: IndexParameters) -> float:
    """R tonight of one person: `evidence[k]` is X of period k (0 ends tonight), `first` the oldest period with any sign,
    `departed` the period of the last stated departure. A person enters with the evidence of the first period."""
    value = 0.0
    for period in range(p.windows - 1, -1, -1):
        x = evidence[period]
        carried = 0.0 if departed == period else value
        value = x if period == first and departed != period else p.stability * carried + (1 - p.stability) * x
    return value


def threshold(histogram: Iterable[tuple[bool, float, int]], p: IndexParameters) -> float:
    """The index from which on a person is taken for a resident, from the certain classes (resident?, index, persons): the
    smallest bound that is wrong about hardly more of them (`slack`) than the best one. The smallest, because certain residents
    have more signs than most. 1 when a class is empty."""
    rows = list(histogram)
    total = sum(n for _, _, n in rows)
    if len({kind for kind, _, n in rows if n}) < 2:
        return 1.0

    def right(bound: float) -> float:
        return sum(n for kind, value, n in rows if kind == (value >= bound)) / total

    bounds = [step / 100 for step in range(1, 101)]
    best = max(map(right, bounds))
    return next(bound for bound in bounds if right(bound) >= best - p.slack)
