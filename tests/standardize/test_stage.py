"""The whole stage, on the driver and on Spark's workers, over source tables written by hand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pytest

from jobs import standardize
from jobs.context import Context, run_step
from jobs.departments.contract import all_contracts
from jobs.pool.nights import Night, Receipt
from jobs.records.keys import key_of
from jobs.settings import Settings
from jobs.tables import CELL_ISSUES, RECORDS, REJECTED_ROWS, SIGNS, SOURCE_ROWS, TIES
from tests.standardize.source import NIGHT, Row, row

FATHER, SON = "330125199001011239", "330110200501011236"
OFFICIAL = "浙江省杭州市余杭区五常街道西溪花园3幢2单元501室"
ROWS = (
    row("ga", "czrk", RYBH="1", GMSFHM=FATHER, XM="张伟", XB="1", CSRQ="19900101", HJDZ_SQCJ="330110005004",
        HJDZ_XZ=OFFICIAL, BZDZID="B77", QRRQ="20100101", ZXBS="0", GXSJ="20261101000000"),
    row("ga", "ldrk", DJBH="r1", GMSFHM=SON, ZJLX="111", XM="张小伟", XZDZ="西溪花园3-2-501", DJRQ="20260301", ZXBS="0",
        GXSJ="20261101000000"),
    row("ga", "ldrk", DJBH="r2", XM="测试", XZDZ="测试", DJRQ="20260301", ZXBS="0", GXSJ="20261101000000"),
    row("rs", "ac01", AAC001="7", AAC003="张伟", AAC058="01", AAC147=FATHER, AAE036="20261101"),
    row("rs", "ac43", AAC001="7", AAE003="202610", AAE140="110", AAB001="u", AAE078="1", AAE036="20261101"),
    row("rs", "ac43", AAC001="7", AAE003="202610", AAE140="210", AAB001="u", AAE078="1", AAE036="20261101"),
    row("rs", "ac43", AAC001="8", AAE003="202610", AAE140="110", AAB001="u", AAE078="1", AAE036="20261101"),
    row("zf", "grid_person", id="g1", name="张伟", id_type="身份证", id_no=FATHER, addr_text="西溪花园3幢501室",
        modify_time="2026-11-01 00:00:00"),
    row("zf", "grid_visit", visit_id="v1", person_id="g1", visit_time="2026-11-20 10:00:00", result="在住"),
    row("zj", "house", house_code="h1", std_addr_id="B77", update_time="2026-11-01 00:00:00"),
)  # fmt: skip


@pytest.fixture(scope="module", params=["driver", pytest.param("workers", marks=pytest.mark.spark)])
def result(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Receipt, dict[str, list[Row]]]:
    home: Path = tmp_path_factory.mktemp("standardize")
    most = standardize.MOST_ROWS
    if request.param == "workers":
        request.getfixturevalue("spark")
        most = 0
    settings = Settings(home, home / "sources.yml", "local[2]", 2, "test-key")
    night = Night(settings.nights, NIGHT)
    run_step(settings, night, "extract.ga", _deliver)
    receipt = run_step(settings, night, "standardize", standardize.run, most_rows=most)
    context = Context(settings, night, receipt)
    tables = (RECORDS, SIGNS, TIES, REJECTED_ROWS, CELL_ISSUES)
    return receipt, {t.name: context.read_arrow(t.name).to_pylist() for t in tables}


def _deliver(context: Context) -> None:
    """Write the rows as source tables; every other table of every department stands empty."""
    grouped: dict[str, list[Row]] = {f"source_current/{c.code}/{t}": [] for c in all_contracts().values() for t in c.tables}
    for each in ROWS:
        grouped[f"source_current/{each['dept']}/{each['source_table']}"].append(each)
    for name, rows in grouped.items():
        plain = [{k: r[k] for k in SOURCE_ROWS.schema.names} for r in rows]
        context.write_arrow(SOURCE_ROWS, pa.Table.from_pylist(plain, schema=SOURCE_ROWS.schema), name)


def test_rows_in_are_rows_standardized_and_rejected(result: tuple[Receipt, dict[str, list[Row]]]) -> None:
    receipt, tables = result
    assert receipt.rows_in == receipt.notes["source_rows"] == len(ROWS)
    assert receipt.notes["rows_rejected"] == 2
    assert receipt.notes["rows_standardized"] == 8
    assert receipt.rows_out == len(tables["records"]) == 4
    assert receipt.notes["tables"]["rs.ac43"] == {"rows": 3, "rejected": 1}
    reasons = {(r["source_key"], r["part"], r["reason"]) for r in tables["rejected_rows"]}
    silent = {r for r in reasons if r[1:] == ("silent", "NOTHING_STATED")}
    assert len(silent) == 1
    assert reasons - silent == {("r2", "row", "TEST_ROW"), ("8|202610|110|u", "row", "OWNER_MISSING")}


def test_three_spellings_are_one_dwelling(result: tuple[Receipt, dict[str, list[Row]]]) -> None:
    _, tables = result
    homes = {(r["source_table"], r["dwelling_id"], r["township"], r["in_district"]) for r in tables["records"]}
    assert homes == {
        ("czrk", "B77", "330110005", True), ("ldrk", "B77", "330110005", True), ("grid_person", "B77", "330110005", True),
        ("ac01", None, None, None),
    }  # fmt: skip


def test_signs_of_another_tables_record_carry_its_dwelling(result: tuple[Receipt, dict[str, list[Row]]]) -> None:
    _, tables = result
    signs = defaultdict(list)
    for s in tables["signs"]:
        signs[s["sign"]].append((s["source_table"], s["record_id"], s["from_date"], s["dwelling_id"]))
    assert signs == {
        "S01": [("ldrk", key_of("ga", "ldrk", "r1", "self"), dt.date(2026, 3, 1), "B77")],
        "S03": [("czrk", key_of("ga", "czrk", "1", "self"), dt.date(2010, 1, 1), "B77")],
        "S05": [("grid_visit", key_of("zf", "grid_person", "g1", "self"), dt.date(2026, 11, 20), "B77")],
        "S11": [("ac43", key_of("rs", "ac01", "7", "self"), dt.date(2026, 10, 1), None)],
    }


def test_nothing_is_left_of_the_attempt(result: tuple[Receipt, dict[str, list[Row]]]) -> None:
    _, tables = result
    keys = [s["sign_id"] for s in tables["signs"]]
    assert len(keys) == len(set(keys))
    assert not [i for i in tables["cell_issues"] if i["source_table"] == "czrk"]
