"""Linking tables with the comparing done by Spark's workers: every piece of work is a range of block entries.

The driver encodes the tables once and lays codes, keys and entries into one file of the home folder, which workers map
(so records move once, as integers, and pairs never do). A piece holds about as many pairs as any other, whatever the
blocks' sizes, and leaves counts of agreement patterns, or, as a file, the links above the review threshold. What comes out
equals linking in memory (tests/linkage/test_spark_tables.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.linkage.blocking import CHUNK, Members, Pairs, Reach, pairs_within
from jobs.linkage.blocks import Blocks, Floats, piece, pieces
from jobs.linkage.comparisons import Look, compare, fields_by_text, hashes_asked, look_at, other_fields
from jobs.linkage.encoding import Encoded, Hashes, Index
from jobs.linkage.local import Scored, distinct_links
from jobs.linkage.meetings import Meetings
from jobs.linkage.model import LinkModel
from jobs.linkage.narrow import Narrow
from jobs.linkage.patterns import Patterns, count_patterns, merge_patterns, passes_met, random_pairs
from jobs.linkage.scoring import SCHEMA, Kernel, log_odds
from jobs.linkage.sieve import Sieve
from jobs.linkage.stored import store, stored
from jobs.linkage.vetoes import rule_fields
from jobs.linkage.weights import Weights

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PIECE = 500_000
"""Meetings of one piece of scoring."""
TOGETHER = 32_768
"""Pairs weighed at a time."""
LESSON = 250_000
"""Pairs of one piece of training: all their levels are looked at."""
COMPARED = pa.schema([("pairs", pa.int64())])
COUNTED = pa.schema([("levels", pa.list_(pa.int8())), ("passes", pa.int64()), ("count", pa.float64()), ("random", pa.bool_())])


@dataclass(frozen=True)
class Study:
    """What training needs beside: blocks with all keys, the entries drawn and their weight by pass (jobs/linkage/blocks.py),
    and random pairs."""

    keys: list[Hashes]
    complete: list[Hashes]
    held: Members
    drawn: Reach
    weight: Floats
    random: tuple[Index, Index]


@dataclass(frozen=True)
class Work:
    """What every piece of work needs of the table; `study` only where patterns will be asked for."""

    model: LinkModel
    narrow: Narrow
    meetings: Meetings
    study: Study | None
    looks: dict[str, Look | None]


@dataclass(frozen=True)
class Scoring:
    """What scoring needs beside the work."""

    weights: Weights
    sieve: Sieve
    rare: dict[str, Floats]
    pieces: list[tuple[int, int]]


class SparkTables:
    """One encoded table whose pairs are compared by the workers of a session; they read and write in `folder` too."""

    def __init__(
        self, spark: SparkSession, model: LinkModel, encoded: Encoded, blocks: Blocks, folder: Path, learning: bool = True
    ) -> None:
        """`learning`: whether patterns will be asked for; else nothing is drawn for them."""
        self.spark, self.model, self.encoded, self.folder, self.capped = spark, model, encoded, folder, blocks.capped
        none = np.zeros(0, np.int64)
        drawn, weight = blocks.drawn() if learning else (Reach(none, none), np.zeros(0))
        random = random_pairs(model, encoded) if learning else (none, none)
        looks = {name: look_at(each, encoded) for name, each in model.comparisons.items()}
        for field, transform, length in hashes_asked(model):
            encoded.columns[field].hashes(transform, length)
        meetings = Meetings.of(blocks)
        study = Study(blocks.keys, blocks.complete, _narrowed(blocks.held), _short(drawn), weight, random) if learning else None
        work = Work(model, _narrow(model, encoded), meetings, study, looks)
        self.pieces, self.lessons = meetings.pieces(PIECE), pieces(drawn, LESSON)
        self.draws = len(random[0])
        self.work = store(work, folder / "work")

    def patterns(self) -> tuple[Patterns, Patterns]:
        """Patterns of candidate pairs and of random pairs, for training."""
        starts = range(0, self.draws, LESSON)
        lessons = [(a, b, False) for a, b in self.lessons] + [(a, min(a + LESSON, self.draws), True) for a in starts]
        found = self._run(partial(count_kernel, work=self.work, lessons=lessons), COUNTED, len(lessons))
        return self._gathered(found, False), self._gathered(found, True)

    def _gathered(self, found: pa.Table, random: bool) -> Patterns:
        mine = found.filter(pa.compute.equal(found["random"], random))
        levels = mine["levels"].combine_chunks().flatten().to_numpy().astype(np.int8).reshape(len(mine), -1)
        return merge_patterns(self.model, [Patterns(levels, mine["passes"].to_numpy(), mine["count"].to_numpy())])

    def score(self, weights: Weights) -> Scored:
        """Every candidate pair scored; those worth keeping returned."""
        kernel = Kernel(self.model, weights, self.encoded)
        sieve = kernel.sieve(log_odds(self.model.floor))
        scoring = store(Scoring(weights, sieve, kernel.rare, self.pieces), self.folder / "scoring")
        found = self._run(partial(link_kernel, work=self.work, scoring=scoring), COMPARED, len(self.pieces))
        links = [SCHEMA.empty_table(), *(_left(self.work, number) for number in range(len(self.pieces)))]
        compared = int(pa.compute.sum(found["pairs"]).as_py() or 0)
        return Scored(distinct_links(pa.concat_tables(links)), compared, self.capped)

    def _run(self, kernel: Any, schema: pa.Schema, count: int) -> pa.Table:
        """What the kernel leaves for every piece, one task a piece."""
        from pyspark.sql.pandas.types import from_arrow_schema

        if not count:
            return schema.empty_table()
        numbers = self.spark.range(0, count, 1, count)
        return numbers.mapInArrow(kernel, from_arrow_schema(schema)).toArrow().cast(schema)


def warm_up(spark: SparkSession) -> None:
    """Let the workers start and load what comparing needs, before there is anything to compare."""
    from pyspark.sql.pandas.types import from_arrow_schema

    cores = spark.sparkContext.defaultParallelism if hasattr(spark, "sparkContext") else 1
    spark.range(0, cores, 1, cores).mapInArrow(_nothing, from_arrow_schema(COMPARED)).toArrow()


def _nothing(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """No row; who runs it has loaded this module, and what compute functions need."""
    for _batch in batches:
        yield pa.RecordBatch.from_pylist([], COMPARED)


def count_kernel(batches: Iterable[pa.RecordBatch], work: Path, lessons: list[tuple[int, int, bool]]) -> Iterator[pa.RecordBatch]:
    """Counts of agreement patterns of the numbered lessons (COUNTED)."""
    table: Work = stored(work)
    for number in _numbers(batches):
        start, end, random = lessons[number]
        count = _random if random else _candidates
        yield from _as_table(merge_patterns(table.model, list(count(table, start, end))), random).to_batches()


def _random(table: Work, start: int, end: int) -> Iterator[Patterns]:
    assert table.study is not None
    left, right = (side[start:end] for side in table.study.random)
    levels = _levels(table, left, right)
    yield count_patterns(table.model, levels, np.zeros(len(levels), np.int64), np.ones(len(levels)))


def _candidates(table: Work, start: int, end: int) -> Iterator[Patterns]:
    study = table.study
    assert study is not None
    for pairs in pairs_within(*piece(study.held, study.drawn, start, end), study.complete):
        levels = _levels(table, pairs.left, pairs.right)
        yield count_patterns(table.model, levels, passes_met(study.keys, pairs), study.weight[pairs.pass_])


def _levels(table: Work, left: Index, right: Index) -> npt.NDArray[np.int8]:
    """Level of every comparison for every pair; texts are fetched only for pairs that integers leave open."""
    matrix = np.empty((len(left), len(table.looks)), np.int8)
    whole: tuple[Encoded, Index, Index] | None = None  # all fields of all rows, for comparisons that read more than their own
    for position, (name, look) in enumerate(table.looks.items()):
        comparison = table.model.comparisons[name]
        if look:
            levels, open_ = look.levels(left, right)
            rows, one, other = _local(left[open_], right[open_])
            levels[open_] = compare(comparison, table.narrow.part(rows, [comparison.field]), one, other, glance=False)
        else:
            if whole is None:
                rows, one, other = _local(left, right)
                whole = table.narrow.part(rows, _row_fields(table)), one, other
            levels = compare(comparison, *whole)
        matrix[:, position] = levels
    return matrix


def _local(left: Index, right: Index) -> tuple[Index, Index, Index]:
    """The rows that pairs name, and the pairs by place among them."""
    rows, back = np.unique(np.concatenate([left, right]), return_inverse=True)
    return rows, back[: len(left)], back[len(left) :]


def _as_table(patterns: Patterns, random: bool) -> pa.Table:
    count, width = patterns.levels.shape
    levels = pa.ListArray.from_arrays(np.arange(count + 1, dtype=np.int32) * width, pa.array(patterns.levels.ravel()))
    return pa.table([levels, patterns.passes, patterns.counts, pa.array([random] * count, pa.bool_())], schema=COUNTED)


def link_kernel(batches: Iterable[pa.RecordBatch], work: Path, scoring: Path) -> Iterator[pa.RecordBatch]:
    """How many pairs of the numbered pieces were compared (COMPARED); their links stay behind as files beside the work.

    Links go from worker to driver as they lie in memory: taking them through Java row by row costs as much as comparing. A
    piece that is tried again leaves the same file.
    """
    table: Work = stored(work)
    how: Scoring = stored(scoring)
    for number in _numbers(batches):
        start, end = how.pieces[number]
        kept = []
        pairs = table.meetings.pairs(start, end)
        compared = len(pairs.left)
        for first in range(0, compared, CHUNK):
            some = pairs.part(first, first + CHUNK)
            kept.append(some.at(how.sieve.keep(some.left, some.right)))
        _leave(work, number, _links(table, how, kept))
        yield pa.RecordBatch.from_pydict({"pairs": [compared]}, COMPARED)


def _leave(work: Path, number: int, tables: Iterable[pa.Table]) -> None:
    """Write a piece's links; whole or not at all."""
    file = _beside(work, number)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    with pa.OSFile(str(unfinished), "wb") as out, pa.ipc.new_file(out, SCHEMA) as writer:
        for table in tables:
            writer.write_table(table)
    unfinished.replace(file)


def _left(work: Path, number: int) -> pa.Table:
    """A piece's links, mapped."""
    return pa.ipc.open_file(pa.memory_map(str(_beside(work, number)))).read_all()


def _beside(work: Path, number: int) -> Path:
    return work.with_name(f"links-{number}")


def _links(table: Work, how: Scoring, kept: list[Pairs]) -> Iterator[pa.Table]:
    """Links of pairs that the sieve let through; weighed few at a time, near the processor."""
    if not kept:
        return
    left, right, pass_ = (np.concatenate([getattr(p, n) for p in kept]) for n in ("left", "right", "pass_"))
    levels = _levels(table, left, right)
    rows, left, right = _local(left, right)
    often = {n: values[rows] for n, values in how.rare.items()}
    kernel = Kernel(table.model, how.weights, table.narrow.part(rows, rule_fields(table.model)), often)
    pairs = Pairs(left, right, pass_)
    for start in range(0, len(left), TOGETHER):
        yield kernel.judged(pairs.part(start, start + TOGETHER), levels[start : start + TOGETHER])


def _numbers(batches: Iterable[pa.RecordBatch]) -> Iterator[int]:
    for batch in batches:
        yield from batch.column(0).to_pylist()


def _row_fields(table: Work) -> list[str]:
    """The fields of comparisons that no look decides."""
    names = [n for n, look in table.looks.items() if look is None]
    fields = [table.model.comparisons[n].field for n in names]
    return sorted({*fields, *(f for n in names for f in other_fields(table.model.comparisons[n]))})


def _narrow(model: LinkModel, encoded: Encoded) -> Narrow:
    """The fields that comparisons and rules look at; of most their codes alone."""
    fields = {f for each in model.comparisons.values() for f in (each.field, *other_fields(each))} | set(rule_fields(model))
    valued = fields_by_text(model) | {field for field, _, _ in hashes_asked(model)}
    return Narrow.of(encoded, sorted(fields), frozenset(fields - valued))


def _short(far: Reach) -> Reach:
    return Reach(far.first.astype(np.int32), far.wanted.astype(np.int32))


def _narrowed(held: Members) -> Members:
    return replace(held, row=held.row.astype(np.int32))
