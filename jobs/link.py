"""Stage link: records to profiles, profiles to scored links, by the population model.

Records and profiles move, pairs do not: one Arrow kernel compares what meets, on Spark's workers. Up to MOST_RECORDS the
driver makes the profiles and lays them out for the workers (jobs/link_on_driver.py); beyond, Spark brings records and blocks
together. A night that changed little is brought up to date from the night before (jobs/link_changes.py). The outcome is the
same each way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.departments.contract import all_contracts
from jobs.link_changes import Engine, engine_for, facts, follow
from jobs.link_on_driver import MOST_RECORDS, link_on_driver
from jobs.profiles.collapse import NEEDED, SCHEMA, Sources, collapse_batches
from jobs.profiles.collapse_key import with_collapse_key
from jobs.profiles.crowds import crowds
from jobs.profiles.kin import with_kin
from jobs.profiles.view import view
from jobs.tables import LINKS, PROFILE_RECORDS, PROFILE_STAMPS, PROFILES, RECORDS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from jobs.context import Context


def run(context: Context) -> None:
    """Write profiles, profile_records, profile_stamps and links."""
    engine = engine_for(sources())
    context.receipt.notes["model"] = engine.weights.version
    context.receipt.rows_in = rows = _rows(context, "records")
    if follow(context, engine):
        return
    if rows <= MOST_RECORDS:
        link_on_driver(context, engine)
    else:
        _links(context, _profiles(context, context.read("records", RECORDS)), engine)


def _rows(context: Context, name: str) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(f).num_rows for f in context.files(name))


def _profiles(context: Context, records: DataFrame) -> DataFrame:
    """Write profiles and their records; returns the profiles as written."""
    from pyspark.sql import functions as F

    made = gather(records).persist()
    each = made.select("profile_id", "collapse_key", F.explode(F.arrays_zip("members", "stamps")).alias("each"))
    where = each.select(
        F.col("each.members").alias("record_id"),
        "profile_id",
        F.col("each.stamps").alias("stamp"),
        F.col("collapse_key").cast("bigint").alias("met_by"),
    )
    context.write(PROFILE_RECORDS, where)
    written = _again(context, PROFILE_RECORDS.name, PROFILE_RECORDS.schema).select("record_id", "profile_id")
    count = context.write(PROFILES, with_kin(made.drop("members", "stamps", "collapse_key"), written, records))
    made.unpersist()
    context.receipt.notes["profiles"] = count
    return _again(context, PROFILES.name, PROFILES.schema)


def _again(context: Context, name: str, schema: pa.Schema) -> DataFrame:
    """A table this very step has written."""
    from jobs.session import read_files

    return read_files(context.spark, context.store.files(name, context.receipt.writes[name]), schema)


def gather(records: DataFrame) -> DataFrame:
    """Profiles with their members: records of one collapse key meet in one partition."""
    from pyspark.sql.pandas.types import from_arrow_schema

    known = sources()

    def kernel(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from collapse_batches(batches, known)

    keyed = with_collapse_key(records.select(*NEEDED))
    return keyed.repartition("collapse_key").mapInArrow(kernel, from_arrow_schema(SCHEMA))


def sources() -> Sources:
    """What profiles need to know of the departments."""
    contracts = all_contracts()
    sexed = frozenset(
        f"{code}.{name}"
        for code, c in contracts.items()
        for name, t in c.tables.items()
        if any("sex" in r.fields for r in t.records.values())
    )
    return Sources({code: contract.origin for code, contract in contracts.items()}, sexed)


def _links(context: Context, profiles: DataFrame, engine: Engine) -> None:
    """Find the crowded keys, compare everybody who meets, write."""
    from pyspark.sql import functions as F

    from jobs.linkage.partitions import keyed, score_blocks

    model, weights = engine.model, engine.weights
    seen = crowds(profiles)
    prepare = partial(view, crowds=seen)
    known = keyed(profiles, model, weights, prepare)
    stamps = known.rows.withColumnRenamed("row_id", "profile_id").withColumn("engine", F.lit(engine.stamp))
    context.write(PROFILE_STAMPS, stamps)
    scored = score_blocks(profiles, model, weights, prepare, known).persist()
    found = (
        scored.where(F.col("left").isNotNull())
        .groupBy("left", "right")
        .agg(F.min(F.struct("block", "weight", "probability", "grade", "levels", "veto", "likely")).alias("link"))
        .select(
            F.col("left").alias("profile_l"),
            F.col("right").alias("profile_r"),
            "link.*",
            F.lit(weights.version).alias("model_version"),
        )
    )
    context.receipt.rows_out = context.write(LINKS, found)
    compared = scored.where(F.col("left").isNull()).agg(F.sum("weight").alias("pairs")).toArrow()["pairs"][0].as_py()
    for held in (scored, *known.held):
        held.unpersist()
    notes = context.receipt.notes
    notes |= facts(seen, known.capped) | {"pairs_compared": int(compared or 0), "profiles_compared": notes["profiles"]}
