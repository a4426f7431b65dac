"""Whether the count of usual residents errs to one side: one night each of ten districts, against their truth.

`make bench-residence-seeds RESIDENTS=20000 SEEDS="201 202 …"`: a sample a seed, a full night, the error of the count in total and by
township; then the mean of the signed errors over all seeds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from jobs.evaluate import evaluate
from jobs.pool.nights import sealed
from jobs.sample.make import make_sample
from jobs.settings import Settings
from tests.benchmark import report
from tests.benchmark.residence_nights import LAST, run_nights, say

MOST_BIAS = 0.003
"""The mean signed error demanded."""


def night_of(out: Path, residents: int, seed: int) -> dict[str, Any]:
    """Status figures of one district's only night."""
    session = SparkSession.getActiveSession()
    if session:
        session.stop()  # its files lie in the home that is removed here
    shutil.rmtree(out, ignore_errors=True)
    (out / "home").mkdir(parents=True)
    os.environ["RENKOU_HOME"] = str(out / "home")
    settings = Settings.from_environment()
    make_sample(out / "sample", residents, 1, seed, LAST, 1.0, None, lambda text: None)
    run_nights(settings, out / "sample", 1)
    status: dict[str, Any] = evaluate(settings, sealed(settings.nights)[-1], out / "sample", status_baseline=False)["status"]
    return status


def row(seed: int, s: dict[str, Any]) -> list[str]:
    """What the table says of a seed."""
    within = sum(t["within"] for t in s["townships"])
    shares = [f"{s[name]:.2%}" for name in ("wrongly_included", "wrongly_excluded")]
    figures = [f"{s['accuracy']:.4f}", f"{s['macro_f1']:.4f}", f"{s['usual_error']:+.2%}", f"{within} of {len(s['townships'])}"]
    return [str(seed), *figures, *shares]


def by_township(every: list[dict[str, Any]]) -> dict[str, float]:
    """The mean signed error of every township that has residents, over all seeds."""
    errors: dict[str, list[float]] = defaultdict(list)
    for s in every:
        for t in s["townships"]:
            if t["usual_true"]:
                errors[t["township"]].append(t["error"] / t["usual_true"])
    return {name: sum(found) / len(found) for name, found in sorted(errors.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    say(report.machine())
    started, every = time.monotonic(), []
    for seed in args.seeds:
        every.append(night_of(args.out.resolve(), args.residents, seed))
        say(f"seed {seed}: {time.monotonic() - started:.0f} s")
    header = ["seed", "accuracy", "macro F1", "usual residents", "townships", "included", "excluded"]
    say(report.as_table(header, [row(seed, s) for seed, s in zip(args.seeds, every, strict=True)]))
    names = ("accuracy", "macro_f1", "usual_error", "wrongly_included", "wrongly_excluded")
    mean = {name: sum(s[name] for s in every) / len(every) for name in names}
    say(f"\nmean: accuracy {mean['accuracy']:.4f}, macro F1 {mean['macro_f1']:.4f}, included {mean['wrongly_included']:.2%}, "
        f"excluded {mean['wrongly_excluded']:.2%}")  # fmt: skip
    say(f"mean signed error of the count over {len(every)} seeds: {mean['usual_error']:+.3%}, demanded within ± {MOST_BIAS:.1%}: "
        f"{'holds' if abs(mean['usual_error']) <= MOST_BIAS else 'DOES NOT HOLD'}")  # fmt: skip
    for name, error in by_township(every).items():
        say(f"  {name}  {error:+.2%}")


if __name__ == "__main__":
    main()
