"""Workbooks: merged headers, columns in any order, totals, figures that lost their digits, and everything that breaks them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from .conftest import NIGHT, Office, day, department, table

COLUMNS = {
    "编号": {"clean": "key", "required": True},
    "姓名": {"clean": "person_name"},
    "证件号": {"clean": "citizen_number"},
    "日期": {"clean": "date"},
}


def spec(**words: Any) -> dict[str, Any]:
    form = {"sheet": "名单", "header_rows": 3, "totals": ["合计"]}
    base = {"key": ["编号"], "columns": COLUMNS, "updated": None, "ignored": ["备注"], "format": form, "late": {"carry_days": 2}}
    return table(source="名单_{date}.xlsx", mode="full", **base) | words


def book(file: Path, rows: list[list[Any]], header: list[str] | None = None, sheet: str = "名单") -> Path:
    """A title row, a row of merged groups, the header, the rows. Dates are written as Excel dates."""
    header = header or ["编号", "姓名", "证件号", "日期", "备注"]
    file.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(file)) as workbook:
        worksheet = workbook.add_worksheet(sheet)
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        worksheet.merge_range(0, 0, 0, len(header) - 1, "余杭区名单（2026年）")
        worksheet.merge_range(1, 1, 1, 2, "人员")
        for column, name in enumerate(header):
            if column in (1, 2):
                worksheet.write(2, column, name)
            else:
                worksheet.merge_range(1, column, 2, column, name)
        for number, row in enumerate(rows, 3):
            for column, cell in enumerate(row):
                if hasattr(cell, "isoformat"):
                    worksheet.write_datetime(number, column, cell, date)
                else:
                    worksheet.write(number, column, cell)
    return file


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    office.add(department("workbook", {"list": spec()}), {"url": f"file://{folder}"})
    return folder


def test_cells_become_text(office: Office, desk: Path) -> None:
    rows = [
        ["1", " 张三 ", "330110199001011234", day(0), "x"],
        ["2", "李四", 330110199001011234, 45321, ""],
        [None, None, None, None, None],
        ["3", "王五", None, "2026年1月2日", None],
        ["合 计", 3, None, None, None],
    ]
    book(desk / "名单_20261120.xlsx", rows)
    receipt = office.extract(NIGHT)
    assert (receipt.rows_in, receipt.rows_out, receipt.rejected) == (4, 3, 1)
    assert {k: v[0] for k, v in office.current(NIGHT, "list").items()} == {
        "1": ["1", "张三", "330110199001011234", "2026-11-20"],
        "2": ["2", "李四", "3.30110199001011E+17", "45321"],
        "3": ["3", "王五", None, "2026年1月2日"],
    }
    (row,) = office.rows(NIGHT, "deliveries/xx")
    assert row["rejected"] == ["TOTAL_ROW=1@4"]


def test_a_workbook_a_school_closes_only_its_own(office: Office, tmp_path: Path) -> None:
    columns = {"学校": {"clean": "key"}, **COLUMNS}
    schools = spec(source="{iso}/*.xlsx", columns=columns, scope="学校", due="termly")
    office.add(department("workbook", {"list": schools}), {"url": f"file://{tmp_path}/jy"})
    header = ["编号", "姓名", "证件号", "日期", "学校", "备注"]
    turned = ["学校", "备注", "日期", "证件号", "姓名", "编号"]
    folder = tmp_path / "jy"
    book(folder / "2026-11-01" / "A.xlsx", [["1", "甲", "", "", "A", ""], ["2", "乙", "", "", "A", ""]], header)
    book(folder / "2026-11-01" / "B.xlsx", [["B", "", "", "", "丙", "3"]], turned)
    (folder / "2026-11-01" / "~$A.xlsx").write_bytes(b"lock")
    office.extract(NIGHT)
    assert office.current(NIGHT, "list")["3"][0] == ["B", "3", "丙", None, None]
    book(folder / "2026-11-21" / "A.xlsx", [["2", "乙", "", "", "A", ""]], header)
    office.extract(day(1))
    closed = {k: v[2] for k, v in office.current(day(1), "list").items()}
    assert closed == {"1": day(1), "2": None, "3": None}


def test_a_school_that_joins_later_is_taken(office: Office, tmp_path: Path) -> None:
    columns = {"学校": {"clean": "key"}, **COLUMNS}
    office.add(
        department("workbook", {"list": spec(source="{iso}/*.xlsx", columns=columns, scope="学校")}),
        {"url": f"file://{tmp_path}/jy"},
    )
    header = ["编号", "姓名", "证件号", "日期", "学校", "备注"]
    book(tmp_path / "jy" / "2026-11-20" / "A.xlsx", [["1", "甲", "", "", "A", ""]], header)
    office.extract(NIGHT)
    book(tmp_path / "jy" / "2026-11-20" / "B.xlsx", [["2", "乙", "", "", "B", ""]], header)
    office.extract(day(1))
    assert {k: v[2] for k, v in office.current(day(1), "list").items()} == {"1": None, "2": None}
    assert [r["delivery_id"] for r in office.rows(day(1), "deliveries/xx") if r["taken_on"]] == [
        "xx.list.2026-11-20.0",
        "xx.list.2026-11-20.1",
    ]


BROKEN = {
    "cut off": (lambda f: f.write_bytes(book(f, [["1", "甲", "", "", ""]]).read_bytes()[:3000]), "cannot be opened"),
    "no workbook": (lambda f: f.write_bytes(b"id,name"), "cannot be opened"),
    "wrong sheet": (lambda f: book(f, [["1", "甲", "", "", ""]], sheet="Sheet1"), "has no sheet 名单; it has Sheet1"),
    "wrong header": (
        lambda f: book(f, [["1", "甲", "", "", ""]], ["编号", "学生姓名", "证件号", "日期", "备注"]),
        "lacks the column 姓名; 学生姓名 may be 姓名 renamed",
    ),
    "empty": (lambda f: book(f, []), "holds no row"),
    "column twice": (
        lambda f: book(f, [["1", "甲", "", "", ""]], ["编号", "姓名", "证件号", "日期", "日期"]),
        "holds the column 日期 twice",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_workbooks_hold(office: Office, desk: Path, kind: str) -> None:
    break_it, sentence = BROKEN[kind]
    book(desk / "名单_20261120.xlsx", [["1", "甲", "", "", ""]])
    office.extract(NIGHT)
    break_it(desk / "名单_20261121.xlsx")
    receipt = office.extract(day(1))
    (warning,) = receipt.notes["warnings"]
    assert re.search(f"workbook 名单_20261121.xlsx {sentence}", warning)
    assert office.current(day(1), "list") == office.current(NIGHT, "list")
