"""The stage: one residence status per resident, from the evidence known tonight and the business date alone; and by those
statuses who lives together."""

from __future__ import annotations

from collections import Counter

import pyarrow.parquet as pq
from pyspark.sql import functions as F

from jobs.context import Context
from jobs.departments.contract import all_contracts
from jobs.households.write import write as write_households
from jobs.residence import parameters
from jobs.residence.decide import Inputs, decide
from jobs.residence.index_write import write_index
from jobs.tables import RESIDENCE


def run(context: Context) -> None:
    """Read residents, records, signs and ties; write RESIDENCE and who lives together; note the count of every status code."""
    p = parameters.load()
    residents = context.read("residents")  # starts the session, which column functions need
    inputs = Inputs(
        residents.withColumn("today", F.lit(context.date)),
        context.read("resident_records"),
        context.read("records"),
        context.read("signs"),
        context.read("ties"),
    )
    groups = {code: contract.group for code, contract in all_contracts().items() if contract.group}
    rows = context.write(RESIDENCE, decide(inputs, p, groups))
    context.receipt.rows_in = _count(context, "residents", context.receipt.reads["residents"])
    context.receipt.rows_out = rows
    context.receipt.notes = {"version": p.version, "status": _status_counts(context)}
    context.receipt.notes |= write_households(context, p.household_size) | {"index": write_index(context, p)}


def _count(context: Context, name: str, version: int) -> int:
    """Rows of a pinned version, by the part files' footers."""
    return sum(pq.read_metadata(file).num_rows for file in context.store.files(name, version))


def _status_counts(context: Context) -> dict[str, int]:
    files = context.store.files("residence", context.receipt.writes["residence"])
    counts: Counter[str] = Counter()
    for file in files:
        counts.update(pq.read_table(file, columns=["status_code"])["status_code"].to_pylist())
    return dict(sorted(counts.items()))
