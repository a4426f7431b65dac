"""R-04 for one person in plain Python: which signs create presence, and the runs they make."""

from __future__ import annotations

import datetime as dt

from jobs.residence.parameters import Parameters
from jobs.residence.plain.departures import answered
from jobs.residence.plain.evidence import DAY, Evidence, Person, at_desk, where
from jobs.residence.plain.stays import Leaves, Stay, chains


def live_through(one: Person) -> None:
    """R-04: which signs create presence, and the runs they make."""
    p, f, today = one.p, one.fact, one.today
    leaves = [(e.since, where(e)) for e in one.evidence if e.leaving]
    for e in one.evidence:
        _cut(e, leaves)
    supported = bool(one.cards) or any(_dwells(e) and e.ends > today - dt.timedelta(days=p.days.support) for e in one.evidence)
    outside = [
        (e.since, e.ends)
        for e in one.evidence
        if e.strength in ("A", "A-", "C") and e.row["in_district"] is False and (e.ends - e.since).days > p.days.elsewhere_breaks
    ]
    here, away, seen = [], [], []
    for e in one.evidence:
        if e.strength is None or (e.strength == "D" and e.row["sign"] not in ("S12", "S20")):
            continue
        if e.strength != "D" and _creates(e, supported):
            if e.last > today - dt.timedelta(days=p.days.settled_window):
                seen.append((e.since, e.last))
            at = f"{e.row['sign']}:{e.row['record_id']}" if e.strength == "C" else e.row["dwelling_id"]
            here.append(Stay(e.since, e.ends, e.last, at, e.row["sign"] == "S05", _before(e, p)))
        other = e.row["township"] != f["hukou_township"] if e.row["township"] and f["hukou_township"] else not f["local"]
        if other and e.row["place"] != "none":
            away.append(Stay(e.since, e.last + DAY, e.last, "here" if e.here else None, False))
    breaks = _breaks(one, p)
    f.update(chains(here, [*away, *_was_here(one, p)], Leaves(leaves, breaks), outside, p, today))
    born = one.resident["birth_date"]
    for came in ("came_by", "last_came_by"):
        f[came] = max(f[came], born) if f[came] and born else f[came]
    starts = [a for a, _ in seen]
    f["owns"] = any(e.row["sign"] == "S20" and e.here and e.ends > today for e in one.evidence)
    f["seen_twice"] = bool(starts) and (max(starts) - min(starts)).days >= p.days.settled_span
    f["settled"] = bool(one.cards) or f["owns"] or f["seen_twice"] or f["nature"] == "CITY_HUKOU"


def _before(e: Evidence, p: Parameters) -> int:
    """Days by which the person had come before the sign told of it; an enrolment during the school year follows a move."""
    return 0 if e.row["sign"] == "S07" and e.since.month not in p.school_starts else p.before(e.row["sign"])


def _breaks(one: Person, p: Parameters) -> list[dt.date]:
    """Departures that break the chain of evidence outside the hukou township: not those from a dwelling, answered by another."""
    stays = [e for e in one.evidence if e.strength in ("A", "A-") and e.here and e.ends > one.today]
    return [e.since for e in one.evidence if e.leaving and not (e.row["sign"] in p.from_dwelling and answered(e, stays, one))]


def _was_here(one: Person, p: Parameters) -> list[Stay]:
    """A departure from a dwelling here tells that the person, whose hukou is elsewhere, lived there until then."""
    left = [e for e in one.evidence if e.row["sign"] in p.from_dwelling and e.leaving]
    return [Stay(e.since, e.since + DAY, e.since, "here", False) for e in left if not one.fact["local"]]


def _cut(e: Evidence, leaves: list[tuple[dt.date, str | None]]) -> None:
    """A departure sign ends what carry alone presumes, at the same dwelling or where a dwelling is unknown."""
    at = where(e)
    if e.ends > e.last + DAY and any(d > e.last and (w is None or at is None or w == at) for d, w in leaves):
        e.ends = e.last + DAY


def _dwells(e: Evidence) -> bool:
    if e.strength in ("A", "A-"):
        return e.here
    if at_desk(e):
        return False
    if e.strength == "D" and e.row["place"] == "dwelling" and e.row["in_district"]:
        return True
    return e.strength is not None and bool(e.row["text_here"]) and e.row["sign"] != "S19"


def _creates(e: Evidence, supported: bool) -> bool:
    if not e.here:
        return False
    if e.strength in ("A", "A-"):
        return True
    if e.row["text_here"] is False:
        return False
    if e.row["sign"] == "S07":
        return True
    return supported or (bool(e.row["text_here"]) and e.row["sign"] != "S19")
