"""Departures of one person in plain Python: which of them a newer sign answers, and since when the person is absent."""

from __future__ import annotations

import datetime as dt

from jobs.residence.parameters import Parameters
from jobs.residence.plain.evidence import Evidence, Person, enrolled, newest, where


def answered(e: Evidence, stays: list[Evidence], one: Person) -> bool:
    """A departure from one dwelling is a move inside the district when an open grid card or a sign in force names another one,
    the sign later than anything named the first; what the grid says of leaving counts only while it has no other open card of the
    person, who goes to no school here; a school left or a tenancy ended says nothing while an A sign stands; what stands is answered
    by a newer A sign alone."""
    code, record, at = e.row["sign"], e.row["record_id"], where(e)
    if code not in one.p.negatives or not one.p.negatives[code].departure:
        return False
    official = [s for s in one.evidence if s.strength in ("A", "A-") and s.here]
    if one.p.negatives[code].stands:
        return any(s.event > e.since for s in official)
    if code in ("N05", "N06") and stays:
        return True
    if code in one.p.two_sightings:
        if any(enrolled(s, one.today) for s in one.evidence):
            return True
        if any(other != record for _, _, other in one.cards):
            return True
    elif code != "N05" and at is not None and any(card is not None and card != at for card, _, _ in one.cards):
        return True
    place = e.row["dwelling_id"]
    left = [s for s in official if s.row["record_id"] == record or (place and s.row["dwelling_id"] == place)]
    since = max((s.event for s in left), default=dt.date.min)
    return any(
        s.event > since and s.row["record_id"] != record and (place is None or s.row["dwelling_id"] not in (None, place))
        for s in stays
    )


def left_at(leaves: list[Evidence]) -> str | None:
    """The dwelling that the newest departure names; of several the last in the order of ids."""
    last = newest(e.since for e in leaves)
    return max((at for e in leaves if e.since == last and (at := where(e))), default=None)


def absent_since(gone: list[Evidence], newest_ab: dt.date | None, firm_ab: dt.date | None, p: Parameters) -> dt.date | None:
    """When the absence began: on the first day that a departure states; where a visitor found the person gone before any stated
    day, some time before the visit."""
    found = [e for e in gone if e.row["sign"] == "N03" and e.row["detail"] in p.found_gone]
    stated = [e.since for e in gone if e not in found]
    if stated and (not found or min(stated) <= min(e.since for e in found)):
        return min(stated)
    return min((_left_by(e.since, newest_ab, firm_ab, p) for e in found), default=None)


def _left_by(found: dt.date, newest_ab: dt.date | None, firm_ab: dt.date | None, p: Parameters) -> dt.date:
    """Half the time between two visits before the one that found the person gone, but not before last met here."""
    before, met = found - dt.timedelta(days=p.days.found_gone_after), firm_ab
    if newest_ab is not None and newest_ab <= found:
        met = newest_ab
    return before if met is None else max(before, met)


def uninsured(evidence: list[Evidence], worked: dt.date | None, today: dt.date, p: Parameters) -> dt.date | None:
    """The day on which the last resident insurance here ended, when no job has taken its place."""
    ends = [e.ends for e in evidence if e.row["sign"] == "S12"]
    if not ends or max(ends) > today:
        return None
    enough = min(max(ends) + dt.timedelta(days=p.days.works_on), today - dt.timedelta(days=p.days.work_in_force))
    return None if worked is not None and worked >= max(max(ends), enough) else max(ends)
