"""From signs to one status a resident: own facts bucket by bucket, then relatives on a few columns of all, then
what R-11 holds back, then what is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import polars as pl

from jobs.residence.children import NARROW, relatives
from jobs.residence.hysteresis import Tonight, kept_back
from jobs.residence.inputs import Inputs
from jobs.residence.own import own_facts
from jobs.residence.parameters import Parameters
from jobs.residence.published import published
from jobs.residence.split import bucket, bucket_of, guardian_pairs, split


def decide(inputs: Inputs, p: Parameters, groups: Mapping[str, str], buckets: int = 1) -> pl.DataFrame:
    """Rows of RESIDENCE beside the facts they rest on, all in memory. `groups` maps departments that copy one another to one word."""
    with TemporaryDirectory(prefix="residence-") as folder:
        return pl.concat(decided(inputs, p, groups, Path(folder), buckets))


def decided(inputs: Inputs, p: Parameters, groups: Mapping[str, str], folder: Path, buckets: int) -> Iterator[pl.DataFrame]:
    """The rows of every bucket, one after the other; what waits in between is written below the folder."""
    split(inputs, p, folder, buckets)
    narrow = pl.concat([first_pass(folder, number, p, groups) for number in range(buckets)])
    guardians = guardian_pairs(inputs)
    family_pass(folder, narrow, guardians, p, buckets)
    held = kept_back(Tonight(folder, buckets), narrow, guardians, p, groups)
    yield from (last_pass(folder, number, held, p) for number in range(buckets))


def first_pass(folder: Path, number: int, p: Parameters, groups: Mapping[str, str]) -> pl.DataFrame:
    """Leave the own facts of a bucket below the folder; returns what relatives read of them."""
    facts = own_facts(bucket(folder, number), p, groups)
    _leave(facts, folder / f"facts-{number}.parquet")
    return facts.select(NARROW)


def family_pass(folder: Path, narrow: pl.DataFrame, guardians: pl.DataFrame, p: Parameters, buckets: int) -> None:
    """Leave what follows from relatives below the folder, a file a bucket."""
    family = relatives(narrow, guardians, p).with_columns(bucket=bucket_of(buckets))
    for number in range(buckets):
        _leave(family.filter(pl.col("bucket") == number).drop("bucket"), folder / f"family-{number}.parquet")


def last_pass(folder: Path, number: int, held: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """The published rows of a bucket; `held` is what R-11 keeps of anybody (hysteresis.HELD)."""
    facts, family = (pl.read_parquet(folder / f"{name}-{number}.parquet") for name in ("facts", "family"))
    return published(facts.join(family, on="resident_id"), held, p)


def _leave(rows: pl.DataFrame, file: Path) -> None:
    """Write whole or not at all: a worker may be started twice."""
    part = file.with_suffix(f".{uuid4().hex}")
    rows.write_parquet(part, compression="lz4")
    part.rename(file)
