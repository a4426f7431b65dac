"""What the night's tables say of living together: people at dwellings, ties between residents, shared household keys.

Residents and records are numbers while millions of rows are joined. Every frame comes in an order of its own key: results
depend on no order of files.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import polars as pl

from jobs.records.whose import Whose, whose

MUTUAL = ("spouse_of", "same_household")
"""Relations that hold both ways: stated once, from the smaller id to the larger."""

NOBODY = ("91", "92", "99")
"""Statuses of the dead and of ids that are nobody's."""


class Night(NamedTuple):
    """The business date and the tables that are read, `residence` as it is tonight."""

    tonight: dt.date
    residents: pl.LazyFrame
    residence: pl.LazyFrame
    resident_records: pl.LazyFrame
    records: pl.LazyFrame
    ties: pl.LazyFrame


class Stated(NamedTuple):
    """`people`: resident_id, dwelling_id, township, evidence (the status's score), counts_usual, age, surname, county, married
    (to somebody alive). `ties`: resident_id, relative_id, relation, stated_by, departments (how many), from_date, to_date.
    `keys`: resident_id, household, register (the hukou register's key). `tenancies`: resident_id, contract (its source row).
    `texts`: dwelling_id, text (the address most rows give it)."""

    people: pl.DataFrame
    ties: pl.DataFrame
    keys: pl.DataFrame
    tenancies: pl.DataFrame
    texts: pl.DataFrame


def stated(night: Night) -> Stated:
    """Read everything. `who` is a resident's place in the order of ids."""
    names = night.residents.select("resident_id").sort("resident_id").with_row_index("who").collect()
    mine = whose(night.resident_records, names)
    people = _people(night)
    here = people.lazy().select("resident_id", "dwelling_id").join(names.lazy(), on="resident_id").collect()
    texts = _texts(night.records, people.select("dwelling_id").unique())
    return Stated(
        people, _ties(night, mine, names["resident_id"]), _keys(night, mine, here), _tenancies(night, mine, here), texts
    )


def _people(night: Night) -> pl.DataFrame:
    """Everybody present at a known dwelling."""
    statuses = night.residence.select("resident_id", "status_code")
    alive = statuses.filter(~pl.col("status_code").is_in(NOBODY)).select(spouse_id="resident_id", married=pl.lit(True))
    facts = night.residents.select(
        "resident_id", "spouse_id", age=_age(pl.col("birth_date"), night.tonight), surname=pl.col("name").str.slice(0, 1),
        county=pl.col("hukou_division").str.slice(0, 6),
    )  # fmt: skip
    present = night.residence.filter(pl.col("counts_present") & pl.col("dwelling_id").is_not_null())
    return (
        present.select("resident_id", "dwelling_id", "township", "counts_usual", evidence="evidence_score")
        .join(facts, on="resident_id")
        .join(alive, on="spouse_id", how="left")
        .drop("spouse_id")
        .with_columns(pl.col("married").fill_null(False))
        .sort("resident_id")
        .collect()
    )


def _age(born: pl.Expr, tonight: dt.date) -> pl.Expr:
    """Completed years; who was born on a 29 February completes one on the last day of any February."""
    month_end = (tonight + dt.timedelta(days=1)).month != tonight.month
    day = 29 if tonight.month == 2 and month_end else tonight.day
    before = born.dt.month().cast(pl.Int64) * 100 + born.dt.day() > tonight.month * 100 + day
    return (tonight.year - born.dt.year().cast(pl.Int64) - before.cast(pl.Int64)).clip(lower_bound=0)


def _ties(night: Night, mine: Whose, names: pl.Series) -> pl.DataFrame:
    """Ties known tonight between two residents, each once with everybody who states it."""
    relations, depts = (_codes(night.ties, column) for column in ("relation", "dept"))
    one, other, mutual = pl.col("one"), pl.col("other"), pl.col("relation").is_in(MUTUAL)
    begun = pl.col("from_date").is_null() | (pl.col("from_date") <= night.tonight)
    told = night.ties.filter((pl.col("known_from") <= night.tonight) & begun).select(
        pl.col("relation").cast(relations), "from_date", "to_date", a=mine.number("from_record"), b=mine.number("to_record"),
        told_by=pl.lit(2, pl.Int64).pow(pl.col("dept").cast(depts).to_physical()),
    )  # fmt: skip
    end = pl.when(pl.col("to_date").null_count() == 0).then(pl.col("to_date").max())
    found = (
        told.join(mine.rows.select(a="record", one="who"), on="a")
        .join(mine.rows.select(b="record", other="who"), on="b")
        .filter(one != other)
        .with_columns(
            one=pl.when(mutual & (one > other)).then(other).otherwise(one),
            other=pl.when(mutual & (one > other)).then(one).otherwise(other),
        )
        .group_by("one", "other", "relation")
        .agg(pl.col("told_by").bitwise_or(), pl.col("from_date").min(), to_date=end)
        .sort("one", "other", "relation")
        .collect()
    )
    return found.join(_sets(found["told_by"], depts), on="told_by", how="left", maintain_order="left").select(
        names.gather(found["one"]).alias("resident_id"), names.gather(found["other"]).alias("relative_id"),
        pl.col("relation").cast(pl.String), "departments", "stated_by", "from_date", "to_date",
    )  # fmt: skip


def _codes(frame: pl.LazyFrame, column: str) -> pl.Enum:
    """The few texts of a column, in their order."""
    return pl.Enum(frame.select(pl.col(column).unique().sort()).collect().to_series())


def _sets(told_by: pl.Series, depts: pl.Enum) -> pl.DataFrame:
    """told_by (one bit a department), stated_by (their codes), departments (how many)."""
    each = told_by.unique().sort()
    lists = [[code for n, code in enumerate(depts.categories) if bits >> n & 1] for bits in each]
    made = pl.DataFrame({"told_by": each, "stated_by": pl.Series(lists, dtype=pl.List(pl.String))})
    return made.with_columns(departments=pl.col("stated_by").list.len().cast(pl.Int64))


def _keys(night: Night, mine: Whose, here: pl.DataFrame) -> pl.DataFrame:
    """Household keys of records in force at the dwelling where the person is."""
    active = pl.col("hukou_active")
    keyed = night.records.filter(pl.col("household").is_not_null() & pl.col("closed_on").is_null() & active.fill_null(True))
    rows = keyed.select("household", "dwelling_id", record=mine.number("record_id"), register=active.is_not_null())
    return _here(rows, mine, here).select("resident_id", "household", "register").unique().sort(pl.all()).collect()


def _tenancies(night: Night, mine: Whose, here: pl.DataFrame) -> pl.DataFrame:
    """Everybody whom a tenancy in force names at the dwelling where the person is."""
    row = ("dept", "source_table", "source_key")
    open_end = pl.col("to_date").is_null() | (pl.col("to_date") > night.tonight)
    let = night.ties.filter((pl.col("relation") == "tenant_of") & open_end).select(row).unique().collect()
    tables = [
        (pl.col("dept") == d) & (pl.col("source_table") == t) for d, t in let.select(row[:2]).unique().sort(pl.all()).rows()
    ]
    rows = (
        night.records.filter(pl.any_horizontal(tables) & pl.col("closed_on").is_null() if tables else pl.lit(False))
        .join(let.lazy(), on=row, how="semi")
        .select("dwelling_id", record=mine.number("record_id"), contract=pl.concat_str(row, separator="|"))
    )
    return _here(rows, mine, here).select("resident_id", "contract").unique().sort(pl.all()).collect()


def _here(rows: pl.LazyFrame, mine: Whose, here: pl.DataFrame) -> pl.LazyFrame:
    """Rows of records at the dwelling where their person is present, with resident_id."""
    home = here.lazy().select("who", "resident_id", home="dwelling_id")
    placed = rows.filter(pl.col("dwelling_id").is_not_null()).join(mine.rows, on="record").join(home, on="who")
    return placed.filter(pl.col("dwelling_id") == pl.col("home"))


def _texts(records: pl.LazyFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """The address that most records give a dwelling, of equals the first by letters."""
    numbered = homes.sort("dwelling_id").with_row_index("home")
    return (
        records.filter(pl.col("address_raw").is_not_null())
        .select("dwelling_id", text="address_raw")
        .join(numbered.lazy(), on="dwelling_id")
        .group_by("home", "text")
        .agg(n=pl.len())
        .sort("home", "n", "text", descending=[False, True, False])
        .unique("home", keep="first", maintain_order=True)
        .join(numbered.lazy(), on="home", how="left", maintain_order="left")
        .select("dwelling_id", "text")
        .collect(engine="streaming")
    )
