"""The final status with flags, evidence score, confidence, address, next change and explanation: facts in, rows of RESIDENCE out."""

from __future__ import annotations

import polars as pl

from jobs.residence import calibration
from jobs.residence.calibration import STRONGEST
from jobs.residence.codes import CODES, NOWHERE
from jobs.residence.days import FOREVER, earlier, later, months_later
from jobs.residence.explanation import explanation
from jobs.residence.facts import longest
from jobs.residence.figures import rounded
from jobs.residence.parameters import Parameters
from jobs.residence.rules.alive import active_after_death
from jobs.residence.rules.order import decided, verdicts
from jobs.residence.rules.others import thin
from jobs.residence.rules.reading import Facts
from jobs.residence.signs import among

AGAINST = ("R-00", "R-01", "R-04d", "R-09")
"""Rules left out where a case to be verified counts as if the newest negative signs were absent."""


def judged(rows: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Facts with those of relatives, and what the rules say: status_code, rule_id, evidence_score, class and counts, R-11 aside."""
    said = rows.with_columns(verdicts(p))
    rule, code = decided()
    _, instead = decided(AGAINST)
    first = said.with_columns(rule_id=rule, code=code, instead=instead, rule_version=pl.lit(p.version))
    scored = first.with_columns(evidence_score=_evidence_score(p))
    doubtful = thin(pl.col("code"), pl.col("evidence_score"), p) & (pl.col("rule_id") != "R-03")
    doubted = scored.with_columns(thin=doubtful)
    final = doubted.with_columns(
        status_code=pl.when("thin").then(pl.lit("62")).otherwise("code"),
        rule_id=pl.when("thin").then(pl.lit("R-10")).otherwise("rule_id"),
    )
    return _flags(final, p)


def published(rows: pl.DataFrame, held: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Facts with those of relatives become rows of RESIDENCE; columns of facts stay beside them. `held`: what R-11 keeps (HELD)."""
    said = judged(rows, p).with_columns(misuse=(pl.col("status_code") == "91") & active_after_death(Facts(), p))
    kept = said.join(held, on="resident_id", how="left").with_columns(
        counts_usual=pl.coalesce("held_usual", "counts_usual"),
        pending_status=pl.when(pl.col("pending_since").is_not_null()).then("status_code"),
    )
    told = _addressed(_sure(kept))
    return told.with_columns(next_change=next_change(p), explanation=explanation(p), band=_band(p))


def _evidence_score(p: Parameters) -> pl.Expr:
    """The evidence score, with the ceilings and shares that the rules name."""
    rule, score = pl.col("rule_id"), pl.col("score")
    joint = 1.0 - (1.0 - score) * (1.0 - p.signs["S21"].weight)
    alone = pl.when("lives_with").then(joint).otherwise(score)
    told = pl.when("carded").then(1.0 - (1.0 - alone) * (1.0 - p.scores.card)).otherwise(alone)
    value = (
        pl.when(rule == "R-08")
        .then(p.scores.parent * pl.col("parent_score"))
        .when(rule == "R-06f")
        .then(pl.max_horizontal(told, p.scores.parent * pl.col("kin_score")))
        .when(rule == "R-05c-household")
        .then(pl.min_horizontal(told, pl.lit(p.scores.household)))
        .when((rule == "R-05c-away") & pl.col("elsewhere_on").is_null())
        .then(p.scores.silent_absent)
        .otherwise(told)
    )
    return rounded(value, 4)


def _sure(rows: pl.DataFrame) -> pl.DataFrame:
    """With `confidence`, the calibrated probability that the code is right."""
    against = pl.col("negative").str.extract(STRONGEST)
    return rows.with_columns(against=against).with_columns(confidence=calibration.load().expression())


def _band(p: Parameters) -> pl.Expr:
    value, bounds = pl.col("confidence"), p.scores
    return (
        pl.when(value >= bounds.high)
        .then(pl.lit("high"))
        .when(value >= bounds.medium)
        .then(pl.lit("medium"))
        .when(value >= bounds.low)
        .then(pl.lit("low"))
        .otherwise(pl.lit("none"))
    )


def _addressed(rows: pl.DataFrame) -> pl.DataFrame:
    """Dwelling and township of everybody counted as present; children live where the parent they follow lives, people of whom
    no card or contract tells it where kin live of whom one does (`home_of`)."""
    follows = pl.col("rule_id") == "R-08"
    here = pl.col("status_code").is_in([*(c for c, s in CODES.items() if s.present), "13", "14", "61", "92"])
    here |= pl.col("held_usual").fill_null(False)
    lodges = ~pl.col("home_sure") & pl.col("kin_township").is_not_null()
    own = [pl.when(lodges).then("kin_" + of).otherwise("home_" + of) for of in ("township", "dwelling")]
    township, dwelling = (
        pl.when(follows).then(pl.coalesce("parent_" + of, at)).otherwise(at)
        for of, at in zip(("township", "dwelling"), own, strict=True)
    )
    known = pl.coalesce(township, "hukou_township", pl.lit(NOWHERE))
    lent = pl.when(here & lodges & ~follows).then("home_of")
    return rows.with_columns(dwelling_id=pl.when(here).then(dwelling), township=pl.when(here).then(known), home_of=lent)


def _flags(rows: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Class and counts. Cases to be verified count for some days as if the newest negative signs were absent (R-09, 92).

    A provisional resident has a status and is not counted: the resident that it probably is counts. Nor is a mention of
    somebody with neither number nor birth date.
    """
    code = pl.col("status_code")
    held = pl.col("newest_neg") >= earlier("today", p.days.conflict_hold)
    counted = pl.when(code.is_in(["61", "92"]) & held).then("instead").otherwise(code)
    single = pl.col("not_counted").is_null()
    return rows.with_columns(
        status_class=among(code, {c: s.kind for c, s in CODES.items()}),
        counts_usual=single & counted.is_in([c for c, s in CODES.items() if s.usual]),
        counts_present=single & counted.is_in([c for c, s in CODES.items() if s.present]),
        counts_hukou=single & pl.col("local") & ~code.is_in(["91", "99"]),
    )


def next_change(p: Parameters) -> pl.Expr:
    """The first day after tonight on which a clock alone moves a fact of the rules; the slow fading of the score is left out."""
    silent_from = pl.max_horizontal(pl.coalesce("gone_on", "left_with", "last_seen"), "registered_on")
    unmet, local = ~pl.col("half_year"), pl.col("local")
    days = [
        pl.when(unmet).then(months_later("came_by", p.months.half_year)),
        pl.when(unmet).then(months_later("away_since", p.months.half_year)),
        pl.col("here_until"),
        later("here_until", p.days.keep),
        later("last_seen", p.days.keep + 1),
        later("last_seen", longest(p) + 1),
        later("birth_date", p.days.newborn),
        pl.when(local).then(later("registered_on", p.days.newly_registered)),
        pl.when(local).then(later(silent_from, p.days.absent)),
        pl.when(local).then(later(silent_from, p.days.silent)),
        months_later("birth_date", 12 * p.age.child),
        months_later("birth_date", 12 * p.age.minor),
        pl.when(pl.col("status_code").is_in(["61", "92"])).then(later("newest_neg", p.days.conflict_hold + 1)),
    ]
    ends = pl.when(pl.col("rule_id") == "R-03").then(pl.col("by_hand").struct.field("until"))  # no clock moves it before
    bound = pl.lit(FOREVER.replace(month=1, day=1))
    soon = pl.min_horizontal(pl.when((day > pl.col("today")) & (day < bound)).then(day) for day in days)
    return pl.coalesce(ends, pl.when(~pl.col("status_code").is_in(["91", "99"])).then(soon))
