"""The residence statuses of a sample district over many nights, against the figures that issue and truth demand.

`make bench-residence-nights RESIDENTS=100000 NIGHTS_RUN=30 SEED=1 RATES=1`: makes the sample, runs every night, compares the last one
with the truth, adds up the population accounts of all, and decides a night of the middle again from what it pinned.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from jobs.context import Context
from jobs.departments.contract import all_contracts
from jobs.evaluate import evaluate, render
from jobs.pool.nights import Night, Receipt, sealed
from jobs.quality import account, changes
from jobs.quality.figures import Figures
from jobs.residence import parameters
from jobs.residence.decide import decide
from jobs.residence.split import buckets_for
from jobs.residence.stage import read
from jobs.run import run_night
from jobs.sample.make import make_sample
from jobs.sample.server import serve
from jobs.settings import Settings
from jobs.tables import RESIDENCE
from tests.benchmark import report

LAST = dt.date(2026, 11, 22)


def say(text: str) -> None:
    print(text, flush=True)


def run_nights(settings: Settings, sample: Path, nights: int) -> list[float]:
    """Run them all; seconds of each."""
    shutil.copy(sample / "sources.yml", settings.sources)
    seconds = []
    with serve(sample) as url:
        os.environ["RENKOU_SAMPLE_API"] = url
        for back in range(nights - 1, -1, -1):
            date, started = LAST - dt.timedelta(back), time.monotonic()
            run_night(settings, date, lambda text: None)
            seconds.append(time.monotonic() - started)
            say(f"night {date}: {seconds[-1]:.0f} s")
    return seconds


def residual(settings: Settings) -> int:
    """What the population accounts of all nights leave unexplained, added up without sign."""
    contexts = (Context(settings, night, Receipt("bench")) for night in sealed(settings.nights))
    return sum(
        int(abs(value)) for c in contexts for value in c.read_arrow("balance", columns=["residual"])["residual"].to_pylist()
    )


def decided_again(settings: Settings, night: Night) -> bool:
    """Whether a past night's statuses, decided anew from the tables it pinned, are those it published, explanations included."""
    context = Context(settings, night, Receipt("bench"))
    inputs = read(context)
    groups = {code: contract.group for code, contract in all_contracts().items() if contract.group}
    buckets = buckets_for(inputs.signs.select(pl.len()).collect().item())
    anew = decide(inputs, parameters.load(), groups, buckets).select(RESIDENCE.schema.names).sort("resident_id")
    was = context.scan("residence").collect().sort("resident_id")
    return was.equals(anew.cast(dict(was.schema)))


def account_again(settings: Settings, night: Night) -> bool:
    """Whether a past night's changes and population account, computed anew from the tables it pinned, are those it published."""
    context = Context(settings, night, Receipt("bench"))
    figures = Figures(context)
    figures.prepare(changes.NEEDS, changes.PREVIOUS)
    changes.compare(figures.con)
    anew = {"changes": changes.changes(figures.con), "balance": account.balance(figures.con)}
    return all(_same(context.read_arrow(name), table) for name, table in anew.items())


def _same(was: pa.Table, anew: pa.Table) -> bool:
    rows = [pl.DataFrame(table.select(was.schema.names)) for table in (was, anew)]
    return rows[0].sort(rows[0].columns).equals(rows[1].sort(rows[0].columns))


def demands(found: dict[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    """(what, demanded, seen, holds)."""
    s, c = found["status"], found["calibration"]
    yield "status accuracy", "≥ 0.97", f"{s['accuracy']:.4f}", s["accuracy"] >= 0.97
    yield "macro F1 over codes", "≥ 0.90", f"{s['macro_f1']:.4f}", s["macro_f1"] >= 0.90
    yield "usual residents", "± 0.5 %", f"{s['usual_error']:+.2%}", abs(s["usual_error"]) <= 0.005
    right = sum(t["within"] for t in s["townships"])
    yield "townships within 2 % or 15 people", "all", f"{right} of {len(s['townships'])}", right == len(s["townships"])
    yield "wrongly included", "≤ 2 %", f"{s['wrongly_included']:.2%}", s["wrongly_included"] <= 0.02
    yield "wrongly excluded", "≤ 2 %", f"{s['wrongly_excluded']:.2%}", s["wrongly_excluded"] <= 0.02
    for band in c["bands"]:
        off = abs(band["said"] - band["right"])
        yield f"confidence, band {band['band']} ({band['persons']:,})", "within 0.03", f"{off:.3f}", off <= 0.03


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rates", type=float, default=1.0)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    out = args.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    (out / "home").mkdir(parents=True)
    os.environ["RENKOU_HOME"] = str(out / "home")
    settings = Settings.from_environment()
    say(report.machine())
    started = time.monotonic()
    make_sample(out / "sample", args.residents, args.nights, args.seed, LAST, args.rates, None, lambda text: None)
    say(f"sample: {time.monotonic() - started:.0f} s")
    seconds = run_nights(settings, out / "sample", args.nights)
    every = sealed(settings.nights)
    middle = every[len(every) // 2]
    found = evaluate(settings, next(n for n in every if n.date == LAST), out / "sample", status_baseline=False)
    rows = [[what, asked, seen, "yes" if holds else "NO"] for what, asked, seen, holds in demands(found)]
    left, same, counted = residual(settings), decided_again(settings, middle), account_again(settings, middle)
    rows += [["unexplained by the accounts of all nights", "0", f"{left}", "yes" if not left else "NO"]]
    rows += [[f"night {middle.date} decided again", "the same", "the same" if same else "another", "yes" if same else "NO"]]
    rows += [
        [f"account of {middle.date} computed again", "the same", "the same" if counted else "another", "yes" if counted else "NO"]
    ]
    usual = sorted(seconds[1:] or seconds)[len(seconds[1:] or seconds) // 2]
    say(render(found))
    say(f"\n{args.residents:,} residents, {args.nights} nights, seed {args.seed}, rates × {args.rates}\n")
    say(report.as_table(["figure", "demanded", "seen", "holds"], rows))
    say(f"\nfirst night {seconds[0]:.0f} s, a later one {usual:.0f} s (median), all {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
