"""A night that changed little: the link stage following the change, beside the same stage in full, and whether they agree.

A sample district's first night is linked in full. On its second night the stage runs twice, session start left out: as it
does every night, and as `renkou link --full`. Both outcomes must be the same, table by table. A quiet sample night changes
fewer than asked for; so of a share of the persons some records come, go, or stated the name, phone and dwelling of another.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
from pathlib import Path
from typing import cast

import polars as pl

from jobs.context import Context, run_step
from jobs.link_changes import CARRIED
from jobs.pool.nights import Night, Receipt
from jobs.pool.store import Store
from jobs.run import do_mapped, do_step, line
from jobs.sample.make import make_sample
from jobs.sample.server import serve
from jobs.session import spark_session
from jobs.settings import Settings
from jobs.tables import RECORDS, Table

LAST = dt.date(2026, 11, 22)
FIRST = LAST - dt.timedelta(days=1)
STATED = ["name", "name_raw", "name_kind", "phone", "dwelling_id", "address_level", "township"]


def say(text: str) -> None:
    print(text, flush=True)


def prepare(settings: Settings, residents: int, seed: int, changed: float) -> None:
    """The sample, its two nights standardized and moved apart, the first of them linked and sealed."""
    sample = settings.home / "sample"
    make_sample(sample, residents, 2, seed, LAST, 1.0, None, lambda text: None)
    shutil.copy(sample / "sources.yml", settings.sources)
    with serve(sample) as url:
        os.environ["RENKOU_SAMPLE_API"] = url
        for date in (FIRST, LAST):
            say(f"▶ night of {date}")
            do_mapped(settings, date, "extract", lambda text: None)
            made = do_step(settings, date, "standardize")
            say(line(made))
            run_step(settings, Night(settings.nights, date), "standardize", disturb, made=made, share=changed)
            if date == FIRST:
                say(line(do_step(settings, date, "link")))
                night = Night(settings.nights, date)
                night.seal({"tables": night.pins()})


def disturb(context: Context) -> None:
    """Write the night's records again: for a share of the persons one record in three is chosen, and of those chosen a third
    is missing on the first night, a third on the last, and a third states on the first night what the next of them states.
    """
    made = context.options["made"].writes[RECORDS.name]
    records = cast(pl.DataFrame, pl.read_parquet(context.store.files(RECORDS.name, made))).sort("record_id")
    person = pl.coalesce("id_number", "account", "record_id").hash(7) % 1_000_000
    draw = pl.col("record_id").hash(7) % 9
    part = pl.when((person < context.options["share"] * 1_000_000) & (draw < 3)).then(draw)
    records = records.with_columns(part=part)
    if context.date == FIRST:
        other = records.filter(pl.col("part") == 1).with_columns(pl.col(*STATED).shift(-1))
        records = pl.concat([records.filter(pl.col("part").is_null() | (pl.col("part") == 2)), other])
    else:
        records = records.filter(pl.col("part").is_null() | (pl.col("part") != 2))
    context.write_arrow(RECORDS, records.drop("part").to_arrow())


def measure(settings: Settings) -> list[Receipt]:
    """The last night linked as every night, then in full."""
    runs = []
    for full in (False, True):
        runs.append(do_step(settings, LAST, "link", full=full))
        say(line(runs[-1]))
    return runs


def differing(settings: Settings, runs: list[Receipt]) -> list[str]:
    """Names of the tables in which the runs' outcomes differ."""
    return [t.name for t in CARRIED if not _table(settings, t, runs[0]).equals(_table(settings, t, runs[1]))]


def _table(settings: Settings, table: Table, run: Receipt) -> pl.DataFrame:
    files = Store(settings.tables).files(table.name, run.writes[table.name])
    return cast(pl.DataFrame, pl.read_parquet(files)).select(table.schema.names).sort(table.key)


def account(runs: list[Receipt]) -> str:
    """What both runs did, and the ratio of it."""
    night, full = runs
    pairs = [r.notes["pairs_compared"] for r in runs]
    profiles = [r.notes["profiles_compared"] for r in runs]
    changed = night.notes["records_changed"]
    return "\n".join(
        (
            f"records {night.rows_in:,}, changed since the night before {changed:,} ({changed / night.rows_in:.2%})",
            f"{'':<18}{'the night':>14}{'in full':>14}{'ratio':>10}",
            f"{'profiles compared':<18}{profiles[0]:>14,}{profiles[1]:>14,}{profiles[0] / profiles[1]:>10.2%}",
            f"{'pairs compared':<18}{pairs[0]:>14,}{pairs[1]:>14,}{pairs[0] / pairs[1]:>10.2%}",
            f"{'seconds':<18}{night.seconds:>14.1f}{full.seconds:>14.1f}{night.seconds / full.seconds:>10.2%}",
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--changed", type=float, default=0.005, help="share of persons with records that come, go or change")
    parser.add_argument("--home", type=Path, default=Path("var/bench-nightly"))
    parser.add_argument("--keep", action="store_true", help="measure again what an earlier call prepared")
    given = parser.parse_args()
    home = given.home.resolve()
    if not given.keep:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
    os.environ["RENKOU_HOME"] = str(home)
    settings = Settings.from_environment()
    spark_session(settings)
    if not given.keep:
        prepare(settings, given.residents, given.seed, given.changed)
    say(f"▶ link of {LAST}")
    runs = measure(settings)
    say(account(runs))
    other = differing(settings, runs)
    say(f"different: {', '.join(other)}" if other else "all four tables are the same")
    raise SystemExit(1 if other else 0)


if __name__ == "__main__":
    main()
