"""Landing: the delivered rows with the contract's columns only, keyed and hashed; the last of a repeated key stays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import duckdb
import polars as pl
import pyarrow as pa

from jobs.departments.clauses import Conditions, TableSpec
from jobs.departments.delivery import Delivered, Offer, Refusal, Request
from jobs.tables import Column, I, S, Table

SEPARATOR, NOTHING = "\x1f", "\x1e"
"""Between the values of a row and for a null, where a row is hashed."""

BLOCK = 100_000
"""Rows hashed at a time."""


def landing_table(department: str, name: str, spec: TableSpec) -> Table:
    """The declaration of landing/{department}/{table}: delivery, position, then the taken columns as text."""
    columns = tuple(Column(c, S, s.zh or c, personal=PERSONAL.get(s.clean)) for c, s in spec.columns.items())
    return Table(
        f"landing/{department}/{name}",
        f"{spec.title.en}, as delivered",
        ("delivery_id", "position"),
        (
            Column("delivery_id", S, "the delivery", required=True),
            Column("position", I, "position within it", required=True),
            *columns,
        ),
    )


PERSONAL = {
    "citizen_number": "number", "id_number": "number", "person_name": "name", "name_list": "name", "phone": "phone",
    "address": "address", "text": "address",
}  # fmt: skip
"""Cleaning function → class of personal value. Free text may hold names and addresses."""


@dataclass
class Landed:
    """One delivery ready for landing.

    `frame` holds position and values; `keyed`, row by row beside it, key, hash, version, soft delete and scope.
    """

    delivery_id: str
    offer: Offer
    delivered: Delivered
    frame: pl.DataFrame
    keyed: pl.DataFrame
    refused: dict[Refusal, list[int]]

    @property
    def rows(self) -> pa.Table:
        """The rows as landing holds them."""
        return self.frame.select(pl.lit(self.delivery_id).alias("delivery_id"), pl.all()).to_arrow()

    def release(self) -> None:
        """Give the rows' memory back once they are written."""
        self.frame, self.keyed = self.frame.clear(), self.keyed.clear()

    @property
    def refusals(self) -> list[str]:
        """`REASON=count@first positions`, so that an auditor finds the rows in the delivered file."""
        return [
            f"{r.name}={len(where)}@{' '.join(str(p) for p in sorted(where)[:20])}"
            for r, where in sorted(self.refused.items(), key=lambda x: x[0].name)
        ]


def land(request: Request, offer: Offer, delivered: Delivered) -> Landed:
    """Key and hash the rows; refuse empty keys and all but the last of a repeated key."""
    spec = request.spec
    delivery_id = f"{request.label}.{offer.date.isoformat()}.{offer.sequence}"
    frame = pl.DataFrame(delivered.rows).with_columns(position=pl.Series(delivered.positions))
    delivered.rows = delivered.rows.slice(0, 0)  # from here on the rows stand in `frame` alone
    refused = dict(delivered.refused)
    needed = [k for k in spec.key if spec.columns[k].required] or spec.key
    empty = frame.select(pl.any_horizontal(pl.col(k).is_null() | (pl.col(k).str.strip_chars() == "") for k in needed)).to_series()
    if empty.any():
        refused[Refusal.KEY_EMPTY] = frame.filter(empty)["position"].to_list()
        frame = frame.filter(~empty)
    keyed = keyed_rows(spec, frame)
    kept = _last_of_each(keyed)
    if kept.len() < keyed.height:
        refused[Refusal.KEY_REPEATED] = keyed.filter(~pl.int_range(pl.len()).is_in(kept.implode()))["position"].to_list()
        keyed, frame = keyed[kept], frame[kept]
    return Landed(delivery_id, offer, delivered, frame.select("position", *spec.columns), keyed, refused)


def keyed_rows(spec: TableSpec, frame: pl.DataFrame) -> pl.DataFrame:
    """Source key, hash, version, soft delete and scope of rows with the taken columns and their position."""
    key = pl.concat_str([pl.col(k).fill_null("").str.strip_chars() for k in spec.key], separator="|")
    return frame.select(
        "position",
        source_key=key,
        row_hash=_hashes(frame.select(list(spec.columns))),
        updated=pl.col(spec.updated) if spec.updated else pl.lit(None, pl.String),
        deleted=holds(spec.deleted) if spec.deleted else pl.lit(False),
        scope=pl.col(spec.scope) if spec.scope else pl.lit(None, pl.String),
    )


def _hashes(values: pl.DataFrame) -> pl.Series:
    """MD5 over the values of each row, in blocks: the same whatever library version or machine makes it."""
    whole = pl.concat_str([pl.col(c).fill_null(NOTHING) for c in values.columns], separator=SEPARATOR)
    parts = []
    with _engine().cursor() as session:
        for block in values.iter_slices(BLOCK):
            session.register("whole", block.select(whole=whole).to_arrow())
            parts.append(pl.Series(session.sql("SELECT md5(whole) AS h FROM whole").to_arrow_table().column("h")))
    return pl.concat(parts) if parts else pl.Series([], dtype=pl.String)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _last_of_each(keyed: pl.DataFrame) -> pl.Series:
    """Row numbers of the last version of every key, ascending: by time of update, then by position."""
    order = keyed.select("source_key", "updated", "position").with_row_index("row").sort("updated", "position", nulls_last=False)
    return order.unique("source_key", keep="last", maintain_order=True)["row"].sort()


def holds(conditions: Conditions) -> pl.Expr:
    """Whether all conditions hold for a row's delivered text (trimmed)."""
    tests = []
    for column, wanted in conditions.items():
        text = pl.col(column).str.strip_chars()
        filled = text.is_not_null() & (text != "")
        tests.append(filled if wanted == "present" else ~filled if wanted == "absent" else filled & text.is_in(list(wanted)))
    return pl.all_horizontal(tests).fill_null(False)
