"""Measures of linkage against a known truth: persons wrongly split and merged, B³, pairs, by stratum.

Every function takes mentions: one row a record with `person` (truth), `resident` (a clustering, any codes) and
boolean columns for strata. A row that stands for nobody (a test row) has a person of its own and `real` false: it
spoils the resident it sits in, but is no person to be found.

Words. A person's *home* is the resident that holds most of his records (the smaller code on a tie). A person is
*wrongly merged* if his home is also another person's home; *wrongly split* if his records lie in more than one
resident; *exactly right* if one resident holds all his records and nothing else. `two_homes` counts the persons, among
the split ones, who make up the majority of more than one resident, and so would be counted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

Figures = dict[str, Any]


def cells(mentions: pl.DataFrame, strata: Sequence[str] = ()) -> pl.DataFrame:
    """person, resident, n records, n_p of the person, n_r of the resident, real, and records of each stratum."""
    counted = mentions.group_by("person", "resident").agg(
        pl.len().cast(pl.Int64).alias("n"), pl.col("real").first(), *(pl.col(s).sum().cast(pl.Int64) for s in strata)
    )
    sums = {"n_p": pl.col("n").sum().over("person"), "n_r": pl.col("n").sum().over("resident")}
    return counted.sort("person", "resident").with_columns(**sums)  # in order: sums of floats must not vary from run to run


def homes(table: pl.DataFrame) -> pl.DataFrame:
    """person, home, and whether another person has the same home; real persons only."""
    major = (
        table.filter("real").sort("n", "resident", descending=[True, False]).unique("person", keep="first", maintain_order=True)
    ).select("person", home="resident")
    return major.with_columns(merged=pl.len().over("home") > 1)


def persons(table: pl.DataFrame, strata: Sequence[str] = ()) -> pl.DataFrame:
    """One row a real person: merged, split, two_homes, exact, and whether he has records in each stratum."""
    owner = table.sort("n", "person", descending=[True, False]).unique("resident", keep="first", maintain_order=True)
    owned = owner.filter("real").group_by("person").agg(owned=pl.len())
    exact = (pl.col("n") == pl.col("n_p")) & (pl.col("n") == pl.col("n_r"))
    flags = [(pl.col(s).sum() > 0).alias(s) for s in strata]
    verdicts = [(pl.len() > 1).alias("split"), exact.any().alias("exact")]
    each = table.filter("real").group_by("person").agg(verdicts + flags)
    whole = each.join(homes(table).select("person", "merged"), on="person").join(owned, on="person", how="left")
    return whole.with_columns(two_homes=(pl.col("owned") > 1).fill_null(False)).drop("owned")


def per_10000(people: pl.DataFrame) -> Figures:
    """Persons wrongly merged and split per 10,000, and the share exactly right."""
    n = len(people)
    counts = {name: int(people[name].sum()) for name in ("merged", "split", "two_homes", "exact")}
    rates = {f"{name}_per_10000": 1e4 * counts[name] / n if n else None for name in ("merged", "split", "two_homes")}
    return {"persons": n, **rates, "exact": counts["exact"] / n if n else None}


def b_cubed(table: pl.DataFrame, stratum: str | None = None) -> Figures:
    """B³ over records: share of a record's resident that is its person, and of its person that is in its resident."""
    weight = pl.col(stratum or "n")
    real = table.filter("real").select(
        w=weight.sum(),
        precision=(weight * pl.col("n") / pl.col("n_r")).sum(),
        recall=(weight * pl.col("n") / pl.col("n_p")).sum(),
    )
    w, precision, recall = (float(v or 0) for v in real.row(0))
    return _with_f(precision / w if w else None, recall / w if w else None) | {"records": int(w or 0)}


def pairwise(table: pl.DataFrame, stratum: str | None = None) -> Figures:
    """Precision and recall over pairs of records, at least one of them in the stratum."""
    part = pl.col(stratum) if stratum else pl.col("n")

    def pairs(by: str | None) -> int:
        grouped = table.group_by(by).agg(pl.col("n").sum(), s=part.sum()) if by else table.select("n", s=part)
        n, rest = pl.col("n"), pl.col("n") - pl.col("s")
        return int(grouped.select((n * (n - 1) // 2 - rest * (rest - 1) // 2).sum()).item() or 0)

    right, found, true = pairs(None), pairs("resident"), pairs("person")
    return _with_f(right / found if found else None, right / true if true else None) | {"pairs": true}


def numberless(mentions: pl.DataFrame) -> Figures:
    """Records without a usable number: how many were found, and how many attachments are right.

    recall: of those whose person also has numbered records, the share lying in the resident that holds most of these.
    precision: of those lying in a resident with numbered records, the share that belongs to the person who has most of these.
    """
    numbered = mentions.filter(~pl.col("no_number")).group_by("person", "resident").agg(n=pl.len())
    home = numbered.sort("n", "resident", descending=[True, False]).unique("person", keep="first", maintain_order=True)
    owner = numbered.sort("n", "person", descending=[True, False]).unique("resident", keep="first", maintain_order=True)
    without = mentions.filter("no_number", "real")
    sought = without.join(home.select("person", home="resident"), on="person")
    attached = without.join(owner.select("resident", owner="person"), on="resident")
    found, right = int((sought["resident"] == sought["home"]).sum()), int((attached["person"] == attached["owner"]).sum())
    return {
        "records": len(without), "sought": len(sought), "attached": len(attached),
        "recall": found / len(sought) if len(sought) else None, "precision": right / len(attached) if len(attached) else None,
    }  # fmt: skip


def hard_cases(cases: pl.DataFrame, people: pl.DataFrame, table: pl.DataFrame) -> list[Figures]:
    """By kind: how many cases, in how many two persons share a home, in how many a person is split.

    `cases`: case, case_id, person. A case counts when all its persons have records.
    """
    known = cases.join(homes(table).select("person", "home"), on="person", how="left").join(
        people.select("person", "split"), on="person", how="left"
    )
    by_case = known.group_by("case", "case_id").agg(
        whole=pl.col("home").is_not_null().all(),
        merged=pl.col("home").drop_nulls().is_duplicated().any(),
        split=pl.col("split").fill_null(False).any(),
    )
    summed = (
        by_case.filter("whole").group_by("case").agg(cases=pl.len(), merged=pl.col("merged").sum(), split=pl.col("split").sum())
    )
    return summed.sort("case").to_dicts()


def _with_f(precision: float | None, recall: float | None) -> Figures:
    f = 2 * precision * recall / (precision + recall) if precision and recall else None
    return {"precision": precision, "recall": recall, "f1": f}
