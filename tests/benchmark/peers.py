"""One table of persons deduplicated by us, by Splink 5 on DuckDB and, where small, by recordlinkage alone.

Each engine runs in a process of its own, one after another. `make bench-people ROWS=100000 SEED=1`.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmark import report
from tests.benchmark.measure import ROOT, run
from tests.benchmark.people import Rates, pass_pairs, people
from tests.benchmark.quality import judge

OURS, BENCH = ROOT / ".venv" / "bin" / "python", Path(sys.executable)
MODEL = ROOT / "tests" / "benchmark" / "people.yml"
SMALL = 50_000  # rows from which recordlinkage alone is left out
HOME = Path(os.environ.get("RENKOU_HOME", ROOT / "var")) / "benchmark"


@dataclass(frozen=True)
class Engine:
    """How one engine is called."""

    name: str
    python: Path
    module: str
    task: dict[str, Any]


def engines(rows: int, seed: int, cut: float, table: str) -> list[Engine]:
    """Ours in memory and on Spark, Splink by characters and by bytes and on Spark, recordlinkage alone where small."""
    common: dict[str, Any] = {"data": "people", "tables": [table], "seed": seed}
    splink = "tests.benchmark.splink_duckdb"
    asked = [
        Engine("renkou", OURS, "tests.benchmark.ours", common | {"model": str(MODEL)}),
        Engine("renkou on Spark", OURS, "tests.benchmark.ours", common | {"model": str(MODEL), "engine": "spark"}),
        *(
            Engine(f"splink, names by {n}", BENCH, splink, common | {"names": n, "threshold": cut})
            for n in ("characters", "bytes")
        ),
    ]
    home = str(Path(table).parent / "spark-home")
    asked.append(Engine("splink on Spark", BENCH, "tests.benchmark.splink_spark", common | {"threshold": cut, "home": home}))
    if rows <= SMALL:
        asked.append(Engine("recordlinkage alone", BENCH, "tests.benchmark.recordlinkage_alone", common))
    return asked


def compare(rows: int, args: argparse.Namespace) -> None:
    """Make one table, run every engine on it, print both tables of figures."""
    seed, errors = args.seed, args.errors
    folder = HOME / f"people-{rows}-{seed}-{errors}"
    folder.mkdir(parents=True, exist_ok=True)
    table, truth = people(rows, seed, Rates().times(errors))
    table.write_parquet(folder / "people.parquet")
    print(f"\n{rows:,} records of {truth['person'].n_unique():,} persons, seed {seed}, errors × {errors}")
    print("pairs by pass, overlaps counted in each:", ", ".join(f"{k} {v:,}" for k, v in pass_pairs(table).items()), "\n")
    speed, right = [], []
    for engine in engines(rows, seed, args.cut, str(folder / "people.parquet")):
        if args.only not in engine.name:
            continue
        out = folder / engine.name.replace(",", "").replace(" ", "-")
        measured = run(engine.python, engine.module, engine.task, out)
        speed.append(report.speed(engine.name, measured))
        right.append(report.right(engine.name, measured["cut"], judge(out, measured["cut"], truth)))
        print("; ".join([f"{engine.name}: {measured['versions']}", measured.get("remark", "")]).rstrip("; "), flush=True)
    print(f"\n{report.as_table(report.SPEED, speed)}\n\n{report.as_table(report.RIGHT, right)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000], help="one size or several, one after another")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=float, default=1.0, help="all error rates so many times as high")
    parser.add_argument("--cut", type=float, default=0.95, help="probability from which Splink joins; it chooses none itself")
    parser.add_argument("--only", default="", help="engines whose name holds this")
    args = parser.parse_args()
    print(report.machine())
    for rows in args.rows:
        compare(rows, args)


if __name__ == "__main__":
    main()
