"""All records collapsed on the driver, a share of the keys at a time: no row leaves the process.

Polars takes records together on all cores; shuffling wide rows between Java and Python workers took twice as long on one
machine. The outcome equals the kernel in Spark (tests/linkage/test_link_stage.py).
"""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from jobs.profiles.collapse import NEEDED, SCHEMA, Sources, collapse, hashed
from jobs.profiles.collapse_key import KEY_COLUMNS, collapse_keys

TOGETHER = 1_500_000
"""Records collapsed at a time: some 4 GB."""


def collapse_all(records: pl.LazyFrame, sources: Sources) -> pa.Table:
    """Profiles with their members (collapse.SCHEMA). Records of one key are in one share."""
    keys = collapse_keys(records.select(KEY_COLUMNS).collect()).select("record_id", met_by=hashed("collapse_key"))
    shares = -(-len(keys) // TOGETHER)
    share = pl.col("met_by").reinterpret(signed=False) % max(shares, 1)
    made = [SCHEMA.empty_table()]
    for number in range(shares):
        mine = keys.lazy().filter(share == number).select("record_id", collapse_key=pl.col("met_by").cast(pl.String))
        made.append(collapse(records.select(NEEDED).join(mine, on="record_id").collect().to_arrow(), sources))
    return pa.concat_tables(made)
