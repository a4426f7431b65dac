"""Comparing all profiles where they fit on the driver as numbers: encoded once, compared by Spark's workers.

Up to MOST_ENCODED profiles this is the link stage's way; beyond, jobs/linkage/partitions.py shuffles rows to their blocks and
encodes them there. Both leave the same tables (tests/linkage/test_link_stage.py).
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import polars as pl
import pyarrow as pa

from jobs.link_changes import Engine, facts
from jobs.linkage.blocks import blocks_of
from jobs.linkage.nightly import engine_stamp
from jobs.linkage.row_keys import Keys, crowding, row_keys, stamped
from jobs.linkage.rows import encode
from jobs.linkage.spark_tables import SparkTables
from jobs.profiles.compare_now import NEAR, crowds_among
from jobs.profiles.kin import LISTS
from jobs.profiles.kin_lists import kin_lists
from jobs.profiles.view import view
from jobs.tables import LINKS, PROFILE_RECORDS, PROFILE_STAMPS, PROFILES

if TYPE_CHECKING:
    from jobs.context import Context

MOST_ENCODED = 2_000_000
"""Profiles that are encoded on the driver: some 3 GB there."""


def with_kin_here(context: Context, made: pa.Table) -> int:
    """Write profiles with what their kin say of them; returns how many. `made`: profiles whose kin lists are empty yet."""
    alone = cast(pl.DataFrame, pl.from_arrow(made)).drop(LISTS)
    where = pl.scan_parquet(context.store.files(PROFILE_RECORDS.name, context.receipt.writes[PROFILE_RECORDS.name]))
    lists = kin_lists(alone.lazy(), where, pl.scan_parquet(context.files("records")))
    nothing = pl.lit([], pl.List(pl.String))
    whole = alone.join(lists, on="profile_id", how="left").with_columns(pl.col(LISTS).fill_null(nothing))
    return context.write_arrow(PROFILES, whole.sort("profile_id").select(PROFILES.schema.names).to_arrow())


def compare_encoded(context: Context, engine: Engine) -> None:
    """Write profile_stamps and links from the profiles this step has written."""
    files = context.store.files(PROFILES.name, context.receipt.writes[PROFILES.name])
    profiles = pl.read_parquet(files).sort("profile_id")
    seen = crowds_among(profiles.select(NEAR))
    encoded = encode(engine.model, view(profiles.to_arrow().select(PROFILES.schema.names).cast(PROFILES.schema), seen))
    keys = row_keys(engine.model, encoded, engine_stamp(engine.model, engine.weights))
    over, _ = crowding(engine.model, Keys.of(engine.model, keys))
    context.write_arrow(PROFILE_STAMPS, _stamps(stamped(engine.model, keys, over, whole=True), engine))
    with TemporaryDirectory(dir=context.settings.home, prefix="link-") as folder:
        tables = SparkTables(context.spark, engine.model, encoded, blocks_of(engine.model, encoded), Path(folder), learning=False)
        scored = tables.score(engine.weights)
    version = pa.array([engine.weights.version] * scored.links.num_rows, pa.string())
    links = scored.links.rename_columns(["profile_l", "profile_r", *scored.links.column_names[2:]])
    context.receipt.rows_out = context.write_arrow(LINKS, links.append_column("model_version", version))
    compared: dict[str, Any] = {"pairs_compared": scored.compared, "profiles_compared": len(encoded)}
    context.receipt.notes |= facts(seen, scored.capped) | compared


def _stamps(rows: pa.Table, engine: Engine) -> pa.Table:
    made = rows.rename_columns(["profile_id" if n == "row_id" else n for n in rows.column_names])
    return made.append_column("engine", pa.array([engine.stamp] * rows.num_rows, pa.int64()))
