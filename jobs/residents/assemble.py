"""Residents from records and who belongs to whom: best values and relatives, set by set."""

from __future__ import annotations

import datetime as dt

import polars as pl

from jobs.departments.contract import all_contracts
from jobs.residents.best_values import best_values
from jobs.residents.relatives import relatives
from jobs.tables import RESIDENTS

PROVISIONAL = {"resident_id": pl.String, "provisional_of": pl.String, "provisional_probability": pl.Float64}


def assemble(
    records: pl.LazyFrame, ties: pl.LazyFrame, members: pl.LazyFrame, date: dt.date, provisional: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Rows of RESIDENTS for a business date, in the order of ids. `members`: record_id, resident_id. `provisional`: resident_id,
    provisional_of, provisional_probability.
    """
    trust = {code: contract.trust for code, contract in all_contracts().items()}
    names = {attribute for ranks in trust.values() for attribute in ranks}
    ranks = {n: {dept: given[n] for dept, given in trust.items() if n in given} for n in names}
    best = best_values(records, members, ranks)
    doubles = provisional if provisional is not None else pl.DataFrame(schema=PROVISIONAL)
    whole = best.join(relatives(ties, members, ranks.get("id_number", {}), date), on="resident_id", how="left")
    told = whole.join(doubles.select(*PROVISIONAL), on="resident_id", how="left", maintain_order="left")
    unidentified = pl.col("id_number").is_null() & pl.col("birth_date").is_null()
    probable = pl.col("provisional_of").is_not_null()
    why = pl.when(probable).then(pl.lit("provisional")).when(unidentified).then(pl.lit("unidentified"))
    return told.with_columns(not_counted=why).select(RESIDENTS.schema.names).sort("resident_id")
