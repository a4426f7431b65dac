"""Columns of values that are already in standard form, recognised by vector operations instead of one by one.

Each function takes distinct values and returns (which of them are easy, their cleaned frame in order). It must agree with
the pure function on every value it calls easy; tests compare both.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.cleaning import dates, id_numbers, phones
from jobs.cleaning.divisions import provinces

_CITIZEN = "^[1-7][0-9]{16}[0-9X](\x1f.*)?$"
_SOFT = "[之某婴宝毛测未无新不本同空待合总小暂]"
"""Characters that start or mark placeholders and provisional names: such values go the long way."""


def numbers(values: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Citizen numbers of mainlanders with a right check character, an existing date and province."""
    shaped = values.str.contains(_CITIZEN)
    bare = values.filter(shaped).str.slice(0, 18)
    birth = _day(bare.str.slice(6, 8))
    good = pl.Series(_checks(bare)) & birth.is_not_null() & bare.str.slice(0, 2).is_in(list(provinces()))
    easy = _scatter(shaped, good)
    bare, birth = bare.filter(good), birth.filter(good)
    odd = bare.str.slice(16, 1).is_in(list("13579"))
    frame = pl.DataFrame({"value": bare, "birth": birth}).with_columns(
        reason=pl.lit(None, pl.String),
        type=pl.lit("citizen"),
        grade=pl.lit("OK"),
        sex=pl.when(odd).then(pl.lit("M")).otherwise(pl.lit("F")),
        alias=pl.lit(None, pl.String),
    )
    return easy, frame


def _checks(bare: pl.Series) -> np.ndarray:
    if bare.is_empty():
        return np.zeros(0, dtype=bool)
    digits = np.frombuffer("".join(bare.to_list()).encode("ascii"), dtype=np.uint8).reshape(-1, 18)
    total = (digits[:, :17].astype(np.int64) - 48) @ np.array(id_numbers.WEIGHTS, dtype=np.int64) % 11
    return np.frombuffer(id_numbers.CHECKS.encode("ascii"), dtype=np.uint8)[total] == digits[:, 17]


def _day(eight: pl.Series) -> pl.Series:
    """yyyyMMdd to dates; null where none exists, before 1880 or after 2099."""
    found = eight.str.to_date("%Y%m%d", strict=False)
    return found.to_frame("d").select(pl.when(pl.col("d").is_between(dates.EARLIEST, dates.LATEST)).then(pl.col("d")))["d"]


def _scatter(shaped: pl.Series, good: pl.Series) -> pl.Series:
    easy = np.zeros(len(shaped), dtype=bool)
    easy[shaped.arg_true().to_numpy()[good.to_numpy()]] = True
    return pl.Series(easy)


def han_names(values: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Names of two to four common Han characters with nothing odd about them."""
    easy = values.str.contains("^[\u4e00-\u9fff]{2,4}$") & ~values.str.contains(_SOFT)
    frame = values.filter(easy).to_frame("value")
    return easy, frame.with_columns(reason=pl.lit(None, pl.String), kind=pl.lit("han"), former=pl.lit(None, pl.String))


def days(values: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """yyyyMMdd, yyyyMMddHHmmss, yyyy-MM-dd with or without a time that names no zone."""
    compact = values.str.contains("^[0-9]{8}([0-9]{6})?$")
    parted = values.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:]{4,8}([.][0-9]+)?)?$")
    eight = values.to_frame("v").select(
        pl.when(compact)
        .then(pl.col("v").str.slice(0, 8))
        .when(parted)
        .then(pl.col("v").str.slice(0, 10).str.replace_all("-", ""))
    )["v"]
    found = _day(eight)
    easy = found.is_not_null() & ~found.is_in(list(dates.PLACEHOLDERS))
    day = found.filter(easy)
    return easy, pl.DataFrame({"value": day, "last": day}).with_columns(reason=pl.lit(None, pl.String))


def mobiles(values: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Eleven digits that are no stand-in."""
    shaped = values.str.contains("^1[3-9][0-9]{9}$")
    tails = "(" + "|".join(str(d) * 8 for d in range(10)) + ")$"
    easy = shaped & ~values.is_in(list(phones.PLACEHOLDERS)) & ~values.str.contains(tails)
    return easy, values.filter(easy).to_frame("value").with_columns(reason=pl.lit(None, pl.String))
