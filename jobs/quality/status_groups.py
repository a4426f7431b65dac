"""Where the counted population differs from the true one: township by township, and by age and origin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from jobs.residence.days import completed_years

Load = Callable[[str, list[str]], pl.DataFrame]
"""(table, columns) → the night's rows."""

SHARE, PEOPLE = 0.02, 15
"""A township's count is right within this share, or this many people where that is more."""
AGES = ((0, "0–6"), (7, "7–15"), (16, "16–29"), (30, "30–44"), (45, "45–59"), (60, "60+"))
ORIGINS = {
    "LOCAL_HUKOU": "local hukou 本地户籍",
    "CITY_HUKOU": "rest of the city 市内",
    "PROV_HUKOU": "province 省内",
    "OUT_HUKOU": "other provinces 省外",
    "NO_HUKOU": "no hukou 无户口",
    "HKMT": "outside the border 境外",
    "FOREIGN": "outside the border 境外",
}


def judge_night(load: Load, homes: pl.DataFrame, folder: Path, lives: pl.DataFrame) -> dict[str, Any]:
    """`townships` and `groups` of a night. `homes`: person, resident_id; `folder`: the truth's; `lives`: its statuses of the night."""
    residence = load("residence", ["resident_id", "township", "counts_usual", "nature"])
    born = pl.read_parquet(folder / "persons.parquet", columns=["person_id", "birth_date"])
    true = lives.join(born, on="person_id", how="left").select(
        person=pl.col("person_id").cast(pl.Int64), lives_here="counts_usual", age=completed_years("date", "birth_date")
    )
    known = true.join(homes.join(residence, on="resident_id"), on="person")
    return {"townships": townships(residence, lives), "groups": groups(known)}


def townships(residence: pl.DataFrame, lives: pl.DataFrame) -> list[dict[str, Any]]:
    """Usual residents counted and true by township, with the difference allowed. `residence`: township, counts_usual of residents;
    `lives`: the same of true persons on the night."""
    counted = _counted(residence, "usual")
    true = _counted(lives, "usual_true")
    both = true.join(counted, on="township", how="full", coalesce=True).with_columns(pl.col("usual", "usual_true").fill_null(0))
    allowed = pl.max_horizontal(SHARE * pl.col("usual_true"), pl.lit(float(PEOPLE)))
    told = both.with_columns(error=pl.col("usual") - pl.col("usual_true"), allowed=allowed)
    return told.with_columns(within=pl.col("error").abs() <= pl.col("allowed")).sort("township").to_dicts()


def groups(known: pl.DataFrame) -> list[dict[str, Any]]:
    """Wrongly included and excluded, as shares of those who truly live here, by age and origin.

    `known`: age (years), nature, lives_here, counts_usual of persons whom a resident stands for; age or nature may be null."""
    age = pl.lit(None, pl.String)
    for least, name in AGES:
        age = pl.when(pl.col("age") >= least).then(pl.lit(name)).otherwise(age)
    origin = pl.col("nature").replace_strict(ORIGINS, default=None)
    given, lives = pl.col("counts_usual"), pl.col("lives_here")
    told = known.with_columns(age=age, origin=origin).group_by("origin", "age")
    found = told.agg(persons=pl.len(), lives=lives.sum(), included=(given & ~lives).sum(), excluded=(~given & lives).sum())
    share = [(pl.col(n) / pl.col("lives")).alias(f"{n}_share") for n in ("included", "excluded")]
    return found.filter(pl.col("lives") > 0).with_columns(share).sort("origin", "age", nulls_last=True).to_dicts()


def lines(status: dict[str, Any]) -> list[str]:
    """Townships beside one another, then wrongly included and excluded by age and origin, 80 columns wide."""
    places = status["townships"]
    right = sum(row["within"] for row in places)
    head = f"townships within 2 % or {PEOPLE} people of the truth 镇街: {right} of {len(places)}"
    told = [
        head,
        *(f"  {row['township']} {row['usual']:>7,}, truly {row['usual_true']:>7,} ({row['error']:+,})" for row in places),
    ]
    told.append("wrongly included / excluded, of those living here, by origin and age 误计/漏计")
    ages = [name for _, name in AGES]
    told.append(" " * 16 + "".join(f"{age:>10}" for age in ages))
    for origin in dict.fromkeys(ORIGINS.values()):
        cells = {row["age"]: row for row in status["groups"] if row["origin"] == origin}
        if cells:
            each = (cells.get(age) for age in ages)
            told.append(f"{origin.split()[-1]:<14}" + "".join(_shares(row) for row in each))
    return told


def _shares(row: dict[str, Any] | None) -> str:
    """Both shares in percent; a dash where nobody lives."""
    text = f"{100 * row['included_share']:.0f}/{100 * row['excluded_share']:.0f}" if row else "–"
    return f"{text:>10}"


def _counted(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    usual = frame.filter(pl.col("counts_usual") & pl.col("township").is_not_null())
    return usual.group_by("township").agg(pl.len().cast(pl.Int64).alias(name))
