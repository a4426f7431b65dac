"""The stage: one residence status per resident, from the evidence known tonight and the business date alone."""

from __future__ import annotations

from pyspark.sql import functions as F

from jobs.context import Context
from jobs.departments.contract import all_contracts
from jobs.residence import parameters
from jobs.residence.decide import Inputs, decide
from jobs.tables import RESIDENCE


def run(context: Context) -> None:
    """Read residents, records, signs and ties; write RESIDENCE; note the count of every status code."""
    p = parameters.load()
    today = F.lit(context.date)
    inputs = Inputs(
        context.read("residents").withColumn("today", today),
        context.read("resident_records"),
        context.read("records"),
        context.read("signs"),
        context.read("ties"),
    )
    groups = {code: contract.group for code, contract in all_contracts().items() if contract.group}
    rows = context.write(RESIDENCE, decide(inputs, p, groups))
    context.spark.catalog.clearCache()
    codes = context.read_arrow("residence", columns=["status_code"])["status_code"].value_counts().to_pylist()
    context.receipt.rows_in = rows_in(context)
    context.receipt.rows_out = rows
    context.receipt.notes = {
        "version": p.version,
        "status": {c["values"]: c["counts"] for c in sorted(codes, key=lambda c: str(c["values"]))},
    }


def rows_in(context: Context) -> int:
    """Residents tonight, by the store's file statistics."""
    return int(context.read_arrow("residents", columns=["resident_id"]).num_rows)
