"""Hard events of R-11: birth, death, hukou move, residence registration or its cancellation, tenancy, enrolment.

They are dated acts, done once and entered by somebody: what they change is published the night they are told.
"""

from __future__ import annotations

import polars as pl

from jobs.residence.days import earlier
from jobs.residence.parameters import Parameters


def hard_days(rows: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """(who, hard): days until `today`, within the dates that R-11 may look back on, on which a hard sign began or ended."""
    mine = rows.filter(pl.col("sign").is_in(p.hard_events))
    first = earlier("today", p.days.hysteresis + p.days.hysteresis_search)
    ends = pl.when(pl.col("strength").is_not_null()).then("ends")
    days = [mine.select("who", "today", day=day) for day in ("since", ends, "until")]
    lately = pl.concat(days).filter((pl.col("day") <= pl.col("today")) & (pl.col("day") > first))
    return lately.group_by("who").agg(hard=pl.col("day").unique().sort())
