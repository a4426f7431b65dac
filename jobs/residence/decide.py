"""From signs to one status a resident: the whole chain of steps on DataFrames, without tables or nights around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from pyspark.sql import functions as F

from jobs.residence.cards import open_cards
from jobs.residence.children import with_relatives
from jobs.residence.codes import CODES, NOWHERE
from jobs.residence.derived import believed, with_derived
from jobs.residence.evidence import scores
from jobs.residence.explanation import explanation
from jobs.residence.facts import facts, longest, own_status
from jobs.residence.nature import with_nature
from jobs.residence.parameters import Parameters
from jobs.residence.presence import presence
from jobs.residence.rules.alive import active_after_death
from jobs.residence.rules.order import fired
from jobs.residence.rules.others import thin
from jobs.residence.rules.reading import Facts
from jobs.residence.signs import among, evidence, resident_wide

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


class Inputs(NamedTuple):
    """What the rules read. `residents` carries `today`, the business date, so that cases of several dates fit one job."""

    residents: DataFrame
    resident_records: DataFrame
    records: DataFrame
    signs: DataFrame
    ties: DataFrame


def decide(inputs: Inputs, p: Parameters, groups: Mapping[str, str]) -> DataFrame:
    """Rows of RESIDENCE. Frames used more than once are cut off from how they were made (local checkpoints): planning the
    self-joins of the uncut chain took longer than computing it."""
    told = believed(inputs.signs, p)
    residents = with_nature(_registered(inputs), p).localCheckpoint()
    members = _members(residents, inputs, p).localCheckpoint()
    cards = open_cards(members, told).localCheckpoint()
    known = members.where(F.col("own_row") & F.col("text_here")).select("resident_id", F.lit(True).alias("known_here")).distinct()
    signs = with_derived(told, inputs.ties, members)
    listed = members.join(cards, "resident_id", how="left")
    lives = resident_wide(evidence(signs, listed, p, groups), p).localCheckpoint()
    who = residents.join(cards, "resident_id", how="left").join(known, "resident_id", how="left")
    own = own_status(facts(who, presence(lives, p), scores(lives, p), p), p).localCheckpoint()
    return published(with_relatives(own, inputs.ties, members, p), p)


def _registered(inputs: Inputs) -> DataFrame:
    """Residents with `register_township`, by their active rows of the local hukou register: other departments' statements of a
    hukou place may be older, or coarser than a township. Nobody may be registered twice: of two active rows the first stands
    until the police cancel it."""
    began = inputs.signs.where(F.col("sign") == "S03").groupBy("record_id").agg(F.min("from_date").alias("began"))
    told = inputs.records.where(F.col("hukou_active")).select(
        "record_id", F.substring("hukou_division", 1, 9).alias("township"), "known_from"
    )
    first = (
        told.where(F.length("township") == 9)
        .join(began, "record_id", how="left")
        .join(inputs.resident_records.select("record_id", "resident_id"), "record_id", how="inner")
        .groupBy("resident_id")
        .agg(F.min(F.struct(F.coalesce("began", "known_from").alias("began"), "township"))["township"].alias("register_township"))
    )
    return inputs.residents.join(first, "resident_id", how="left")


def _members(residents: DataFrame, inputs: Inputs, p: Parameters) -> DataFrame:
    """Every record with its resident, and what the record itself says of the dwelling."""
    told = inputs.records.select(
        "record_id",
        "closed_on",
        F.col("dwelling_id").alias("text_dwelling"),
        F.col("township").alias("text_township"),
        F.col("in_district").alias("text_here"),
        _is_card(p).alias("card"),
        (F.col("role") == "self").alias("own_row"),
    )
    who = residents.select("resident_id", "today", "local", "hukou_township")
    return (
        inputs.resident_records.select("record_id", "resident_id")
        .join(who, "resident_id", how="inner")
        .join(told, "record_id", how="left")
    )


def _is_card(p: Parameters) -> Column:
    """An open row of a list of people living here."""
    listed = F.concat_ws(".", "dept", "source_table").isin(p.cards) & (F.col("role") == "self")
    return F.coalesce(listed & F.col("closed_on").isNull() & F.col("in_district"), F.lit(False))


def published(rows: DataFrame, p: Parameters) -> DataFrame:
    """The final status with flags, confidence, address, next change and explanation."""
    decided = (
        rows.withColumn("fired", fired(p))
        .withColumn("said", F.col("fired")[0])
        .withColumn("rule_id", F.col("said")["rule"])
        .withColumn("confidence", _confidence(p))
        .withColumn("thin", thin(F.col("said")["code"], F.col("confidence"), p))
        .withColumn("status_code", F.when(F.col("thin"), "62").otherwise(F.col("said")["code"]))
        .withColumn("rule_id", F.when(F.col("thin"), "R-10").otherwise(F.col("rule_id")))
        .withColumn("rule_version", F.lit(p.version))
        .withColumn("misuse", (F.col("status_code") == "91") & active_after_death(Facts(), p))
    )
    flagged = _flags(_addressed(decided), p)
    return (
        flagged.withColumn("next_change", next_change(p)).withColumn("explanation", explanation(p)).withColumn("band", _band(p))
    )


def _confidence(p: Parameters) -> Column:
    """The evidence score, with the ceilings and shares that the rules name."""
    rule, with_member = F.col("rule_id"), p.signs["S21"].weight
    joint = 1.0 - (1.0 - F.col("score")) * (1.0 - with_member)
    alone = F.when(F.col("lives_with"), joint).otherwise(F.col("score"))
    told = F.when(F.col("carded"), 1.0 - (1.0 - alone) * (1.0 - p.scores.card)).otherwise(alone)
    return F.round(
        F.when(rule == "R-08", p.scores.parent * F.col("parent_score"))
        .when(rule == "R-06f", F.greatest(told, p.scores.parent * F.col("kin_score")))
        .when(rule == "R-05c-household", F.least(told, F.lit(p.scores.household)))
        .when((rule == "R-05c-away") & F.col("elsewhere_on").isNull(), p.scores.silent_absent)
        .otherwise(told),
        4,
    )


def _band(p: Parameters) -> Column:
    value = F.col("confidence")
    return (
        F.when(value >= p.scores.high, "high")
        .when(value >= p.scores.medium, "medium")
        .when(value >= p.scores.low, "low")
        .otherwise("none")
    )


def _addressed(rows: DataFrame) -> DataFrame:
    """Dwelling and township of everybody counted as present; children live where the parent they follow lives."""
    follows = F.col("rule_id") == "R-08"
    here = F.col("status_code").isin([c for c, s in CODES.items() if s.present] + ["13", "14", "61", "92"])
    township = F.when(follows, F.coalesce("parent_township", "home_township")).otherwise(F.col("home_township"))
    dwelling = F.when(follows, F.coalesce("parent_dwelling", "home_dwelling")).otherwise(F.col("home_dwelling"))
    known = F.coalesce(township, F.col("hukou_township"), F.lit(NOWHERE))
    return rows.withColumn("dwelling_id", F.when(here, dwelling)).withColumn("township", F.when(here, known))


def _flags(rows: DataFrame, p: Parameters) -> DataFrame:
    """Class and counts. Cases to be verified count for some days as if the newest negative signs were absent (R-09, 92).

    A provisional resident has a status and is not counted: the resident that it probably is counts. Nor is a mention of
    somebody with neither number nor birth date.
    """
    code = F.col("status_code")
    held = F.col("newest_neg") >= F.date_sub("today", p.days.conflict_hold)
    instead = F.filter("fired", lambda one: ~one["rule"].isin("R-00", "R-01", "R-04d", "R-09"))[0]["code"]
    counted = F.when(code.isin("61", "92") & held, instead).otherwise(code)
    single = F.col("not_counted").isNull()
    return (
        rows.withColumn("counted", counted)
        .withColumn("status_class", among(code, {c: s.kind for c, s in CODES.items()}))
        .withColumn("counts_usual", single & F.col("counted").isin([c for c, s in CODES.items() if s.usual]))
        .withColumn("counts_present", single & F.col("counted").isin([c for c, s in CODES.items() if s.present]))
        .withColumn("counts_hukou", single & F.col("local") & ~code.isin("91", "99"))
    )


def next_change(p: Parameters) -> Column:
    """The first day after tonight on which a clock alone moves a fact of the rules; the slow fading of the score is left out."""
    silent_from = F.coalesce("gone_on", "left_with", "last_seen", "registered_on")
    days = [
        F.when(~F.col("half_year"), F.add_months("came_by", p.months.half_year)),
        F.when(~F.col("half_year"), F.add_months("away_since", p.months.half_year)),
        F.col("here_until"),
        F.date_add("here_until", p.days.keep),
        F.date_add("last_seen", p.days.keep + 1),
        F.date_add("last_seen", longest(p) + 1),
        F.date_add("birth_date", p.days.newborn),
        F.when(F.col("local"), F.date_add("registered_on", p.days.newly_registered)),
        F.when(F.col("local"), F.date_add(silent_from, p.days.absent)),
        F.when(F.col("local"), F.date_add(silent_from, p.days.silent)),
        F.add_months("birth_date", 12 * p.age.child),
        F.add_months("birth_date", 12 * p.age.minor),
        F.when(F.col("status_code").isin("61", "92"), F.date_add("newest_neg", p.days.conflict_hold + 1)),
    ]
    soon = F.array_compact(F.array(*[F.when((d > F.col("today")) & (d < F.lit("9999-01-01")), d) for d in days]))
    return F.when(~F.col("status_code").isin("91", "99"), F.array_min(soon))
