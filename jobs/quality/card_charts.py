"""The two pictures of a model card, as SVG that stands inside a page and takes its colours: weights, and expected errors.

Bars for one person are full, bars against are hatched, so that a print without colour says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

LEFT, RIGHT, ROW, WIDE, TOP = 250, 60, 18, 820, 30
PLOT_TOP, PLOT_HEIGHT = 36, 240
CLIP = 40.0
"""Bits beyond which a bar is not drawn longer."""
HATCH = (
    '<defs><pattern id="against" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<line x1="0" y1="0" x2="0" y2="6" stroke="currentColor" stroke-width="2.4"/></pattern></defs>'
)


def weights(levels: Sequence[dict[str, Any]]) -> str:
    """Bars of every level's weight in bits. `levels`: comparison, level, weight, `rare` (hardly seen)."""
    reach = [max(-CLIP, min(CLIP, row["weight"])) for row in levels]
    low, high = min([0.0, *reach]), max([1.0, *reach])
    scale = (WIDE - LEFT - RIGHT * 2) / (high - low)
    zero = LEFT + RIGHT - low * scale
    height = TOP + ROW * len(levels) + 8 * len({r["comparison"] for r in levels}) + 12
    parts = _open(height, "weights", "Weights of levels in bits, for one person against strangers", _spoken(levels))
    parts += [HATCH, f'<line x1="{zero:.1f}" y1="{TOP - 8}" x2="{zero:.1f}" y2="{height - 8}" stroke="currentColor"/>']
    parts.append('<text x="4" y="16">■ 支持同一人 for one person · ▨ 反对 against · ° 训练中少见 hardly seen in training</text>')
    top, last = TOP, ""
    for row, weight in zip(levels, reach, strict=True):
        if row["comparison"] != last:
            top += 8
            parts.append(f'<text x="4" y="{top + 13}" font-weight="bold">{escape(row["comparison"])}</text>')
            last = row["comparison"]
        parts += _bar(row, top, zero, weight * scale)
        top += ROW
    return "\n".join([*parts, "</svg>"])


def _bar(row: dict[str, Any], top: int, zero: float, width: float) -> list[str]:
    fill = "currentColor" if width > 0 else "url(#against)"
    left = min(zero, zero + width)
    at, anchor = (zero + width + 4, "start") if width > 0 else (zero + width - 4, "end")
    label = escape(row["level"] + ("°" if row["rare"] else ""))
    return [
        f'<text x="{LEFT - 6}" y="{top + 13}" text-anchor="end">{label}</text>',
        f'<rect x="{left:.1f}" y="{top + 3}" width="{max(abs(width), 0.5):.1f}" height="{ROW - 6}" fill="{fill}" stroke="currentColor"/>',
        f'<text x="{at:.1f}" y="{top + 13}" text-anchor="{anchor}">{row["weight"]:+.1f}</text>',
    ]


def _spoken(levels: Sequence[dict[str, Any]]) -> str:
    return "; ".join(f"{r['comparison']} {r['level']} {r['weight']:+.1f}" for r in levels)


@dataclass(frozen=True)
class Curve:
    """One line of the error chart: its name, how it is drawn, and its value at each threshold."""

    name: str
    dash: str
    values: list[float]


def errors(rows: Sequence[dict[str, float]], auto: float) -> str:
    """Expected wrong and missed pairs (share of all true pairs) at each threshold; a line marks the one in force."""
    true = max(rows[0]["pairs"] - rows[0]["wrong"] + rows[0]["missed"], 1e-9)
    wrong = Curve("错并 wrong", "", [100 * r["wrong"] / true for r in rows])
    missed = Curve("漏并 missed", "6 4", [100 * r["missed"] / true for r in rows])
    top = max([*wrong.values, *missed.values, 1e-6]) * 1.1
    step = (WIDE - LEFT) / max(len(rows) - 1, 1)
    across = [90 + i * step for i in range(len(rows))]
    bottom = PLOT_TOP + PLOT_HEIGHT
    spoken = "; ".join(f"{r['threshold']}: wrong {r['wrong']:.4g}, missed {r['missed']:.4g}" for r in rows)
    parts = _open(bottom + 44, "errors", "Expected errors by threshold, in per cent of true pairs", spoken)
    parts += ['<text x="4" y="16">— 错并 wrong · - - 漏并 missed（占真实同人对的% of true pairs）· ┆ 现行 in force</text>']
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = bottom - part / 1.1 * PLOT_HEIGHT
        parts.append(f'<line x1="80" y1="{y:.1f}" x2="{across[-1]:.1f}" y2="{y:.1f}" stroke="currentColor" opacity=".2"/>')
        parts.append(f'<text x="74" y="{y + 4:.1f}" text-anchor="end">{part * top / 1.1:.3g}</text>')
    for x, row in zip(across, rows, strict=True):
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{row["threshold"]:g}</text>')
    for curve in (wrong, missed):
        points = " ".join(f"{x:.1f},{bottom - v / top * PLOT_HEIGHT:.1f}" for x, v in zip(across, curve.values, strict=True))
        dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2.5"{dash}/>')
    x = _place([r["threshold"] for r in rows], across, auto)
    parts.append(f'<line x1="{x:.1f}" y1="{PLOT_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="currentColor" stroke-dasharray="2 3"/>')
    parts.append(f'<text x="{across[len(across) // 2]:.1f}" y="{bottom + 38}" text-anchor="middle">阈值 threshold</text>')
    return "\n".join([*parts, "</svg>"])


def _place(thresholds: list[float], across: list[float], value: float) -> float:
    """Where a value stands on the axis, whose marks are evenly spaced but not evenly valued."""
    for (a, b), (x, y) in zip(pairwise(thresholds), pairwise(across), strict=True):
        if a <= value <= b:
            return x + (value - a) / (b - a) * (y - x)
    return across[0] if value < thresholds[0] else across[-1]


def _open(height: int, name: str, title: str, spoken: str) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" role="img" aria-labelledby="{name}-t {name}-d"'
        ' font-family="sans-serif" font-size="12" fill="currentColor">',
        f'<title id="{name}-t">{escape(title)}</title>',
        f'<desc id="{name}-d">{escape(spoken)}</desc>',
    ]
