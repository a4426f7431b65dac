"""Excel workbooks as offices send them: merged title rows, numbers stored as text or as numbers, total rows.

Written in constant memory. `numeric` columns become real numbers where the text is digits: a citizen number then loses its
last digits, as in a real workbook, because Excel keeps 15.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
import xlsxwriter

_EPOCH = datetime(2026, 1, 1)  # a fixed creation stamp: the same sample is the same bytes


@dataclass(frozen=True)
class Sheet:
    """One sheet's shape: its title row (merged over all columns; none when empty), extra merged header groups, total row."""

    name: str
    title: str = ""
    notes: tuple[str, ...] = ()  # further merged rows above the header
    total: str = ""  # text of the first cell of a last row that counts the rows; none when empty
    numeric: frozenset[str] = field(default_factory=frozenset)  # columns written as numbers where they are digits


def write_workbook(file: Path, sheet: Sheet, rows: pl.DataFrame) -> None:
    """One workbook with one sheet; headers are the frame's column names."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_numbers": False}) as book:
        page = book.add_worksheet(sheet.name)
        line = _headings(book, page, sheet, rows.columns)
        numeric = [c in sheet.numeric for c in rows.columns]
        for values in rows.iter_rows():
            _line(page, line, values, numeric)
            line += 1
        if sheet.total:
            page.write_string(line, 0, sheet.total)
            page.write_number(line, 1, rows.height)
        book.set_properties({"created": _EPOCH})


def _headings(book: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, columns: Sequence[str]) -> int:
    """Write the merged rows and the header; give the first data line."""
    line = 0
    centred = book.add_format({"align": "center", "bold": True})
    for text in filter(None, (sheet.title, *sheet.notes)):
        if len(columns) > 1:
            page.merge_range(line, 0, line, len(columns) - 1, text, centred)
        else:
            page.write_string(line, 0, text, centred)
        line += 1
    for position, name in enumerate(columns):
        page.write_string(line, position, name)
    return line + 1


def _line(page: xlsxwriter.worksheet.Worksheet, line: int, values: Sequence[str | None], numeric: Sequence[bool]) -> None:
    for position, value in enumerate(values):
        if value is None or value == "":
            continue
        if numeric[position] and value.isascii() and value.isdigit():
            page.write_number(line, position, float(value))
        else:
            page.write_string(line, position, value)
