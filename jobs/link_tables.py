"""`renkou link-tables`: find the duplicates within one table, or link two, by weights learned from the tables themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jobs.errors import UserError
from jobs.linkage.blocks import blocks_of
from jobs.linkage.clusters import Edges, Rules, cluster_pairs
from jobs.linkage.encoding import Encoded
from jobs.linkage.local import Scored, encode_tables, expected_cut, score_all, weigh_pairs
from jobs.linkage.model import LinkModel, load_model
from jobs.linkage.patterns import candidate_patterns, random_patterns
from jobs.linkage.results import check_folder, write_all
from jobs.linkage.scoring import log_odds
from jobs.linkage.second_opinion import second_opinion
from jobs.linkage.training import train
from jobs.linkage.weights import Weights

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


SPARK_ROWS = 1_000_000
"""Rows of all tables together from which Spark compares the pairs, unless one says otherwise."""


@dataclass(frozen=True)
class Workers:
    """Spark's workers: how a session is had, and a folder that they see too, for what a run hands to them."""

    session: Callable[[], SparkSession]
    folder: Path


def link_tables(model: Path, tables: list[Path], out: Path, workers: Workers | None = None) -> dict[str, Any]:
    """Write links.parquet (scored pairs with reasons), clusters.parquet (id, cluster_id, source) and model.json.

    Returns the counts. Everything is read and computed before anything is written. With `workers` pairs are compared by
    Spark, else in this process; the result is the same.
    """
    check_folder(out)
    chosen = load_model(model)
    encoded = encode_tables(chosen, [read_table(t) for t in tables])
    weights, scored = _on_spark(chosen, encoded, workers) if workers else _in_memory(chosen, encoded)
    weights.auto = _cut(chosen, scored)
    links, clusters = _cluster(chosen, weights, encoded, scored)
    weights.facts |= {
        "version": f"{chosen.model}-{chosen.version}",
        "data_hash": _hash(tables),
        "second_opinion": second_opinion(chosen, weights, encoded),
    }
    write_all(
        out,
        {
            "links.parquet": lambda file: pq.write_table(links, file, compression="zstd"),
            "clusters.parquet": lambda file: pq.write_table(clusters, file, compression="zstd"),
            "model.json": lambda file: weights.save(chosen, file),
        },
    )
    return {
        "rows": len(encoded),
        "pairs_compared": scored.compared,
        "links": links.num_rows,
        "clusters": len(clusters["cluster_id"].unique()),
        "cut": round(weights.auto, 4),
        "capped_blocks": {c.name: c.blocks for c in scored.capped},
        "warnings": weights.facts["warnings"],
    }


def _in_memory(model: LinkModel, encoded: Encoded) -> tuple[Weights, Scored]:
    blocks = blocks_of(model, encoded)
    weights = train(model, encoded, seen=(candidate_patterns(model, encoded, blocks), random_patterns(model, encoded)))
    return weights, score_all(model, weights, encoded, blocks=blocks)


def _on_spark(model: LinkModel, encoded: Encoded, workers: Workers) -> tuple[Weights, Scored]:
    from jobs.linkage.spark_tables import SparkTables

    workers.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=workers.folder, prefix="link-tables-") as folder:
        on_spark = SparkTables(workers.session(), model, encoded, blocks_of(model, encoded), Path(folder))
        weights = train(model, encoded, seen=on_spark.patterns())
        return weights, on_spark.score(weights)


def rows_of(tables: list[Path]) -> int:
    """Rows of the tables together; a file that cannot be read counts none, reading it says why."""
    try:
        return sum(pq.read_metadata(file).num_rows for file in tables)
    except (pa.ArrowInvalid, OSError):
        return 0


def read_table(file: Path) -> pa.Table:
    """A Parquet file; UserError when it is missing or another kind of file."""
    try:
        return pq.read_table(file)
    except FileNotFoundError:
        raise UserError(f"There is no table {file.name}.", "Give the path of a Parquet file.") from None
    except (pa.ArrowInvalid, OSError):
        raise UserError(f"Table {file.name} is no Parquet file.", "Convert it to Parquet first.") from None


def _cut(model: LinkModel, scored: Scored) -> float:
    if model.thresholds.auto != "expected":
        return float(model.thresholds.auto)
    free = scored.links.filter(pa.compute.is_null(scored.links["veto"]))
    return expected_cut(free["probability"].to_numpy())


def _cluster(model: LinkModel, weights: Weights, encoded: Encoded, scored: Scored) -> tuple[pa.Table, pa.Table]:
    """Grade the links by the cut and cluster over them; pairs inside a cluster that no pass produced are scored too."""
    links = scored.links
    left, right = (pc.index_in(links[side], encoded.ids).to_numpy().astype(np.int64) for side in ("left", "right"))
    vetoed = links["veto"].is_valid().to_numpy()
    cannot = np.column_stack([left[vetoed], right[vetoed]])
    alone = encoded.source.astype(np.int64) if model.one_to_one and encoded.source is not None else None
    edges = Edges(left[~vetoed], right[~vetoed], links["weight"].to_numpy()[~vetoed])
    found = cluster_pairs(
        encoded.ids,
        edges,
        log_odds(weights.auto),
        Rules(cannot=cannot, alone=alone),
        lambda a, b: weigh_pairs(model, weights, encoded, a, b),
    )
    auto = (links["probability"].to_numpy() >= weights.auto) & ~vetoed & (links["grade"].to_numpy(zero_copy_only=False) != "none")
    grade = np.where(vetoed, "none", np.where(auto, "auto", "review"))
    links = links.set_column(links.column_names.index("grade"), "grade", pa.array(grade))
    source = encoded.source if encoded.source is not None else np.zeros(len(encoded), np.int8)
    clusters = pa.table(
        {"id": encoded.ids, "cluster_id": encoded.ids.take(pa.array(found.leader)), "source": source.astype(np.int64)}
    )
    return links, clusters


def _hash(tables: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in tables:
        digest.update(file.read_bytes())
    return digest.hexdigest()
