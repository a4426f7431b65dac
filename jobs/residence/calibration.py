"""How sure a status is: the calibrated probability that its code is right, from people whose true status was known.

The evidence score says how strong the evidence of *presence* is. Whether the *code* is right is another question: a person who
certainly left has no evidence of presence at all. `calibration.csv` counts verified people by seven features of the published row
and how many of them had the right code; `calibration.yml` says where the steps lie, how small cells lean on wider ones, and who
was counted. Fitted by `renkou calibrate`; judged on other people by `renkou evaluate`.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import yaml

FILE = Path(__file__).parent / "calibration.yml"
TEXTS = ("code", "rule", "against")
STEPS = ("evidence", "seen", "stay")
LEVELS = ("code", "rule", "evidence", "card", "against", "seen", "stay")
"""The features, widest first. code and rule: what was decided and by what. evidence: the evidence score. card: an open grid card.
against: the strongest negative sign. seen: days since presence was last observed. stay: days since the first day of the stay, here
or outside the hukou township, whichever is earlier: how near the half year is."""
NONE = "–"
STRONGEST = r'\[\{"sign":"(\w+)"'
"""Finds the first, the strongest, sign of the explanation's list."""
CARD = ("no", "yes")


class Case(NamedTuple):
    """One decided person. `against`: the sign code of the strongest negative sign, None without one."""

    code: str
    rule: str
    evidence_score: float
    carded: bool
    against: str | None
    today: dt.date
    last_seen: dt.date | None
    here_since: dt.date | None
    away_since: dt.date | None


def from_residence(rows: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """Rows of RESIDENCE with what `Calibration.expression` reads beside them: today, carded, against (from the explanation)."""
    told = pl.col("explanation")
    against = told.str.extract('"negative":' + STRONGEST)
    return rows.with_columns(
        today=pl.lit(today), carded=told.str.contains('"card":', literal=True).fill_null(False), against=against
    )


@dataclass(frozen=True)
class Calibration:
    """`steps`: where each step of a figure begins. `pull`: every cell leans on the wider one as if so many people of that one
    stood in it, the widest on `prior`. `samples`: who was counted. `counts`: LEVELS, people, right, one row a cell."""

    version: str
    steps: Mapping[str, Sequence[float]]
    pull: float
    prior: float
    samples: Sequence[Mapping[str, Any]]
    counts: pl.DataFrame

    @cached_property
    def cells(self) -> dict[tuple[str, ...], float]:
        """Probability of every cell, wide and narrow, named by its features from the widest on; four places. A feature that tells
        nobody of the wider cell apart changes nothing: the same people are not counted twice."""
        exact: dict[tuple[str, ...], tuple[float, int]] = {(): (self.prior, -1)}
        for depth in range(1, len(LEVELS) + 1):
            sums = self.counts.group_by(LEVELS[:depth]).agg(pl.col("people", "right").sum())
            for *name, people, right in sums.iter_rows():
                wider, of = exact[tuple(name[:-1])]
                own = wider if people == of else (right + self.pull * wider) / (people + self.pull)
                exact[tuple(name)] = own, people
        return {name: round(chance, 4) for name, (chance, _) in exact.items()}

    def of(self, case: Case) -> float:
        """The probability that this person's code is right; a cell nobody was counted in takes the wider one's."""
        name = self._name(case)
        return next(self.cells[name[:depth]] for depth in range(len(name), -1, -1) if name[:depth] in self.cells)

    def _name(self, case: Case) -> tuple[str, ...]:
        began = min((d for d in (case.here_since, case.away_since) if d is not None), default=None)
        figures = {
            "evidence": case.evidence_score,
            "seen": (case.today - case.last_seen).days if case.last_seen else None,
            "stay": (case.today - began).days if began else None,
        }
        stepped = {
            s: self.labels(s)[len(self.steps[s]) + 1 if f is None else bisect_right(self.steps[s], f)] for s, f in figures.items()
        }
        told = {"code": case.code, "rule": case.rule, "against": case.against or NONE, "card": CARD[case.carded], **stepped}
        return tuple(told[level] for level in LEVELS)

    def labels(self, level: str) -> list[str]:
        """The names of a feature's values, in the order of their numbers; of a figure, its steps and last "none told"."""
        if level == "card":
            return list(CARD)
        if level in TEXTS:
            return sorted(self.counts[level].unique())
        bounds = [f"{b:g}" for b in self.steps[level]]
        return [f"<{bounds[0]}", *(f"{a}–<{b}" for a, b in pairwise(bounds)), f"≥{bounds[-1]}", NONE]

    def _place(self, level: str) -> pl.Expr:
        """The number of a row's value: its place among `labels`; of a text never counted, the place behind the last."""
        days = lambda *columns: (pl.col("today") - pl.min_horizontal(*columns)).dt.total_days()  # noqa: E731
        if level == "card":
            return pl.col("carded").fill_null(False).cast(pl.Int64)
        if level in TEXTS:
            labels = self.labels(level)
            text = {"code": pl.col("status_code"), "rule": pl.col("rule_id"), "against": pl.col("against").fill_null(NONE)}[level]
            return text.replace_strict(labels, range(len(labels)), default=len(labels), return_dtype=pl.Int64)
        figures = {"evidence": pl.col("evidence_score"), "seen": days("last_seen"), "stay": days("here_since", "away_since")}
        figure, bounds = figures[level], self.steps[level]
        reached = pl.sum_horizontal((figure >= b).cast(pl.Int64) for b in bounds)
        return pl.when(figure.is_null()).then(len(bounds) + 1).otherwise(reached)

    def expression(self) -> pl.Expr:
        """`of` for rows with status_code, rule_id, evidence_score, carded, against, today, last_seen, here_since, away_since."""
        number: dict[tuple[str, ...], int] = {(): 0}
        key, found = pl.lit(0, pl.Int64), []
        for depth, level in enumerate(LEVELS, start=1):
            labels = self.labels(level)
            places, size = {label: at for at, label in enumerate(labels)}, len(labels) + 1
            key = key * size + self._place(level)
            here = [name for name in self.cells if len(name) == depth]
            number |= {name: number[name[:-1]] * size + places[name[-1]] for name in here}
            values = [self.cells[name] for name in here]
            found.append(key.replace_strict([number[n] for n in here], values, default=None, return_dtype=pl.Float64))
        return pl.coalesce(*reversed(found), pl.lit(self.prior))

    def labelled(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows' features as words, named as LEVELS; texts as they are."""
        texts = {"code": pl.col("status_code"), "rule": pl.col("rule_id"), "against": pl.col("against").fill_null(NONE)}
        words = [
            texts[level].alias(level)
            if level in TEXTS
            else self._place(level).replace_strict(dict(enumerate(self.labels(level))), return_dtype=pl.String).alias(level)
            for level in LEVELS
        ]
        return rows.select(*words)


def read(file: Path) -> Calibration:
    """A calibration of two files: the YAML and, beside it, the CSV of the same name."""
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    counts = pl.read_csv(file.with_suffix(".csv"), schema=schema())
    return Calibration(told["version"], told["steps"], told["pull"], told["prior"], told["samples"], counts)


def schema() -> dict[str, Any]:
    """Columns of the CSV."""
    return {**dict.fromkeys(LEVELS, pl.String), "people": pl.Int64, "right": pl.Int64}


@cache
def load() -> Calibration:
    """The calibration of this version."""
    return read(FILE)
