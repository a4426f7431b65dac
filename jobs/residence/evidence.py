"""The evidence score by independent departments, and what else the rules read of a resident's signs (domain §1.3).

c = 1 − Π over departments (1 − its strongest sign tonight). Departments that copy one another count as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.codes import ADDRESS_ORDER
from jobs.residence.parameters import Parameters
from jobs.residence.signs import among, in_force, stands

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def scores(rows: DataFrame, p: Parameters) -> DataFrame:
    """Per resident: c_pos, c_neg, c_open (negatives that no newer A sign answers), newest events, deaths, departures, the
    chosen dwelling, and the strongest sign of every department for the explanation."""
    return _by_resident(_by_department(rows, p))


def _by_department(rows: DataFrame, p: Parameters) -> DataFrame:
    positive, negative = F.col("strength").isNotNull(), F.col("strength").isNull()
    here = positive & F.col("in_district").isNotNull() & ~F.col("in_district")
    counted = positive & ~here
    visited = F.col("sign") == "S10"
    days = F.size(F.collect_set(F.when(visited & (F.col("since") > F.date_sub("today", p.days.visits_window)), F.col("since"))))
    more = (p.signs["S10"].three_visits or 0.0) / p.signs["S10"].weight
    visits = F.coalesce(F.max(F.when(visited & counted, F.col("value"))), F.lit(0.0)) * F.when(days >= 3, more).otherwise(1.0)
    others = F.coalesce(F.max(F.when(~visited & counted, F.col("value"))), F.lit(0.0))
    open_negative = negative & F.coalesce(F.col("since") > F.col("newest_a"), F.lit(True)) & ~F.col("answered")
    return rows.groupBy("resident_id", "grp").agg(
        F.greatest(visits, others).alias("pos"),
        F.coalesce(F.max(F.when(negative, F.col("value"))), F.lit(0.0)).alias("neg"),
        F.coalesce(F.max(F.when(open_negative, F.col("value"))), F.lit(0.0)).alias("open"),
        F.max(F.when(counted, _shown())).alias("for_it"),
        F.max(F.when(negative, _shown())).alias("against"),
        F.max(F.when(_home(), _address(p))).alias("address"),
        F.min(F.when(_first_gone(p), _left_by(p))).alias("gone_on"),
        *(F.max(value).alias(name) for name, value in _newest(p).items()),
        F.min(F.when(F.col("sign") == "N09", F.col("since"))).alias("death_on"),
        F.max(F.when(F.col("sign") == "N08", F.struct("since", "detail"))).alias("abroad"),
    )


def _by_resident(parts: DataFrame) -> DataFrame:
    newest = [F.max(name).alias(name) for name in _NEWEST]
    return parts.groupBy("resident_id").agg(
        _together("pos").alias("c_pos"),
        _together("neg").alias("c_neg"),
        _together("open").alias("c_open"),
        F.reverse(F.array_sort(F.collect_list("for_it"))).alias("for_it"),
        F.reverse(F.array_sort(F.collect_list("against"))).alias("against"),
        F.max("address").alias("address"),
        F.min("gone_on").alias("gone_on"),
        *newest,
        F.min("death_on").alias("death_on"),
        F.count("death_on").cast("int").alias("death_sources"),
        F.max("abroad")["detail"].alias("abroad"),
        F.max("abroad")["since"].alias("abroad_on"),
    )


def _first_gone(p: Parameters) -> Column:
    """A departure unanswered that stands, or is newer than every A and B event: the first of them is when the absence began."""
    newer = stands(p) | F.coalesce(F.col("since") > F.col("own_ab"), F.lit(True))
    return F.col("leaving") & ~F.col("answered") & newer


def _left_by(p: Parameters) -> Column:
    """The day by which the person had left: one found gone by a visitor had left before, but not before last met here."""
    found = (F.col("sign") == "N03") & F.coalesce(F.col("detail").isin(p.found_gone), F.lit(False))
    before = F.greatest(F.date_sub("since", p.days.found_gone_after), "own_ab")  # greatest passes over nulls
    return F.when(found, before).otherwise(F.col("since"))


def _together(column: str) -> Column:
    """1 − Π(1 − part), multiplied in sorted order so that the result never depends on row order."""
    return F.round(
        1.0 - F.aggregate(F.array_sort(F.collect_list(column)), F.lit(1.0), lambda rest, part: rest * (1.0 - part)),
        4,
    )


def _shown() -> Column:
    """What the explanation says of a sign: its part in the score first, so that the strongest sorts highest."""
    return F.struct("value", "since", "sign", "dept", "record_id", "until", "weight", F.round("decay", 4).alias("decay"))


def _placed() -> Column:
    """The sign itself names the dwelling."""
    named = F.coalesce("dwelling_id", "township").isNotNull()
    return (F.col("place") == "dwelling") & F.col("here") & named


def _home() -> Column:
    """Signs that may tell the dwelling: by themselves, or by the text of their own row."""
    named = F.coalesce("text_dwelling", "text_township").isNotNull()
    text = (F.col("sign") != "S19") & F.coalesce(F.col("text_here"), F.lit(False)) & named
    return F.col("strength").isNotNull() & (_placed() | text)


def _address(p: Parameters) -> Column:
    """What a dwelling candidate is ranked by: its tier, its place among A signs in force, then the newest. A dwelling that was
    left since tells least; rows of continuing relations keep their first address."""
    sign, strength = F.col("sign"), F.col("strength")
    official = strength.isin("A", "A-")
    lately = F.col("last") > F.date_sub("today", p.days.settled_window)
    dwelling = F.when(_placed(), F.col("dwelling_id")).otherwise(F.col("text_dwelling"))
    told = F.when(strength.isin("A", "A-", "B"), F.col("event"))
    left = F.exists("leaves", lambda d: (d["dwelling_id"] == dwelling) & F.coalesce(d["since"] > told, F.lit(True)))
    tier = (
        F.when(F.coalesce(left, F.lit(False)) & ~sign.isin("S03", "S20"), -1)
        .when(official & in_force(), 6)
        .when(official & lately, 5)
        .when(official, 0)
        .when(strength.isin("B", "C"), 4)
        .when(sign == "S03", 2)
        .when(sign == "S20", 1)
        .otherwise(3)
    )
    place = among(sign, {code: -position for position, code in enumerate(ADDRESS_ORDER)})
    return F.struct(
        tier.alias("tier"),
        F.when(tier == 6, place).otherwise(0).alias("place"),
        F.col("event"),
        F.when(_placed(), F.col("township")).otherwise(F.col("text_township")).alias("township"),
        dwelling.alias("dwelling_id"),
        sign,
        F.col("record_id"),
    )


def _newest(p: Parameters) -> dict[str, Column]:
    """Newest dates and flags of a resident's signs, each named for the rules."""
    sign, strength, here = F.col("sign"), F.col("strength"), F.col("here")
    official = strength.isin("A", "A-") & here
    own = strength.isin("A", "A-", "B", "C") & here
    elsewhere = sign.isin([c for c, n in p.negatives.items() if n.elsewhere])
    works = sign.isin([c for c, s in p.signs.items() if s.work])
    return {
        "in_force": official & in_force(),
        "newest_ab": F.when(strength.isin("A", "A-", "B") & here, F.col("event")),
        "newest_b": F.when(strength == "B", F.col("last")),
        "newest_own": F.when(own, F.col("last")),
        "newest_event": F.when(own, F.col("event")),
        "newest_neg": F.when(strength.isNull(), F.col("since")),
        "newest_a": F.when(official, F.col("event")),
        "departed_on": F.when(F.col("leaving") & ~F.col("answered"), F.col("since")),
        "stands": F.col("leaving") & ~F.col("answered") & stands(p),
        "elsewhere_on": F.when(elsewhere & ~F.col("answered"), F.col("since")),
        "listed": sign.isin(p.listed),
        "any_on": F.when(strength.isNotNull() & (sign != "S03"), F.col("last")),
        "registered_on": F.when(sign == "S03", F.col("since")),
        "worked_on": F.when(works, F.col("last")),
        "strong_death": (sign == "N09") & F.coalesce(F.col("detail").isin(p.strong_deaths), F.lit(False)),
        "insured_until": F.when(sign == "S12", F.col("ends")),
        "owns": (sign == "S20") & here & in_force(),
        "dwells": F.when(official, F.lit(True)),
    }


_NEWEST = (
    *("in_force", "newest_ab", "newest_b", "newest_own", "newest_event", "newest_neg", "departed_on", "elsewhere_on", "any_on"),
    *("registered_on", "worked_on", "listed", "strong_death", "insured_until", "owns", "dwells"),
    *("newest_a", "stands"),
)
