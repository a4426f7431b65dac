"""JSON put together from columns. The values are ids, codes, dates and figures, which hold nothing that JSON escapes."""

from __future__ import annotations

import polars as pl


def text(name: str, value: str | pl.Expr) -> pl.Expr:
    """A member whose value is a text; null where it is null."""
    return pl.concat_str(pl.lit(f'"{name}":"'), _column(value), pl.lit('"'))


def plain(name: str, value: str | pl.Expr) -> pl.Expr:
    """A member whose value is a figure or already JSON; null where it is null."""
    return pl.concat_str(pl.lit(f'"{name}":'), _column(value))


def whole(*members: pl.Expr) -> pl.Expr:
    """An object of the members that are not null."""
    return pl.concat_str(pl.lit("{"), pl.concat_str(members, separator=",", ignore_nulls=True), pl.lit("}"))


def array(items: str | pl.Expr) -> pl.Expr:
    """A list of items already joined by commas; null where there are none."""
    return pl.concat_str(pl.lit("["), _column(items), pl.lit("]"))


def _column(value: str | pl.Expr) -> pl.Expr:
    return (pl.col(value) if isinstance(value, str) else value).cast(pl.String)
