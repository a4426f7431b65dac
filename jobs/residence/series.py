"""R-11 for one resident: from what the rules say on each of the last business dates to what is published tonight.

A date *stands* when the rules said the same on it and on the dates before it, as many as `days.hysteresis` together, or
when the change that led to it was hard: on its day lay a hard event or a clock boundary. Tonight's count is that of the most
recent date that stands. Where none of the last `days.hysteresis_search` dates stands, the person is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Told(NamedTuple):
    """What the rules say on one date: whether the person counts as a usual resident, and whether a hard event or a clock
    boundary lies on that day."""

    usual: bool
    hard: bool


class Held(NamedTuple):
    """What is published, and for how many dates the rules have said tonight's word."""

    usual: bool
    dates: int


def held(series: Sequence[Told], days: int, search: int) -> Held | None:
    """`series` tells tonight first, then the dates before; None where it is too short to tell."""
    begin, spoken = 0, 0
    while begin < len(series):
        end = begin
        while end + 1 < len(series) and series[end + 1].usual == series[begin].usual:
            end += 1
        dates, changed = end - begin + 1, end + 1 < len(series)
        spoken = spoken or dates
        if dates >= days or (changed and series[end].hard):
            return Held(series[begin].usual, spoken)
        begin = end + 1
    return Held(False, spoken) if len(series) >= search else None
