"""Stage link: records to profiles, profiles to scored links, by the population model.

Records and profiles move, pairs do not: Spark brings the rows of a block together and one Arrow kernel compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from jobs.departments.contract import all_contracts
from jobs.linkage.model import LinkModel, load_model
from jobs.linkage.weights import Weights, load_weights
from jobs.profiles.collapse import NEEDED, SCHEMA, Sources, collapse_batches
from jobs.profiles.crowds import crowds
from jobs.profiles.kin import with_kin
from jobs.profiles.view import Crowds, view
from jobs.tables import LINKS, PROFILE_RECORDS, PROFILE_STAMPS, PROFILES, RECORDS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from jobs.context import Context

MODELS = Path(__file__).parent / "linkage" / "models"


def run(context: Context) -> None:
    """Write profiles, profile_records and links."""
    records = context.read("records", RECORDS)
    profiles = _profiles(context, records)
    model = load_model(MODELS / "population.yml")
    weights = load_weights(model, MODELS / "population.json")
    _links(context, profiles, model, weights)
    context.receipt.rows_in = _rows(context, "records")


def _rows(context: Context, name: str) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(f).num_rows for f in context.files(name))


def _profiles(context: Context, records: DataFrame) -> DataFrame:
    """Write profiles and their records; returns the profiles as written."""
    from pyspark.sql import functions as F

    made = gather(records).persist()
    where = made.select(F.explode("members").alias("record_id"), "profile_id")
    context.write(PROFILE_RECORDS, where)
    written = _again(context, PROFILE_RECORDS.name, PROFILE_RECORDS.schema)
    count = context.write(PROFILES, with_kin(made.drop("members"), written, records))
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


def with_collapse_key(records: DataFrame) -> DataFrame:
    """Add `collapse_key`: the number; else the one number that the same account states under the same name; else the
    account; else the record itself."""
    from pyspark.sql import functions as F

    number = F.concat_ws(":", F.coalesce("id_type", F.lit("other")), "id_number")
    numbered = F.col("id_number").isNotNull()
    stated = (
        records.where(numbered & F.col("account").isNotNull() & F.col("name").isNotNull())
        .groupBy("account", "name")
        .agg(F.min(number).alias("only"), F.countDistinct(number).alias("numbers"))
        .where("numbers = 1")
        .drop("numbers")
    )
    account = F.concat(F.lit("a:"), F.col("account"))
    own = F.concat(F.lit("r:"), F.col("record_id"))
    return (
        records.join(stated, ["account", "name"], how="left")
        .withColumn("collapse_key", F.when(numbered, number).otherwise(F.coalesce("only", account, own)))
        .drop("only")
    )


def _links(context: Context, profiles: DataFrame, model: LinkModel, weights: Weights) -> None:
    """Find the crowded keys, compare what is new or changed since the night before, take over its other links, write."""
    from pyspark.sql import functions as F

    from jobs.linkage.partitions import find_oversize, keyed, score_blocks

    seen = crowds(profiles)
    prepare = partial(view, crowds=seen)
    over, capped = find_oversize(profiles, model, prepare)
    known = keyed(profiles, model, weights, prepare, over)
    context.write(PROFILE_STAMPS, known.stamps.withColumnRenamed("row_id", "profile_id"))
    news = _news(context)
    fresh = news.fresh.withColumnRenamed("profile_id", "row_id") if news else None
    scored = score_blocks(profiles, model, weights, prepare, over, known.keys, fresh).persist()
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
    context.receipt.rows_out = context.write(LINKS, found.unionByName(news.kept) if news else found)
    compared = scored.where(F.col("left").isNull()).agg(F.sum("weight").alias("pairs")).toArrow()["pairs"][0].as_py()
    changed = news.fresh.count() if news else context.receipt.notes["profiles"]
    for held in (scored, known.keys, *([news.fresh] if news else [])):
        held.unpersist()
    context.receipt.notes |= _facts(model, weights, seen, capped)
    context.receipt.notes |= {"pairs_compared": int(compared or 0), "profiles_compared": changed}


@dataclass(frozen=True)
class _News:
    """`fresh`: profile_id of profiles that are new or have another stamp; `kept`: last night's links between all others."""

    fresh: DataFrame
    kept: DataFrame


def _news(context: Context) -> _News | None:
    """What changed since the night before; None when there is none to go by, or `renkou link --full` is asked for."""
    if not context.had("profile_stamps") or not context.had("links") or context.options.get("full"):
        return None
    today = _again(context, PROFILE_STAMPS.name, PROFILE_STAMPS.schema)
    before = context.read("profile_stamps", previous=True)
    stamp = ["profile_id", "stamp"]
    fresh = today.join(before, stamp, how="left_anti").select("profile_id").persist()
    gone = before.join(today, stamp, how="left_anti").select("profile_id")
    kept = context.read("links", previous=True)
    for end in ("profile_l", "profile_r"):
        kept = kept.join(gone.withColumnRenamed("profile_id", end), end, how="left_anti")
    return _News(fresh, kept.select(*LINKS.schema.names))


def _facts(model: LinkModel, weights: Weights, seen: Crowds, capped: list[Any]) -> dict[str, Any]:
    return {
        "model": weights.version,
        "phones_of_many": len(seen.phones),
        "dwellings_of_many": len(seen.dwellings),
        "births_of_several": len(seen.births),
        "capped_blocks": {c.name: {"blocks": c.blocks, "rows": c.rows, "windowed": c.windowed} for c in capped},
    }
