"""Write RESIDENCY_INDEX: part of the residence stage, right after the statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from jobs.residence.index import Told, residency_index
from jobs.residence.index_weights import ONE, load
from jobs.tables import RESIDENCE, RESIDENCY_INDEX

if TYPE_CHECKING:
    from jobs.context import Context
    from jobs.residence.parameters import Parameters


def write_index(context: Context, rules: Parameters) -> dict[str, Any]:
    """Read what the stage has read and the statuses it has just written; give threshold and weights for the receipt."""
    from jobs.session import read_files

    p = load()
    files = context.store.files(RESIDENCE.name, context.receipt.writes[RESIDENCE.name])
    told = Told(
        context.read("residents").withColumn("today", F.lit(context.date)),
        context.read("resident_records"),
        context.read("records"),
        context.read("signs"),
        read_files(context.spark, files, RESIDENCE.schema),
    )
    made = residency_index(told, p, rules)
    context.write(RESIDENCY_INDEX, made.rows)
    named = {f"{sign} {'local' if local else 'other'}": value / ONE for (local, sign), value in sorted(made.weights.items())}
    return {"version": p.version, "threshold": made.threshold, "weights": named}
