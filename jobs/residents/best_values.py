"""The best value of each attribute of a resident, with the record it comes from.

The department most trusted for the attribute wins (contracts, `trust`), then the better grade, then the person's own
row over a mention in another's, then the newest, then the smaller record id. A row in force beats a closed one where
the attribute belongs to a moment (phone, hukou); identity does not expire with its row.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

from jobs.tables import RESIDENTS

MOST_RECORDS = 3_000_000
"""Records whose residents are worked out at once, some 3 GB."""
UNTRUSTED = 9
"""Rank of a department whose contract does not name the attribute; also of an unknown grade or id type."""
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
    """One attribute: what decides, in order, and the grades of a column where the value has one."""

    name: str
    order: tuple[str, ...]
    grade_column: str = ""
    grades: dict[str, int] = field(default_factory=dict)


LASTING = ("rank", "grade", "own", "open", "newest")
ATTRIBUTES = (
    Attribute("id_number", ("kind", *LASTING), "id_grade", {"OK": 0, "OK_15": 1, "REPAIRED": 2}),
    Attribute("name", LASTING, "name_kind", {"han": 0, "dotted": 0, "foreign": 1, "damaged": 2, "newborn": 3}),
    Attribute("sex", LASTING),
    Attribute("birth_date", LASTING, "birth_date_basis", {"stated": 0, "number": 1}),
    Attribute("ethnic", LASTING),
    Attribute("nationality", LASTING),
    Attribute("phone", ("open", "newest", "rank", "own")),
    Attribute("hukou_division", ("open", "rank", "newest", "own")),
)
COLUMNS = (
    "record_id", "dept", "role", "known_from", "closed_on", "id_type", "id_number", "id_grade", "name", "name_kind", "sex",
    "birth_date", "birth_date_basis", "ethnic", "nationality", "phone", "hukou_division", "hukou_active",
)  # fmt: skip
"""What of a record is needed here."""
RELATED = ("mother_id", "father_id", "spouse_id")
COUNTED = ("provisional_of", "provisional_probability", "not_counted")
SCHEMA = pa.schema([f for f in RESIDENTS.schema if f.name not in (*RELATED, *COUNTED)])
"""What comes out: residents without their relations to other residents."""


def best_values(records: pl.LazyFrame, members: pl.LazyFrame, ranks: Ranks) -> pl.DataFrame:
    """One row a resident: its best values and their sources. `members`: record_id, resident_id. Worked out part by part of the
    residents, so that memory does not grow with their number."""
    whose = members.select("record_id", "resident_id").collect()
    parts = max(1, -(-len(whose) // MOST_RECORDS))
    part = pl.col("resident_id").hash() % parts  # any cut will do: every resident is in one part, whole
    found = [_best_part(records, mine, ranks) for _, mine in sorted(whose.with_columns(part=part).group_by("part"))]
    return pl.concat([_frame(SCHEMA.empty_table()), *found])


def _best_part(records: pl.LazyFrame, mine: pl.DataFrame, ranks: Ranks) -> pl.DataFrame:
    own = records.select(COLUMNS).join(mine.lazy().select("record_id", "resident_id"), on="record_id")
    return _frame(best_of(own.collect(engine="streaming").to_arrow(), ranks))


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def best_of(records: pa.Table, ranks: Ranks) -> pa.Table:
    """The residents of these records (COLUMNS and resident_id), in the order of ids. Every resident must be here whole."""
    frame = _frame(records).sort("record_id").with_row_index("row")  # the first of equals is the smaller record id
    keys = [_key(a, ranks.get(a.name, {})).alias(f"key_{a.name}") for a in ATTRIBUTES]
    grouped = (
        frame.with_columns(keys)
        .group_by("resident_id")
        .agg(
            records=pl.len(),
            departments=pl.col("dept").unique().sort(),
            hukou_active=(pl.col("hukou_active") & pl.col("closed_on").is_null()).fill_null(False).any(),
            **{a.name: pl.col("row").get(pl.col(f"key_{a.name}").arg_min(), null_on_oob=True) for a in ATTRIBUTES},
        )
        .sort("resident_id")
    )
    chosen = [frame[a.name].gather(grouped[a.name]) for a in ATTRIBUTES]
    sources = [frame["record_id"].gather(grouped[a.name]).alias(f"{a.name}_source") for a in ATTRIBUTES]
    id_type = frame["id_type"].gather(grouped["id_number"])
    best = grouped.select("resident_id", "records", "departments", "hukou_active").with_columns(id_type, *chosen, *sources)
    return best.select(SCHEMA.names).to_arrow().cast(SCHEMA)


def _key(attribute: Attribute, ranks: dict[str, int]) -> pl.Expr:
    """What decides, packed into one whole number; the smallest wins, null where the record has no value."""
    days = pl.col("known_from").cast(pl.Int32).cast(pl.Int64)
    parts: dict[str, tuple[int, pl.Expr]] = {  # name → (one more than the largest value, value)
        "kind": (10, _rank("id_type", {t: i for i, t in enumerate(ID_TYPES)})),
        "rank": (100, _rank("dept", ranks)),
        "grade": (10, _rank(attribute.grade_column or "dept", attribute.grades)),
        "own": (2, (pl.col("role") != "self").cast(pl.Int64)),
        "open": (2, pl.col("closed_on").is_not_null().cast(pl.Int64)),
        "newest": (1 << 20, (1 << 19) - days),
    }
    key = pl.lit(0, pl.Int64)
    for each in attribute.order:
        size, value = parts[each]
        key = key * size + value
    return pl.when(pl.col(attribute.name).is_not_null()).then(key)


def _rank(column: str, ranks: dict[str, int]) -> pl.Expr:
    return (
        pl.col(column).replace_strict(ranks, default=UNTRUSTED, return_dtype=pl.Int64) if ranks else pl.lit(UNTRUSTED, pl.Int64)
    )
