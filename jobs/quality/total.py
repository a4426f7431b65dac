"""How many usual residents there are, by township, with a 95 % interval: the count is exact, what it counts is not.

Analytic. Every resident counts with a probability; expectations and variances are added up:
- residence: of residents with one code and one band of confidence, the share that truly lives here, measured where the truth was known
  (`usual_rates.yml`), on other people than the confidence was calibrated on;
- districts: how far those shares foretold the total of a district that was not among the measured ones;
- linkage, suspected: a provisional resident is a person of its own with the probability that its link leaves;
- linkage, unsuspected: residents without any number of which some stand for a person who has another resident, as many as the
  night's trial with hidden numbers lets expect;
- township: a person who lives here may live in another township;
- persons who live here and are no resident of their own, since no department delivered them or they were taken for another: as many
  as there were in the measured districts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import yaml

LEVEL = 0.95
RATES = Path(__file__).parent / "usual_rates.yml"
CELL = ["code", "band"]
DISTRICT = "Σ"


class Doubles(NamedTuple):
    """Share of residents without a number that stand for a person who has another resident, and the error of that share."""

    share: float = 0.0
    error: float = 0.0


@dataclass(frozen=True)
class Rates:
    """`cells`: code, band, rate. `drift`: relative error of the total in a district not measured, from `samples` districts.
    `misplaced`: share of usual residents who live in another township than told. `unseen`: share of those who live here that no
    resident stands for. `rules`: versions of the rules measured."""

    cells: pl.DataFrame
    drift: float
    misplaced: float
    unseen: float
    samples: int
    rules: tuple[str, ...]


@cache
def shipped() -> Rates:
    """The rates of this version."""
    return rates(yaml.safe_load(RATES.read_text(encoding="utf-8"))["samples"])


def rates(samples: list[dict[str, Any]]) -> Rates:
    """From districts whose truth is known (jobs/usual_rates.py): per code and band residents, and how many truly live here."""
    rows = [
        {"sample": at, "code": code, "band": band, "n": float(n), "usual": float(usual)}
        for at, sample in enumerate(samples)
        for code, bands in sample["cells"].items()
        for band, (n, usual) in bands.items()
    ]
    schema = {"sample": pl.Int64, "code": pl.String, "band": pl.String, "n": pl.Float64, "usual": pl.Float64}
    told = pl.DataFrame(rows, schema=schema)
    versions = tuple(sorted({str(s["rules"]) for s in samples}))
    misplaced, unseen = _share(samples, "misplaced"), _share(samples, "unseen")
    return Rates(measured(told), drift(told), misplaced, unseen, len(samples), versions)


def _share(samples: list[dict[str, Any]], name: str) -> float:
    """Of [all, some] in every sample: some of all."""
    all_, some = np.array([s[name] for s in samples], np.float64).sum(axis=0)
    return float(some / max(all_, 1.0))


def measured(told: pl.DataFrame) -> pl.DataFrame:
    """code, band, rate over all districts; each pulled towards a half by one resident."""
    pooled = told.group_by(CELL).agg(rate=(pl.col("usual").sum() + 0.5) / (pl.col("n").sum() + 1.0))
    return pooled.sort(CELL)


def drift(told: pl.DataFrame) -> float:
    """Root mean square of the relative error with which the other districts foretell each one, chance taken off.

    One district alone tells nothing of others: then a tenth is taken, to be seen.
    """
    districts = told["sample"].unique().sort().to_list()
    if len(districts) < 2:
        return 0.1
    squares = []
    for one in districts:
        known = _rated(told.filter(pl.col("sample") == one), measured(told.filter(pl.col("sample") != one)))
        off = float((known["n"] * known["rate"] - known["usual"]).sum())
        chance = float((known["n"] * known["rate"] * (1 - known["rate"])).sum())
        squares.append((off**2 - chance) / float(known["usual"].sum()) ** 2)
    return float(np.sqrt(max(float(np.mean(np.array(squares))), 0.0)))


def doubles(found: float, recall: float, error: float, set_aside: float, left: float) -> Doubles:
    """How many of the residents without a number stand for somebody who has another resident.

    `found`: records without a number that stand with a numbered one; `recall` and its standard error: the trial's share of such
    records that find their person; `set_aside`: those expected among residents in no count; `left`: records of the counted
    residents without a number.
    """
    if left <= 0 or recall <= 0:
        return Doubles()
    missed = found * (1 - recall) / recall
    return Doubles(min(max((missed - set_aside) / left, 0.0), 1.0), found * error / recall**2 / left)


def totals(cells: pl.DataFrame, provisional: pl.DataFrame, known: Rates, twice: Doubles) -> pl.DataFrame:
    """township, counted, estimate, low, high; the township `Σ` is the district.

    `cells`: township (null: unknown), code, band, residents, numberless, counted; without residents in no count.
    `provisional`: township, code, band, alone and spread: the sums of 1 − p and of p(1 − p), p the probability of being the other.
    """
    parts = pl.concat([_residence(cells, known, twice), _suspected(provisional, known)], how="diagonal").fill_null(0)
    sums = [pl.col("counted", "mean", "variance", "lean").sum()]
    district = parts.select(*sums, township=pl.lit(DISTRICT))
    placed = _placed(parts.group_by("township").agg(*sums), known.misplaced)
    return _bounds(_unseen(pl.concat([placed, district], how="diagonal"), known.unseen), known, twice)


def _residence(cells: pl.DataFrame, known: Rates, twice: Doubles) -> pl.DataFrame:
    """Expectation and variance of each cell; `lean`: how far they follow the share of doubles."""
    rate, share, numberless = pl.col("rate"), twice.share, pl.col("numberless")
    lone = pl.col("residents") - share * numberless
    return _rated(cells, known.cells).select(
        "township", "counted", mean=lone * rate, lean=numberless * rate,
        variance=lone * rate * (1 - rate) + share * (1 - share) * numberless * rate**2,
    )  # fmt: skip


def _suspected(provisional: pl.DataFrame, known: Rates) -> pl.DataFrame:
    rate, alone = pl.col("rate"), pl.col("alone")
    return _rated(provisional, known.cells).select(
        "township", mean=alone * rate, variance=pl.col("spread") * rate**2 + alone * rate * (1 - rate)
    )


def _rated(rows: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """With the cell's rate; a cell never measured takes its code's, a code never measured a half."""
    by_code = cells.group_by("code").agg(code_rate=pl.col("rate").mean())
    joined = rows.join(cells, on=CELL, how="left").join(by_code, on="code", how="left")
    return joined.with_columns(rate=pl.coalesce("rate", "code_rate", 0.5)).drop("code_rate")


def _placed(summed: pl.DataFrame, misplaced: float) -> pl.DataFrame:
    """Persons of no known township are spread over all as the others are; those told of a wrong one blur every township."""
    somewhere, nowhere = summed.filter(pl.col("township").is_not_null()), summed.filter(pl.col("township").is_null())
    lost, doubt = float(nowhere["mean"].sum()), float(nowhere["variance"].sum())
    share = pl.col("mean") / max(float(somewhere["mean"].sum()), 1e-9)
    return somewhere.with_columns(
        mean=pl.col("mean") + lost * share,
        variance=pl.col("variance") + doubt * share**2 + lost * share * (1 - share) + 2 * misplaced * pl.col("mean"),
    )


def _unseen(summed: pl.DataFrame, share: float) -> pl.DataFrame:
    """With the persons whom no resident stands for, as many to a person as elsewhere."""
    more = share / (1 - share)
    return summed.with_columns(mean=pl.col("mean") * (1 + more), variance=pl.col("variance") + pl.col("mean") * more)


def _bounds(summed: pl.DataFrame, known: Rates, twice: Doubles) -> pl.DataFrame:
    """Normal for what is summed over many; Student's t for the drift, which few districts tell of."""
    from scipy.stats import norm, t

    z, wide = float(norm.ppf((1 + LEVEL) / 2)), float(t.ppf((1 + LEVEL) / 2, known.samples))
    chance = z * z * (pl.col("variance") + (pl.col("lean") * twice.error) ** 2)
    half = (chance + (wide * known.drift * pl.col("mean")) ** 2).sqrt()
    low = (pl.col("mean") - half).clip(lower_bound=0.0)
    return summed.select("township", pl.col("counted").cast(pl.Int64), estimate="mean", low=low, high=pl.col("mean") + half).sort(
        "township"
    )
