"""The stage: one residence status per resident, from the evidence known tonight and the business date alone; and by those
statuses who lives together.

Decided by polars over buckets of residents (ADR 0009): on the driver, without Spark, up to MOST_SIGNS; beyond, the same functions
on Spark's workers, a bucket a task. Both leave the same rows (tests/residence/test_buckets.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow.parquet as pq

from jobs.context import Context
from jobs.departments.contract import all_contracts
from jobs.households.write import write as write_households
from jobs.pool import faults
from jobs.pool.store import conform
from jobs.residence import overrides, parameters
from jobs.residence.decide import decided
from jobs.residence.index_write import write_index
from jobs.residence.inputs import Inputs
from jobs.residence.parameters import Parameters
from jobs.residence.split import buckets_for
from jobs.tables import RESIDENCE

MOST_SIGNS = 60_000_000
"""Signs that are decided on the driver, some 4.5 million people."""


def run(context: Context) -> None:
    """Write RESIDENCE and who lives together; note the count of every status code."""
    p = parameters.load()
    context.receipt.rows_out = write_statuses(context, p)
    context.receipt.rows_in = _count(context, "residents")
    context.receipt.notes = {"version": p.version, "status": _status_counts(context)}
    context.receipt.notes |= write_households(context, p.household_size) | {"index": write_index(context, p)}


def write_statuses(context: Context, p: Parameters, most_signs: int = MOST_SIGNS) -> int:
    """Read residents, records, signs and ties, write RESIDENCE; returns its rows. More than `most_signs` go to Spark's workers."""
    inputs, signs = read(context), _count(context, "signs")
    groups = {code: contract.group for code, contract in all_contracts().items() if contract.group}
    if signs <= most_signs:
        return _write(context, inputs, p, groups, buckets_for(signs))
    from jobs.residence.decide_on_spark import write_by_workers

    return write_by_workers(context, inputs, p, groups, buckets_for(signs))


def read(context: Context) -> Inputs:
    """The night's tables as the rules read them."""
    members = context.scan("resident_records")
    held = overrides.in_force(overrides.read(context.settings.overrides), context.date)
    return Inputs(
        context.scan("residents").with_columns(today=pl.lit(context.date)),
        members,
        context.scan("records"),
        context.scan("signs"),
        context.scan("ties"),
        overrides.by_resident(held, members),
    )


def _write(context: Context, inputs: Inputs, p: Parameters, groups: Mapping[str, str], buckets: int) -> int:
    """Decide here and write RESIDENCE, a file a bucket; returns the rows written."""
    folder = context.store.attempt(RESIDENCE.name)
    faults.watch(folder)
    folder.mkdir(parents=True)
    with TemporaryDirectory(dir=context.settings.home, prefix="residence-") as scratch:
        for number, rows in enumerate(decided(inputs, p, groups, Path(scratch), buckets)):
            told = conform(rows.select(RESIDENCE.schema.names).to_arrow(), RESIDENCE.schema)
            pq.write_table(told, folder / f"part-{number:05d}.parquet", compression="zstd")
    version, written = context.store.commit(RESIDENCE, folder)
    context.receipt.writes[RESIDENCE.name] = version
    return written


def _count(context: Context, name: str) -> int:
    """Rows of a table's pinned version, by the part files' footers."""
    return sum(pq.read_metadata(file).num_rows for file in context.files(name))


def _status_counts(context: Context) -> dict[str, int]:
    files = context.store.files("residence", context.receipt.writes["residence"])
    counts: Counter[str] = Counter()
    for file in files:
        for told in pq.read_table(file, columns=["status_code"])["status_code"].value_counts().to_pylist():
            counts[told["values"]] += told["counts"]
    return dict(sorted(counts.items()))
