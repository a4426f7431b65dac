"""Half-year counting for one person in plain Python: stays become runs (domain §1.3, half-year counting)."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from jobs.residence.parameters import Parameters
from jobs.residence.plain.evidence import DAY


@dataclass(frozen=True)
class Stay:
    """[start, ends) that one sign covers; `last` the last day really observed; `where` what may bridge; a grid visit or not;
    `before`: days by which the person had come before the sign told of it."""

    start: dt.date
    ends: dt.date
    last: dt.date
    where: str | None
    visit: bool
    before: int = 0


class Leaves(NamedTuple):
    """Departure signs: (day, dwelling) of all, and the days of those that break the chain outside the hukou township."""

    all: list[tuple[dt.date, str | None]]
    breaks: list[dt.date]


def add_months(day: dt.date, months: int) -> dt.date:
    """Calendar months later; a missing day becomes the month's last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def chains(
    here: list[Stay],
    away: list[Stay],
    leaves: Leaves,
    outside: list[tuple[dt.date, dt.date]],
    p: Parameters,
    today: dt.date,
) -> dict[str, Any]:
    """here_since, came_by, here_until, run_now, last_seen, recent_run, days_365 and away_since."""
    living = merge(bridge(here, leaves.all, outside, p), p.days.bridge)
    gone = _chain(away, leaves.breaks, p)
    counting = [r for r in living if r.ends > today - p.days.keep * DAY]
    reaching = [r for r in gone if r.ends > today - p.days.chain * DAY]
    window = today - p.days.window * DAY
    run = counting[-1] if counting else None
    return {
        "here_since": run.start if run else None,
        "came_by": begun(run, leaves.breaks) if run else None,
        "here_until": run.ends if run else None,
        "run_now": any(r.ends > today for r in living),
        "last_seen": max((r.last for r in living), default=None),
        "last_run": living[-1].start if living else None,
        "last_came_by": begun(living[-1], leaves.breaks) if living else None,
        "recent_run": any(r.ends > today - p.days.recent_run * DAY for r in living),
        "days_365": sum(max(0, (min(r.ends, today) - max(r.start, window)).days) for r in living),
        "away_since": reaching[-1].start if reaching else None,
    }


def begun(run: Stay, breaks: list[dt.date]) -> dt.date:
    """The day by which the person had come: whoever is first met on some day came before it, but not before last leaving."""
    return max([run.start - run.before * DAY, *(d for d in breaks if d <= run.start)])


def bridge(
    stays: list[Stay], leaves: list[tuple[dt.date, str | None]], outside: list[tuple[dt.date, dt.date]], p: Parameters
) -> list[Stay]:
    """A stay begins where the one before at the same place ended, if the gap between is short enough."""
    result = []
    for where in {s.where for s in stays}:
        was, visited = None, None
        for stay in sorted((s for s in stays if s.where == where), key=lambda s: (s.start, s.ends)):
            begin = stay.start
            if where is not None and was is not None and begin > was:
                stayed_away = any((min(e, begin) - max(s, was)).days > p.days.elsewhere_breaks for s, e in outside)
                short = (begin - was).days <= p.days.bridge_same_place
                seen_again = (
                    stay.visit
                    and visited is not None
                    and (begin - visited).days <= p.days.bridge_visits
                    and not any(visited <= d < begin for d, _ in leaves)
                )
                if (short or seen_again) and not stayed_away:
                    begin = was
            result.append(replace(stay, start=begin))
            was = stay.ends if was is None else max(was, stay.ends)
            visited = stay.start if stay.visit else visited
    return result


def _chain(stays: list[Stay], leaves: list[dt.date], p: Parameters) -> list[Stay]:
    """Evidence outside the hukou township as chains. Silence between two stays in the district is no return home:
    of the same days the stay in the district comes first."""
    runs: list[Stay] = []
    for stay in sorted(stays, key=lambda s: (s.start, s.ends, s.where is None)):
        before = runs[-1] if runs else None
        gap = (stay.start - before.ends).days if before else 0
        silent = (
            before is not None and bool(before.where and stay.where) and not any(before.ends <= d < stay.start for d in leaves)
        )
        if before and gap <= (p.days.chain_silent if silent else p.days.chain):
            last = max(before, stay, key=lambda s: (s.ends, s.where is not None))
            runs[-1] = replace(before, ends=max(before.ends, stay.ends), last=max(before.last, stay.last), where=last.where)
        else:
            runs.append(stay)
    return runs


def merge(stays: list[Stay], allowed: int) -> list[Stay]:
    """Overlapping stays, and those whose gap is allowed, as one; in order of time."""
    runs: list[Stay] = []
    for stay in sorted(stays, key=lambda s: (s.start, s.before, s.ends)):
        if runs and (stay.start - runs[-1].ends).days <= allowed:
            before = runs[-1]
            runs[-1] = replace(before, ends=max(before.ends, stay.ends), last=max(before.last, stay.last))
        else:
            runs.append(stay)
    return runs
