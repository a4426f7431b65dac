"""A world of plain rows as the Spark inputs of the stage."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from jobs.residence.decide import Inputs
from jobs.residence.reference_world import World
from jobs.tables import RECORDS, RESIDENT_RECORDS, RESIDENTS, SIGNS, TIES, Table


def inputs(spark: Any, world: World) -> Inputs:
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
        _frame(spark, residents, RESIDENTS, today=True),
        _frame(spark, members, RESIDENT_RECORDS),
        _frame(spark, records, RECORDS),
        _frame(spark, world.signs, SIGNS),
        _frame(spark, world.ties, TIES),
    )


def _frame(spark: Any, rows: list[dict[str, Any]], table: Table, today: bool = False) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    schema = pa.schema([*table.schema, pa.field("today", pa.date32())]) if today else table.schema
    data = pa.table({f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in schema}, schema=schema)
    return spark.createDataFrame(data.to_pylist(), from_arrow_schema(schema))
