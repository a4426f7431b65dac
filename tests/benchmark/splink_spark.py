"""Splink 5 on Spark local[2], on the persons. Task: `tables`, `threshold`, `seed`, `home` (its scratch folder), `out`.

The same passes and levels as on DuckDB. Spark's own Levenshtein and the functions of Splink's jar count characters, so
names need no helper columns. Where a swap could matter, the jar's Damerau is asked only when Levenshtein is two.
Intermediate tables go to Parquet, which is Splink's own choice.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benchmark import splink_people
from tests.benchmark.measure import SESSION, Clock, leave

KEPT = 0.05
MEMORY = "6g"


def main(task: dict[str, Any]) -> None:
    import pyspark
    import splink

    clock = Clock()
    with clock.phase(SESSION):
        spark = _session(Path(task["home"]))
        spark.range(1).count()
    with clock.phase("read"):
        linker = _linker(spark, task)
    with clock.phase("train"):
        splink_people.train(linker, None)
    with clock.phase("score"):
        blocked = linker.inference.compute_blocked_pairs_for_predict()
        scored = linker.inference.predict(threshold_match_probability=KEPT)
    compared = blocked.as_spark_dataframe().count()
    with clock.phase("cluster"):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            scored, threshold_match_probability=task["threshold"]
        )
    with clock.phase("write"):
        _write(scored, clusters, Path(task["out"]))
    leave(
        task,
        clock,
        pairs=compared,
        cut=task["threshold"],
        versions=f"python {platform.python_version()}, splink {splink.__version__}, spark {pyspark.__version__}",
    )
    spark.stop()


def _session(home: Path) -> Any:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    home.mkdir(parents=True, exist_ok=True)
    settings = {
        "spark.jars": _jar(),
        "spark.driver.memory": MEMORY,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "8",  # two cores; two hundred, the default, took longer
        "spark.default.parallelism": "8",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.local.dir": str(home / "spark"),
    }
    builder = SparkSession.builder.master("local[2]").appName("splink")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.setCheckpointDir(str(home / "checkpoints"))
    return session


def _jar() -> str:
    """Splink's string distances for Spark 4. The folder is asked for by another process: the module needs a Spark to load."""
    code = "from splink.internals.spark.jar_location import similarity_jar_location as where; print(where())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _linker(spark: Any, task: dict[str, Any]) -> Any:
    from splink import Linker, SparkAPI

    database = SparkAPI(spark_session=spark)
    (file,) = task["tables"]
    table = spark.read.parquet(file)
    people = database.register(table, dataset_display_name="people")
    return Linker(people, splink_people.settings("spark"), log_level=logging.ERROR)


def _write(scored: Any, clusters: Any, out: Path) -> None:
    """As one Arrow table each, so that what is judged is one file."""
    import pyarrow.parquet as pq

    pairs = scored.as_spark_dataframe().selectExpr("id_l as left", "id_r as right", "match_probability as probability")
    pq.write_table(pairs.toArrow(), out / "pairs.parquet")
    members = clusters.as_spark_dataframe().selectExpr("id", "cluster_id")
    pq.write_table(members.toArrow(), out / "clusters.parquet")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
