"""The DAG: exact task ids and edges first, then policies, then that parsing it stays light."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs import plan

ROOT = Path(__file__).resolve().parents[2]
CHAIN = [
    "start_session", "extract", "gate_landing", "standardize", "gate_records", "link", "gate_links", "resolve",
    "gate_residents", "residence", "gate_residence", "validate", "publish",
]  # fmt: skip
EDGES = {(a, b) for a, b in itertools.pairwise(CHAIN)} | {
    ("start_session", "stop_session"),
    ("publish", "stop_session"),
    ("publish", "keep_yesterday"),
}


@pytest.fixture(scope="module")
def dag(tmp_path_factory: pytest.TempPathFactory):
    os.environ["AIRFLOW_HOME"] = str(tmp_path_factory.mktemp("airflow"))
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    return bag.dags["population_nightly"]


def test_exactly_these_tasks(dag):
    assert {t.task_id for t in dag.tasks} == {*CHAIN, "stop_session", "keep_yesterday"}


def test_exactly_these_edges(dag):
    assert {(t.task_id, down) for t in dag.tasks for down in t.downstream_task_ids} == EDGES


def test_extract_is_mapped_over_every_department(dag):
    task = dag.get_task("extract")
    assert task.op_kwargs_expand_input.value == {"department": list(plan.departments())}
    assert plan.departments() == ("ga", "gjj", "jy", "mz", "rs", "sj", "wj", "yb", "zf", "zj")


def test_session_is_set_up_and_torn_down(dag):
    assert dag.get_task("start_session").is_setup
    assert dag.get_task("stop_session").is_teardown


@pytest.mark.parametrize("task_id", [t for t in CHAIN if t.startswith("gate_")])
def test_gates_are_never_retried(dag, task_id):
    assert dag.get_task(task_id).retries == 0


def test_a_failed_night_ends_red_with_its_reason(dag):
    task = dag.get_task("keep_yesterday")
    assert task.trigger_rule.value == "one_failed"
    assert task.retries == 0


def test_one_night_at_a_time_and_no_catch_up(dag):
    assert dag.max_active_runs == 1
    assert dag.catchup is False


def test_the_date_is_a_parameter(dag):
    assert dag.params.get_param("date").schema["format"] == "date"


@pytest.mark.parametrize(
    ("step", "department", "words"),
    [
        ("extract", "ga", ["extract", "--date", "2026-11-22", "--department", "ga"]),
        ("link", None, ["link", "--date", "2026-11-22"]),
        ("gate.records", None, ["validate", "--date", "2026-11-22", "--layer", "records"]),
        ("hold", None, ["hold", "--date", "2026-11-22"]),
    ],
)
def test_a_task_runs_the_words_one_would_type(step, department, words):
    from jobs.cli import parser

    assert plan.command(step, "2026-11-22", department) == words
    parser().parse_args(words)


@pytest.mark.parametrize(
    ("asked", "scheduled", "expected"),
    [
        ("2026-11-20", "2026-11-23T04:00:00+08:00", "2026-11-20"),
        (None, "2026-11-23T04:00:00+08:00", "2026-11-22"),
        (None, "2026-11-22T20:00:00+00:00", "2026-11-22"),  # the same moment, told in UTC
        (None, "2026-03-01T04:00:00+08:00", "2026-02-28"),
    ],
)
def test_business_date(dag, asked, scheduled, expected):
    import datetime as dt
    from types import SimpleNamespace

    from dags.population_nightly import business_date

    run = SimpleNamespace(logical_date=dt.datetime.fromisoformat(scheduled))
    assert business_date({"date": asked}, run) == expected


def test_parsing_imports_no_engine(tmp_path: Path):
    heavy = ["pyspark", "great_expectations", "duckdb", "polars", "deltalake", "recordlinkage"]
    code = f"import sys, dags.population_nightly; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"AIRFLOW_HOME": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"
