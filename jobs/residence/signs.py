"""Signs of life become intervals of evidence: since when, until when, how strong, where (domain §1.3, evidence table).

One evidence row is one sign of one resident. Beside the columns of SIGNS it holds

- `ends`: first day on which it no longer keeps the person present (carry included); `last`: last day really observed
- `event`: the day that newer departures are compared with; `value`: weight × decay tonight
- `here`: its place is in the district; `text_here`: the dwelling text of its own row is in the district

`resident_wide` then adds what one sign must know of its owner's other signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import Window
from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

FOREVER = "9999-12-31"


def evidence(signs: DataFrame, members: DataFrame, p: Parameters, groups: Mapping[str, str]) -> DataFrame:
    """Signs of every resident as intervals. `members` has record_id, resident_id, today, local, hukou_township, closed_on,
    text_dwelling, text_township, text_here, cards; `groups` maps departments that copy one another to one word."""
    known = (F.col("from_date") <= F.col("today")) & (F.col("known_from") <= F.col("today"))
    point = F.col("sign").isin([c for c, s in p.signs.items() if s.shape == "point"]) | F.col("sign").startswith("N")
    sound = F.col("to_date").isNull() | (F.col("to_date") > F.col("from_date")) | point
    rows = signs.join(members, "record_id", how="inner").where(known & sound)
    confirmed = F.max("from_date").over(Window.partitionBy("record_id", "sign"))
    named = rows.select(
        *("resident_id", "today", "local", "hukou_township", "record_id", "sign", "dept", "detail", "place", "in_district"),
        *("dwelling_id", "township", "text_dwelling", "text_township", "text_here", "cards"),
        F.coalesce(among(F.col("dept"), groups), F.col("dept")).alias("grp"),
        F.col("from_date").alias("since"),
        confirmed.alias("confirmed"),
        F.when(point, F.when(F.col("to_date") > F.col("from_date"), F.col("to_date"))).otherwise(_closed()).alias("until"),
        among(F.col("sign"), {c: s.strength for c, s in p.signs.items()}).alias("strength"),
    )
    return _valued(_dated(named, p), p)


def _closed() -> Column:
    """A continuing sign ends as stated, else when its source row was closed."""
    closed = F.when(F.col("closed_on").isNotNull(), F.greatest("closed_on", F.date_add("from_date", 1)))
    return F.coalesce("to_date", closed)


def among(code: Column, table: Mapping[str, Any]) -> Column:
    """The value that a table gives a code; null where it gives none."""
    chain = None
    for value in dict.fromkeys(v for v in table.values() if v is not None):
        said = code.isin([k for k, v in table.items() if v == value])
        chain = F.when(said, F.lit(value)) if chain is None else chain.when(said, F.lit(value))
    return F.lit(None).cast("string") if chain is None else chain


def _dated(rows: DataFrame, p: Parameters) -> DataFrame:
    """`ends`, `last` and `event` by the sign's shape and carry; negatives are points."""
    sign, since, until, today = (F.col(c) for c in ("sign", "since", "until", "today"))
    continuing = sign.isin([c for c, s in p.signs.items() if s.shape == "continuing"])
    permit = F.col("detail").isin("residence_permit", "permanent")
    carry = among(sign, {c: s.carry for c, s in p.signs.items()})
    longer = F.when(permit, among(sign, {c: s.carry_permit for c, s in p.signs.items() if s.carry_permit}))
    start = F.when(continuing, F.col("confirmed")).otherwise(since)  # every confirmation of a row starts its time anew
    bound = F.coalesce(F.date_add(start, F.coalesce(longer, carry).cast("int")), F.lit(FOREVER).cast("date"))
    ends = (
        F.when(F.col("strength").isNull(), F.date_add(since, 1))
        .when(continuing, F.least(F.coalesce(until, bound), bound))
        .otherwise(F.greatest(until, bound))  # greatest and least pass over nulls
    )
    last = (
        F.when(F.col("strength").isNull(), since)
        .when(continuing, F.least(F.date_sub("ends", 1), today))
        .otherwise(F.least(F.coalesce(F.date_sub(until, 1), since), today))
    )
    return (
        rows.withColumn("ends", ends)
        .withColumn("last", last)
        .withColumn("event", F.when(F.col("strength").isin("B", "C"), F.col("last")).otherwise(since))
        .withColumn("here", F.col("place").isin("dwelling", "district", "work") & F.coalesce("in_district", F.lit(True)))
    )


def _valued(rows: DataFrame, p: Parameters) -> DataFrame:
    """`weight`, `decay` and `value`: the sign's part in the evidence score tonight."""
    sign = F.col("sign")
    plain = {c: s.weight for c, s in p.signs.items()} | {c: n.weight for c, n in p.negatives.items()}
    weak = {c: n.weak for c, n in p.negatives.items() if n.weak}
    half = {c: s.half_life for c, s in (p.signs | p.negatives).items()}
    age = F.greatest(F.lit(0), F.date_diff(F.col("today"), F.date_sub("ends", 1)))
    decay = F.coalesce(F.pow(F.lit(2.0), -age / among(sign, half)), F.lit(1.0))
    weight = F.coalesce(F.when(_is_weak(p), among(sign, weak)), among(sign, plain))
    return rows.withColumn("weight", weight).withColumn("decay", decay).withColumn("value", F.round(weight * decay, 6))


def _is_weak(p: Parameters) -> Column:
    """An administrative cancellation, a caller whom nobody knew: little is said, and no departure."""
    told = F.lit(False)
    for code, negative in p.negatives.items():
        if negative.weak_details:
            told = told | ((F.col("sign") == code) & F.col("detail").isin(negative.weak_details))
    return _known(told)


def resident_wide(rows: DataFrame, p: Parameters) -> DataFrame:
    """Beside every sign what it must know of the others of its resident:

    `supported` (a dwelling sign or an open grid card lets work, school and visits create presence), `newest_a`, `own_ab`
    (newest A or B event), `leaves` (departure signs), `breaks` (those that end the chain outside the hukou township),
    `outside` (longer stays elsewhere), `leaving` (a departure sign) and `answered` (it was only a move inside the district).
    """
    mine = Window.partitionBy("resident_id")
    recent = F.col("ends") > F.date_sub("today", p.days.support)
    away = F.col("strength").isin("A", "A-", "C") & ~F.coalesce(F.col("in_district"), F.lit(True))
    long = F.date_diff("ends", "since") > p.days.elsewhere_breaks
    told = rows.withColumn("leaving", _departure(p)).withColumn(
        "leaves", F.collect_list(F.when(F.col("leaving"), F.struct("since", where().alias("dwelling_id")))).over(mine)
    )
    cut = told.withColumn("ends", F.when(_left_after_it(), F.date_add("last", 1)).otherwise(F.col("ends")))
    lives = F.when(_official() & F.col("here"), F.col("event"))
    stays = F.when(in_force(), lives)
    wide = cut.select(
        "*",
        (F.coalesce(F.max(_dwells(p) & recent).over(mine), F.lit(False)) | F.col("cards").isNotNull()).alias("supported"),
        F.max(F.when(F.col("strength").isin("A", "A-", "B") & F.col("here"), F.col("event"))).over(mine).alias("own_ab"),
        F.max(lives).over(mine).alias("newest_a"),
        F.max(stays).over(mine).alias("stay"),
        F.max(F.when(F.col("dwelling_id").isNotNull(), stays)).over(mine).alias("stay_named"),
        F.collect_list(F.when(away & long, F.struct("since", "ends"))).over(mine).alias("outside"),
        F.max(lives).over(Window.partitionBy("resident_id", "record_id")).alias("left_record"),
        F.max(lives).over(Window.partitionBy("resident_id", "dwelling_id")).alias("left_dwelling"),
    )
    departs = F.col("sign").isin([c for c, n in p.negatives.items() if n.departure])
    answered = wide.withColumn("answered", departs & _answered(p))
    breaks = F.when(F.col("leaving") & ~(F.col("sign").isin(p.from_dwelling) & F.col("answered")), F.col("since"))
    broken = answered.withColumn("breaks", F.collect_list(breaks).over(mine))
    return broken.drop("stay", "stay_named", "left_record", "left_dwelling", "confirmed")


def where() -> Column:
    """The dwelling that a sign names, else the text of its row."""
    return F.coalesce("dwelling_id", "text_dwelling")


def _left_after_it() -> Column:
    """A departure sign ends what carry alone presumes, at the same dwelling or where a dwelling is unknown."""
    return (F.col("ends") > F.date_add("last", 1)) & F.exists(
        "leaves",
        lambda d: (d["since"] > F.col("last")) & F.coalesce(d["dwelling_id"] == where(), F.lit(True)),
    )


def in_force() -> Column:
    """The sign covers tonight, carry included."""
    return (F.col("since") <= F.col("today")) & (F.col("ends") > F.col("today"))


def _official() -> Column:
    return _known(F.col("strength").isin("A", "A-"))


def _dwells(p: Parameters) -> Column:
    """A dwelling-type sign: A or A−, a passive sign naming a dwelling here, or a row whose dwelling text lies here."""
    named = (F.col("strength") == "D") & (F.col("place") == "dwelling") & F.col("in_district")
    told = F.col("strength").isin("B", "C", "D") & F.col("text_here") & (F.col("sign") != "S19")
    return _known(_official() & F.col("here")) | _known(named) | _known(told)


def _known(condition: Column) -> Column:
    return F.coalesce(condition, F.lit(False))


def _departure(p: Parameters) -> Column:
    """True departure signs; a hukou moved out is none of a person who holds a local one."""
    departs = F.col("sign").isin([c for c, n in p.negatives.items() if n.departure])
    return departs & ~_is_weak(p) & ~(F.col("local") & (F.col("sign") == "N01"))


def stands(p: Parameters) -> Column:
    """A register's statement that the person lives elsewhere."""
    return F.col("sign").isin([c for c, n in p.negatives.items() if n.stands])


def _answered(p: Parameters) -> Column:
    """A departure from one dwelling is a move inside the district when an open grid card or a sign in force names another one,
    the sign later than anything named the first; a school left or a tenancy ended says nothing while an A sign stands; what stands
    is answered by a newer A sign alone."""
    unnamed = F.col("dwelling_id").isNull()
    named_last = F.greatest("left_record", F.when(~unnamed, F.col("left_dwelling")))
    stay = F.when(unnamed, F.col("stay")).otherwise(F.col("stay_named"))
    later = stay.isNotNull() & F.coalesce(stay > named_last, F.lit(True))
    card = (F.col("sign") != "N05") & F.exists("cards", lambda c: c["dwelling_id"] != where())
    moved = (F.col("sign").isin("N05", "N06") & F.col("stay").isNotNull()) | later | F.coalesce(card, F.lit(False))
    return F.when(stands(p), _known(F.col("newest_a") > F.col("since"))).otherwise(moved)
