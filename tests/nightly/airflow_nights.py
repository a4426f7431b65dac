"""Nights through the real DAG on installations that are not the demo's, some tasks taken as done: `HOME=PATTERN …`.

The environment says where Airflow's own files lie (`jobs.airflow_local.environment`); prints each run's state. A retry
follows at once. In a home called `torn` Spark's workers meet rows that the library under them cannot read, and its error
quotes them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from airflow.dag_processing.dagbag import DagBag

from jobs.airflow_local import DAG_ID, ROOT
from tests.nightly.conftest import LAST


def main(installations: list[str]) -> None:
    dag = DagBag(str(ROOT / "dags")).dags[DAG_ID]
    for task in dag.tasks:
        task.retry_delay = dt.timedelta(0)
    for each in installations:
        home, _, done = each.partition("=")
        os.environ |= {"RENKOU_HOME": home, "RENKOU_SOURCES": f"{home}/sources.yml"}
        with contextlib.ExitStack() as torn:
            if Path(home).name == "torn":
                torn.enter_context(mock.patch("jobs.standardize.MOST_ROWS", 0))
                torn.enter_context(mock.patch("jobs.standardize_on_spark._kernel", quoting))
            run = dag.test(run_conf={"date": LAST.isoformat()}, mark_success_pattern=done or None)
        print(f"night in {home}: {run.state}", flush=True)


def quoting() -> Callable[[Iterator[Any]], Iterator[Any]]:
    """A kernel that breaks as parsers do: with the rows in its message."""

    def kernel(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            cells = {str(v) for row in batch.to_pylist() for v in row["values"]}
            foreign = sorted(c for c in cells if c.isascii() and " " in c and c.replace(" ", "").isalpha())
            raise ValueError(f"cannot read {foreign[:3]} {sorted(cells)}")
        yield from ()

    return kernel


if __name__ == "__main__":
    main(sys.argv[1:])
