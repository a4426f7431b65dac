"""A world of plain rows as the inputs of the stage."""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa

from jobs.residence.inputs import Inputs
from jobs.residence.overrides import BY_HAND
from jobs.residence.plain.relatives import World
from jobs.tables import RECORDS, RESIDENT_RECORDS, RESIDENTS, SIGNS, TIES, Table


def inputs(world: World) -> Inputs:
    """The five frames; what the rules do not read is null."""
    residents = [{**r, "records": 1} for r in world.residents]
    members = [{"record_id": k, "resident_id": r["resident_id"], "profile_id": k} for k, r in world.records.items()]
    records = [
        {
            "record_id": k,
            "closed_on": r["closed_on"],
            "in_district": r["text_here"],
            "dwelling_id": r["text_dwelling"],
            "township": r["text_township"],
            "dept": "zf" if r.get("card") else "ga",
            "source_table": "grid_person" if r.get("card") else "ldrk",
            "role": "self",
            "hukou_active": r.get("hukou_active"),
            "hukou_division": r.get("hukou_division"),
        }
        for k, r in world.records.items()
    ]
    return Inputs(
        _frame(residents, RESIDENTS, today=True),
        _frame(members, RESIDENT_RECORDS),
        _frame(records, RECORDS),
        _frame(world.signs, SIGNS),
        _frame(world.ties, TIES),
        pl.LazyFrame([decided for r in world.residents if (decided := r.get("by_hand"))], schema=BY_HAND),
    )


def _frame(rows: list[dict[str, Any]], table: Table, today: bool = False) -> pl.LazyFrame:
    schema = pa.schema([*table.schema, pa.field("today", pa.date32())]) if today else table.schema
    data = pa.table({f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in schema}, schema=schema)
    frame = pl.from_arrow(data)
    assert isinstance(frame, pl.DataFrame)
    return frame.lazy()
