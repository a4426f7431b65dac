"""How soon the statuses follow life: 400 days of a district, decided as of each day from the evidence known by then.

`make bench-residence-days RESIDENTS=20000 SEED=1`: makes a sample of so many nights, takes all its deliveries, links the persons once (on
the last night), and decides everybody on every day from the versions of source rows then delivered. Counted in days from the true
event: arrivals until counted as present, departures until no longer, deaths until known. Events need a follow-up of at least the
demanded days after them; who is never seen counts as infinitely late. A registration or cancellation is whatever 公安 said of it; a hukou
moved out is no cancellation, and its departures stand in a line of their own: the hukou follows its owner by weeks.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import time
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from jobs.context import Context
from jobs.departments.contract import all_contracts
from jobs.evaluate import truth_of
from jobs.pool.nights import Night, Receipt
from jobs.residence import parameters
from jobs.residence.decide import decide
from jobs.residence.inputs import Inputs
from jobs.residents.assemble import PROVISIONAL, assemble
from jobs.run import do_step
from jobs.sample.make import make_sample
from jobs.sample.server import serve
from jobs.settings import Settings
from jobs.tables import RECORDS, TIES
from tests.benchmark import report
from tests.benchmark.residence_nights import LAST, say
from tests.benchmark.versions import Known, deliver, standardized

DEAD = ["91", "92"]
REGISTRATION = ["S01", "S02", "S04"]
CANCELLATION = ["N02"]
HUKOU = ["N01"]
NEAR = 30
"""Days by which a registration or cancellation may be dated before the event it belongs to."""
LATEST = 180
"""Days after the event up to which it may become known and still belong to it."""


class Delay(NamedTuple):
    """A kind of event, what 公安 said of it, and within how many days half of them must be seen."""

    name: str
    kind: str
    said: str | None
    demanded: int


DELAYS = (
    Delay("arrivals with registration", "arrival", "register", 7),
    Delay("arrivals without", "arrival", "nothing", 90),
    Delay("departures with cancellation", "departure", "register", 10),
    Delay("departures with the hukou moved out", "departure", "hukou", 180),
    Delay("departures without either", "departure", "nothing", 180),
    Delay("deaths", "death", None, 10),
)


def events(truth: Path, first: dt.date) -> pl.DataFrame:
    """person_id, kind, date of true arrivals, departures and deaths after the first day up to LAST."""
    stays = pl.read_parquet(truth / "dwellings.parquet").sort("person_id", "from_date")
    here = pl.col("township").is_not_null()
    before, after = here.shift(1).over("person_id"), here.shift(-1).over("person_id")
    arrivals = stays.filter(here & before.not_()).select("person_id", kind=pl.lit("arrival"), date="from_date")
    departures = stays.filter(here & after.not_()).select("person_id", kind=pl.lit("departure"), date="to_date")
    people = pl.read_parquet(truth / "persons.parquet").filter(pl.col("death_date").is_not_null())
    lived = stays.filter(here).select("person_id").unique()
    deaths = people.join(lived, on="person_id", how="semi").select("person_id", kind=pl.lit("death"), date="death_date")
    return pl.concat([arrivals, departures, deaths]).filter(pl.col("date").is_between(first, LAST, closed="right"))


def told(found: pl.DataFrame, signs: pl.DataFrame) -> pl.DataFrame:
    """The events with the day on which 公安 first spoke of it (null where it never did) and what it `said`: register (a registration,
    a cancellation), hukou (moved out), nothing. `signs`: person_id, sign, from_date, day."""
    arrives, sign = pl.col("kind") == "arrival", pl.col("sign")
    registered = pl.when(arrives).then(sign.is_in(REGISTRATION)).otherwise(sign.is_in(CANCELLATION))
    moved_out = ~arrives & sign.is_in(HUKOU)
    said = pl.when(registered).then(pl.lit("register")).when(moved_out).then(pl.lit("hukou"))
    near = pl.col("from_date") >= pl.col("date") - pl.duration(days=NEAR)
    soon = pl.col("day") <= pl.col("date") + pl.duration(days=LATEST)
    spoken = found.join(signs, on="person_id").filter(near & soon).with_columns(said=said).drop_nulls("said")
    days = spoken.group_by("person_id", "kind", "date").agg(
        told=pl.col("day").min(),
        said=pl.when((pl.col("said") == "register").any()).then(pl.lit("register")).otherwise(pl.lit("hukou")),
    )
    return found.join(days, on=["person_id", "kind", "date"], how="left").with_columns(pl.col("said").fill_null("nothing"))


def delays(found: pl.DataFrame, statuses: pl.DataFrame) -> pl.DataFrame:
    """The events with `days` until seen, null for never. `statuses`: person_id, day, present, dead; one row a person and change.

    Left out: arrivals of people already counted as present the day before, departures of people who were not.
    """
    at = statuses.sort("day")
    eve = found.with_columns(eve=pl.col("date") - pl.duration(days=1)).sort("eve")
    known = eve.join_asof(at, left_on="eve", right_on="day", by="person_id").drop("dead", "day")
    was = pl.col("present").fill_null(False)
    fair = pl.when(pl.col("kind") == "arrival").then(~was).when(pl.col("kind") == "departure").then(was).otherwise(True)
    kept = known.filter(fair).drop("present", "eve")
    now = kept.sort("date").join_asof(at, left_on="date", right_on="day", by="person_id")
    later = kept.join(at, on="person_id").filter(pl.col("day") > pl.col("date"))
    every = pl.concat([now.with_columns(day="date"), later.select(now.columns)])
    holds = (
        pl.when(pl.col("kind") == "arrival").then(pl.col("present"))
        .when(pl.col("kind") == "departure").then(~pl.col("present")).otherwise(pl.col("dead"))
    )  # fmt: skip
    seen = every.filter(holds.fill_null(False)).group_by("person_id", "kind", "date").agg(seen=pl.col("day").min())
    return kept.join(seen, on=["person_id", "kind", "date"], how="left").with_columns(
        days=(pl.col("seen") - pl.col("date")).dt.total_days()
    )


def row(delay: Delay, found: pl.DataFrame) -> list[str]:
    """What the table says of a kind of event."""
    mine = pl.col("kind") == delay.kind
    if delay.said is not None:
        mine &= pl.col("said") == delay.said
    followed = pl.col("date") <= LAST - dt.timedelta(delay.demanded)
    days = found.filter(mine & followed)["days"].cast(pl.Float64).fill_null(float("inf"))
    if days.is_empty():
        return [delay.name, "0", f"≤ {delay.demanded}", "–", "–", "–", "–", "NO"]
    half, most = days.median(), days.quantile(0.9, "nearest")
    assert isinstance(half, float)
    since = found.filter(mine & followed & pl.col("told").is_not_null())
    late = (since["days"].cast(pl.Float64).fill_null(float("inf")) - (since["told"] - since["date"]).dt.total_days()).median()
    shown = [_days(half), _days(most), f"{(days < float('inf')).mean():.1%}", _days(late) if since.height else "–"]
    return [delay.name, f"{len(days):,}", f"≤ {delay.demanded}", *shown, "yes" if half <= delay.demanded else "NO"]


def _days(value: Any) -> str:
    return "never" if value is None or value == float("inf") else f"{value:g}"


class District:
    """The persons of the last night, and what the rules make of the evidence of any day before."""

    def __init__(self, settings: Settings, known: Known, truth: Path) -> None:
        context = Context(settings, Night(settings.nights, LAST), Receipt("bench"))
        self.known, self.p = known, parameters.load()
        self.members = pl.DataFrame(context.read_arrow("resident_records", columns=["record_id", "resident_id"]))
        self.double = context.scan("residents").select(*PROVISIONAL).drop_nulls("provisional_of").collect()
        self.groups = {code: contract.group for code, contract in all_contracts().items() if contract.group}
        records = (
            context.scan("records").select("record_id", "dept", "source_table", "source_key", "role", "known_from").collect()
        )
        meant = truth_of(records, pl.read_parquet(truth / "records.parquet")).drop_nulls("person_id")
        self.person_of = meant.select("record_id", "person_id")
        held = meant.join(self.members, on="record_id").group_by("person_id", "resident_id").len()
        self.homes = held.sort("len", "resident_id", descending=[True, False]).unique(
            "person_id", keep="first", maintain_order=True
        )

    def decided(self, day: dt.date) -> pl.DataFrame:
        """resident_id, status_code, counts_usual, counts_present as of a day, by what was known on it."""
        then = {name: frame.lazy() for name, frame in self.known.on(day).items()}
        members = self.members.lazy().join(then["records"].select("record_id"), on="record_id", how="semi")
        people = assemble(then["records"], then["ties"], members, day, self.double).lazy().with_columns(today=pl.lit(day))
        inputs = Inputs(
            people, members, then["records"].select(RECORDS.schema.names), then["signs"], then["ties"].select(TIES.schema.names)
        )
        return decide(inputs, self.p, self.groups).select("resident_id", "status_code", "counts_usual", "counts_present")

    def signs(self) -> pl.DataFrame:
        """person_id, sign, from_date, and the day since which it is known."""
        wide = self.known.wide
        both = pl.concat([wide[kind].select("record_id", "sign", "from_date", day="valid_from") for kind in ("sign", "owned")])
        return both.join(self.person_of, on="record_id").select("person_id", "sign", "from_date", "day").drop_nulls("sign")


def follow(district: District, days: list[dt.date], truth: pl.DataFrame) -> tuple[pl.DataFrame, list[float]]:
    """(person_id, day, present, dead: one row a person and change; each day's error of the count of usual residents)."""
    changes: list[pl.DataFrame] = []
    errors: list[float] = []
    last: pl.DataFrame | None = None
    for number, day in enumerate(days):
        said = district.decided(day)
        now = district.homes.join(said, on="resident_id").select(
            "person_id", present="counts_present", dead=pl.col("status_code").is_in(DEAD)
        )
        new = now if last is None else now.join(last, on=now.columns, how="anti", nulls_equal=True)
        changes.append(new.with_columns(day=pl.lit(day)))
        last = now
        really = truth.filter(pl.col("date") == day)["counts_usual"].sum()
        errors.append(float(said["counts_usual"].fill_null(False).sum()) / float(really) - 1)
        if number % 40 == 0:
            say(f"{day}: {len(said):,} residents, usual residents {errors[-1]:+.2%}")
    return pl.concat(changes), errors


def prepare(out: Path, residents: int, days: list[dt.date], seed: int, settings: Settings) -> None:
    """Sample, all deliveries, every version of every row (below `versions`), and the persons as linked on the last night."""
    shutil.rmtree(out, ignore_errors=True)
    settings.home.mkdir(parents=True)
    started = time.monotonic()
    make_sample(out / "sample", residents, len(days), seed, LAST, 1.0, None, lambda text: None)
    say(f"sample: {time.monotonic() - started:.0f} s")
    shutil.copy(out / "sample" / "sources.yml", settings.sources)
    with serve(out / "sample") as url:
        os.environ["RENKOU_SAMPLE_API"] = url
        versions = deliver(settings, days)
    (out / "versions").mkdir()
    for (dept, table), rows in versions.items():
        rows.write_parquet(out / "versions" / f"{dept}.{table}.parquet")
    say(f"{sum(len(v) for v in versions.values()):,} versions of source rows: {time.monotonic() - started:.0f} s")
    for step in ("standardize", "link", "resolve"):
        do_step(settings, LAST, step)
    say(f"linked: {time.monotonic() - started:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--again", action="store_true", help="decide anew upon what an earlier run prepared")
    args = parser.parse_args()
    out = args.out.resolve()
    os.environ["RENKOU_HOME"] = str(out / "home")
    settings = Settings.from_environment()
    say(report.machine())
    days = [LAST - dt.timedelta(back) for back in range(args.days - 1, -1, -1)]
    if not args.again:
        prepare(out, args.residents, days, args.seed, settings)
    started, truth = time.monotonic(), out / "sample" / "truth"
    versions = {tuple(f.stem.split(".")): pl.read_parquet(f) for f in sorted((out / "versions").glob("*.parquet"))}
    district = District(settings, standardized(versions), truth)
    statuses, errors = follow(district, days, pl.read_parquet(truth / "status.parquet", columns=["date", "counts_usual"]))
    found = delays(told(events(truth, days[0]), district.signs()), statuses)
    say(f"\n{args.residents:,} residents, {args.days} days, seed {args.seed}; decided in {time.monotonic() - started:.0f} s\n")
    header = ["events", "number", "median demanded", "median days", "nine of ten", "seen", "since told", "holds"]
    say(report.as_table(header, [row(delay, found) for delay in DELAYS]))
    found.write_parquet(out / "delays.parquet")
    mean = sum(errors) / len(errors)
    say(f"\nusual residents over all days: mean error {mean:+.2%}, from {min(errors):+.2%} to {max(errors):+.2%}")


if __name__ == "__main__":
    main()
