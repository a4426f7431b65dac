"""The residency index of every resident on DataFrames, and where it strongly disagrees with the rules.

Each delivered sign of life is an interval; each period (half a year, the newest ends tonight) in which it lies is one bit of
a mask per person and sign. Nothing of the rules enters but who is a certain resident and who certainly is none, from which
the weights are estimated anew every night, apart for people with and without local hukou.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyspark.sql import functions as F

from jobs.residence.derived import believed
from jobs.residence.index_weights import ONE, IndexParameters, threshold, weights
from jobs.residence.parameters import Parameters

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


class Told(NamedTuple):
    """What the index reads. `residents` carries `today`; `residence` are tonight's rows of RESIDENCE."""

    residents: DataFrame
    resident_records: DataFrame
    records: DataFrame
    signs: DataFrame
    residence: DataFrame


class Index(NamedTuple):
    """Rows of RESIDENCY_INDEX; the weights by (local hukou, sign) in millionths; the threshold."""

    rows: DataFrame
    weights: dict[tuple[bool, str], int]
    threshold: float


def residency_index(told: Told, p: IndexParameters, rules: Parameters) -> Index:
    """The index of everybody: two small results (counts by sign, a histogram) pass through the driver."""
    people = _people(told, p).localCheckpoint()
    signs = _signs(told, p, rules).localCheckpoint()
    masks = _masks(signs, people, p).localCheckpoint()
    weighed = weights(_seen(masks), _classes(people), p)
    own = _index(masks, weighed, p).localCheckpoint()
    rows = _with_parents(own, people, p).localCheckpoint()
    bound = threshold(_histogram(rows), p)
    return Index(_described(rows, bound, p), weighed, bound)


def _people(told: Told, p: IndexParameters) -> DataFrame:
    """resident_id, today, local, certain (true, false or null), present, mother_id, father_id, small."""
    present, band = F.col("counts_present"), F.col("band")
    absent = F.col("status_code").isin(p.absent_codes) & band.isin(p.absent_bands)
    certain = F.when(present & band.isin(p.resident_bands), True).when(~present & absent, False)
    status = told.residence.select(
        "resident_id", (F.col("nature") == "LOCAL_HUKOU").alias("local"), certain.alias("certain"), present.alias("present"),
        "status_class",
    )  # fmt: skip
    small = F.coalesce(F.add_months("birth_date", 12 * p.child) > F.col("today"), F.lit(False))
    who = told.residents.select("resident_id", "today", "mother_id", "father_id", small.alias("small"))
    return who.join(status, "resident_id", how="inner")


def _signs(told: Told, p: IndexParameters, rules: Parameters) -> DataFrame:
    """resident_id, today, sign, since, until (first day after), leaves, dies: delivered signs that are known and told here."""
    sign, today = F.col("sign"), F.col("today")
    whose = told.resident_records.select("record_id", "resident_id").join(
        told.residents.select("resident_id", "today"), "resident_id", how="inner"
    )
    closed = told.records.select("record_id", "closed_on").where(F.col("closed_on").isNotNull())
    weak = F.lit(False)
    for code, negative in rules.negatives.items():
        weak = weak | ((sign == code) & F.coalesce(F.col("detail").isin(negative.weak_details or []), F.lit(False)))
    point = sign.isin([code for code, one in rules.signs.items() if one.shape == "point"])
    until = F.when(point, F.date_add("from_date", 1)).otherwise(F.coalesce("to_date", "closed_on", F.date_add(today, 1)))
    positive = sign.isin(list(rules.signs)) & F.coalesce("in_district", F.lit(True))
    leaves, dies = sign.isin(p.exits) & ~weak, sign.isin(p.death)
    kept = believed(told.signs, rules).where(sign.isin([*rules.signs, *p.exits, *p.death]))
    return (
        kept.join(whose, "record_id", how="inner")
        .join(closed, "record_id", how="left")
        .where((F.col("from_date") <= today) & (F.col("known_from") <= today) & (positive | leaves | dies))
        .select(
            "resident_id", "today", "sign", F.col("from_date").alias("since"),
            F.least(until, F.date_add(today, 1)).alias("until"), leaves.alias("leaves"), dies.alias("dies"),
        )
    )  # fmt: skip


def _masks(signs: DataFrame, people: DataFrame, p: IndexParameters) -> DataFrame:
    """resident_id, local, certain, sign, mask: bit k is set when the sign lies in period k. What began before a stated
    departure ends with it; within the period of the departure it counts, since most departures are moves inside the district."""
    left = signs.where("leaves").groupBy("resident_id").agg(F.max("since").alias("left_on"))
    until = F.when(F.col("since") < F.col("left_on"), F.least("until", "left_on")).otherwise(F.col("until"))
    lived = signs.where(~F.col("leaves") & ~F.col("dies"))
    oldest = F.least(_period(F.col("since"), p), F.lit(p.windows - 1))
    newest = _period(F.date_sub("until", 1), p)
    mask = F.pow(F.lit(2.0), oldest + 1).cast("long") - F.pow(F.lit(2.0), newest).cast("long")
    clipped = lived.join(left, "resident_id", how="left").withColumn("until", until)
    inside = clipped.where((F.col("until") > F.col("since")) & (newest <= oldest))
    grouped = inside.groupBy("resident_id", "sign").agg(F.bit_or(mask).alias("mask"))
    gone = signs.where(F.col("leaves") | F.col("dies")).groupBy("resident_id").agg(
        F.min(F.when(F.col("leaves"), _period(F.col("since"), p))).alias("departed"), F.max("dies").alias("dead")
    )  # fmt: skip
    return grouped.join(gone, "resident_id", how="full").join(
        people.select("resident_id", "local", "certain"), "resident_id", how="inner"
    )


def _period(day: Column, p: IndexParameters) -> Column:
    """In which period a day lies; 0 ends tonight."""
    return F.floor(F.date_diff(F.col("today"), day) / F.lit(p.window_days)).cast("int")


def _seen(masks: DataFrame) -> dict[tuple[bool, str], tuple[int, int]]:
    """How many certain residents and non-residents have each sign in the newest period."""
    now = masks.where(F.col("certain").isNotNull() & F.col("sign").isNotNull()).where(F.col("mask").bitwiseAND(F.lit(1)) == 1)
    counts = now.groupBy("local", "sign").agg(_count(F.col("certain")).alias("yes"), _count(~F.col("certain")).alias("no"))
    return {(r["local"], r["sign"]): (r["yes"], r["no"]) for r in counts.collect()}


def _classes(people: DataFrame) -> dict[bool, tuple[int, int]]:
    counts = people.groupBy("local").agg(_count(F.col("certain")).alias("yes"), _count(~F.col("certain")).alias("no"))
    return {r["local"]: (r["yes"], r["no"]) for r in counts.collect()}


def _count(condition: Column) -> Column:
    return F.sum(F.coalesce(condition, F.lit(False)).cast("long"))


def _index(masks: DataFrame, weighed: dict[tuple[bool, str], int], p: IndexParameters) -> DataFrame:
    """resident_id, own, x0 (evidence of the newest period), dead, signs (codes seen in it); nobody without any sign."""
    known = [(local, sign, value) for (local, sign), value in weighed.items()]
    prices = masks.sparkSession.createDataFrame(known, "local boolean, sign string, price long")
    priced = masks.join(F.broadcast(prices), ["local", "sign"], how="left").withColumn("price", F.coalesce("price", F.lit(0)))
    bits = [F.shiftright("mask", k).bitwiseAND(F.lit(1)) * F.col("price") for k in range(p.windows)]
    rows = priced.groupBy("resident_id").agg(
        *[(F.least(F.coalesce(F.sum(bit), F.lit(0)), F.lit(ONE)) / ONE).alias(f"x{k}") for k, bit in enumerate(bits)],
        (F.length(F.bin(F.max("mask"))) - 1).alias("first"),
        F.min("departed").alias("departed"),
        F.max("dead").alias("dead"),
        F.array_sort(F.collect_set(F.when(F.col("mask").bitwiseAND(F.lit(1)) == 1, F.col("sign")))).alias("signs"),
    )
    return rows.select("resident_id", F.round(_recursion(p), 4).alias("own"), "x0", "dead", "signs")


def _recursion(p: IndexParameters) -> Column:
    """`index_of` as a column."""
    value = F.lit(0.0)
    for period in range(p.windows - 1, -1, -1):
        x = F.coalesce(f"x{period}", F.lit(0.0))
        leaves = F.coalesce(F.col("departed") == period, F.lit(False))
        enters = F.coalesce(F.col("first") == period, F.lit(False)) & ~leaves
        carried = F.when(leaves, 0.0).otherwise(value)
        value = F.when(enters, x).otherwise(p.stability * carried + (1 - p.stability) * x)
    return value


def _with_parents(own: DataFrame, people: DataFrame, p: IndexParameters) -> DataFrame:
    """People with `residency_index`, `basis` (own, mother, father, dead, none), `evidence` and `signs`. A small child has its
    mother's index (without her, its father's) unless its own is higher."""
    value = F.when(F.coalesce("dead", F.lit(False)), 0.0).otherwise(F.coalesce("own", F.lit(0.0)))
    mine = people.join(own, "resident_id", how="left").withColumn("value", value)
    mother = mine.select(F.col("resident_id").alias("mother_id"), F.col("value").alias("of_mother"))
    father = mine.select(F.col("resident_id").alias("father_id"), F.col("value").alias("of_father"))
    joined = mine.join(mother, "mother_id", how="left").join(father, "father_id", how="left")
    dead = F.coalesce("dead", F.lit(False))
    parent = F.when(F.col("small") & ~dead, F.coalesce("of_mother", "of_father"))
    follows = F.coalesce(parent > F.col("value"), F.lit(False))
    basis = (
        F.when(dead, "dead")
        .when(follows & F.col("of_mother").isNotNull(), "mother")
        .when(follows, "father")
        .when(F.col("own").isNull(), "none")
        .otherwise("own")
    )
    return joined.select(
        "resident_id", "certain", "present", "status_class", basis.alias("basis"), F.coalesce("x0", F.lit(0.0)).alias("evidence"),
        F.when(follows, parent).otherwise(F.col("value")).alias("residency_index"),
        F.coalesce("signs", F.array().cast("array<string>")).alias("signs"),
    )  # fmt: skip


def _histogram(rows: DataFrame) -> list[tuple[bool, float, int]]:
    """(certain resident?, index down to hundredths, persons)."""
    value = F.floor(F.col("residency_index") * 100) / 100
    counts = rows.where(F.col("certain").isNotNull()).groupBy("certain", value.alias("value")).agg(F.count("*").alias("persons"))
    return [(r["certain"], float(r["value"]), r["persons"]) for r in counts.collect()]


def _described(rows: DataFrame, bound: float, p: IndexParameters) -> DataFrame:
    """Rows of RESIDENCY_INDEX. Nobody dead or void by the rules is a doubt."""
    value, lives = F.col("residency_index"), ~F.col("status_class").isin("D", "X")
    doubt = F.when(F.col("present") & (value <= p.doubt_low), "rules_only").when(
        ~F.col("present") & lives & (value >= p.doubt_high), "index_only"
    )
    return rows.select(
        "resident_id", "residency_index", "evidence", "basis", (value >= bound).alias("resident_by_index"), "signs",
        doubt.alias("doubt"), F.lit(p.version).alias("index_version"),
    )  # fmt: skip
