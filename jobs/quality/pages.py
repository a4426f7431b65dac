"""A page of headings, sentences and tables that prints itself as Markdown and as HTML without outside files."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

STYLE = """
:root{color-scheme:light dark;--line:#ccc;--head:#f2f4f7;--rule:#345}
@media (prefers-color-scheme:dark){:root{--line:#555;--head:#2a2e35;--rule:#9ab}}
@media print{:root{color-scheme:light;--line:#999;--head:#eee;--rule:#000}svg,table{break-inside:avoid-page}}
body{font:15px/1.5 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
body{max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;font-size:13px}
th,td{border:1px solid var(--line);padding:.2rem .5rem;text-align:left;overflow-wrap:anywhere}
td.n{text-align:right;font-variant-numeric:tabular-nums}
th{background:var(--head)}h2{margin-top:2rem;border-bottom:2px solid var(--rule)}
svg{max-width:100%;height:auto;print-color-adjust:exact}
"""


@dataclass
class Page:
    """Parts in the order they were added."""

    title: str
    parts: list[tuple[str, Any]] = field(default_factory=list)

    def heading(self, text: str, level: int = 2) -> None:
        """A heading of level 2 or 3."""
        self.parts.append((f"h{level}", text))

    def text(self, text: str) -> None:
        """A paragraph."""
        self.parts.append(("p", text))

    def item(self, text: str) -> None:
        """A point of a list."""
        self.parts.append(("li", text))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A table; one without rows says so."""
        self.parts.append(("table", (list(heads), [list(r) for r in rows])))

    def picture(self, svg: str, words: Sequence[str]) -> None:
        """An SVG drawing; Markdown gets these lines instead, if any."""
        self.parts.append(("svg", (svg, list(words))))

    def markdown(self) -> str:
        """The page as Markdown."""
        lines = [f"# {self.title}", ""]
        for kind, content in self.parts:
            if kind == "table":
                lines += [*_markdown_table(*content), ""]
            elif kind == "svg":
                lines += ["```text", *content[1], "```", ""] if content[1] else []
            elif kind == "li":
                lines.append(f"- {content}")
            else:
                lines += [f"{'#' * int(kind[1])} {content}" if kind[0] == "h" else content, ""]
        return "\n".join(lines) + "\n"

    def html(self) -> str:
        """The page as one HTML file."""
        body = [f"<h1>{html.escape(self.title)}</h1>"]
        for kind, content in self.parts:
            body.append(_html_part(kind, content))
        head = f'<meta charset="utf-8"><title>{html.escape(self.title)}</title><style>{STYLE}</style>'
        return f'<!doctype html><html lang="zh"><head>{head}</head><body>\n' + "\n".join(body) + "\n</body></html>\n"


def _html_part(kind: str, content: Any) -> str:
    if kind == "table":
        return _html_table(*content)
    return str(content[0]) if kind == "svg" else f"<{kind}>{html.escape(content)}</{kind}>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _markdown_table(heads: list[str], rows: list[list[Any]]) -> list[str]:
    if not rows:
        return ["（无 none）"]
    lines = [heads, ["---"] * len(heads), *([_cell(v).replace("|", "\\|").replace("\n", " ") for v in r] for r in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _html_table(heads: list[str], rows: list[list[Any]]) -> str:
    if not rows:
        return "<p>（无 none）</p>"
    head = "".join(f"<th>{html.escape(h)}</th>" for h in heads)
    lines = ["<tr>" + "".join(_html_cell(v) for v in row) + "</tr>" for row in rows]
    return f"<table><tr>{head}</tr>\n" + "\n".join(lines) + "</table>"


def _html_cell(value: Any) -> str:
    number = " class=n" if isinstance(value, int | float) else ""
    return f"<td{number}>{html.escape(_cell(value))}</td>"
