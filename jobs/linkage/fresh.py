"""Links of a night that changed little, without Spark: which rows meet others anew, and the pairs to compare again.

`before` is last night's table of stamps (STAMPED but `meets`). A block that no changed row left or joined has the rows it
had; so counting the blocks of changed rows, and those that were over their cap, tells all that are over it tonight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.blocking import Capped, Oversize, sort_members
from jobs.linkage.model import LinkModel
from jobs.linkage.partitions import Prepare, compare
from jobs.linkage.row_keys import KEYS, Keys, crowding, stamped
from jobs.linkage.rows import encode
from jobs.linkage.scoring import SCHEMA, Kernel
from jobs.linkage.weights import Weights

STAMPS = [*KEYS.names, "stamp", "crowded"]


@dataclass(frozen=True)
class Rows:
    """Stored rows to compare: `load` gives those of some ids, `prepare` turns them into the model's columns."""

    model: LinkModel
    weights: Weights
    load: Callable[[pl.Series], pa.Table]
    prepare: Prepare

    def kernel(self, ids: pl.Series) -> Kernel:
        """Made ready for the rows of these sorted ids."""
        table = self.load(ids)
        table = table.take(pc.sort_indices(table[self.model.id]))
        return Kernel(self.model, self.weights, encode(self.model, self.prepare(table)))


@dataclass(frozen=True)
class Moved:
    """`rows`: STAMPED of rows to be written anew; `replaced`: ids of last night's that they stand for, or that are gone;
    `fresh`: ids of rows whose pairs must be compared; `unsure`: ids whose links of last night fall, those gone included."""

    rows: pl.DataFrame
    replaced: pl.Series
    fresh: pl.Series
    unsure: pl.Series
    over: Oversize
    capped: list[Capped]


def moved(model: LinkModel, before: pl.DataFrame, gone: pl.Series, made: pa.Table) -> Moved:
    """What changes in stamps when the rows `gone` go and those of `made` (KEYS) come, or take the place of their namesakes."""
    came = _changed(before, _frame(made))
    left = _union(gone, came["row_id"])
    touched = _union(_blocks(before.filter(_among("row_id", left))), _blocks(came))
    around = _in_blocks(before, touched, crowded=True).filter(~_among("row_id", left))
    whole = pl.concat([around.select(KEYS.names), came.select(KEYS.names)])
    table = whole.to_arrow().cast(KEYS)
    over, capped = crowding(model, Keys.of(model, table))
    now = _frame(stamped(model, table, over, whole=True))
    known = before.filter(_among("row_id", now["row_id"])).select("row_id", was="stamp", stood="crowded")
    both = now.join(known, on="row_id", how="left")
    other = pl.col("stamp").ne_missing(pl.col("was"))
    anew = other | pl.col("crowded").ne_missing(pl.col("stood")) | _among("row_id", came["row_id"])
    fresh, rows = both.filter(other)["row_id"], both.filter(anew).drop("was", "stood")
    return Moved(rows, _union(gone, rows["row_id"]), fresh, _union(gone, fresh), over, capped)


def _changed(before: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """The rows whose keys or content are not last night's."""
    known = before.filter(_among("row_id", made["row_id"])).select(KEYS.names)
    both = made.join(known, on="row_id", how="left", suffix="_was")
    return both.filter(pl.any_horizontal(pl.col(n).ne_missing(pl.col(f"{n}_was")) for n in KEYS.names[1:])).select(made.columns)


def _in_blocks(rows: pl.DataFrame, blocks: pl.Series, crowded: bool) -> pl.DataFrame:
    """STAMPS of rows that stand in one of the blocks, or with `crowded` in one over its cap."""
    inside = pl.col("blocks").list.eval(pl.element().is_in(blocks.implode())).list.any()
    return rows.filter(inside | pl.col("crowded") if crowded else inside).select(STAMPS)


@dataclass(frozen=True)
class Scored:
    """`links`: scoring.SCHEMA, a pair once; `compared`: how many pairs were."""

    links: pa.Table
    compared: int


def score(stored: Rows, after: pl.DataFrame, moved: Moved) -> Scored:
    """The pairs of tonight's rows that hold a fresh one, compared. `after`: tonight's stamps."""
    near = _in_blocks(after, _blocks(after.filter(_among("row_id", moved.fresh))), crowded=False)
    meeting = _meeting(stored.model, near, moved)
    if not len(meeting):
        return Scored(SCHEMA.empty_table(), 0)
    ids = meeting["row_id"].unique().sort()
    kernel = stored.kernel(ids)
    held = sort_members(
        ids.search_sorted(meeting["row_id"]).to_numpy().astype(np.int64),
        meeting["block"].to_numpy().view(np.uint64),
        meeting["pass"].to_numpy().astype(np.int8),
        kernel.encoded,
    )
    found = _frame(pa.Table.from_batches(compare(kernel, held, moved.over, ids.is_in(moved.fresh.implode()).to_numpy())))
    links = found.filter(pl.col("left").is_not_null()).sort("left", "right", "block").unique(["left", "right"], keep="first")
    total = found.filter(pl.col("left").is_null())["weight"].sum()
    return Scored(links.to_arrow().cast(SCHEMA), int(total))


def _meeting(model: LinkModel, near: pl.DataFrame, moved: Moved) -> pl.DataFrame:
    """row_id, block and pass of the rows that share a refined block with a fresh row."""
    rows = _frame(stamped(model, near.select(KEYS.names).to_arrow().cast(KEYS), moved.over, whole=False))
    each = rows.select("row_id", _among("row_id", moved.fresh).alias("fresh"), block="meets", **{"pass": "passes"})
    each = each.explode("block", "pass").drop_nulls("block")
    shared = each.group_by("block").agg(pl.len(), pl.col("fresh").any()).filter(pl.col("fresh") & (pl.col("len") > 1))
    return each.join(shared, on="block", how="semi").select("row_id", "block", "pass")


def _union(*values: pl.Series) -> pl.Series:
    return pl.concat([v.rename("") for v in values]).unique()


def _blocks(rows: pl.DataFrame) -> pl.Series:
    return rows["blocks"].explode().drop_nulls().unique()


def _among(column: str, values: pl.Series) -> pl.Expr:
    return pl.col(column).is_in(values.implode())


def _frame(table: pa.Table) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(table))
