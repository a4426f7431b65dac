"""The evidence scores of one person in plain Python, department by department."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from jobs.residence.plain.departures import answered
from jobs.residence.plain.evidence import Evidence, Person, rounded


def score(one: Person) -> None:
    """The facts c_pos, c_neg and c_open."""
    p, f, today = one.p, one.fact, one.today
    official = [e for e in one.evidence if e.strength in ("A", "A-") and e.here]
    stays = [e for e in official if e.ends > today]
    newest_a = max((e.event for e in official), default=None)
    pos: dict[str, float] = {}
    neg: dict[str, float] = {}
    unanswered: dict[str, float] = {}
    for grp in {e.row["grp"] for e in one.evidence}:
        mine = [e for e in one.evidence if e.row["grp"] == grp]
        counted = [e for e in mine if e.strength is not None and e.row["in_district"] is not False]
        visits = [e for e in counted if e.row["sign"] == "S10"]
        start = today - dt.timedelta(days=p.days.visits_window)
        often = len({e.since for e in mine if e.row["sign"] == "S10" and e.since > start}) >= 3
        s10 = p.signs["S10"]
        factor = (s10.three_visits or 0.0) / s10.weight if often else 1.0
        pos[grp] = max(
            max((e.value for e in visits), default=0.0) * factor,
            max((e.value for e in counted if e.row["sign"] != "S10"), default=0.0),
        )
        negative = [e for e in mine if e.strength is None]
        neg[grp] = max((e.value for e in negative), default=0.0)
        unanswered[grp] = max((e.value for e in negative if _open(e, newest_a, stays, one)), default=0.0)
    f["c_pos"], f["c_neg"], f["c_open"] = together(pos.values()), together(neg.values()), together(unanswered.values())


def _open(e: Evidence, newest_a: dt.date | None, stays: list[Evidence], one: Person) -> bool:
    """A negative that neither a newer A sign nor another dwelling answers."""
    return (newest_a is None or e.since > newest_a) and not answered(e, stays, one)


def together(parts: Iterable[float]) -> float:
    """1 − Π(1 − part)."""
    rest = 1.0
    for part in sorted(parts):
        rest *= 1.0 - part
    return rounded(1.0 - rest, 4)
