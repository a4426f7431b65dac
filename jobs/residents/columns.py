"""Text for terminals of 80 columns, where a Chinese character takes two."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size

WIDTH = 80


def row(cells: Iterable[str], widths: Iterable[int]) -> str:
    """Cells beside each other, cut or padded to their widths."""
    return "".join(cell(c, w) for c, w in zip(cells, widths, strict=True)).rstrip()


def cell(text: str, width: int) -> str:
    """The text cut or padded to a width in terminal cells, its last one blank."""
    return set_cell_size(text, width - 1) + " "


def wrap(text: str, indent: str = "  ", width: int = WIDTH) -> list[str]:
    """Lines of at most so many cells; all but the first are indented."""
    lines = []
    while cell_len(text) > width:
        cut = len(text)
        while cell_len(text[:cut]) > width:
            cut -= 1
        space = text.rfind(" ", len(indent) + 1, cut)
        cut = space if space > 0 else cut
        lines.append(text[:cut].rstrip())
        text = indent + text[cut:].lstrip()
    return [*lines, text]
