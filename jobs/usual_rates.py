"""`renkou usual-rates`: measure on a sample how many residents of each status and band of confidence truly live here.

The interval of the total (jobs/quality/total.py) rests on these rates. Measure again when the rules change, on samples of several
seeds, others than the confidence was calibrated on: each adds its own figures to the file. In real use verified households take
the sample's place.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from jobs.context import Context
from jobs.errors import UserError
from jobs.evaluate import ORIGIN, truth_of
from jobs.pool.nights import Night, Receipt

if TYPE_CHECKING:
    from jobs.settings import Settings

TOLD = ["resident_id", "status_code", "band", "township", "counts_usual", "rule_version"]
HEAD = """# Residents by status code and band of confidence, and how many of them truly are usual residents: [residents, usual], one entry a
# sample whose truth is known. `misplaced`: usual residents rightly counted, and how many of them in another township. `unseen`:
# persons who truly live here, and how many of them no resident stands for.
# Written by: renkou usual-rates
"""


def usual_rates(settings: Settings, night: Night, truth: Path, out: Path) -> dict[str, Any]:
    """Measure one night against its sample's truth, add it to the file and return it."""
    folder = truth / "truth" if (truth / "truth").is_dir() else truth
    if not (folder / "status.parquet").exists():
        raise UserError("There is no truth in that folder.", "Give the folder that `renkou sample` wrote.")
    context = Context(settings, night, Receipt("usual-rates"))
    lives = pl.read_parquet(folder / "status.parquet").filter(pl.col("date") == night.date)
    people = homes(context, folder, lives)
    status = table(context, "residence", TOLD).join(single(context), on="resident_id", how="semi")
    judged = status.join(_truly(people), on="resident_id")
    usual = lives.filter("counts_usual")["person_id"]
    sample = {
        "rules": status["rule_version"][0], "cells": _cells(judged), "misplaced": _misplaced(judged),
        "unseen": [len(usual), len(usual) - int(people["counts_usual"].sum())],
    }  # fmt: skip
    known = yaml.safe_load(out.read_text(encoding="utf-8")) if out.exists() else {"samples": []}
    known["samples"].append(sample)
    out.write_text(HEAD + yaml.safe_dump(known, allow_unicode=True, default_flow_style=None, width=120), encoding="utf-8")
    return sample


def table(context: Context, name: str, columns: list[str]) -> pl.DataFrame:
    """Columns of a table of the night."""
    frame = pl.from_arrow(context.read_arrow(name, columns=columns))
    assert isinstance(frame, pl.DataFrame)
    return frame


def single(context: Context) -> pl.DataFrame:
    """Residents that are not left out of every count."""
    return table(context, "residents", ["resident_id", "not_counted"]).filter(pl.col("not_counted").is_null())


def homes(context: Context, folder: Path, lives: pl.DataFrame) -> pl.DataFrame:
    """person_id, resident_id, counts_usual, place: the resident with most of the person's records, one person a resident."""
    records = table(context, "records", ["record_id", *ORIGIN, "known_from"])
    meant = truth_of(records, pl.read_parquet(folder / "records.parquet"))
    whose = table(context, "resident_records", ["record_id", "resident_id"]).join(meant, on="record_id")
    sizes = whose.drop_nulls("person_id").group_by("person_id", "resident_id").len()
    ordered = sizes.sort("person_id", "len", "resident_id", descending=[False, True, False])
    best = ordered.unique("person_id", keep="first", maintain_order=True).sort("len", "person_id", descending=[True, False])
    alone = best.unique("resident_id", keep="first", maintain_order=True)
    people = alone.join(lives.select("person_id", "counts_usual", place="township"), on="person_id", how="left")
    return people.with_columns(pl.col("counts_usual").fill_null(False)).sort("resident_id")


def _truly(people: pl.DataFrame) -> pl.DataFrame:
    """resident_id, usual, place: of residents that are somebody's home."""
    return people.select("resident_id", "place", usual="counts_usual")


def _cells(judged: pl.DataFrame) -> dict[str, dict[str, list[int]]]:
    counted = judged.group_by("status_code", "band").agg(n=pl.len(), usual=pl.col("usual").sum()).sort("status_code", "band")
    found: dict[str, dict[str, list[int]]] = {}
    for code, band, n, usual in counted.iter_rows():
        found.setdefault(code, {})[band] = [n, usual]
    return found


def _misplaced(judged: pl.DataFrame) -> list[int]:
    rightly = judged.filter(pl.col("counts_usual") & pl.col("usual"))
    return [len(rightly), int((rightly["township"] != rightly["place"]).sum())]
