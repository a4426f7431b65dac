"""Figures that come out the same on every engine and in every order: rounding half up, products in a given order."""

from __future__ import annotations

import polars as pl


def rounded(value: pl.Expr, places: int) -> pl.Expr:
    """A number that is not negative, rounded half up as it is written: 0.12345 to 0.1235, though as a fraction of two it is less.

    A number is at least the half exactly when it is at least the fraction nearest to the half.
    """
    whole = (value * 10.0**places).floor()
    half = _decimal(whole * 10 + 5, places + 1)
    return _decimal(whole + (value >= half).cast(pl.Float64), places)


def _decimal(whole: pl.Expr, places: int) -> pl.Expr:
    """The fraction nearest to whole / 10^places. Dividing by a constant multiplies by its inverse and may miss it by a little."""
    return (whole / 10.0**places).round(places)


def multiplied(frame: pl.DataFrame, lists: str) -> pl.Expr:
    """The product of each list's numbers, from the first to the last: in another order the last digit may differ."""
    product, longest = pl.lit(1.0), frame[lists].list.len().max() or 0
    for place in range(int(str(longest))):
        product = product * pl.col(lists).list.get(place, null_on_oob=True).fill_null(1.0)
    return product
