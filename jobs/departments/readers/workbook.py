"""Excel workbooks: merged titles above the header, another order of columns in each file, totals at the end.

Numeric cells become text the way Excel shows them: a personal number typed as a figure arrives as 3.30125199001011E+17,
which the cleaning step refuses cell by cell (its last digits are lost).
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from jobs.departments.delivery import Delivered, Offer, Refusal, Request, Taken, digest, text_table
from jobs.departments.drift import choose
from jobs.departments.readers.folders import Folder, dated_offers

EXACT = 10**15
"""From here on a spreadsheet's figure has lost digits."""


class WorkbookReader:
    """Reads workbooks from any file system that fsspec knows."""

    def offers(self, request: Request, taken: Taken) -> list[Offer]:
        """New dates, and workbooks that joined a date later."""
        return dated_offers(request, Folder(request).names(request.spec.source), taken)

    def read(self, request: Request, offer: Offer) -> Delivered:
        """The rows of every workbook of the date, in the order of their names."""
        folder = Folder(request)
        wanted = list(request.spec.columns)
        tables, positions, raws = [], [], []
        refused: dict[Refusal, list[int]] = {}
        drift: set[str] = set()
        dropped: set[str] = set()
        position = 0
        for name in offer.names:
            raws.append(folder.read(name))
            header, body = _sheet(request, name, raws[-1])
            choice = choose(request, header, f"workbook {name}")
            drift.update(choice.drift)
            dropped.update(choice.dropped)
            kept = []
            for row in body:
                position += 1
                if _is_total(request, row):
                    refused.setdefault(Refusal.TOTAL_ROW, []).append(position)
                else:
                    kept.append([row[i] for i in choice.indices])
                    positions.append(position)
            columns = zip(*kept, strict=True) if kept else ([] for _ in wanted)
            tables.append(text_table(wanted, (pa.array(list(c), pa.string()) for c in columns)))
        if not positions and request.spec.mode == "full":
            raise request.held(f"workbook {', '.join(offer.names)} holds no row")
        return Delivered(
            rows=pa.concat_tables(tables),
            positions=pa.array(positions, pa.int64()),
            total=position,
            files=list(offer.names),
            sha256=digest(raws),
            refused=refused,
            drift=sorted(drift),
            dropped=sorted(dropped),
        )


def _sheet(request: Request, name: str, raw: bytes) -> tuple[list[str], list[list[str | None]]]:
    """Names of the columns and the filled rows below them, as text."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        wanted = str(request.spec.format["sheet"])
        if wanted not in book.sheet_names:
            raise request.held(f"workbook {name} has no sheet {wanted}; it has {', '.join(book.sheet_names)}")
        cells = book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise request.held(f"workbook {name} cannot be opened ({type(error).__name__}): it is cut off or no workbook") from None
    rows = [[_text(c) for c in row] for row in cells]
    depth = int(request.spec.format.get("header_rows", 1))
    if len(rows) < depth:
        raise request.held(f"workbook {name} has no header in sheet {wanted}")
    above = rows[1:depth] if depth > 1 else rows[:1]  # the first of several rows is the title
    header = [next((c for c in reversed(column) if c), "") for column in zip(*above, strict=True)]
    return header, [row for row in rows[depth:] if any(row)]


def _is_total(request: Request, row: list[str | None]) -> bool:
    first = next((c for c in row if c), "")
    return "".join(first.split()) in request.spec.format.get("totals", [])


def _text(cell: Any) -> str | None:
    """A cell as Excel shows it; None when empty."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _figure(float(cell))
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == dt.time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(cell, str):
        return cell.strip() or None
    return str(cell)


def _figure(number: float) -> str:
    if abs(number) >= EXACT:
        mantissa, _, exponent = f"{number:.14E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    return str(int(number)) if number.is_integer() else repr(number)
