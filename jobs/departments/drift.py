"""Schema drift: what a delivery holds against what its contract knows. Nothing is silently null."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from jobs.departments.delivery import Request

RESEMBLANCE = 0.45
"""From this name similarity on, an unknown column is proposed for a missing one."""


@dataclass(frozen=True)
class Choice:
    """Columns of a delivery: index of each taken one (contract order), names unknown, names refused."""

    indices: list[int]
    drift: list[str]
    dropped: list[str]


def choose(request: Request, delivered: Sequence[str], where: str, fold: bool = False) -> Choice:
    """Find the taken columns; a missing one holds the table with a proposal. With `fold`, case does not matter."""
    spec = request.spec
    names = [n.upper() for n in delivered] if fold else list(delivered)

    def known(columns: Sequence[str]) -> list[str]:
        return [c.upper() for c in columns] if fold else list(columns)

    repeated = sorted({n for n in names if n and names.count(n) > 1})
    if repeated:
        raise request.held(f"{where} holds the column {', '.join(repeated)} twice")
    all_known = {*known(list(spec.columns)), *known(spec.ignored), *known(spec.refused)}
    unknown = [d for d, n in zip(delivered, names, strict=True) if n and n not in all_known]
    missing = [c for c, k in zip(spec.columns, known(list(spec.columns)), strict=True) if k not in names]
    if missing:
        columns = f"the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        raise request.held(
            f"{where} lacks {columns}{_proposal(missing, unknown)}",
            f"Ask the department, or change the column's name in {request.contract.code}.yml.",
        )
    indices = [names.index(k) for k in known(list(spec.columns))]
    dropped = [d for d, n in zip(delivered, names, strict=True) if n in known(spec.refused)]
    return Choice(indices, sorted(unknown), sorted(dropped))


def _proposal(missing: Sequence[str], unknown: Sequence[str]) -> str:
    pairs = sorted(((_alike(m, u), m, u) for m in missing for u in unknown), key=lambda p: (-p[0], p[1], p[2]))
    said, used = [], set()
    for score, old, new in pairs:
        if score >= RESEMBLANCE and old not in used and new not in used:
            used |= {old, new}
            said.append(f"{new} may be {old} renamed ({score:.0%} alike)")
    if said:
        return "; " + ", ".join(said)
    return f"; unknown columns there: {', '.join(unknown)}" if unknown else ""


def _alike(one: str, other: str) -> float:
    one, other = one.lower(), other.lower()
    return max(fuzz.ratio(one, other), 0.9 * fuzz.partial_ratio(one, other)) / 100
