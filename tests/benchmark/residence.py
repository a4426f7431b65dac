"""The residence rules at the size of a district: seconds and peak memory for millions of people.

A sample district's night is made up to its residents, then its people are repeated under new ids, with records, signs, ties
and dwellings of their own, until they are as many as asked for. Timed is what makes the statuses; it runs in a process of
its own. Before, generated people are decided twice, by these rules and by the plain reference.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import polars as pl

from jobs.context import Context
from jobs.pool.nights import Night, Receipt
from jobs.residence import parameters
from jobs.residence.stage import write_statuses
from jobs.run import do_mapped, do_step, line
from jobs.sample.make import make_sample
from jobs.sample.server import serve
from jobs.settings import Settings
from jobs.tables import table_for
from tests.residence.agreement import FACTS, decided_twice, differing_decisions, differing_facts, differing_homes

DATE = dt.date(2026, 11, 22)
PERSONS = {
    "residents": ["resident_id", "mother_id", "father_id", "spouse_id"],
    "resident_records": ["resident_id"],
}
RECORDS = {
    "resident_records": ["record_id"],
    "records": ["record_id", "dwelling_id"],
    "signs": ["sign_id", "record_id", "dwelling_id"],
    "ties": ["from_record", "to_record"],
}


def say(text: str) -> None:
    print(text, flush=True)


def prepare(settings: Settings, residents: int, seed: int) -> None:
    """A sample district's night, with its residents."""
    sample = settings.home / "sample"
    make_sample(sample, residents, 1, seed, DATE, 1.0, None, lambda text: None)
    shutil.copy(sample / "sources.yml", settings.sources)
    with serve(sample) as url:
        os.environ["RENKOU_SAMPLE_API"] = url
        do_mapped(settings, DATE, "extract", lambda text: None)
        for step in ("standardize", "link", "resolve"):
            say(line(do_step(settings, DATE, step)))


def multiply(settings: Settings, people: int) -> Night:
    """A later night, unfinished, of at least so many people: copies of the prepared one."""
    night, made = Night(settings.nights, DATE), Night(settings.nights, DATE, 1)
    receipt = Receipt("resolve")
    source, target = Context(settings, night, Receipt("read")), Context(settings, made, receipt)
    one = pl.scan_parquet(source.files("residents")).select(pl.len()).collect().item()
    for name in dict.fromkeys([*PERSONS, *RECORDS]):
        folder = target.store.attempt(name)
        folder.mkdir(parents=True)
        rows = pl.scan_parquet(source.files(name), hive_partitioning=False).select(table_for(name).schema.names)
        for copy in range(-(-people // one)):
            _copy(rows, name, copy).sink_parquet(folder / f"part-{copy:05d}.parquet")
        receipt.writes[name], count = target.store.commit(table_for(name), folder)
        say(f"{name}: {count:,} rows")
    made.put(receipt)
    return made


def _copy(rows: pl.LazyFrame, name: str, number: int) -> pl.LazyFrame:
    """One copy: ids keep their length, the last characters of a resident's, the first of a record's, say which copy."""
    persons = [pl.concat_str(pl.col(c).str.slice(0, 12), pl.lit(f"{number:03d}")).alias(c) for c in PERSONS.get(name, [])]
    records = [pl.concat_str(pl.lit(f"{number:03x}"), pl.col(c).str.slice(3)).alias(c) for c in RECORDS.get(name, [])]
    return rows.with_columns(*persons, *records)


def measure(settings: Settings, night: Night) -> str:
    """Make the statuses of the night once and tell what it took."""
    context = Context(settings, night, Receipt("residence"))
    start = time.perf_counter()
    rows = write_statuses(context, parameters.load())
    seconds = time.perf_counter() - start
    signs = pl.scan_parquet(context.files("signs")).select(pl.len()).collect().item()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return f"{rows:,} residents, {signs:,} signs: {seconds:.0f} s, peak memory {peak:.1f} GiB"


def agreement(people: int, seed: int) -> str:
    """On so many generated people the set-based rules beside the plain reference: in how many facts, decisions and homes they differ."""
    start = time.perf_counter()
    both = decided_twice(people, seed, buckets=4)
    differ = sum(len(differing_facts(both, fact)) for fact in FACTS) + len(differing_decisions(both)) + len(differing_homes(both))
    asked = f"{len(FACTS)} facts, the decision and the home of {len(both[1]):,} generated people"
    return f"{asked}, by the rules and by the reference: {differ} differ ({time.perf_counter() - start:.0f} s)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2_300_000)
    parser.add_argument("--generated", type=int, default=100_000, help="people decided by the plain reference too")
    parser.add_argument("--residents", type=int, default=20_000, help="of the sample that is repeated")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--home", type=Path, default=Path("var/bench-residence"))
    parser.add_argument("--keep", action="store_true", help="measure again what an earlier call prepared")
    given = parser.parse_args()
    home = given.home.resolve()
    os.environ["RENKOU_HOME"] = str(home)
    settings = Settings.from_environment()
    if given.keep:
        say(measure(settings, Night(settings.nights, DATE, 1)))
        return
    say(agreement(given.generated, given.seed))
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    prepare(settings, given.residents, given.seed)
    multiply(settings, given.people)
    again = [sys.executable, "-m", "tests.benchmark.residence", "--keep", "--home", str(home)]
    raise SystemExit(subprocess.run(again, check=False).returncode)


if __name__ == "__main__":
    main()
