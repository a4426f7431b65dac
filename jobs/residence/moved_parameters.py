"""The numbers of the residence parameters one by one, and each of them moved down and up by a fifth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from jobs.residence.parameters import Parameters

SHARE = 0.2
"""How far a number is moved."""
LISTS = (
    "cards",
    "found_gone",
    "listed",
    "from_dwelling",
    "two_sightings",
    "lapses",
    "school_starts",
    "strong_deaths",
    "abroad_stay",
    "hard_events",
)
"""Parameters that are lists of codes and words: there is no fifth of them."""


class Move(NamedTuple):
    """A number by its path in the file (`days.keep`, `signs.S05.weight`), its value, and a fifth less and more of it; None where
    its bounds leave no room."""

    name: str
    value: float
    low: float | None
    high: float | None


def moves(p: Parameters) -> list[Move]:
    """Every number of the file. Days, months, ages and counts stay whole and at least 1, and move by one at least; weights stay
    below 1, scores and shares within 0 and 1."""
    return [_move(name, value) for name, value in _leaves(p) if isinstance(value, int | float) and not isinstance(value, bool)]


def unbounded(p: Parameters) -> list[str]:
    """Numbers that the file leaves open (null: no bound, no fading), which cannot be moved."""
    return [name for name, value in _leaves(p) if value is None]


def moved(p: Parameters, name: str, value: float) -> Parameters:
    """The parameters with one number set to another value."""
    whole: dict[str, Any] = p.model_dump(exclude_unset=True)
    *way, last = name.split(".")
    part = whole
    for step in way:
        part = part[step]
    if last not in part:
        raise KeyError(name)
    part[last] = value
    return Parameters.model_validate(whole)


def _leaves(p: Parameters) -> Iterator[tuple[str, Any]]:
    def walk(part: dict[str, Any], way: str) -> Iterator[tuple[str, Any]]:
        for key, value in part.items():
            if isinstance(value, dict):
                yield from walk(value, f"{way}{key}.")
            else:
                yield f"{way}{key}", value

    return walk(p.model_dump(exclude_unset=True), "")


def _move(name: str, value: float) -> Move:
    if isinstance(value, int):
        less, more = int(value * (1 - SHARE) + 0.5), int(value * (1 + SHARE) + 0.5)
        low, high = max(1, min(value - 1, less)), max(value + 1, more)
        return Move(name, value, low if low < value else None, high)
    most = {"signs": 0.99, "negatives": 0.99, "scores": 1.0}.get(name.split(".")[0])  # a weight of 1 would end all doubt
    up = value * (1 + SHARE) if most is None else min(value * (1 + SHARE), most)
    return Move(name, value, round(value * (1 - SHARE), 4), round(up, 4) if up > value else None)
