"""The tables of the district comparison: what is right, by clustering; and seconds, memory and pairs, by engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.benchmark.report import as_table

Figures = dict[str, Any]
Show = Callable[[float], str]


def _share(value: float) -> str:
    return f"{value:.4f}"


def _percent(value: float) -> str:
    return f"{value:.2%}"


def _signed(value: float) -> str:
    return f"{value:+.2%}"


def _tenths(value: float) -> str:
    return f"{value:,.1f}"


WHOLE: list[tuple[str, Show, tuple[str, ...]]] = [
    ("wrongly merged per 10,000", _tenths, ("merged_per_10000",)),
    ("wrongly split per 10,000", _tenths, ("split_per_10000",)),
    ("counted twice per 10,000", _tenths, ("two_homes_per_10000",)),
    ("exactly right", _percent, ("exact",)),
    ("count error", _signed, ("count_error",)),
    ("no number: recall", _share, ("numberless", "recall")),
    ("no number: precision", _share, ("numberless", "precision")),
    ("B³ precision", _share, ("b3", "precision")),
    ("B³ recall", _share, ("b3", "recall")),
    ("B³ F1", _share, ("b3", "f1")),
    ("pairs: precision", _share, ("pairs", "precision")),
    ("pairs: recall", _share, ("pairs", "recall")),
    ("pairs: F1", _share, ("pairs", "f1")),
]
STRATA = {
    "wrong_number": "wrong valid number",
    "no_number": "no number",
    "under_7": "under 7",
    "foreign": "foreign",
    "twin": "twins",
}


def right(found: dict[str, Figures]) -> str:
    """One column a clustering, one row a measure; hard cases as merged / split of all."""
    names = list(found)
    rows = [[label, *(_shown(show, _at(found[n], path)) for n in names)] for label, show, path in WHOLE]
    for stratum, label in STRATA.items():
        rows.append([f"B³ F1, {label}", *(_shown(_share, _at(found[n], ("strata", stratum, "b3", "f1"))) for n in names)])
    return as_table(["", *names], rows + _cases(found))


def _cases(found: dict[str, Figures]) -> list[list[str]]:
    by_kind = {n: {row["case"]: row for row in figures["cases"]} for n, figures in found.items()}
    kinds = sorted({kind for rows in by_kind.values() for kind in rows})
    rows = []
    for kind in kinds:
        cells = [rows.get(kind) for rows in by_kind.values()]
        size = next(c["cases"] for c in cells if c)
        rows.append([f"{kind} ({size}): merged / split", *(f"{c['merged']} / {c['split']}" if c else "–" for c in cells)])
    return rows


def _at(figures: Figures, path: tuple[str, ...]) -> float | None:
    value: Any = figures
    for part in path:
        value = value.get(part) if value else None
    return None if value is None else float(value)


def _shown(show: Show, value: float | None) -> str:
    return "–" if value is None else show(value)


PHASES = ["collapse", "read", "train", "score", "cluster", "write"]
SPEED = ["engine", *(f"{p} s" for p in PHASES), "total s", "without train s", "session s", "process s", "memory MB", "pairs"]


def speed(measured: dict[str, Figures]) -> str:
    """Seconds by phase, the session's start left out of the total; a dash where an engine has no such phase."""
    return as_table(SPEED, [_speed(name, each) for name, each in measured.items()])


def _speed(name: str, each: Figures) -> list[str]:
    seconds = each["seconds"]
    total = sum(seconds.get(p, 0.0) for p in PHASES)
    phases = [f"{seconds[p]:.1f}" if seconds.get(p) else "–" for p in PHASES]
    start = f"{seconds['session']:.1f}" if seconds.get("session") else "–"
    sums = [f"{total:.1f}", f"{total - seconds.get('train', 0.0):.1f}", start, f"{each['process_s']:.1f}"]
    return [name, *phases, *sums, f"{each['memory_mb']:,.0f}", f"{each['pairs']:,}"]
