"""Linking tables on Spark gives what linking in memory gives, and pieces of work cover every pair once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from jobs.link_tables import Workers, link_tables
from jobs.linkage import blocks as cutting
from jobs.linkage import spark_tables
from jobs.linkage.blocking import pairs_within
from jobs.linkage.blocks import blocks_of, piece, pieces
from jobs.linkage.local import encode_tables
from jobs.linkage.model import load_model
from jobs.linkage.narrow import Narrow
from jobs.linkage.patterns import candidate_patterns
from jobs.linkage.stored import store, stored
from tests.benchmark.peers import MODEL
from tests.benchmark.people import people

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def pairs_of(found: object) -> set[tuple[int, int, int]]:
    return {(a, b, p) for c in found for a, b, p in zip(c.left.tolist(), c.right.tolist(), c.pass_.tolist(), strict=True)}  # type: ignore[attr-defined]


def test_pieces_cover_every_pair_once() -> None:
    model = load_model(MODEL)
    blocks = blocks_of(model, encode_tables(model, [people(4_000, 3)[0].to_arrow()]))
    whole = list(pairs_within(blocks.held, blocks.far, blocks.complete))
    cuts = pieces(blocks.far, 500)
    parts = [c for a, b in cuts for c in pairs_within(*piece(blocks.held, blocks.far, a, b), blocks.complete)]
    assert len(cuts) > 5 and pairs_of(whole) == pairs_of(parts)
    assert sum(len(c.left) for c in whole) == sum(len(c.left) for c in parts) == len(pairs_of(whole))


def test_a_drawn_sample_stands_for_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model(MODEL)
    encoded = encode_tables(model, [people(20_000, 3)[0].to_arrow()])
    blocks = blocks_of(model, encoded)
    whole = candidate_patterns(model, encoded, blocks)
    monkeypatch.setattr(cutting, "MOST_PAIRS", 3_000)
    drawn = candidate_patterns(model, encoded, blocks)
    assert drawn.counts.sum() == pytest.approx(whole.counts.sum(), rel=0.1)
    assert (drawn.counts == np.round(drawn.counts)).all() and drawn.counts.max() >= 2  # powers of two
    assert len(drawn.counts) < len(whole.counts)


def test_what_is_stored_is_mapped_again(tmp_path: Path) -> None:
    model = load_model(MODEL)
    encoded = encode_tables(model, [people(500, 3)[0].to_arrow()])
    narrow: Narrow = stored(store(Narrow.of(encoded), tmp_path / "narrow"))
    rows = np.array([3, 7, 400, 7])
    part = narrow.part(rows)
    assert part.ids.to_pylist() == encoded.ids.take(rows).to_pylist()
    for name, column in encoded.columns.items():
        texts = np.append(column.values, None)
        assert np.append(part.columns[name].values, None)[part.columns[name].codes].tolist() == texts[column.codes[rows]].tolist()
    assert not narrow.codes["name"].flags.writeable


@pytest.mark.spark
@pytest.mark.parametrize("piece_size", [1_000_000, 700])
def test_spark_equals_memory(tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch, piece_size: int) -> None:
    monkeypatch.setattr(spark_tables, "PIECE", piece_size)
    people(3_000, 11)[0].sample(fraction=1, shuffle=True, seed=1).write_parquet(tmp_path / "people.parquet")
    one = link_tables(MODEL, [tmp_path / "people.parquet"], tmp_path / "memory")
    workers = Workers(lambda: spark, tmp_path / "scratch")
    other = link_tables(MODEL, [tmp_path / "people.parquet"], tmp_path / "spark", workers)
    assert one == other and one["pairs_compared"] > 1_000
    for table in ("links", "clusters"):
        assert pq.read_table(tmp_path / "memory" / f"{table}.parquet").equals(
            pq.read_table(tmp_path / "spark" / f"{table}.parquet")
        )
    assert (tmp_path / "memory" / "model.json").read_text() == (tmp_path / "spark" / "model.json").read_text()
    assert not any((tmp_path / "scratch").iterdir())  # nothing of the data is left behind
