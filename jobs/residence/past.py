"""Everybody's own facts on earlier dates, from tonight's evidence: only where and as often as they moved (moves.py).

Tonight's evidence is what is known tonight: a sign counts on every date since its own first day, whenever it was told; signs
that follow from other people's, open cards and what was decided by hand stand as tonight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from jobs.residence.days import between, earlier
from jobs.residence.moves import near_for_home, near_for_kin
from jobs.residence.own import own_facts
from jobs.residence.parameters import Parameters
from jobs.residence.split import SIGNS_EACH, Bucket, bucket

TOLD_ONLY = ("who", "gaps", "positive", "negative", "without_strongest")
"""Facts that no rule reads."""


def facts_before(folder: Path, asked: pl.DataFrame, depth: int, law: tuple[Parameters, Mapping[str, str], int]) -> pl.DataFrame:
    """Facts of residents so many days `back`, and of every date before, at most `depth` days, up to which they hold: those of the
    greatest `back` that is not greater than a date's are the date's. `asked`: resident_id, back, daily (they hold one day)."""
    p, groups, buckets = law
    parts = []
    for part in _chunks(folder, asked.select("resident_id"), buckets):
        pairs = asked.join(part.residents.select("resident_id"), on="resident_id", how="semi")
        while pairs.height:
            facts = _restored(own_facts(as_of(part, pairs), p, groups))
            told = facts.join(pairs.select("resident_id", "daily"), on="resident_id")
            parts.append(told.drop("daily"))
            holds = pl.min_horizontal(between("today", "moved"), pl.lit(p.days.hysteresis - 1))  # longer, and scores have faded
            further = pl.when(pl.col("daily") | near_for_kin(p) | near_for_home(p)).then(0).otherwise(holds) + 1
            pairs = told.select("resident_id", "daily", back=pl.col("back") + further).filter(pl.col("back") <= depth)
    return pl.concat(parts) if parts else pl.DataFrame(schema={"resident_id": pl.String, "back": pl.Int32})


def _chunks(folder: Path, wanted: pl.DataFrame, buckets: int) -> Iterator[Bucket]:
    """The residents asked for, with all their evidence, as many at a time as fit into memory."""
    held: list[Bucket] = []
    for number in range(buckets):
        held.append(_only(bucket(folder, number), wanted))
        if sum(part.signs.height for part in held) >= SIGNS_EACH // 2:
            yield _together(held)
            held = []
    if held:
        yield _together(held)


def _together(parts: list[Bucket]) -> Bucket:
    return Bucket(*(pl.concat(frames) for frames in zip(*parts, strict=True)))


def _only(part: Bucket, wanted: pl.DataFrame) -> Bucket:
    residents = part.residents.join(wanted, on="resident_id", how="semi")
    records = part.records.join(wanted, on="resident_id", how="semi")
    return Bucket(residents, records, part.signs.join(records.select("record_id"), on="record_id", how="semi"))


def as_of(part: Bucket, pairs: pl.DataFrame) -> Bucket:
    """The residents as of so many days back (resident_id, back), a pseudo-resident each; ids keep their order within a date."""
    who = part.residents.join(pairs.select("resident_id", "back"), on="resident_id")
    number = pl.concat_str(pl.lit(" "), pl.col("back").cast(pl.String))
    dated = who.select("resident_id", "back", tonight="today")
    records = part.records.join(dated, on="resident_id")
    signs = part.signs.join(records.select("record_id", "back", "tonight"), on="record_id")
    known = signs.filter(pl.col("known_from") <= pl.col("tonight"))
    return Bucket(
        who.with_columns(today=earlier("today", pl.col("back")), resident_id=pl.col("resident_id") + number).drop("back"),
        records.with_columns(pl.col("resident_id") + number, pl.col("record_id") + number).drop("back", "tonight"),
        known.with_columns(pl.col("record_id") + number, known_from="from_date").drop("back", "tonight"),
    )


def _restored(facts: pl.DataFrame) -> pl.DataFrame:
    """Facts under the residents' ids again, with `back`."""
    named = pl.col("resident_id")
    back = named.str.extract(r" (\d+)$").cast(pl.Int32)
    return facts.drop(TOLD_ONLY).with_columns(back=back, resident_id=named.str.replace(r" \d+$", ""))
