"""Splink 5 on DuckDB. Task: `data` (people, febrl), `tables`, `threshold`, `seed`, `names` (characters, bytes), `out`.

Clusters are its connected components. Its one-to-one clustering (`cluster_using_single_best_links`) gave the same wrong
pairs on FEBRL 4 and took 8.5 GB and 15 to 45 seconds of one run there, so it is not what we compare with.
"""

from __future__ import annotations

import json
import logging
import platform
import sys
from pathlib import Path
from typing import Any

from tests.benchmark import splink_febrl, splink_people
from tests.benchmark.measure import Clock, leave

KEPT = 0.05  # pairs of this probability and better are kept, as ours does
IDS = {"people": "id", "febrl": "rec_id"}


def main(task: dict[str, Any]) -> None:
    import duckdb
    import splink

    clock = Clock()
    with clock.phase("read"):
        linker = _linker(task)
    with clock.phase("train"):
        _train(linker, task)
    with clock.phase("score"):
        blocked = linker.inference.compute_blocked_pairs_for_predict()
        scored = linker.inference.predict(threshold_match_probability=KEPT)
    compared = blocked.query_sql("select count(*) as pairs from {this}").as_record_list()[0]["pairs"]
    blocked.drop_table_from_database_and_remove_from_cache()
    with clock.phase("cluster"):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            scored, threshold_match_probability=task["threshold"]
        )
    with clock.phase("write"):
        _write(scored, clusters, task)
    leave(
        task,
        clock,
        pairs=compared,
        cut=task["threshold"],
        versions=f"python {platform.python_version()}, splink {splink.__version__}, duckdb {duckdb.__version__}",
    )


def _linker(task: dict[str, Any]) -> Any:
    import duckdb
    from splink import DuckDBAPI, Linker

    connection, people = duckdb.connect(), task["data"] == "people"
    database = DuckDBAPI(connection)
    tables = []
    for i, file in enumerate(task["tables"]):
        sql = (splink_people.READ if people else splink_febrl.READ).replace("$file", f"'{file}'")
        connection.execute(f"create table input_{i} as {sql}")
        tables.append(database.register(f"input_{i}", dataset_display_name=f"table_{i}"))
    settings = splink_people.settings(task["names"]) if people else splink_febrl.settings(len(tables))
    return Linker(tables if len(tables) > 1 else tables[0], settings, log_level=logging.ERROR)


def _train(linker: Any, task: dict[str, Any]) -> None:
    if task["data"] == "people":
        splink_people.train(linker, task["seed"])
    else:
        splink_febrl.train(linker, len(task["tables"]), task["seed"])


def _write(scored: Any, clusters: Any, task: dict[str, Any]) -> None:
    key, out = IDS[task["data"]], Path(task["out"])
    pairs = f"select {key}_l as left, {key}_r as right, match_probability as probability from {{this}}"
    scored.query_sql(pairs).as_duckdbpyrelation().write_parquet(str(out / "pairs.parquet"))
    members = f"select {key} as id, cluster_id from {{this}}"
    clusters.query_sql(members).as_duckdbpyrelation().write_parquet(str(out / "clusters.parquet"))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
