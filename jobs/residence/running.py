"""What stood before: running maxima of sorted rows, and the newest of a resident's days before a day."""

from __future__ import annotations

from typing import Any

import polars as pl

_SPAN = 1 << 25
"""More than any value: days since 1970, doubled, and moved to be positive."""
_MOVED = 1 << 22


def earlier_max(value: str | pl.Expr, group: str, kind: Any = pl.Date) -> pl.Expr:
    """The greatest value of the earlier rows of a group, null where they have none; rows are sorted by the group's number.

    One running maximum over all rows: a later group's numbers lie above all of the group before.
    """
    given = pl.col(value) if isinstance(value, str) else value
    whole = pl.col(group).cast(pl.Int64)
    packed = whole * _SPAN + (given.cast(pl.Int64) + _MOVED).fill_null(0)
    best = packed.cum_max().shift(1)
    held = (best // _SPAN == whole) & (best % _SPAN > 0)
    found = pl.when(held).then(best % _SPAN - _MOVED)
    return found.cast(pl.Int32).cast(kind) if kind == pl.Date else found.cast(kind)


def newest_before(rows: pl.DataFrame, days: pl.DataFrame, day: str, strictly: bool) -> pl.DataFrame:
    """Rows with `newest_before`: the resident's newest of `days` (who, since) before that day; on it counts unless strictly."""
    known = days.select("who", newest_before="since").unique().sort("newest_before")
    return rows.sort(day).join_asof(
        known, left_on=day, right_on="newest_before", by="who", strategy="backward",
        allow_exact_matches=not strictly, coalesce=False, check_sortedness=False,
    )  # fmt: skip
