"""Whether the published confidence is what it says: of the people with a confidence of 0.9, are nine of ten statuses right?

Against the truth of a sample (`renkou evaluate`): by band, by age group and origin, with the expected calibration error (the mean
distance of what was said and what was right, over tenths) and the Brier score. Against later grid visits: night_calibration.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from jobs.quality.status import SAME_LIFE
from jobs.residence.days import completed_years

BANDS = ("high", "medium", "low", "none")
AGES = ((0, "0–6"), (7, "7–15"), (16, "16–59"), (60, "60+"))
ORIGINS = {
    "LOCAL_HUKOU": "local 本地", "CITY_HUKOU": "province 省内", "PROV_HUKOU": "province 省内", "OUT_HUKOU": "elsewhere 省外",
    "NO_HUKOU": "no hukou 无户口", "HKMT": "abroad 境外", "FOREIGN": "abroad 境外",
}  # fmt: skip
ENOUGH = 200
"""People of a group from which on its distance is told as one that counts."""


def rightly() -> pl.Expr:
    """Whether `status_code` is the `true` one; codes that describe evidence are judged as the lives they are about."""
    return pl.col("status_code").replace(SAME_LIFE) == pl.col("true").replace(SAME_LIFE)


def age_group(birth: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Completed years by AGES; without a birth date "?"."""
    years = completed_years(day, birth)
    group = pl.lit("?")
    for least, name in AGES:
        group = pl.when(years >= least).then(pl.lit(name)).otherwise(group)
    return group


def judge_night(load: Callable[[str, list[str]], pl.DataFrame], homes: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Any]:
    """`judge` of a night's tables; `load` reads columns of one."""
    told = load("residence", ["resident_id", "status_code", "nature", "confidence", "band", "evidence_score"])
    told = told.drop_nulls("evidence_score")  # a night from before the calibration kept the score as confidence
    return judge(told.join(load("residents", ["resident_id", "birth_date"]), on="resident_id"), homes, truth)


def judge(told: pl.DataFrame, homes: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Any]:
    """Figures of one night over persons with records and a true status.

    `told`: resident_id, status_code, nature, confidence, band, birth_date. `homes`: person, resident_id. `truth`: person_id,
    status_code, date of one night.
    """
    true = truth.select("date", person=pl.col("person_id").cast(pl.Int64), true=pl.col("status_code").cast(pl.String))
    both = true.join(homes, on="person").join(told, on="resident_id").drop_nulls("confidence")
    both = both.with_columns(
        right=rightly(),
        age=age_group(pl.col("birth_date"), pl.col("date")),
        origin=pl.col("nature").replace_strict(ORIGINS, default="?"),
    )
    bands = _groups(both, "band")
    enough = [abs(b["said"] - b["right"]) for b in bands if b["persons"] >= ENOUGH]
    return {
        "persons": len(both), "bands": sorted(bands, key=lambda b: BANDS.index(b["band"])),
        "largest_distance": max(enough, default=None), **_errors(both), "groups": _groups(both, "age", "origin"),
    }  # fmt: skip


def _groups(both: pl.DataFrame, *by: str) -> list[dict[str, Any]]:
    figures = both.group_by(by).agg(persons=pl.len(), said=pl.col("confidence").mean(), right=pl.col("right").mean())
    return figures.sort(by).to_dicts()


def _errors(both: pl.DataFrame) -> dict[str, float | None]:
    """`brier_of_one`: the Brier score when everybody gets the same confidence, the share that is right."""
    if both.is_empty():
        return {"expected_error": None, "brier": None, "brier_of_one": None}
    right = pl.col("right").cast(pl.Float64)
    tenths = both.with_columns(tenth=(pl.col("confidence") * 10).floor().clip(0, 9)).group_by("tenth")
    apart = tenths.agg(n=pl.len(), off=(pl.col("confidence").mean() - right.mean()).abs())
    brier, one = both.select(
        ((pl.col("confidence") - right) ** 2).mean().alias("a"), (right.mean() * (1 - right.mean())).alias("b")
    ).row(0)
    return {"expected_error": float((apart["n"] * apart["off"]).sum() / len(both)), "brier": brier, "brier_of_one": one}


def _chance(group: dict[str, Any]) -> float:
    """How far the share that is right may lie off by chance, 95 %."""
    return float(1.96 * (group["right"] * (1 - group["right"]) / group["persons"]) ** 0.5)


def lines(found: dict[str, Any]) -> list[str]:
    """The figures as people read them."""
    if not found["persons"]:
        return ["Confidence 置信度: none was published on this night"]
    bands = [
        f"  {b['band']:<7} said 预测 {b['said']:.3f}, right 实际 {b['right']:.3f} ± {_chance(b):.3f} ({b['persons']:,})"
        for b in found["bands"]
    ]
    apart = sorted(
        (g for g in found["groups"] if g["persons"] >= ENOUGH), key=lambda g: -abs(g["said"] - g["right"])
    )[:3]  # fmt: skip
    named = [f"{g['age']} {g['origin']} {g['said']:.3f} → {g['right']:.3f} ({g['persons']:,})" for g in apart]
    return [
        f"Confidence of the status 状态置信度: expected error 期望偏差 {found['expected_error']:.4f}, Brier {found['brier']:.4f} "
        f"(one figure for all 同一值 {found['brier_of_one']:.4f})",
        *bands,
        *([f"  age × origin furthest off 年龄×来源偏差最大: {'; '.join(named)}"] if named else []),
    ]
