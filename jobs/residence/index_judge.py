"""The residency index against the truth: how well it tells who lives here, beside the rules, and what its doubts are worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl


def judge_night(load: Callable[[str, list[str]], pl.DataFrame], homes: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Any]:
    """`judge` of a night's tables; `load` reads columns of one."""
    told = load("residency_index", ["resident_id", "residency_index", "resident_by_index", "doubt"])
    return judge(told.join(load("residence", ["resident_id", "counts_present"]), on="resident_id"), homes, truth)


def judge(told: pl.DataFrame, homes: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Any]:
    """Figures of one night over persons with records and a true status.

    `told`: resident_id, residency_index, resident_by_index, doubt, counts_present. `homes`: person, resident_id. `truth`:
    person_id, counts_present of one night. A doubt is right when the rules are wrong about that person's presence.
    """
    true = truth.select(person=pl.col("person_id").cast(pl.Int64), lives="counts_present")
    both = true.join(homes, on="person").join(told, on="resident_id")
    rules = pl.col("counts_present") == pl.col("lives")
    index = pl.col("resident_by_index") == pl.col("lives")
    agree = both.filter(pl.col("counts_present") == pl.col("resident_by_index"))
    doubts = both.drop_nulls("doubt").group_by("doubt").agg(persons=pl.len(), rules_wrong=(~rules).mean()).sort("doubt")
    return {
        "persons": len(both),
        "auc": auc(both["residency_index"], both["lives"]),
        "rules_right": both.select(rules.mean()).item(),
        "index_right": both.select(index.mean()).item(),
        "both_right": both.select((rules & index).mean()).item(),
        "either_right": both.select((rules | index).mean()).item(),
        "agree": len(agree) / len(both) if len(both) else None,
        "right_where_they_agree": agree.select(rules.mean()).item(),
        "doubts": doubts.to_dicts(),
    }


def auc(score: pl.Series, true: pl.Series) -> float | None:
    """Chance that a resident's index is above a non-resident's, ties halved; None when there are none of either."""
    ranks = score.rank("average")
    yes = int(true.sum())
    no = len(true) - yes
    if not (yes and no):
        return None
    return (float(ranks.filter(true).sum()) - yes * (yes + 1) / 2) / (yes * no)


def lines(found: dict[str, Any]) -> list[str]:
    """The figures as people read them."""
    doubts = [
        f"  {row['doubt']}: {row['persons']:,} on the list, rules wrong 规则有误 {row['rules_wrong']:.3f}"
        for row in found["doubts"]
    ]
    return [
        f"Residency index 居住指数: AUC {found['auc']:.4f} of living here, {found['persons']:,} persons",
        f"  right 正确: rules {found['rules_right']:.4f}, index {found['index_right']:.4f}, both {found['both_right']:.4f}, "
        f"either {found['either_right']:.4f}",
        f"  they agree on {found['agree']:.4f}; right there {found['right_where_they_agree']:.4f}",
        *doubts,
    ]
