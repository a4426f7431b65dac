"""Our own side of the comparison: a district up to its records, then the stages link and resolve by the clock.

Task: `step` (`prepare`, `again` or `link`), `home`, `date`, `out`; `prepare` has `residents`, `seed`, `rates` and `cases` and makes
the sample; `again` takes the records of a finished night of another `from` home, which it only reads; `link` is measured.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmark.measure import Clock, leave

PHASES = ("session", "collapse", "score", "cluster")


def prepare(home: Path, task: dict[str, Any]) -> None:
    """A sample of one night in HOME/sample; its deliveries taken and standardized."""
    from jobs.run import do_mapped, do_step, line
    from jobs.sample.make import make_sample
    from jobs.sample.server import serve
    from jobs.settings import Settings

    date, sample = dt.date.fromisoformat(task["date"]), home / "sample"
    make_sample(sample, task["residents"], 1, task["seed"], date, task["rates"], task["cases"], print)
    shutil.copy(sample / "sources.yml", home / "sources.yml")
    with serve(sample) as url:
        os.environ["RENKOU_SAMPLE_API"] = url
        do_mapped(Settings.from_environment(), date, "extract", print)
        print(line(do_step(Settings.from_environment(), date, "standardize")))


def again(home: Path, task: dict[str, Any]) -> None:
    """The state of a finished home, its last night opened again, so that the stages can be run and measured here."""
    given = Path(task["from"])
    shutil.copy(given / "sources.yml", home / "sources.yml")
    shutil.copytree(given / "state", home / "state", ignore=shutil.ignore_patterns("spark", "duckdb"), dirs_exist_ok=True)
    newest = max((home / "state" / "nights" / task["date"]).iterdir(), key=lambda p: int(p.name))
    (newest / "manifest.json").unlink(missing_ok=True)


def link(home: Path, task: dict[str, Any]) -> None:
    """Both stages in full in one process, its Spark session started first and counted apart."""
    from jobs import link_on_driver
    from jobs.run import do_step
    from jobs.session import spark_session
    from jobs.settings import Settings

    clock, settings, date = Clock(), Settings.from_environment(), dt.date.fromisoformat(task["date"])
    clock.seconds |= dict.fromkeys(PHASES, 0.0)
    with clock.phase("session"):
        spark_session(settings).range(1).collect()
    vars(link_on_driver)["_profiles"] = clock.timed("collapse", link_on_driver._profiles)
    linked = do_step(settings, date, "link", full=True)
    resolved = do_step(settings, date, "resolve")
    clock.seconds |= {"score": linked.seconds - clock.seconds["collapse"], "cluster": resolved.seconds}
    leave(
        task,
        clock,
        pairs=linked.notes["pairs_compared"],
        profiles=linked.notes["profiles"],
        model=linked.notes["model"],
        versions=f"python {platform.python_version()}, pyspark {version('pyspark')}, polars {version('polars')}",
    )


def main(task: dict[str, Any]) -> None:
    home = Path(task["home"])
    home.mkdir(parents=True, exist_ok=True)
    os.environ["RENKOU_HOME"] = str(home)
    {"prepare": prepare, "again": again, "link": link}[task["step"]](home, task)
    if task["step"] != "link":
        (Path(task["out"]) / "measured.json").write_text("{}")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
