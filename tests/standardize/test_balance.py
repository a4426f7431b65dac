# ruff: noqa: E501  (a case is one line; Chinese characters count twice)
"""Rows in = rows standardized + rows rejected, on any junk (design §2: nothing is lost)."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.departments.contract import contract_for
from jobs.records.plan import all_plans
from tests.standardize.source import Row, row, standardize

JUNK = st.sampled_from(
    ["张伟", "测试", "无", "张*", "330125199001011239", "11010519491231002X", "33012519900101123X", "3.30125E+17", "19900101", "20300101",
     "202601", "0", "1", "2", "01", "111", "330110", "330110001", "西溪花园3-2-501", "西湖区1号", "13812345670", "在读", "结婚", "在住", "\\N", "",
     "O330123456", '[{"name":"张伟","id_no":"330125199001011239"}]', "[{", "L330110201501011234", "父亲"]
) | st.text(max_size=8)  # fmt: skip


@st.composite
def _row(draw: st.DrawFn) -> Row:
    dept, table = draw(st.sampled_from(sorted(all_plans())))
    spec = contract_for(dept).tables[table]
    values = {c: draw(JUNK) for c in spec.columns}
    return row(dept, table, **(values | {k: values[k].strip() for k in spec.key}))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(_row(), min_size=1, max_size=4))
def test_every_row_is_standardized_or_refused_once(rows: list[Row]) -> None:
    for n, each in enumerate(rows):
        each["source_key"] = f"{n}|{each['source_key']}"
    wide = standardize(*rows)
    people = [r for r in rows if not all_plans()[r["dept"], r["source_table"]].reference]
    known = {(r["dept"], r["source_table"], r["source_key"]) for r in people}
    origin = ["dept", "source_table", "source_key"]
    stands = set(wide.filter(pl.col("kind").is_in(["record", "owned"])).select(origin).rows())
    refused = wide.filter((pl.col("kind") == "refused") & (pl.col("part") == "row")).select(origin).rows()
    assert len(refused) == len(set(refused))
    assert stands | set(refused) == known
    assert not stands & set(refused)


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(_row(), min_size=1, max_size=4))
def test_ids_are_unique_and_dates_in_order(rows: list[Row]) -> None:
    for n, each in enumerate(rows):
        each["source_key"] = f"{n}|{each['source_key']}"
    wide = standardize(*rows)
    for kind, key in (
        ("record", ["record_id"]),
        ("sign", ["sign_id"]),
        ("refused", ["row_id"]),
        ("issue", ["row_id", "column", "reason"]),
    ):
        frame = wide.filter(pl.col("kind") == kind)
        assert frame.select(key).n_unique() == frame.height
    dated = wide.filter(pl.col("to_date").is_not_null() & (pl.col("kind") == "sign"))
    assert (dated["to_date"] > dated["from_date"]).all()
    ties = wide.filter(pl.col("kind") == "tie")
    records = set(wide.filter(pl.col("kind") == "record")["record_id"])
    assert set(ties["from_record"]) | set(ties["to_record"]) <= records
