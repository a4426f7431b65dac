"""Every version of every source row of a long sample, standardized once, so that any past day can be shown as it was known then.

One pass through the extract stage takes all deliveries; `Recorder` writes down what each of them changed. What a row said on a day is
its newest version delivered up to that day. Dwellings follow the address book of all versions.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pytest

from jobs import extract, plan
from jobs.departments.clauses import TableSpec
from jobs.departments.contract import all_contracts
from jobs.departments.current import Current
from jobs.departments.landing import Landed
from jobs.errors import DeliveryHeld
from jobs.pool.nights import Night
from jobs.records.across import Wide, book_of, by_kind, homed, owned_signs
from jobs.records.kernel import KINDS, SOURCE, standardize_batch
from jobs.records.plan import all_plans
from jobs.run import do_step
from jobs.settings import Settings
from jobs.tables import SIGNS

BATCH = 100_000
VERSION = ["source_key", "delivery_id", "closed_on"]


class Recorder(Current):
    """The source rows in force, which also writes down every version there ever was."""

    seen: dict[tuple[str, str], list[pl.DataFrame]]

    def apply(self, spec: TableSpec, landed: Landed) -> None:
        """Apply a delivery and keep the versions it brought, with the day."""
        before = pl.concat([self.rows, *self.fresh])
        super().apply(spec, landed)
        after = pl.concat([self.rows, *self.fresh])
        brought = after.join(before, on=VERSION, how="anti", nulls_equal=True)
        if brought.height:
            dept, table = landed.delivery_id.split(".")[:2]
            self.seen[dept, table].append(brought.with_columns(valid_from=pl.lit(landed.offer.date)))


def deliver(settings: Settings, days: list[dt.date], step: int = 20) -> dict[tuple[str, str], pl.DataFrame]:
    """Take all deliveries up to the last day; every version of every row: SOURCE_ROWS, valid_from, valid_to, nth.

    What lies ready under its own date is taken some days at a time; what is asked for as it stands (REST), night by night: asked later
    it would seem to have come later.
    """
    Recorder.seen = defaultdict(list)
    together = {*days[:-1:step], days[-1]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extract, "Current", Recorder)
        for day in days:
            night = Night(settings.nights, day)
            for department in plan.departments() if day in together else _asked():
                try:
                    do_step(settings, day, "extract", department)
                except DeliveryHeld as held:
                    print(f"{day}: {held.what}")
            if day != days[-1]:
                night.seal({"date": day.isoformat(), "tables": night.pins()})
    return {name: _intervals(pl.concat(parts)) for name, parts in Recorder.seen.items()}


def _asked() -> list[str]:
    """Departments of which some table answers with what stands in it when asked."""
    return [code for code, c in all_contracts().items() if any(c.manner_of(table) == "rest" for table in c.tables)]


def _intervals(versions: pl.DataFrame) -> pl.DataFrame:
    ordered = versions.sort("source_key", "valid_from", maintain_order=True)
    return ordered.with_columns(
        valid_to=pl.col("valid_from").shift(-1).over("source_key"), nth=pl.int_range(pl.len()).over("source_key")
    ).filter(pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("valid_from")))


@dataclass(frozen=True)
class Known:
    """Standardized rows of all versions by kind, each with valid_from and valid_to."""

    wide: Wide

    def on(self, day: dt.date) -> dict[str, pl.DataFrame]:
        """records, signs and ties as they were known on a day."""
        then = {kind: self.wide[kind].filter(_valid(day)).drop("valid_from", "valid_to") for kind in KINDS}
        found, _ = owned_signs(then["owned"], then["record"])
        signs = pl.concat([frame.select(SIGNS.schema.names) for frame in (then["sign"], found)])
        return {"records": then["record"], "signs": signs, "ties": then["tie"]}


def _valid(day: dt.date) -> pl.Expr:
    return (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))


def standardized(versions: dict[tuple[str, str], pl.DataFrame]) -> Known:
    """All versions through the kernel, each once."""
    plans = all_plans()
    parts: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for (dept, table), rows in versions.items():
        for batch, interval in _batches(dept, table, rows):
            for kind, frame in by_kind([standardize_batch(plans, batch)]).items():
                parts[kind].append(frame.join(interval, on="source_key"))
    wide = {kind: pl.concat(parts[kind]) for kind in KINDS}
    book = book_of(wide["record"])
    return Known({**wide, "record": homed(wide["record"], book), "sign": homed(wide["sign"], book)})


def _batches(dept: str, table: str, rows: pl.DataFrame) -> Iterator[tuple[pa.Table, pl.DataFrame]]:
    """Source rows of which no two share a key, as the kernel wants them, and the interval of each key's version."""
    for nth in range(rows["nth"].max() + 1):  # type: ignore[operator]
        for part in rows.filter(pl.col("nth") == nth).iter_slices(BATCH):
            told = part.with_columns(dept=pl.lit(dept), source_table=pl.lit(table)).select(SOURCE.names)
            yield told.to_arrow().cast(SOURCE), part.select("source_key", "valid_from", "valid_to")
