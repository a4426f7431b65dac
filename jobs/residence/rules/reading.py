"""What rules read: one resident's facts as columns, and questions that several rules ask of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters

if TYPE_CHECKING:
    from pyspark.sql import Column


class Facts:
    """The facts of one resident as columns: `f.age` is the column `age`."""

    def __getattr__(self, name: str) -> Column:
        return F.col(name)

    def before(self, days: int) -> Column:
        """The day so many days ago."""
        return F.date_sub("today", days)


def yes(condition: Column) -> Column:
    """The condition, where unknown counts as no."""
    return F.coalesce(condition, F.lit(False))


def newer(day: Column, than: Column) -> Column:
    """There is a day, and none or an earlier one to compare it with."""
    return F.coalesce(day > than, day.isNotNull())


def present(f: Facts, p: Parameters) -> Column:
    """The run covers tonight, or presence is presumed."""
    return yes(f.run_now) | f.kept


def township_code(f: Facts, home: Column) -> Column:
    """11 at home in the hukou's township, 12 in another."""
    elsewhere = yes(home != f.hukou_township)
    return F.when(elsewhere, "12").otherwise("11")


def inland_code(f: Facts) -> Column:
    """21, 22 or 23 by where the hukou is; null for people without one and from outside the border."""
    return F.when(f.nature == "CITY_HUKOU", "21").when(f.nature == "PROV_HUKOU", "22").when(f.nature == "OUT_HUKOU", "23")


def outside_code(f: Facts) -> Column:
    """25 or 26; null for everybody else."""
    return F.when(f.nature == "HKMT", "25").when(f.nature == "FOREIGN", "26")
