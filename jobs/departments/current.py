"""The source rows in force: deliveries applied one after the other.

A row is replaced by a different later version, closed by a soft delete or by its absence from a full delivery, and
reopened when it comes back. A row that comes again unchanged keeps everything, its `known_from` first of all: so
overlapping deltas and repeated full deliveries leave no trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from jobs.departments.clauses import TableSpec
from jobs.departments.landing import Landed
from jobs.tables import SOURCE_ROWS

ORDER = SOURCE_ROWS.schema.names
TYPES = pl.Schema(
    {
        "source_key": pl.String(),
        "delivery_id": pl.String(),
        "position": pl.Int64(),
        "known_from": pl.Date(),
        "row_hash": pl.String(),
        "closed_on": pl.Date(),
        "values": pl.List(pl.String()),
    }
)


@dataclass
class Current:
    """The state of one table while a night's deliveries are applied. `fresh` holds keys never seen before; as long as
    nothing else was touched, the night need only append them."""

    rows: pl.DataFrame
    fresh: list[pl.DataFrame]
    touched: bool = False

    @classmethod
    def of(cls, previous: pa.Table | None) -> Current:
        """The state of the night before; empty on night one."""
        rows = pl.DataFrame(previous).select(ORDER).cast(TYPES) if previous is not None else pl.DataFrame(schema=TYPES)
        return cls(rows, [])

    def reorder(self, before: Sequence[str], now: Sequence[str]) -> None:
        """Put the values into the columns of a contract that changed; a column that is new to it is null."""
        if list(before) != list(now):
            values = (pl.col("values").list.get(list(before).index(c)) if c in before else pl.lit(None, pl.String) for c in now)
            self.rows = self.rows.with_columns(values=pl.concat_list(values))
            self.touched = True

    @property
    def changed(self) -> bool:
        """Whether anything differs from the night before."""
        return self.touched or any(f.height for f in self.fresh)

    def appended(self) -> pa.Table:
        """The new rows alone, by key."""
        return _arrow(pl.concat(self.fresh))

    def whole(self) -> pa.Table:
        """All rows, by key."""
        return _arrow(pl.concat([self.rows, *self.fresh]))

    def apply(self, spec: TableSpec, landed: Landed) -> None:
        """Apply one delivery."""
        if any(f.height for f in self.fresh):
            self.rows, self.fresh = pl.concat([self.rows, *self.fresh]), []
            self.touched = True
        numbered = landed.keyed.with_row_index("row")
        joined = numbered.join(_known(spec, self.rows), on="source_key", how="left", suffix="_known", maintain_order="left")
        new = pl.col("row_hash_known").is_null()
        older = (pl.col("updated") < pl.col("updated_known")).fill_null(False)
        same = (pl.col("row_hash") == pl.col("row_hash_known")) & (pl.col("deleted") == pl.col("closed_on_known").is_not_null())
        self.fresh = [_versions(landed, joined.filter(new))]
        replaced = _versions(landed, joined.filter(~new & ~older & ~same))
        if replaced.height:
            self.rows = pl.concat([self.rows.join(replaced, on="source_key", how="anti"), replaced])
            self.touched = True
        if spec.mode == "full":
            self._close_absent(spec, landed)

    def _close_absent(self, spec: TableSpec, landed: Landed) -> None:
        here = _known(spec, self.rows).filter(pl.col("closed_on_known").is_null())
        if spec.scope:
            here = here.filter(pl.col("scope_known").is_in(landed.keyed["scope"].unique().implode()))
        absent = here.join(landed.keyed, on="source_key", how="anti")["source_key"]
        if absent.len():
            gone = pl.col("source_key").is_in(absent.implode())
            date = pl.lit(landed.offer.date)
            self.rows = self.rows.with_columns(closed_on=pl.when(gone).then(date).otherwise("closed_on"))
            self.touched = True


def _known(spec: TableSpec, rows: pl.DataFrame) -> pl.DataFrame:
    """What the comparison needs of the rows in force."""
    columns = list(spec.columns)

    def value(column: str | None) -> pl.Expr:
        return pl.col("values").list.get(columns.index(column), null_on_oob=True) if column else pl.lit(None, pl.String)

    return rows.select(
        "source_key",
        row_hash_known="row_hash",
        closed_on_known="closed_on",
        updated_known=value(spec.updated),
        scope_known=value(spec.scope),
    )


def _versions(landed: Landed, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a delivery as source rows."""
    date = landed.offer.date
    frame = landed.frame if rows.height == landed.frame.height else landed.frame[rows["row"]]
    return rows.select(
        "source_key",
        pl.lit(landed.delivery_id).alias("delivery_id"),
        "position",
        pl.lit(date).alias("known_from"),
        "row_hash",
        pl.when("deleted").then(pl.lit(date)).otherwise(None).alias("closed_on"),
        frame.select(values=pl.concat_list(pl.exclude("position"))).to_series(),
    ).cast(TYPES)


def _arrow(rows: pl.DataFrame) -> pa.Table:
    return rows.sort("source_key").to_arrow()
