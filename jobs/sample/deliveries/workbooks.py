"""Excel workbooks as offices send them: merged title rows, merged groups of headers, numbers gone scientific, total rows.

Written in constant memory. A citizen number that a spreadsheet has turned into a number stands in the frame as 3.30125E+17;
it is written as a real number cell, so that readers see what Excel would give them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import xlsxwriter

_EPOCH = datetime(2026, 1, 1)  # a fixed creation stamp: the same sample is the same bytes
_SCIENTIFIC = re.compile(r"\d\.\d+E\+\d+")


@dataclass(frozen=True)
class Sheet:
    """One sheet's shape: title merged over all columns, merged groups above the header, text of a last row with the count."""

    name: str
    title: str
    groups: tuple[str, ...] = ()  # names of the merged groups; none: one header row only
    starts: tuple[int, ...] = ()  # first column of each group
    total: str = ""


def write_workbook(file: Path, sheet: Sheet, rows: pl.DataFrame) -> None:
    """One workbook with one sheet; headers are the frame's column names."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"created": _EPOCH})
        page = book.add_worksheet(sheet.name)
        line = _headings(book, page, sheet, rows.columns)
        for values in rows.iter_rows():
            for position, value in enumerate(values):
                _cell(page, line, position, value)
            line += 1
        if sheet.total:
            page.write_string(line, 0, sheet.total)
            page.write_number(line, 1, rows.height)


def _headings(book: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, columns: Sequence[str]) -> int:
    """Write the merged rows and the header; give the first data line."""
    centred = book.add_format({"align": "center", "bold": True})
    page.merge_range(0, 0, 0, len(columns) - 1, sheet.title, centred)
    line = 1
    if sheet.groups:
        ends = [*(s - 1 for s in sheet.starts[1:]), len(columns) - 1]
        for text, start, end in zip(sheet.groups, sheet.starts, ends, strict=True):
            if text and end > start:
                page.merge_range(line, start, line, end, text, centred)
        line += 1
    for position, name in enumerate(columns):
        page.write_string(line, position, name)
    return line + 1


def _cell(page: xlsxwriter.worksheet.Worksheet, line: int, position: int, value: str | None) -> None:
    if not value:
        return
    if "E+" in value and _SCIENTIFIC.fullmatch(value):
        page.write_number(line, position, float(value))
    else:
        page.write_string(line, position, value)
