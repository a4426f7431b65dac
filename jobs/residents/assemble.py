"""Residents from records and who belongs to whom: best values and relatives, set by set in Spark."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from jobs.departments.contract import all_contracts
from jobs.residents.best_values import best_values
from jobs.residents.relatives import relatives
from jobs.tables import RESIDENTS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def assemble(
    records: DataFrame, ties: DataFrame, members: DataFrame, date: dt.date, provisional: DataFrame | None = None
) -> DataFrame:
    """Rows of RESIDENTS for a business date. `members`: record_id, resident_id. `provisional`: resident_id,
    provisional_of, provisional_probability.
    """
    from pyspark.sql import functions as F

    trust = {code: contract.trust for code, contract in all_contracts().items()}
    names = {attribute for ranks in trust.values() for attribute in ranks}
    ranks = {n: {dept: given[n] for dept, given in trust.items() if n in given} for n in names}
    best = best_values(records, members, ranks)
    related = relatives(ties, members, ranks.get("id_number", {}), date)
    whole = best.join(related, "resident_id", how="left")
    if provisional is None:
        nobody = {"provisional_of": F.lit(None).cast("string"), "provisional_probability": F.lit(None).cast("double")}
        whole = whole.withColumns(nobody)
    else:
        whole = whole.join(F.broadcast(provisional), "resident_id", how="left")
    unidentified = F.col("id_number").isNull() & F.col("birth_date").isNull()
    why = F.when(F.col("provisional_of").isNotNull(), "provisional").when(unidentified, "unidentified")
    return whole.withColumn("not_counted", why).select(*RESIDENTS.schema.names)
