"""The reasons kept beside a status: which signs decided, which spoke against, what was bridged (domain §1.3, auditors).

Only record ids, codes, dates and figures: never a name, a number or an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters

if TYPE_CHECKING:
    from pyspark.sql import Column

KEPT = 6
"""Signs told on each side, one a department, strongest first."""


def explanation(p: Parameters) -> Column:
    """JSON of the deciding facts. `without_strongest` is the evidence score without the strongest positive sign."""
    newborn = F.date_diff("today", "birth_date") < (p.signs["S18"].carry or 0)
    derived = F.array_compact(
        F.array(
            F.when((F.col("rule_id") == "R-08") & newborn, F.lit("S18")),
            F.when(F.col("lives_with"), F.lit("S21")),
        )
    )
    return F.to_json(
        F.struct(
            F.col("status_code").alias("status"),
            F.col("rule_id").alias("rule"),
            F.col("rule_version").alias("version"),
            F.col("today").alias("as_of"),
            F.col("nature"),
            F.when(F.col("hukou_from_id"), F.lit(True)).alias("hukou_from_id"),
            F.col("basis"),
            F.col("here_since"),
            F.col("days_365"),
            F.col("last_seen"),
            F.when(F.size("gaps") > 0, F.col("gaps")).alias("gaps"),
            _told("for_it").alias("positive"),
            F.when(F.size("against") > 0, _told("against")).alias("negative"),
            F.when(F.size(derived) > 0, derived).alias("derived"),
            F.when(F.col("rule_id") == "R-08", F.col("parent_id"))
            .when(F.col("rule_id").isin("R-06f", "R-05c-household"), F.col("kin_id"))
            .alias("follows"),
            F.when(F.col("carded"), F.col("cards")[0]["record_id"]).alias("card"),
            F.when(F.col("misuse"), F.lit("activity after death: possible misuse of the identity")).alias("alarm"),
            F.when(F.size("for_it") > 0, _without_strongest()).alias("without_strongest"),
        )
    )


def _told(column: str) -> Column:
    return F.transform(
        F.slice(column, 1, KEPT),
        lambda s: F.struct(
            s["sign"].alias("sign"),
            s["dept"].alias("dept"),
            s["record_id"].alias("record"),
            s["since"].alias("from"),
            s["until"].alias("to"),
            s["weight"].alias("w"),
            s["decay"].alias("decay"),
        ),
    )


def _without_strongest() -> Column:
    """1 − Π over the departments left when the strongest is taken away; further signs of that department are not promoted."""
    rest = F.aggregate(F.slice("for_it", 2, 1000), F.lit(1.0), lambda left, s: left * (1.0 - s["value"]))
    return F.round(1.0 - rest, 2)
