"""Run nights through the real DAG without a server: one process, Airflow's own SQLite metadata (`dag.test`).

`python -m jobs.airflow_local 2026-11-20 2026-11-21` runs the dates in order and stops at the first that fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from jobs.errors import ExitCode
from jobs.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DAG_ID = "population_nightly"


def environment(settings: Settings) -> dict[str, str]:
    """What Airflow needs to know: everything below the home folder, nothing sent anywhere."""
    home = settings.home / "airflow"
    return os.environ | {
        "RENKOU_HOME": str(settings.home),
        "RENKOU_SOURCES": str(settings.sources),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(settings.logs / "airflow"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "60",
    }


def migrate(settings: Settings) -> None:
    """Create or upgrade Airflow's metadata database."""
    (settings.home / "airflow").mkdir(parents=True, exist_ok=True)
    settings.logs.mkdir(parents=True, exist_ok=True)
    with (settings.logs / "airflow-migrate.log").open("w") as log:
        subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"], env=environment(settings), stdout=log, stderr=log, check=True
        )


def run_nights(dates: list[str]) -> ExitCode:
    """Run each date through the DAG; the first failed run ends it."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(ROOT / "dags"))
    if bag.import_errors or DAG_ID not in bag.dags:
        print(bag.import_errors)
        return ExitCode.BUG
    for date in dates:
        run = bag.dags[DAG_ID].test(run_conf={"date": date})
        if str(run.state) != "success":
            return ExitCode.GATE_REFUSED
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(run_nights(sys.argv[1:]))
