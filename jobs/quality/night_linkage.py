"""The linkage figures of one night for its quality report: reads the pinned tables, runs the trial, returns rows of QUALITY."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

import jobs.linkage
from jobs.departments.contract import all_contracts
from jobs.linkage import decisions
from jobs.linkage.model import load_model
from jobs.linkage.weights import load_weights
from jobs.profiles.collapse import Sources
from jobs.profiles.crowds_in_memory import NEAR, crowds_among
from jobs.quality import blind_trial, estimates
from jobs.quality.hidden_records import COLUMNS, FEWEST, Night, age_band

if TYPE_CHECKING:
    from jobs.context import Context

MODELS = Path(jobs.linkage.__file__).parent / "models"
NEEDS = ("records", "profiles", "profile_records", "links", "resident_records", "residents")
LOCAL = "330110"


def figures(context: Context) -> pa.Table:
    """Rows of QUALITY; none where the night has too few numbered records to hide any, and no decisions."""
    if not all(context.has(n) and context.files(n) for n in NEEDS):
        return estimates.table([])
    scan = {name: pl.scan_parquet(context.files(name)) for name in NEEDS}
    links = _links(scan, context.date.year)
    found = estimates.of_decisions(links, _judged(context, scan["profile_records"], links))
    found += _trial(scan, context, links)
    return estimates.table(found)


def _trial(scan: dict[str, pl.LazyFrame], context: Context, links: pl.DataFrame) -> list[estimates.Found]:
    able = scan["profiles"].filter("id_confirmed").select(pl.len()).collect().item()
    if able < FEWEST:
        return []
    model = load_model(MODELS / "population.yml")
    weights = load_weights(model, MODELS / "population.json")
    records = scan["records"].select(COLUMNS)
    crowds = crowds_among(scan["profiles"].select(NEAR).collect())
    night = Night(records, scan["profile_records"], scan["profiles"], crowds, _sources(), context.date.year)
    made = blind_trial.trial(model, weights, night)
    if made is None:
        return []
    direct = estimates.of_trial(made, _persons(scan, made.records, context.date.year))
    judged = made.links.filter(pl.col("veto").is_null())
    return direct + estimates.of_links(links, estimates.calibrate(judged))


def _sources() -> Sources:
    contracts = all_contracts()
    sexed = {
        f"{code}.{name}"
        for code, c in contracts.items()
        for name, t in c.tables.items()
        if any("sex" in r.fields for r in t.records.values())
    }
    return Sources({code: contract.origin for code, contract in contracts.items()}, frozenset(sexed))


def _group(year: int) -> dict[str, pl.Expr]:
    return {
        "age": age_band(year - pl.col("birth_date").dt.year()),
        "sex": pl.col("sex"),
        "local": pl.when(pl.col("hukou_active").fill_null(False)).then(pl.lit("yes")).otherwise(pl.lit("no")),
    }


def _persons(scan: dict[str, pl.LazyFrame], hidden: pl.DataFrame, year: int) -> pl.DataFrame:
    """record_id, age, sex, local of the residents behind the hidden records."""
    whose = scan["resident_records"].select("record_id", "resident_id").join(hidden.lazy().select("record_id"), on="record_id")
    people = scan["residents"].select("resident_id", **_group(year))
    return whose.join(people, on="resident_id").drop("resident_id").collect()


def _links(scan: dict[str, pl.LazyFrame], year: int) -> pl.DataFrame:
    """The night's links without vetoed ones, with the groups of the end that has no number (else of the smaller id)."""
    own = (
        scan["profiles"].select("profile_id", "departments", numbered=pl.col("id_number").is_not_null(), **_group(year)).collect()
    )
    links = (
        scan["links"]
        .filter(pl.col("veto").is_null())
        .select(
            "profile_l",
            "profile_r",
            "probability",
            "grade",
            bits="weight",
            numbered=pl.col("levels").str.starts_with("number=exact"),
        )
        .collect()
    )
    ends = {
        end: own.select("profile_id", has="numbered").rename({"profile_id": end, "has": f"has_{end}"})
        for end in ("profile_l", "profile_r")
    }
    both = links.join(ends["profile_l"], on="profile_l").join(ends["profile_r"], on="profile_r")
    asking = pl.when(pl.col("has_profile_l") & ~pl.col("has_profile_r")).then("profile_r").otherwise("profile_l")
    both = both.with_columns(asking=asking)
    told = both.join(own.drop("numbered"), left_on="asking", right_on="profile_id")
    return told.drop("asking", "has_profile_l", "has_profile_r").sort("profile_l", "profile_r")


def _judged(context: Context, where: pl.LazyFrame, links: pl.DataFrame) -> pl.DataFrame:
    """profile_l, profile_r, same: decisions in force that fall on one of the night's links."""
    verdicts = decisions.in_force(decisions.read(context.settings.decisions), context.date)
    said = pl.DataFrame(
        [(a, b, v == "same") for (a, b), v in sorted(verdicts.items())],
        schema={"a": pl.String, "b": pl.String, "same": pl.Boolean}, orient="row",
    )  # fmt: skip
    ids = pl.concat([said["a"], said["b"]])
    homes = where.select("record_id", "profile_id").filter(pl.col("record_id").is_in(ids.implode())).collect()
    both = said.join(homes.rename({"record_id": "a", "profile_id": "one"}), on="a").join(
        homes.rename({"record_id": "b", "profile_id": "two"}), on="b"
    )
    pair = both.select(profile_l=pl.min_horizontal("one", "two"), profile_r=pl.max_horizontal("one", "two"), same="same")
    return pair.unique(["profile_l", "profile_r"], keep="first", maintain_order=True)
