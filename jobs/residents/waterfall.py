"""How a link's weight adds up, comparison by comparison: as bars in a terminal and as a picture that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from jobs.residents.columns import cell, wrap

BAR = 24
"""Cells of the longest bar."""
PRIOR = "prior"
"""What is believed before anything is compared: −21 bits against strangers, about none against the same household."""
LEFT, RIGHT, ROW, HEAD, WIDE = 232, 64, 24, 64, 760
"""Pixels: room for labels and figures, a line's height, the title's, the picture's width."""


def bars(comparisons: Sequence[dict[str, Any]], weight: float | None = None) -> list[str]:
    """A line for each comparison that speaks (█ for one person, ▒ against), then the silent ones by name; given the
    link's weight, the prior comes first, so that the lines add up to it.
    """
    told = [c for c in comparisons if c["weight"]]
    prior = 0.0 if weight is None else round(weight - sum(c["weight"] for c in told), 1)
    if prior:
        told.insert(0, {"comparison": PRIOR, "level": "先验", "weight": prior})
    largest = max((abs(c["weight"]) for c in told), default=1.0)
    lines = []
    for c in told:
        bar = ("█" if c["weight"] > 0 else "▒") * max(1, round(BAR * abs(c["weight"]) / largest))
        lines.append(f"    {cell(c['comparison'], 16)}{cell(c['level'], 22)}{c['weight']:+6.1f} {bar}")
    silent = [c["comparison"] for c in comparisons if not c["weight"]]
    return lines + (wrap(f"    says nothing: {', '.join(silent)}", "      ") if silent else [])


@dataclass(frozen=True)
class Step:
    """One bar of the picture: from where to where the weight went, in bits."""

    label: str
    weight: float
    start: float

    @property
    def end(self) -> float:
        """Where the next bar begins."""
        return self.start + self.weight


def steps(link: dict[str, Any]) -> list[Step]:
    """The prior, each comparison that speaks, in the model's order; the last one ends at the link's weight.

    The prior is what the weight holds beyond its comparisons, which are told to a tenth of a bit.
    """
    told = [c for c in link["comparisons"] if c["weight"]]
    at = link["weight"] - sum(c["weight"] for c in told)
    found = [Step(PRIOR, at, 0.0)]
    for c in told:
        found.append(Step(f"{c['comparison']} {c['level']}", c["weight"], at))
        at += c["weight"]
    return found


def picture(link: dict[str, Any], title: str) -> str:
    """The waterfall as SVG: dark bars speak for one person, hatched ones against; readable without colour and aloud."""
    drawn = steps(link)
    reach = [0.0, *(s.end for s in drawn)]
    low, high = min(reach), max(reach)
    scale = (WIDE - LEFT - RIGHT) / ((high - low) or 1.0)
    height = HEAD + ROW * (len(drawn) + 1) + 16
    zero = LEFT - low * scale
    spoken = "; ".join(f"{s.label} {s.weight:+.1f}" for s in drawn)
    result = f"{link['weight']:+.1f} bits, probability {link['probability']:.4f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" width="{WIDE}" height="{height}" role="img"'
        ' aria-labelledby="title desc" font-family="sans-serif" font-size="13">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(f"Match weight in bits: {spoken}; together {result}.")}</desc>',
        '<defs><pattern id="against" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#fff"/><line x1="0" y1="0" x2="0" y2="6" stroke="#000" stroke-width="2"/>'
        "</pattern></defs>",
        f'<rect width="{WIDE}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="24" font-size="16" font-weight="bold">{escape(title)}</text>',
        f'<text x="16" y="46">{escape(result)} · ■ for one person 支持 · ▨ against 反对</text>',
        f'<line x1="{zero:.1f}" y1="{HEAD - 4}" x2="{zero:.1f}" y2="{height - 12}" stroke="#000" stroke-dasharray="2 3"/>',
    ]
    for at, step in enumerate([*drawn, Step("together 合计", link["weight"], 0.0)]):
        parts += _bar(step, HEAD + ROW * at, LEFT + (min(step.start, step.end) - low) * scale, abs(step.weight) * scale)
    return "\n".join([*parts, "</svg>", ""])


def _bar(step: Step, top: int, left: float, width: float) -> list[str]:
    fill = "#222" if step.weight > 0 else "url(#against)"
    wide = max(width, 1.0)
    return [
        f'<text x="{LEFT - 12}" y="{top + 15}" text-anchor="end">{escape(step.label)}</text>',
        f'<rect x="{left:.1f}" y="{top + 3}" width="{wide:.1f}" height="{ROW - 8}" fill="{fill}" stroke="#000"/>',
        f'<text x="{left + wide + 5:.1f}" y="{top + 15}">{step.weight:+.1f}</text>',
    ]
