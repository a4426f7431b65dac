"""Households against the truth: for how many people present are the others they live with exactly right (`renkou evaluate`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl


def judge_night(
    load: Callable[[str, list[str]], pl.DataFrame], homes: pl.DataFrame, folder: Path, date: dt.date
) -> dict[str, Any]:
    """`judge` of a night's tables (`load` reads columns of one) against the truth in `folder`; `homes` as there."""
    members = load("household_members", ["resident_id", "household_id"])
    told = load("households", ["household_id", "aged_alone", "confidence"]).rename({"confidence": "household_confidence"})
    return judge(members.join(told, on="household_id"), homes, lives(folder, date))


def judge(members: pl.DataFrame, homes: pl.DataFrame, lives: pl.DataFrame, aged: int = 80) -> dict[str, Any]:
    """Figures of one night.

    `members`: resident_id, household_id, household_confidence, aged_alone. `homes`: person, resident_id (the resident that stands for
    the person). `lives`: person, home (any value: one true household at one dwelling), place (the dwelling), age, of everybody
    truly present. A true household holds persons whom no resident stands for too, so it cannot be got right without them.
    """
    true = lives.join(homes, on="person", how="left").with_columns(
        who=pl.coalesce("resident_id", pl.lit("nobody ") + pl.col("person").cast(pl.String))
    )
    wanted = true.group_by("home").agg(wanted=pl.col("who").sort())
    given = members.group_by("household_id").agg(given=pl.col("resident_id").sort())
    joined = true.join(wanted, on="home").join(members.join(given, on="household_id"), on="resident_id", how="left")
    right = (pl.col("wanted") == pl.col("given")).fill_null(False)
    judged = joined.with_columns(right=right, size=pl.col("wanted").list.len())
    found = judged.filter(pl.col("household_id").is_not_null())
    return {
        "persons": len(judged), "in_households": len(found),
        "members_right": judged["right"].mean(), "members_right_of_found": found["right"].mean(),
        "by_size": judged.group_by(size=pl.col("size").clip(1, 6)).agg(persons=pl.len(), right=pl.col("right").mean())
        .sort("size").to_dicts(),
        "confidence": _reliability(members, judged), "aged_alone": _aged_alone(judged, members, aged),
    }  # fmt: skip


def _reliability(members: pl.DataFrame, judged: pl.DataFrame) -> list[dict[str, Any]]:
    """Per tenth of the households' confidence: what was said, and the share of households that are exactly right."""
    told = members.group_by("household_id").agg(said=pl.col("household_confidence").first())
    true = judged.group_by("household_id").agg(right=pl.col("right").all())
    both = told.join(true, on="household_id", how="left").with_columns(pl.col("right").fill_null(False))
    band = (pl.col("said") * 10).floor() / 10
    bands = both.group_by(band=band).agg(households=pl.len(), said=pl.col("said").mean(), right=pl.col("right").mean())
    return bands.sort("band").to_dicts()


def _aged_alone(judged: pl.DataFrame, members: pl.DataFrame, aged: int) -> dict[str, Any]:
    """Households of one aged 80 or more: how many truly, how many of these are said, how many said are so."""
    true = judged.filter((pl.len().over("place") == 1) & (pl.col("age") >= aged))
    said = members.filter("aged_alone")
    both = true.join(said, on="resident_id", how="semi").height
    return {
        "true": true.height, "said": said.height,
        "recall": both / true.height if true.height else None, "precision": both / said.height if said.height else None,
    }  # fmt: skip


def lives(folder: Path, date: dt.date) -> pl.DataFrame:
    """Everybody truly present on the date, as `judge` wants them, from the sample's truth: one household at one dwelling."""
    stays = pl.scan_parquet(folder / "dwellings.parquet").filter(
        (pl.col("from_date") <= date)
        & (pl.col("to_date").is_null() | (pl.col("to_date") > date))
        & pl.col("dwelling_id").is_not_null()
    )
    born = pl.scan_parquet(folder / "persons.parquet").select("person_id", "birth_date")
    here = pl.scan_parquet(folder / "status.parquet").filter((pl.col("date") == date) & pl.col("counts_present"))
    before = pl.col("birth_date").dt.to_string("%m%d") > date.strftime("%m%d")
    return (
        here.select("person_id").join(stays, on="person_id").join(born, on="person_id")
        .select(
            person=pl.col("person_id").cast(pl.Int64), home=pl.concat_str("household_id", "dwelling_id", separator="|"),
            place="dwelling_id", age=date.year - pl.col("birth_date").dt.year() - before.cast(pl.Int32),
        )
        .sort("person")
        .collect()
    )  # fmt: skip


def lines(found: dict[str, Any]) -> list[str]:
    """The figures as people read them."""
    alone = found["aged_alone"]
    sizes = "  ".join(f"{row['size']}{'+' if row['size'] == 6 else ''}: {row['right']:.3f}" for row in found["by_size"])
    bands = "  ".join(f"{row['said']:.2f} → {row['right']:.2f} ({row['households']:,})" for row in found["confidence"])
    return [
        f"Households 户: {found['persons']:,} persons present, {found['in_households']:,} of them in a household",
        f"  with exactly the right others 同户者全对 {found['members_right']:.3f}, of those in one {found['members_right_of_found']:.3f}",
        f"  by true size 按人数  {sizes}",
        f"  confidence → exactly right 可信度与实际  {bands}",
        f"  aged 80+ alone 独居高龄: {alone['true']} truly, {alone['said']} said",
    ]
