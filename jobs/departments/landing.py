"""Landing: the delivered rows with the contract's columns only, keyed and hashed; the last of a repeated key stays."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from jobs.departments.contract import Conditions, TableSpec
from jobs.departments.delivery import Delivered, Offer, Refusal, Request
from jobs.tables import Column, I, S, Table

SEPARATOR, NOTHING = "\x1f", "\x1e"
"""Between the values of a row and for a null, where a row is hashed."""


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
    """One delivery ready for landing: `rows` as landed, `keyed` as source rows, and what was refused by reason."""

    delivery_id: str
    offer: Offer
    delivered: Delivered
    rows: pa.Table
    keyed: pl.DataFrame
    refused: dict[Refusal, list[int]]

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
    refused = dict(delivered.refused)
    needed = [k for k in spec.key if spec.columns[k].required] or spec.key
    empty = pl.any_horizontal(pl.col(k).is_null() | (pl.col(k).str.strip_chars() == "") for k in needed)
    refused |= _positions(Refusal.KEY_EMPTY, frame.filter(empty))
    frame = frame.filter(~empty)
    keyed = keyed_rows(spec, frame)
    last = (
        keyed.with_row_index("row").sort("updated", "position", nulls_last=False).group_by("source_key").agg(pl.col("row").last())
    )
    kept = last["row"].sort()
    refused |= _positions(Refusal.KEY_REPEATED, keyed.filter(~pl.int_range(pl.len()).is_in(kept.implode())))
    keyed, frame = keyed[kept], frame[kept]
    rows = frame.select(pl.lit(delivery_id).alias("delivery_id"), "position", *spec.columns).to_arrow()
    return Landed(delivery_id, offer, delivered, rows, keyed, refused)


def keyed_rows(spec: TableSpec, frame: pl.DataFrame) -> pl.DataFrame:
    """Source key, hash, version, soft delete and values of rows with the taken columns and their position."""
    import duckdb

    columns = list(spec.columns)
    key = pl.concat_str([pl.col(k).fill_null("").str.strip_chars() for k in spec.key], separator="|")
    whole = pl.concat_str([pl.col(c).fill_null(NOTHING) for c in columns], separator=SEPARATOR)
    with duckdb.connect() as session:
        session.register("whole", frame.select(whole=whole).to_arrow())
        session.execute("SET preserve_insertion_order = true")
        hashes = session.sql("SELECT md5(whole) AS h FROM whole").to_arrow_table().column("h")
    return frame.select(
        source_key=key,
        row_hash=pl.Series(hashes),
        position="position",
        updated=pl.col(spec.updated) if spec.updated else pl.lit(None, pl.String),
        deleted=holds(spec.deleted) if spec.deleted else pl.lit(False),
        scope=pl.col(spec.scope) if spec.scope else pl.lit(None, pl.String),
        values=pl.concat_list(columns),
    )


def holds(conditions: Conditions) -> pl.Expr:
    """Whether all conditions hold for a row's delivered text (trimmed)."""
    tests = []
    for column, wanted in conditions.items():
        text = pl.col(column).str.strip_chars()
        filled = text.is_not_null() & (text != "")
        tests.append(filled if wanted == "present" else ~filled if wanted == "absent" else filled & text.is_in(list(wanted)))
    return pl.all_horizontal(tests).fill_null(False)


def _positions(reason: Refusal, rows: pl.DataFrame) -> dict[Refusal, list[int]]:
    return {reason: rows["position"].to_list()} if rows.height else {}
