"""The facts of one resident, side by side, as the rules read them (steps R-02 and R-04)."""

from __future__ import annotations

import polars as pl

from jobs.residence.days import between, earlier, later, months_later
from jobs.residence.figures import rounded
from jobs.residence.parameters import Parameters
from jobs.residence.rules.order import decided, verdicts
from jobs.residence.rules.others import thin
from jobs.residence.rules.reading import newer


def facts(residents: pl.DataFrame, presence: pl.DataFrame, scores: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """One row a resident: identity class, presence, bases of the half year, evidence score and chosen dwelling."""
    joined = residents.join(presence, on="who", how="left").join(scores, on="who", how="left")
    insured = pl.col("known_here") & (pl.col("insured_until") > pl.col("today"))
    told = joined.with_columns(
        pl.col("stands", "in_force", "seen_twice", "owns", "enrolled", "known_outside").fill_null(False),
        pl.col("days_365", "death_sources").fill_null(0).cast(pl.Int32),
        pl.col("c_pos", "c_neg", "c_open").fill_null(0.0),
        carded=pl.col("card").is_not_null(),
        uninsured_on=uninsured(p),
        insured=insured.fill_null(False),
        by_card=pl.col("card").is_not_null() & (pl.col("tier") < 6).fill_null(True),
        home_sure=pl.col("card").is_not_null() | (pl.col("tier") >= 5).fill_null(False),
    )
    lapsed = newer(pl.col("uninsured_on"), pl.col("newest_a"))
    placed = told.with_columns(
        departed_on=pl.max_horizontal("departed_on", "uninsured_on"),
        left_on=pl.max_horizontal("left_on", pl.when(newer(pl.col("uninsured_on"), pl.col("firm_ab"))).then("uninsured_on")),
        gone_on=pl.coalesce("gone_on", pl.when(~pl.col("local") & lapsed).then("uninsured_on")),
        stands=pl.col("stands") | lapsed,
        settled=pl.col("carded") | pl.col("seen_twice") | pl.col("owns") | (pl.col("nature") == "CITY_HUKOU"),
        home_dwelling=pl.when("by_card").then("card_dwelling").otherwise("dwelling"),
        home_township=_in_district(pl.when("by_card").then("card_township").otherwise("place_township")),
        came_by=_since_birth("came_by"),
        last_came_by=_since_birth("last_came_by"),
    )
    held = placed.with_columns(kept=kept(p)).with_columns(
        came_by=pl.coalesce("came_by", pl.when("kept").then("last_came_by")),
        here_since=pl.coalesce("here_since", pl.when("kept").then("last_run")),
    )
    counted = held.with_columns(basis=basis(p), score=score(p)).drop("by_card", "dwelling", "place_township", "tier")
    return counted.with_columns(half_year=pl.col("basis").is_not_null())


def _in_district(township: pl.Expr) -> pl.Expr:
    return pl.when(township.str.starts_with("330110")).then(township)


def _since_birth(came: str) -> pl.Expr:
    """Nobody came before being born."""
    return pl.when(pl.col(came).is_not_null()).then(pl.max_horizontal(came, "birth_date"))


def uninsured(p: Parameters) -> pl.Expr:
    """The day on which the last resident insurance here ended, when no job has taken its place: one that goes on, or went on
    long enough after it."""
    until = pl.col("insured_until")
    enough = pl.min_horizontal(later(until, p.days.works_on), earlier("today", p.days.work_in_force))
    works = (pl.col("worked_on") >= pl.max_horizontal(until, enough)).fill_null(False)
    return pl.when((until <= pl.col("today")) & ~works).then(until)


def kept(p: Parameters) -> pl.Expr:
    """Presence presumed: seen not long ago, or believed through silence, and nothing says that the person went away."""
    silence = between("today", "last_seen")
    left = pl.col("stands") | pl.col("left_on").is_not_null()
    elsewhere = newer(pl.col("elsewhere_on"), pl.col("last_seen"))
    lately = silence <= p.days.keep
    listed = pl.col("carded") | (pl.col("insured") & ~pl.col("local"))
    believed = pl.when(pl.col("last_seen").is_null()).then(listed).otherwise(lately | (silence <= longest(p)).fill_null(True))
    return ((lately & ~pl.col("local")) | (believed & ~left & ~elsewhere)).fill_null(False)


def longest(p: Parameters) -> pl.Expr:
    """How many days of silence are no absence; null: any number."""
    local, days = pl.col("local"), p.days
    return (
        pl.when("carded")
        .then(pl.lit(days.settled_carded, pl.Int32))
        .when(pl.col("nature") == "CITY_HUKOU")
        .then(days.settled_city)
        .when(~local & pl.col("insured"))
        .then(days.settled_insured)
        .when(local & pl.col("owns"))
        .then(days.settled_owner)
        .when(local & pl.col("seen_twice"))
        .then(days.settled_unlisted)
        .otherwise(0)
        .cast(pl.Int32)
    )


def basis(p: Parameters) -> pl.Expr:
    """Which basis of the half year is met: HERE, HERE_CUM, AWAY, or none."""
    months = p.months.half_year
    here = months_later("came_by", months) <= pl.col("today")
    cumulative = (pl.col("days_365") >= p.days.cumulative) & (pl.col("kept") | pl.col("run_now").fill_null(False))
    away = months_later("away_since", months) <= pl.col("today")
    return pl.when(here).then(pl.lit("HERE")).when(cumulative).then(pl.lit("HERE_CUM")).when(away).then(pl.lit("AWAY"))


def score(p: Parameters) -> pl.Expr:
    """The evidence score of presence, c_pos · (1 − c_neg · share): share 1 when the newest negative is the newer."""
    newest = (pl.col("newest_neg") > pl.col("newest_ab")).fill_null(True)
    share = pl.when(newest).then(1.0).otherwise(p.scores.older_negative)
    return rounded(pl.col("c_pos") * (1.0 - pl.col("c_neg") * share), 4)


def own_status(rows: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """`own_code`: the decision on everybody's own evidence alone, which children and households may follow."""
    nobody = {
        "parent_code": pl.lit(None, pl.String),
        "parent_township": pl.lit(None, pl.String),
        "household_present": pl.lit(False),
        "left_with": pl.lit(None, pl.Date),
        "kin_here": pl.lit(None, pl.String),
        "kin_township": pl.lit(None, pl.String),
        "stays_with": pl.lit(False),
        "kin_abroad": pl.lit(False),
    }
    alone = rows.with_columns(**nobody)
    _, code = decided(without=("R-08", "R-05c-household", "R-06f"))
    own = alone.with_columns(verdicts(p)).with_columns(own=code)
    weak = thin(pl.col("own"), pl.col("score"), p) & pl.col("by_hand").struct.field("status_code").is_null()
    return rows.with_columns(own.select(own_code=pl.when(weak).then(pl.lit("62")).otherwise("own")))
