"""What the residence rules are given: the night's tables, and what was decided by hand."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from jobs.residence.overrides import BY_HAND


class Inputs(NamedTuple):
    """What the rules read. `residents` carries `today`, the business date, so that cases of several dates fit one run; `overrides`:
    statuses decided by hand, one a resident (BY_HAND)."""

    residents: pl.LazyFrame
    resident_records: pl.LazyFrame
    records: pl.LazyFrame
    signs: pl.LazyFrame
    ties: pl.LazyFrame
    overrides: pl.LazyFrame = pl.LazyFrame(schema=BY_HAND)
