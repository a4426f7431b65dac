"""Clusterings of a night's records judged as `renkou evaluate` judges the night itself.

Task: `home`, `date`, `truth` (the sample's folder), `clusterings` (name: a Parquet file of record_id or profile_id and
cluster), `members` (record_id, profile_id), `out`. Leaves figures.json: renkou, number only, and each clustering by name.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl

from jobs.evaluate import evaluate, judge_clustering
from tests.benchmark.district_export import newest


def of_records(clusters: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """record_id, cluster: a record belongs where its profile does."""
    if "record_id" in clusters.columns:
        return clusters
    return members.join(clusters, on="profile_id", validate="m:1").select("record_id", "cluster")


def main(task: dict[str, Any]) -> None:
    settings, night = newest(task["home"], task["date"])
    truth, members = Path(task["truth"]), pl.read_parquet(task["members"])
    whole = evaluate(settings, night, truth, status_baseline=False)
    figures = {"renkou": whole["ours"]}
    for name, file in task["clusterings"].items():
        figures[name] = judge_clustering(settings, night, truth, of_records(pl.read_parquet(file), members))
    figures["number only"] = whole["baseline"]
    found = {"records": whole["records"], "figures": figures}
    (Path(task["out"]) / "measured.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
