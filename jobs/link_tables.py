"""`renkou link-tables`: find the duplicates within one table, or link two, by weights learned from the tables themselves."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.errors import UserError
from jobs.linkage.clusters import Edges, Rules, cluster_pairs
from jobs.linkage.encoding import Encoded
from jobs.linkage.local import Scored, encode_tables, expected_cut, score_all, weigh_pairs
from jobs.linkage.model import LinkModel, load_model
from jobs.linkage.scoring import log_odds
from jobs.linkage.second_opinion import second_opinion
from jobs.linkage.training import train
from jobs.linkage.weights import Weights


def link_tables(model: Path, tables: list[Path], out: Path) -> dict[str, Any]:
    """Write links.parquet (scored pairs with reasons), clusters.parquet (id, cluster_id, source) and model.json.

    Returns the counts. Everything is read and computed before anything is written.
    """
    chosen = load_model(model)
    encoded = encode_tables(chosen, [read_table(t) for t in tables])
    weights = train(chosen, encoded)
    scored = score_all(chosen, weights, encoded)
    weights.auto = _cut(chosen, scored)
    links, clusters = _cluster(chosen, weights, encoded, scored)
    weights.facts |= {
        "version": f"{chosen.model}-{chosen.version}",
        "data_hash": _hash(tables),
        "second_opinion": second_opinion(chosen, weights, encoded),
    }
    out.mkdir(parents=True, exist_ok=True)
    pq.write_table(links, out / "links.parquet", compression="zstd")
    pq.write_table(clusters, out / "clusters.parquet", compression="zstd")
    weights.save(chosen, out / "model.json")
    return {
        "rows": len(encoded),
        "pairs_compared": scored.compared,
        "links": links.num_rows,
        "clusters": len(clusters["cluster_id"].unique()),
        "cut": round(weights.auto, 4),
        "capped_blocks": {c.name: c.blocks for c in scored.capped},
        "warnings": weights.facts["warnings"],
    }


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
    place = {value: i for i, value in enumerate(encoded.ids.to_pylist())}
    left = np.array([place[v] for v in links["left"].to_pylist()], np.int64)
    right = np.array([place[v] for v in links["right"].to_pylist()], np.int64)
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
