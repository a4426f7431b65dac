"""Signs that follow from other people's signs: S08 (guardian of a pupil), S20 (own dwelling not let), N06 (room let anew).

They are made in the shape of delivered signs, so that everything after treats them alike. S18 and S21 need the status of
relatives and are added in children.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from jobs.residence.days import FOREVER
from jobs.residence.parameters import Parameters

if TYPE_CHECKING:
    from jobs.residence.inputs import Inputs

USED = [
    *("record_id", "sign", "dept", "from_date", "to_date", "known_from"),
    *("place", "dwelling_id", "township", "in_district", "detail"),
]
"""The columns of SIGNS that the rules read."""


def believed(signs: pl.LazyFrame, p: Parameters) -> pl.LazyFrame:
    """The delivered signs without the grid visits that nobody made."""
    bulk = ticked(signs, p).get_column("from_date").to_list()
    told = signs.select(USED)
    return told.filter((pl.col("sign") != "S05") | ~pl.col("from_date").is_in(bulk)) if bulk else told


def ticked(signs: pl.LazyFrame, p: Parameters) -> pl.DataFrame:
    """(from_date) of grid visits that nobody made: a quarter's last day with many times the usual number (domain §8, 13).
    Which account entered a visit is not in the sign, so the day's few true visits go with them."""
    daily = signs.filter(pl.col("sign") == "S05").group_by("from_date").agg(visits=pl.len()).collect(engine="streaming")
    day, visits = pl.col("from_date"), pl.col("visits")
    quarter_end = (day.dt.month() % 3 == 0) & (day == day.dt.month_end())
    many = (visits >= p.bulk_visits.least) & (visits > p.bulk_visits.times * visits.mean())
    return daily.filter(quarter_end & many).select("from_date")


def with_derived(told: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """All signs: the believed ones and those derived from them, which `derived` tells."""
    let = told.filter((pl.col("sign") == "S06") & pl.col("dwelling_id").is_not_null())
    whose = let.join(inputs.resident_records.select("record_id", "resident_id"), on="record_id")
    tenancies = whose.join(inputs.residents.select("resident_id", "today"), on="resident_id").collect(engine="streaming")
    not_let = ~pl.col("dwelling_id").is_in(_let(tenancies).implode()).fill_null(False)
    delivered = told.filter((pl.col("sign") != "S20") | not_let).select(*USED, derived=pl.lit(False))
    made = pl.concat([_guardians(told, inputs), _let_anew(tenancies)])
    return pl.concat([delivered, made.lazy().select(*USED, derived=pl.lit(True))])


def _guardians(told: pl.LazyFrame, inputs: Inputs) -> pl.DataFrame:
    """S08: a pupil's enrolment speaks for the listed guardian, unless the pupil's own dwelling lies outside the district."""
    listed = inputs.ties.filter(pl.col("relation") == "guardian_of").select("from_record", "to_record").unique()
    outside = inputs.records.filter(~pl.col("in_district")).select("record_id")
    enrolled = told.filter(pl.col("sign") == "S07").join(outside, on="record_id", how="anti")
    made = enrolled.join(listed, left_on="record_id", right_on="to_record")
    return made.with_columns(record_id="from_record", sign=pl.lit("S08")).select(USED).collect(engine="streaming")


def _let(tenancies: pl.DataFrame) -> pl.Series:
    """Dwellings let tonight."""
    open_end = pl.col("to_date").is_null() | (pl.col("to_date") > pl.col("today"))
    return tenancies.filter((pl.col("from_date") <= pl.col("today")) & open_end)["dwelling_id"].unique()


def _let_anew(tenancies: pl.DataFrame) -> pl.DataFrame:
    """N06: the last tenancy of a resident at a dwelling has ended and a newer one by another has begun there."""
    begun = pl.when(pl.col("from_date") <= pl.col("today")).then(pl.col("from_date"))
    rows = tenancies.with_columns(
        ended=pl.coalesce("to_date", pl.lit(FOREVER)).max().over("dwelling_id", "resident_id"),
        newest=begun.max().over("dwelling_id"),
    )
    ended = pl.col("ended")
    gone = rows.filter((ended <= pl.col("today")) & (pl.col("newest") >= ended) & (pl.col("to_date") == ended))
    return gone.with_columns(sign=pl.lit("N06"), from_date="newest", to_date=pl.lit(None, pl.Date), place=pl.lit("none")).select(
        USED
    )
