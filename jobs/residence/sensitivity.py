"""How far the number of usual residents moves when one number of the parameters moves: the night decided again, in memory.

The night's evidence is split once; every moved number decides it anew, for all residents or for whole families drawn from them.
Signs that follow from other people's are made from all evidence before families are drawn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from jobs.residence.decide import family_pass, first_pass, last_pass
from jobs.residence.derived import ticked
from jobs.residence.hysteresis import HELD, Tonight, kept_back
from jobs.residence.inputs import Inputs
from jobs.residence.moved_parameters import Move, moved
from jobs.residence.parameters import Parameters
from jobs.residence.split import Bucket, bucket, buckets_for, guardian_pairs, split

WAITING = ("days.hysteresis", "days.hysteresis_search")
"""Parameters of R-11: they move nothing but whose change waits."""
Z95 = 1.96
NONE_SEEN = 3.0
"""Where none of many is touched, fewer than three of as many are, with 95 % certainty."""


class Ground(NamedTuple):
    """Evidence below a folder, in so many buckets, and the listed guardians (child, parent)."""

    folder: Path
    buckets: int
    guardians: pl.DataFrame


class Law(NamedTuple):
    """The parameters in force, and departments that copy one another; `waits`: with what R-11 holds back, as published."""

    p: Parameters
    groups: Mapping[str, str]
    waits: bool = False


class Effect(NamedTuple):
    """What a moved number does to the count of usual residents: persons more, and the sampling error of that (95 %, ±)."""

    value: float
    persons: float
    error: float


class Moved(NamedTuple):
    """A number with its two effects; None where it cannot be moved that way."""

    move: Move
    down: Effect | None
    up: Effect | None

    @property
    def most(self) -> float:
        """Persons of the larger effect."""
        return max(abs(e.persons) for e in (self.down, self.up, Effect(0, 0, 0)) if e)


def ground(inputs: Inputs, p: Parameters, folder: Path, people: pl.DataFrame) -> Ground:
    """The night's evidence as the rules read it, of these people (resident_id) alone."""
    whole, few = folder / "whole", folder / "few"
    buckets = buckets_for(int(inputs.signs.select(pl.len()).collect().item()))
    split(inputs, p, whole, buckets)
    guardians = guardian_pairs(inputs)
    if len(people) == inputs.residents.select(pl.len()).collect().item():
        return Ground(whole, buckets, guardians)
    parts = [_only(bucket(whole, number), people) for number in range(buckets)]
    for name, frames in zip(Bucket._fields, zip(*parts, strict=True), strict=True):
        rows = pl.concat(frames)
        (few / name / "bucket=0").mkdir(parents=True)
        rows.write_parquet(few / name / "bucket=0" / "part.parquet", compression="lz4")
        rows.clear().write_parquet(few / f"{name}.parquet")
    return Ground(few, 1, guardians.join(people.select(child="resident_id"), on="child", how="semi"))


def _only(part: Bucket, people: pl.DataFrame) -> Bucket:
    records = part.records.join(people, on="resident_id", how="semi")
    signs = part.signs.join(records.select("record_id"), on="record_id", how="semi")
    return Bucket(part.residents.join(people, on="resident_id", how="semi"), records, signs)


def counted(on: Ground, law: Law) -> pl.DataFrame:
    """(resident_id, usual) of everybody on the ground: who counts as a usual resident by these parameters."""
    p = law.p
    narrow = pl.concat([first_pass(on.folder, number, p, law.groups) for number in range(on.buckets)])
    family_pass(on.folder, narrow, on.guardians, p, on.buckets)
    held = pl.DataFrame(schema=HELD)
    if law.waits:
        held = kept_back(Tonight(on.folder, on.buckets), narrow, on.guardians, p, law.groups)
    rows = [last_pass(on.folder, number, held, p) for number in range(on.buckets)]
    return pl.concat([r.select("resident_id", usual="counts_usual") for r in rows]).sort("resident_id")


def effects(inputs: Inputs, law: Law, sample: tuple[pl.DataFrame, int], asked: list[Move], folder: Path) -> Iterator[Moved]:
    """What every number asked for moves, one after the other. `sample`: the people decided, with their `family` (families.GROUPED), and
    how many residents there are in all; the folder is empty."""
    people, everybody = sample
    base = ground(inputs, law.p, folder / "base", people)
    before: dict[bool, pl.DataFrame] = {}
    for move in asked:
        waits = law.waits or move.name in WAITING
        if waits not in before:
            before[waits] = counted(base, law._replace(waits=waits))

        def effect(value: float | None, move: Move = move, waits: bool = waits) -> Effect | None:
            if value is None:
                return None
            other = Law(moved(law.p, move.name, value), law.groups, waits)
            on = base
            if move.name.startswith("bulk_visits.") and _ticked(inputs, other.p) != _ticked(inputs, law.p):
                on = ground(inputs, other.p, folder / f"{move.name}-{value}", people)  # other visits are believed
            return Effect(value, *change(before[waits], counted(on, other), people, everybody))

        yield Moved(move, effect(move.low), effect(move.high))


def _ticked(inputs: Inputs, p: Parameters) -> list[dt.date]:
    return sorted(ticked(inputs.signs, p)["from_date"].to_list())


def change(before: pl.DataFrame, after: pl.DataFrame, people: pl.DataFrame, everybody: int) -> tuple[float, float]:
    """Persons more, of everybody, and the sampling error of that: half of its 95 % interval.

    Families are drawn whole, so they are what varies: a ratio of persons changed to persons drawn, over families. All decided: no error.
    """
    both = before.join(after, on="resident_id", suffix="_after").join(people, on="resident_id")
    more = pl.col("usual_after").cast(pl.Int64) - pl.col("usual").cast(pl.Int64)
    by_family = both.group_by("family").agg(more=more.sum(), people=pl.len())
    drawn, times = len(both), everybody / max(len(both), 1)
    total = float(by_family["more"].sum())
    rest = 1.0 - drawn / max(everybody, 1)
    if not (by_family["more"] != 0).any():
        return 0.0, NONE_SEEN * times * rest
    off = by_family["more"] - total / drawn * by_family["people"]
    number = len(by_family)
    spread = float((off * off).sum()) * number / max(number - 1, 1)
    return total * times, Z95 * times * float((spread * rest) ** 0.5)
