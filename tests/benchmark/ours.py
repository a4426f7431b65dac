"""The engine of this repository, as `renkou link-tables` runs it, its own functions timed in place.

Task: `model` (a YAML file, or null: propose one first), `tables`, `out`; `engine`: `spark` to compare on Spark local[2].
"""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from jobs import link_tables as engine
from jobs.linkage.spark_tables import SparkTables
from jobs.settings import Settings
from tests.benchmark.measure import Clock, leave

TIMED = {
    "read_table": "read",
    "encode_tables": "read",
    "blocks_of": "score",
    "candidate_patterns": "train",
    "random_patterns": "train",
    "train": "train",
    "second_opinion": "train",
    "score_all": "score",
    "_cut": "cluster",
    "_cluster": "cluster",
}


def main(task: dict[str, Any]) -> None:
    clock, opinion = Clock(), Clock()
    engine.second_opinion = opinion.timed("train", engine.second_opinion)
    for name, phase in TIMED.items():
        setattr(engine, name, clock.timed(phase, getattr(engine, name)))
    for name, phase in {"__init__": "score", "patterns": "train", "score": "score"}.items():
        setattr(SparkTables, name, clock.timed(phase, getattr(SparkTables, name)))
    workers = _workers(clock, Path(task["out"])) if task.get("engine") == "spark" else None
    out, tables = Path(task["out"]), [Path(t) for t in task["tables"]]
    model = Path(task["model"]) if task["model"] else _proposed(clock, tables, out)
    before = sum(clock.seconds.values())
    total = Clock()
    with total.phase("write"):
        counts = engine.link_tables(model, tables, out, workers)
    clock.seconds["write"] = total.seconds["write"] - (sum(clock.seconds.values()) - before)
    links = pq.read_table(out / "links.parquet", columns=["left", "right", "probability", "veto"])
    pq.write_table(links.filter(pc.is_null(links["veto"])).drop_columns("veto"), out / "pairs.parquet")
    leave(
        task,
        clock,
        pairs=counts["pairs_compared"],
        cut=counts["cut"],
        versions=f"python {platform.python_version()}, rapidfuzz {version('rapidfuzz')}, polars {version('polars')}",
        remark=f"{opinion.seconds['train']:.2f} s of training are the second opinion, which Splink has not",
    )


def _workers(clock: Clock, out: Path) -> engine.Workers:
    """Spark on two cores, started before the run and counted apart."""
    from jobs.session import spark_session

    settings = replace(Settings.from_environment(), home=out / "home", spark="local[2]")
    with clock.phase("session"):
        session = spark_session(settings)
        session.range(1).count()
    return engine.Workers(lambda: session, settings.home / "state" / "link-tables")


def _proposed(clock: Clock, tables: list[Path], out: Path) -> Path:
    from jobs.propose_model import propose_model

    with clock.phase("train"):
        propose_model(tables, out / "proposed.yml")
    return out / "proposed.yml"


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
