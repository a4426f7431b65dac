"""The population account per township: what was counted, and why that differs from the night before (domain §5.3, R4).

after = before + births + hukou_in + arrivals + returns + upgrades + moved_in + splits
        − deaths − departures − lapses − moved_out − merges + corrections, the residual zero.

Every resident whose counting changed (counted now, not before; the reverse; or in another township) has exactly one class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from jobs.pool import views
from jobs.tables import BALANCE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CLASSES: dict[str, tuple[str, str, str]] = {
    "births": ("出生", "first counted while under one year old", "+"),
    "hukou_in": ("户口迁入", "first counted with a local hukou that was not local before", "+"),
    "arrivals": ("新增", "not counted before, of no other class; on night one everybody", "+"),
    "returns": ("返回", "had left, or was away for half a year, and is counted again", "+"),
    "upgrades": ("转常住", "was here for less than half a year, or to be verified", "+"),
    "moved_in": ("镇街迁入", "counted in another township before", "+"),
    "splits": ("拆分", "an id split from another", "+"),
    "deaths": ("死亡", "dead, or reported dead", "−"),
    "departures": ("离开", "evidence of leaving, or the local hukou moved out", "−"),
    "lapses": ("失效", "half a year of absence reached, or evidence of living here ran out", "−"),
    "moved_out": ("镇街迁出", "counted in another township now", "−"),
    "merges": ("合并", "an id merged into another, retired or void", "−"),
    "corrections": (
        "更正净额",
        "net: doubts of identity, deaths taken back, people from outside the border, the rest of a merge",
        "±",
    ),
}
"""Class → Chinese, meaning, sign; in the order of the table."""

INTO = tuple(c for c, (_, _, sign) in CLASSES.items() if sign == "+")
OUT_OF = tuple(c for c, (_, _, sign) in CLASSES.items() if sign == "−")
LEAVING_RULES = ("R-04d", "R-04f", "R-09", "R-05a")
"""Rules that decide on evidence of leaving."""

ACCOUNT = f"""
WITH events AS (SELECT resident_id, min(kind) AS kind FROM resident_events
                WHERE date = tonight() AND kind IN ('merged_into', 'split_from', 'retired') GROUP BY resident_id)
SELECT resident_id, CASE WHEN was_usual THEN township_before END AS before, CASE WHEN usual THEN township END AS after,
  CASE
    WHEN NOT has_baseline() THEN 'arrivals'
    WHEN NOT here THEN CASE WHEN e.kind IN ('merged_into', 'retired') THEN 'merges' ELSE 'corrections' END
    WHEN NOT usual AND status_class = 'X' THEN 'merges'
    WHEN NOT was AND e.kind = 'split_from' THEN 'splits'
    WHEN touched THEN 'corrections'
    WHEN usual AND was_usual THEN 'moves'
    WHEN usual AND status_code = status_before -- R-11: published some nights after the rules said so
      THEN CASE WHEN nature = 'LOCAL_HUKOU' THEN 'returns' ELSE 'arrivals' END
    WHEN usual AND (class_before IN ('D', 'X', 'R') OR status_before = '32') THEN 'corrections'
    WHEN usual AND (NOT was OR class_before IN ('N', 'U')) AND birth_date > tonight() - 365 THEN 'births'
    WHEN usual AND nature = 'LOCAL_HUKOU' AND nature_before IS DISTINCT FROM nature THEN 'hukou_in'
    WHEN usual AND status_before IN ('41', '42', '53') THEN 'returns'
    WHEN usual AND class_before IN ('T', 'U') THEN 'upgrades'
    WHEN usual THEN 'arrivals'
    WHEN status_class = 'D' THEN 'deaths'
    WHEN status_class = 'R' OR status_code = '32' THEN 'corrections'
    WHEN nature_before = 'LOCAL_HUKOU' AND nature <> 'LOCAL_HUKOU' THEN 'departures'
    WHEN rule_id IN {LEAVING_RULES} OR (status_code = '41' AND status_before IN ('11', '12', '41')) THEN 'departures'
    ELSE 'lapses' END AS class
FROM comparison LEFT JOIN events e USING (resident_id)
WHERE usual <> was_usual OR (usual AND township <> township_before)
"""


def _side(place: str, classes: tuple[str, ...], move: str) -> str:
    """Persons per township on one side of the account, a column a class; `moves` stands on both sides."""
    found = [f"count(*) FILTER (class = '{'moves' if c == move else c}') AS {c}" for c in classes]
    found.append(f"count(*) FILTER (class = 'corrections') AS corrected_{place}")
    return f"SELECT {place} AS township, {', '.join(found)} FROM account WHERE {place} IS NOT NULL GROUP BY ALL"


_FLOWS = ", ".join(f"coalesce({c}, 0) AS {c}" for c in (*INTO, *OUT_OF))
_NET = " + ".join(INTO) + "".join(f" - {c}" for c in OUT_OF)

BALANCE_ROWS = f"""
WITH came AS ({_side("after", INTO, "moved_in")}), went AS ({_side("before", OUT_OF, "moved_out")}),
opening AS (SELECT township, after AS before FROM previous_balance),
closing AS (SELECT coalesce(township, '330110999') AS township, count(*) AS after FROM residence WHERE counts_usual GROUP BY ALL),
joined AS (
  SELECT township, coalesce(before, 0) AS before, {_FLOWS}, coalesce(corrected_after, 0) - coalesce(corrected_before, 0) AS corrections,
         coalesce(after, 0) AS after
  FROM closing FULL JOIN opening USING (township) FULL JOIN came USING (township) FULL JOIN went USING (township))
SELECT *, after - (before + {_NET} + corrections) AS residual FROM joined ORDER BY township
"""


def classify(con: DuckDBPyConnection) -> None:
    """Make the table `account` (resident_id, before, after, class) from `comparison` (jobs/quality/changes.py)."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE account AS {ACCOUNT}")


def balance(con: DuckDBPyConnection) -> pa.Table:
    """Rows of BALANCE: `before` as published then, `after` counted anew from the statuses, flows person by person."""
    table = views.arrow(con, BALANCE_ROWS)
    return table.select(BALANCE.schema.names).cast(BALANCE.schema)
