"""`renkou calibrate`: count on a sample how often each kind of status is right; the published confidence rests on these counts.

Calibrate again when the rules change, on samples of several seeds and fault rates: each adds its own people to the two files
(jobs/residence/calibration.py). In real use people verified at the door take the sample's place.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from jobs.context import Context
from jobs.errors import UserError
from jobs.pool.nights import Night, Receipt
from jobs.quality.calibration import rightly
from jobs.residence import calibration
from jobs.residence.calibration import LEVELS, Calibration
from jobs.usual_rates import homes, single, table

if TYPE_CHECKING:
    from jobs.settings import Settings

NEEDED = [
    *("resident_id", "status_code", "rule_id", "rule_version", "evidence_score", "last_seen", "here_since", "away_since"),
    "explanation",
]
HEAD = """# The published confidence: of verified people like this one, how many had the right status code. The counts stand in the CSV of
# the same name, one row a cell. steps: where each step of a figure begins (days; of the evidence score, shares); pull: every cell leans on
# the wider one as if so many people of that one stood in it, the widest on `prior`. samples: who was counted.
# Written by: renkou calibrate. A change here alters results: raise the version and add a line to CHANGELOG.
"""


def calibrate(settings: Settings, night: Night, truth: Path, out: Path) -> dict[str, Any]:
    """Count one night against its sample's truth, add it to the two files and return what stands of it in the YAML.

    UserError without a truth, or when these very people were counted before.
    """
    folder = truth / "truth" if (truth / "truth").is_dir() else truth
    if not (folder / "status.parquet").exists():
        raise UserError("There is no truth in that folder.", "Give the folder that `renkou sample` wrote.")
    known = calibration.read(out) if out.exists() else replace(calibration.load(), samples=[], counts=_none())
    judged = _judged(Context(settings, night, Receipt("calibrate")), folder, night.date)
    sample = {**_source(folder), "date": night.date, "rules": judged["rule_version"][0], **_sum(judged)}
    if sample in known.samples:
        raise UserError("These people were counted before.", "Calibrate on a sample of another seed.")
    words = known.labelled(calibration.from_residence(judged, night.date))
    fresh = words.with_columns(people=pl.lit(1, pl.Int64), right=judged["right"].cast(pl.Int64))
    counts = pl.concat([known.counts, fresh]).group_by(LEVELS).agg(pl.col("people", "right").sum()).sort(LEVELS)
    _write(replace(known, samples=[*known.samples, sample], counts=counts), out)
    return sample


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=calibration.schema())


def _judged(context: Context, folder: Path, date: dt.date) -> pl.DataFrame:
    """NEEDED of counted residents that stand for a person of known status, with `right`."""
    lives = pl.read_parquet(folder / "status.parquet").filter(pl.col("date") == date)
    true = lives.select("person_id", true=pl.col("status_code").cast(pl.String))
    status = table(context, "residence", NEEDED).join(single(context), on="resident_id", how="semi")
    whose = homes(context, folder, lives).select("resident_id", "person_id").join(true, on="person_id")
    return status.join(whose, on="resident_id").with_columns(right=rightly()).sort("resident_id")


def _source(folder: Path) -> dict[str, Any]:
    """What sample the truth belongs to, by the file beside it; people verified at the door have none."""
    file = folder.parent / "sample.yml"
    if not file.exists():
        return {"source": "verified"}
    made = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {"source": "sample", "seed": made["seed"], "residents": made["residents"], "rates": made["rates"]}


def _sum(judged: pl.DataFrame) -> dict[str, int]:
    return {"people": len(judged), "right": int(judged["right"].sum())}


def _write(made: Calibration, out: Path) -> None:
    told = {
        "version": made.version, "pull": made.pull, "prior": made.prior,
        "steps": {name: list(bounds) for name, bounds in made.steps.items()}, "samples": [dict(s) for s in made.samples],
    }  # fmt: skip
    text = yaml.safe_dump(told, allow_unicode=True, default_flow_style=None, sort_keys=False, width=120)
    out.write_text(HEAD + text, encoding="utf-8")
    made.counts.write_csv(out.with_suffix(".csv"))
