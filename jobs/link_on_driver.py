"""The link stage in full where the profiles fit on the driver: encoded once as numbers, compared by Spark's workers.

Profiles, their kin, crowds, keys and stamps are made on the driver by the functions of a night that changed little; Spark's workers
compare. Up to MOST_RECORDS this is the stage's way; beyond, Spark collapses and jobs/linkage/partitions.py shuffles
rows to their blocks. Both leave the same tables (tests/linkage/test_link_stage.py).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import polars as pl
import pyarrow as pa

from jobs.link_changes import Engine, facts
from jobs.linkage import hanzi
from jobs.linkage.blocks import Blocks, blocks_of
from jobs.linkage.encoding import Encoded
from jobs.linkage.local import Scored
from jobs.linkage.nightly import engine_stamp
from jobs.linkage.row_keys import stamped_blocks
from jobs.linkage.rows import encode
from jobs.linkage.spark_tables import SparkTables, warm_up
from jobs.profiles.changes import members_of
from jobs.profiles.collapse_all import collapse_all
from jobs.profiles.crowds_in_memory import NEAR, crowds_among
from jobs.profiles.kin import LISTS
from jobs.profiles.kin_lists import kin_lists
from jobs.profiles.view import view
from jobs.tables import LINKS, PROFILE_RECORDS, PROFILE_STAMPS, PROFILES

if TYPE_CHECKING:
    from jobs.context import Context

MOST_RECORDS = 12_000_000
"""Records that are linked this way, some two million profiles: 3 GB on the driver as numbers."""


def link_on_driver(context: Context, engine: Engine) -> None:
    """Write profile_records, profiles, profile_stamps and links."""
    profiles = _profiles(context, engine)
    context.receipt.notes["profiles"] = len(profiles)
    with ThreadPoolExecutor(2) as beside:
        beside.submit(hanzi.load)
        ready = beside.submit(warm_up, context.spark)  # workers take seconds to start: meanwhile profiles become numbers
        seen = crowds_among(profiles.select(NEAR))
        encoded = encode(engine.model, view(profiles.to_arrow(), seen), hashed=True)
        blocks = blocks_of(engine.model, encoded)
        ready.result()
        stamps = beside.submit(_write_stamps, context, engine, encoded, blocks)  # for the next night alone
        scored = _scored(context, engine, encoded, blocks)
        stamps.result()
    version = pa.repeat(pa.scalar(engine.weights.version, pa.string()), scored.links.num_rows)
    links = scored.links.rename_columns(["profile_l", "profile_r", *scored.links.column_names[2:]])
    context.receipt.rows_out = context.write_arrow(LINKS, links.append_column("model_version", version))
    compared: dict[str, Any] = {"pairs_compared": scored.compared, "profiles_compared": len(encoded)}
    context.receipt.notes |= facts(seen, scored.capped) | compared


def _profiles(context: Context, engine: Engine) -> pl.DataFrame:
    """Write profiles and their records; returns the profiles in the order of ids."""
    records = pl.scan_parquet(context.files("records"))
    made = cast(pl.DataFrame, pl.from_arrow(collapse_all(records, engine.sources)))
    where = members_of(made)
    context.write_polars(PROFILE_RECORDS, where)
    alone = made.select(n for n in PROFILES.schema.names if n not in LISTS)
    lists = kin_lists(alone.lazy(), where.lazy(), records)
    nothing = pl.lit([], pl.List(pl.String))
    whole = alone.join(lists, on="profile_id", how="left").with_columns(pl.col(LISTS).fill_null(nothing))
    whole = whole.sort("profile_id").select(PROFILES.schema.names)
    context.write_polars(PROFILES, whole)
    return whole


def _write_stamps(context: Context, engine: Engine, encoded: Encoded, blocks: Blocks) -> None:
    rows = stamped_blocks(engine.model, encoded, blocks, engine_stamp(engine.model, engine.weights))
    named = rows.rename_columns(["profile_id" if n == "row_id" else n for n in rows.column_names])
    stamp = pa.repeat(pa.scalar(engine.stamp, pa.int64()), rows.num_rows)
    context.write_arrow(PROFILE_STAMPS, named.append_column("engine", stamp))


def _scored(context: Context, engine: Engine, encoded: Encoded, blocks: Blocks) -> Scored:
    with TemporaryDirectory(dir=context.settings.home, prefix="link-") as folder:
        tables = SparkTables(context.spark, engine.model, encoded, blocks, Path(folder), learning=False)
        return tables.score(engine.weights)
