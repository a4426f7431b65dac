"""How right clusters and pairs are against the truth, without making the pairs one by one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class Quality:
    """Pairs found and true: `false` found but not true, `missed` true but not found."""

    right: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.false)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.false + self.missed)

    @property
    def wrong(self) -> int:
        """Missed and false together."""
        return self.false + self.missed


def of_clusters(clusters: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """Clusters (id, cluster_id) against truth (id, person). An id without a cluster stands alone."""
    both = truth.join(clusters.select("id", "cluster_id"), on="id", how="left", validate="1:1")
    right = _pairs(both, ["cluster_id", "person"])
    return Quality(right, _pairs(both, ["cluster_id"]) - right, _pairs(both, ["person"]) - right)


def of_pairs(links: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """Pairs (left, right), each once, against truth."""
    right = _with_persons(links, truth).filter(_SAME).height
    return Quality(right, links.height - right, _pairs(truth, ["person"]) - right)


def of_best_cut(links: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """The best any cut of these scores could have given, the truth known: what the scores are worth apart from the cut."""
    known = (
        _with_persons(links, truth)
        .group_by("probability")
        .agg(same=_SAME.sum(), all=pl.len())
        .sort("probability", descending=True)
    )
    every = _pairs(truth, ["person"])
    cuts = known.select(right=pl.col("same").cast(pl.Int64).cum_sum(), found=pl.col("all").cast(pl.Int64).cum_sum())
    best = cuts.sort(2 * pl.col("right") / (pl.col("found") + every), descending=True).head(1).rows()
    right, found = best[0] if best else (0, 0)
    return Quality(right, found - right, every - right)


@dataclass(frozen=True)
class Judged:
    """What an engine left: pairs at its cut, pairs at the best cut, clusters."""

    pairs: Quality
    best: Quality
    clusters: Quality


def judge(out: Path, cut: float, truth: pl.DataFrame) -> Judged:
    """Read an engine's folder and compare it with the truth."""
    links = pl.read_parquet(out / "pairs.parquet")
    pairs = of_pairs(links.filter(pl.col("probability") >= cut), truth)
    return Judged(pairs, of_best_cut(links, truth), of_clusters(pl.read_parquet(out / "clusters.parquet"), truth))


_SAME = pl.col("left_person") == pl.col("right_person")


def _with_persons(links: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    for side in ("left", "right"):
        person = truth.select(pl.col("id").alias(side), pl.col("person").alias(f"{side}_person"))
        links = links.join(person, on=side, how="inner", validate="m:1")
    return links


def _pairs(table: pl.DataFrame, by: list[str]) -> int:
    size = table.drop_nulls(by).group_by(by).len()["len"].cast(pl.Int64)
    return int((size * (size - 1) // 2).sum())
