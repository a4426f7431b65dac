"""Records and residents as numbers."""

from __future__ import annotations

import polars as pl
import pytest

from jobs.records.whose import whose

WHO = pl.DataFrame({"resident_id": ["RKa", "RKb"], "who": [0, 1]}, schema_overrides={"who": pl.UInt32})
RECORDS = pl.LazyFrame({"record_id": ["r1", "r2", "r3", "r4"], "resident_id": ["RKb", "RKa", "RKb", "RKgone"]})


def test_a_number_leads_to_the_resident_of_the_record():
    mine = whose(RECORDS, WHO)
    named = pl.LazyFrame({"from_record": ["r1", "r2", "r3", "r4", "r5"]}).with_columns(record=mine.number("from_record"))
    found = named.join(mine.rows, on="record").select("from_record", "who").sort("from_record").collect()
    assert found.rows() == [("r1", 1), ("r2", 0), ("r3", 1)]


def test_a_record_belongs_to_one_resident():
    with pytest.raises(ValueError, match="twice"):
        whose(pl.concat([RECORDS, RECORDS.with_columns(resident_id=pl.lit("RKa"))]), WHO)
