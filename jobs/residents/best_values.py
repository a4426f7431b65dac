"""The best value of each attribute of a resident, with the record it comes from.

The department most trusted for the attribute wins (contracts, `trust`), then the better grade, then the person's own
row over a mention in another's, then the newest, then the smaller record id. A row in force beats a closed one where
the attribute belongs to a moment (phone, hukou); identity does not expire with its row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

UNTRUSTED = 9
"""Rank of a department whose contract does not name the attribute."""
ID_TYPES = (
    "citizen",
    "hkmt_residence",
    "foreigner_pr",
    "hk_macao_pass",
    "taiwan_pass",
    "passport",
    "birth_certificate",
    "school",
)
Ranks = dict[str, dict[str, int]]
"""Attribute → department → rank of trust, 1 is best."""


@dataclass(frozen=True)
class Attribute:
    """One attribute: the order of what decides, and the grades of a column where the value has one."""

    name: str
    order: tuple[str, ...]
    grade_column: str = ""
    grades: dict[str, int] = field(default_factory=dict)
    kind: tuple[str, ...] = ()  # id types, best first


LASTING = ("rank", "grade", "own", "open", "newest")
ATTRIBUTES = (
    Attribute(
        "id_number", ("kind", *LASTING), "id_grade", {"OK": 0, "OK_15": 1, "REPAIRED": 2}, kind=ID_TYPES
    ),
    Attribute("name", LASTING, "name_kind", {"han": 0, "dotted": 0, "foreign": 1, "damaged": 2, "newborn": 3}),
    Attribute("sex", LASTING),
    Attribute("birth_date", LASTING, "birth_date_basis", {"stated": 0, "number": 1}),
    Attribute("ethnic", LASTING),
    Attribute("nationality", LASTING),
    Attribute("phone", ("open", "newest", "rank", "own")),
    Attribute("hukou_division", ("open", "rank", "newest", "own")),
)  # fmt: skip
COLUMNS = (
    "record_id", "dept", "role", "known_from", "closed_on", "id_type", "id_number", "id_grade", "name", "name_kind", "sex",
    "birth_date", "birth_date_basis", "ethnic", "nationality", "phone", "hukou_division", "hukou_active",
)  # fmt: skip
"""What of a record is needed here."""


def best_values(records: DataFrame, members: DataFrame, ranks: Ranks) -> DataFrame:
    """One row a resident: its best values and their sources. `members`: record_id, resident_id."""
    own = records.select(*COLUMNS).join(members.select("record_id", "resident_id"), "record_id", how="inner")
    grouped = own.groupBy("resident_id").agg(
        F.count(F.lit(1)).alias("records"),
        F.sort_array(F.collect_set("dept")).alias("departments"),
        F.coalesce(F.max(F.col("hukou_active") & F.col("closed_on").isNull()), F.lit(False)).alias("hukou_active"),
        *(_best(a, ranks.get(a.name, {})).alias(f"best_{a.name}") for a in ATTRIBUTES),
    )
    values = [
        column
        for a in ATTRIBUTES
        for column in (
            F.col(f"best_{a.name}.value").alias(a.name),
            F.col(f"best_{a.name}.record_id").alias(f"{a.name}_source"),
        )
    ]
    id_type = F.col("best_id_number.id_type").alias("id_type")
    return grouped.select("resident_id", "records", "departments", "hukou_active", id_type, *values)


def _best(attribute: Attribute, ranks: dict[str, int]) -> Column:
    """The smallest of (what decides, record id, value) among records that have a value."""
    keys = {
        "kind": lambda: _rank(F.col("id_type"), {t: i for i, t in enumerate(attribute.kind)}, len(attribute.kind)),
        "rank": lambda: _rank(F.col("dept"), ranks, UNTRUSTED),
        "grade": lambda: _rank(F.col(attribute.grade_column or "dept"), attribute.grades, UNTRUSTED),
        "own": lambda: (F.col("role") != "self").cast("int"),
        "open": lambda: F.col("closed_on").isNotNull().cast("int"),
        "newest": lambda: F.datediff(F.lit("1970-01-01").cast("date"), F.col("known_from")),
    }
    parts = [keys[each]().alias(each) for each in attribute.order]
    value = [F.col("record_id"), F.col(attribute.name).alias("value")]
    if attribute.kind:
        value.append(F.col("id_type"))
    return F.min(F.when(F.col(attribute.name).isNotNull(), F.struct(*parts, *value)))


def _rank(column: Column, ranks: dict[str, int], other: int) -> Column:
    """A rank by value; unknown and missing ones rank `other`."""
    result = F.lit(other)
    for value, rank in sorted(ranks.items(), reverse=True):
        result = F.when(column == value, F.lit(rank)).otherwise(result)
    return result
