"""What rules read: one resident's facts as columns, and questions that several rules ask of them."""

from __future__ import annotations

import polars as pl

from jobs.residence.days import earlier
from jobs.residence.parameters import Parameters


class Facts:
    """The facts of one resident as columns: `f.age` is the column `age`."""

    def __getattr__(self, name: str) -> pl.Expr:
        return pl.col(name)

    def before(self, days: int) -> pl.Expr:
        """The day so many days ago."""
        return earlier(self.today, days)


def yes(condition: pl.Expr) -> pl.Expr:
    """The condition, where unknown counts as no."""
    return pl.coalesce(condition, pl.lit(False))


def newer(day: pl.Expr, than: pl.Expr) -> pl.Expr:
    """There is a day, and none or an earlier one to compare it with."""
    return pl.coalesce(day > than, day.is_not_null())


def present(f: Facts, p: Parameters) -> pl.Expr:
    """The run covers tonight, or presence is presumed."""
    return yes(f.run_now) | f.kept


def lives_at(f: Facts) -> pl.Expr:
    """The township of the home: where neither a card nor a contract tells it, that of kin who are here and of whom one does."""
    return pl.when(f.home_sure).then(f.home_township).otherwise(pl.coalesce(f.kin_township, f.home_township))


def township_code(f: Facts, home: pl.Expr) -> pl.Expr:
    """11 at home in the hukou's township, 12 in another; whose hukou is at no dwelling and whose home nothing tells, lives apart from
    it."""
    elsewhere = yes(home != f.hukou_township) | (home.is_null() & f.hukou_township.is_not_null())
    return pl.when(elsewhere).then(pl.lit("12")).otherwise(pl.lit("11"))


def inland_code(f: Facts) -> pl.Expr:
    """21, 22 or 23 by where the hukou is; null for people without one and from outside the border."""
    return f.nature.replace_strict(
        {"CITY_HUKOU": "21", "PROV_HUKOU": "22", "OUT_HUKOU": "23"}, default=None, return_dtype=pl.String
    )


def outside_code(f: Facts) -> pl.Expr:
    """25 or 26; null for everybody else."""
    return f.nature.replace_strict({"HKMT": "25", "FOREIGN": "26"}, default=None, return_dtype=pl.String)
