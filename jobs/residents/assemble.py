"""Residents from records and who belongs to whom: best values and relatives, set by set in Spark."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from jobs.departments.contract import all_contracts
from jobs.residents.best_values import RELATED, SCHEMA, best_values
from jobs.residents.relatives import relatives

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def assemble(records: DataFrame, ties: DataFrame, members: DataFrame, date: dt.date) -> DataFrame:
    """Rows of RESIDENTS for a business date. `members`: record_id, resident_id."""
    trust = {code: contract.trust for code, contract in all_contracts().items()}
    names = {attribute for ranks in trust.values() for attribute in ranks}
    ranks = {n: {dept: given[n] for dept, given in trust.items() if n in given} for n in names}
    best = best_values(records, members, ranks)
    related = relatives(ties, members, ranks.get("id_number", {}), date)
    return best.join(related, "resident_id", how="left").select(*SCHEMA.names, *RELATED)
