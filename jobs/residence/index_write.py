"""Write RESIDENCY_INDEX: part of the residence stage, right after the statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from jobs.context import scan
from jobs.residence.index import residency_index
from jobs.residence.index_told import Told
from jobs.residence.index_weights import ONE, load
from jobs.tables import RESIDENCE, RESIDENCY_INDEX

if TYPE_CHECKING:
    from jobs.context import Context
    from jobs.residence.parameters import Parameters


def write_index(context: Context, rules: Parameters) -> dict[str, Any]:
    """Read what the stage has read and the statuses it has just written; give threshold and weights for the receipt."""
    p = load()
    night = {name: context.scan(name) for name in ("residents", "resident_records", "records", "signs")}
    told = Told(context.date, **night, residence=_statuses(context))
    made = residency_index(told, p, rules)
    context.write_arrow(RESIDENCY_INDEX, made.rows.to_arrow(compat_level=pl.CompatLevel.oldest()))
    named = {f"{sign} {'local' if local else 'other'}": value / ONE for (local, sign), value in sorted(made.weights.items())}
    return {"version": p.version, "threshold": made.threshold, "weights": named}


def _statuses(context: Context) -> pl.LazyFrame:
    """What this very step has just written is pinned only when it ends."""
    return scan(context.store.files(RESIDENCE.name, context.receipt.writes[RESIDENCE.name]), RESIDENCE)
