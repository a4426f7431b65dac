"""The sample district linked by us, by Splink 5 on the same standardized records and on the same profiles, and by number only.

Every clustering is judged by the measures of `renkou evaluate`; engines run one after another, each in a process of its own.
`make bench-district RESIDENTS=100000 SEED=1 RATES=1 CASES=all=300`; with `--home HOME --sample DIR` a night that somebody has
finished is taken (and only read): its stages link and resolve are then run again in a copy.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from tests.benchmark import district_tables, report
from tests.benchmark.measure import run
from tests.benchmark.peers import BENCH, HOME, OURS

NIGHT = "tests.benchmark.district_night"
THRESHOLDS = [0.95, 0.5]
KINDS = ("records", "profiles")
REMARK = """
Seconds by each engine's own clock. Ours: `collapse` is reading the records and making profiles of them, `score` reading and
comparing these and writing the links (both: the stage link, in full), `cluster` the stage resolve with constraints, lasting ids
and best values; writing is within each. `session` is Spark's start, in no total. `process` counts everything, imports too.
Ours does not train on the night: its weights come from another sample ({model}).
Splink trains on what it is given (its u from 10 million random pairs).
Its clusters of the first threshold ({first}) are within its seconds, those of {second} are not.
Splink has number, alias, account, name, birth date, sex, phone, dwelling, township; kin, employer and school only we use.
Splink on profiles begins where `collapse` ends; its clusters are judged over the records of its profiles.
Memory is the peak of the engine's whole process tree, Spark's Java and workers included.
The stages behind resolve were not run here: a resident of test rows alone counts in our count error, never in the others'."""


def cases(text: str) -> dict[str, int]:
    """`twins=300,namesakes=300` or `all=300`."""
    return {name: int(count) for name, count in (part.split("=", 1) for part in text.split(",") if part)}


def prepare(args: argparse.Namespace, out: Path, home: Path) -> Path:
    """The district up to its records in `home`, new or a copy; returns its sample."""
    shutil.rmtree(home, ignore_errors=True)
    task: dict[str, Any] = {"home": str(home), "date": args.date}
    if args.home:
        run(OURS, NIGHT, task | {"step": "again", "from": str(args.home.resolve())}, out / "prepare")
        return Path(args.sample).resolve()
    made = {"residents": args.residents, "seed": args.seed, "rates": args.rates, "cases": cases(args.cases)}
    run(OURS, NIGHT, task | {"step": "prepare"} | made, out / "prepare")
    return home / "sample"


def measure(args: argparse.Namespace, out: Path, home: Path) -> dict[str, dict[str, Any]]:
    """Ours, then Splink on records and on profiles, each as it was measured."""
    task: dict[str, Any] = {"home": str(home), "date": args.date}
    measured = {"renkou": run(OURS, NIGHT, task | {"step": "link"}, out / "link")}
    say("renkou", measured["renkou"])
    run(OURS, "tests.benchmark.district_export", task, out / "export")
    for kind in KINDS:
        table = str(out / "export" / f"{kind}.parquet")
        peer = {"kind": kind, "table": table, "seed": args.seed, "thresholds": THRESHOLDS}
        measured[f"Splink, {kind}"] = run(BENCH, "tests.benchmark.splink_district", peer, out / f"splink-{kind}")
        say(f"Splink, {kind}", measured[f"Splink, {kind}"])
    return measured


def judged(args: argparse.Namespace, out: Path, home: Path, sample: Path) -> dict[str, Any]:
    """`records`, and the figures of every clustering by the name of its column."""
    files = {f"Splink, {k}, {t}": str(out / f"splink-{k}" / f"clusters-{t}.parquet") for k in KINDS for t in THRESHOLDS}
    task: dict[str, Any] = {"home": str(home), "date": args.date, "truth": str(sample), "clusterings": files}
    task["members"] = str(out / "export" / "profile_records.parquet")
    return run(OURS, "tests.benchmark.district_judge", task, out / "judge")


def say(name: str, each: dict[str, Any]) -> None:
    untrained = each.get("untrained")
    print(f"{name}: {each['versions']}" + (f"; levels it could not train: {untrained}" if untrained else ""), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rates", type=float, default=1.0, help="multiplies every fault rate")
    parser.add_argument("--cases", default="all=300", help="hard cases by count, as for `renkou sample`")
    parser.add_argument("--home", type=Path, help="a home with a finished night; it is copied, not changed")
    parser.add_argument("--sample", type=Path, help="the sample of that home")
    parser.add_argument("--date", default="2026-11-22", help="the night")
    parser.add_argument(
        "--out", type=Path, default=HOME / "district", help="folder of everything this leaves, the district included"
    )
    args = parser.parse_args()
    if bool(args.home) != bool(args.sample):
        parser.error("--home and --sample belong together")
    out, home = args.out.resolve(), args.out.resolve() / "home"
    print(report.machine(), flush=True)
    sample = prepare(args, out, home)
    measured = measure(args, out, home)
    found = judged(args, out, home, sample)
    asked = f"{args.residents:,} residents, seed {args.seed}, rates × {args.rates}, hard cases {args.cases}"
    persons, profiles = found["figures"]["renkou"]["persons"], measured["renkou"]["profiles"]
    print(
        f"\n{'a night given' if args.home else asked}: {found['records']:,} records, {profiles:,} profiles, {persons:,} persons;"
        f" load after {os.getloadavg()[0]:.1f}\n"
    )
    print(f"{district_tables.right(found['figures'])}\n\n{district_tables.speed(measured)}")
    print(REMARK.format(model=measured["renkou"]["model"], first=THRESHOLDS[0], second=THRESHOLDS[1]))


if __name__ == "__main__":
    main()
