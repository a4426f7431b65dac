"""The same rules for one person in plain Python: read by people, used by what-if, and the check on the set-based rules.

It follows domain §1.3 sentence by sentence and shares with the set-based rules only the parameters and the code table.
A sign is a mapping with the columns of SIGNS that derived.py names, `grp` (departments that copy one another), and of its
record: closed_on, text_here, text_township, text_dwelling.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from jobs.residence.codes import FOREIGN, HKMT, URBAN, URBAN_BEFORE
from jobs.residence.parameters import Parameters
from jobs.residence.reference_evidence import DAY, Evidence, Person, Row, at_desk, departure, rounded, weigh, where
from jobs.residence.reference_presence import Leaves, Stay, add_months, chains


def person(resident: Row, signs: Iterable[Row], today: dt.date, p: Parameters) -> Person:
    """A person with all facts that rest on the own evidence."""
    one = Person(resident, today, p, list(signs), cards=list(resident.get("cards") or []))
    newest_on, began = _confirmed(one), _began(one)
    weighed = (weigh(s, newest_on.get((s["record_id"], s["sign"])), began.get(s["record_id"]), today, p) for s in one.signs)
    one.evidence = [e for e in weighed if e is not None]
    one.fact = {"age": age_of(resident["birth_date"], today), "local": bool(resident["hukou_active"])}
    for e in one.evidence:
        e.leaving = departure(e, one.fact["local"], p)
    one.fact["nature"] = nature(resident, one.fact["age"], today, p)
    division = resident.get("register_township") or resident["hukou_division"]
    one.fact["hukou_township"] = division[:9] if one.fact["local"] and division and len(division) >= 9 else None
    _presence(one)
    _scores(one)
    _dates(one)
    return one


def _confirmed(one: Person) -> dict[tuple[str, str], dt.date]:
    """The newest day of every sign of a record known tonight."""
    newest_on: dict[tuple[str, str], dt.date] = {}
    for s in one.signs:
        if s["from_date"] <= one.today and s["known_from"] <= one.today:
            key = (s["record_id"], s["sign"])
            newest_on[key] = max(newest_on.get(key, s["from_date"]), s["from_date"])
    return newest_on


def _began(one: Person) -> dict[str, dt.date]:
    """The first day of every registration known tonight, by its record."""
    first: dict[str, dt.date] = {}
    for s in one.signs:
        lasts = s["to_date"] is None or s["to_date"] > s["from_date"]
        if s["sign"] == "S01" and lasts and s["from_date"] <= one.today and s["known_from"] <= one.today:
            first[s["record_id"]] = min(first.get(s["record_id"], s["from_date"]), s["from_date"])
    return first


def age_of(birth: dt.date | None, today: dt.date) -> int | None:
    """Completed years."""
    if birth is None:
        return None
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def nature(resident: Row, age: int | None, today: dt.date, p: Parameters) -> str:
    """R-02."""
    kind, number = resident["id_type"], resident["id_number"]
    if resident["hukou_active"]:
        return "LOCAL_HUKOU"
    if kind in HKMT:
        return "HKMT"
    if kind in FOREIGN or (resident["nationality"] not in (None, "CHN") and kind != "citizen"):
        return "FOREIGN"
    division = resident["hukou_division"]
    if division is None and kind == "citizen" and number and len(number) >= 15:
        division = number[:6]
    if division is None:
        birth = resident["birth_date"]
        newborn = birth is not None and (today - birth).days < p.days.newborn
        young = age is not None and age < p.age.minor
        return "NO_HUKOU" if newborn or kind == "birth_certificate" or young else "CITY_HUKOU"
    if division[:6] in (*URBAN, *URBAN_BEFORE, "330100"):
        return "CITY_HUKOU"
    return "PROV_HUKOU" if division[:2] == "33" else "OUT_HUKOU"


def _presence(one: Person) -> None:
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
    return [e.since for e in one.evidence if e.leaving and not (e.row["sign"] in p.from_dwelling and _answered(e, stays, one))]


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


def _scores(one: Person) -> None:
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
    return (newest_a is None or e.since > newest_a) and not _answered(e, stays, one)


def together(parts: Iterable[float]) -> float:
    """1 − Π(1 − part)."""
    rest = 1.0
    for part in sorted(parts):
        rest *= 1.0 - part
    return rounded(1.0 - rest, 4)


def _dates(one: Person) -> None:
    """Newest dates of each kind, deaths, departures and the bases of the half year."""
    p, f, today, all_ = one.p, one.fact, one.today, one.evidence
    official = [e for e in all_ if e.strength in ("A", "A-") and e.here]
    own = [e for e in all_ if e.strength in ("A", "A-", "B", "C") and e.here]
    stays = [e for e in official if e.ends > today]
    f["in_force"] = bool(stays)
    f["dwells"] = bool(official)
    f["enrolled"] = any(_enrolled(e, today) for e in all_)
    f["newest_ab"] = newest(e.event for e in own if e.strength != "C")
    f["firm_ab"] = _firm(own, p)
    f["newest_b"] = newest(e.last for e in all_ if e.strength == "B")
    f["newest_own"] = newest(e.last for e in own)
    f["newest_event"] = newest(e.event for e in own)
    f["newest_neg"] = newest(e.since for e in all_ if e.strength is None)
    leaves = [e for e in all_ if e.leaving and not _answered(e, stays, one)]
    standing = [e for e in leaves if p.negatives[e.row["sign"]].stands]
    unmet = [e for e in leaves if _newer(e.since, f["firm_ab"] if e.row["sign"] in p.two_sightings else f["newest_ab"])]
    f["gone_on"] = _absent_since([*unmet, *(e for e in standing if e not in unmet)], f["newest_ab"], f["firm_ab"], p)
    f["listed"] = bool(one.cards) or bool(one.resident.get("known_here")) or any(e.row["sign"] in p.listed for e in all_)
    worked = newest(e.last for e in all_ if e.strength and p.signs[e.row["sign"]].work)
    f["uninsured_on"] = _uninsured(all_, worked, today, p)
    ended = f["uninsured_on"]
    f["departed_on"] = newest([*(e.since for e in leaves), *([ended] if ended else [])])
    f["left_at"] = _left_at(leaves)
    newest_a = newest(e.event for e in official)
    f["stands"] = bool(standing) or _newer(ended, newest_a)
    if f["gone_on"] is None and not f["local"] and _newer(ended, newest_a):
        f["gone_on"] = ended
    f["left_on"] = newest([*(e.since for e in unmet), *([ended] if ended and _newer(ended, f["firm_ab"]) else [])])
    f["insured"] = any(e.row["sign"] == "S12" and e.ends > today for e in all_) and bool(one.resident.get("known_here"))
    elsewhere = [e for e in all_ if e.strength is None and p.negatives[e.row["sign"]].elsewhere]
    f["elsewhere_on"] = newest(e.since for e in elsewhere if not _answered(e, stays, one))
    f["any_on"] = newest(e.last for e in all_ if e.strength is not None and e.row["sign"] != "S03")
    f["registered_on"] = newest(e.since for e in all_ if e.row["sign"] == "S03")
    f["worked_on"] = worked
    deaths = [e for e in all_ if e.row["sign"] == "N09"]
    f["strong_death"] = any(e.row["detail"] in p.strong_deaths for e in deaths)
    f["death_on"] = min((e.since for e in deaths), default=None)
    f["death_sources"] = len({e.row["grp"] for e in deaths})
    abroad = max(((e.since, e.row["detail"] or "") for e in all_ if e.row["sign"] == "N08"), default=None)
    f["abroad_on"], f["abroad"] = abroad if abroad else (None, None)
    f["carded"] = bool(one.cards)
    f["kept"] = _kept(f, today, p)
    if f["kept"] and f["here_since"] is None:
        f["here_since"], f["came_by"] = f["last_run"], f["last_came_by"]
    f["basis"] = _basis(f, today, p)
    newer = f["newest_neg"] is None or f["newest_ab"] is None or f["newest_neg"] > f["newest_ab"]
    f["score"] = rounded(f["c_pos"] * (1.0 - f["c_neg"] * (1.0 if newer else p.scores.older_negative)), 4)


def _firm(own: list[Evidence], p: Parameters) -> dt.date | None:
    """The newest A or B event that does not stand alone: a registration, permit or contract, or the second newest day of all; the
    only one there is."""
    events = [e for e in own if e.strength != "C"]
    lasting = [e.event for e in events if e.strength != "B" and p.signs[e.row["sign"]].shape == "continuing"]
    days = sorted({e.event for e in events}, reverse=True)
    return newest([*lasting, *days[:2][-1:]])


def _left_at(leaves: list[Evidence]) -> str | None:
    """The dwelling that the newest departure names; of several the last in the order of ids."""
    last = newest(e.since for e in leaves)
    return max((at for e in leaves if e.since == last and (at := where(e))), default=None)


def _newer(day: dt.date | None, seen: dt.date | None) -> bool:
    return day is not None and (seen is None or day > seen)


def _absent_since(gone: list[Evidence], newest_ab: dt.date | None, firm_ab: dt.date | None, p: Parameters) -> dt.date | None:
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


def _kept(f: Mapping[str, Any], today: dt.date, p: Parameters) -> bool:
    """Presence presumed: seen not long ago, or settled and silent, and nothing says that the person went away."""
    seen = f["last_seen"]
    left = f["stands"] or f["left_on"] is not None
    elsewhere = f["elsewhere_on"] is not None and (seen is None or f["elsewhere_on"] > seen)
    if seen is None:
        return (f["carded"] or (f["insured"] and not f["local"])) and not left and not elsewhere
    silence = (today - seen).days
    if silence <= p.days.keep and not f["local"]:
        return True
    bound = longest(f, p)
    return (bound is None or silence <= max(p.days.keep, bound)) and not left and not elsewhere


def longest(f: Mapping[str, Any], p: Parameters) -> int | None:
    """How long silence is no absence; None: for ever."""
    if f["carded"]:
        return p.days.settled_carded
    if f["nature"] == "CITY_HUKOU":
        return p.days.settled_city
    if f["insured"] and not f["local"]:
        return p.days.settled_insured
    if f["local"] and f["owns"]:
        return p.days.settled_owner
    return p.days.settled_unlisted if f["local"] and f["seen_twice"] else 0


def _uninsured(evidence: list[Evidence], worked: dt.date | None, today: dt.date, p: Parameters) -> dt.date | None:
    """The day on which the last resident insurance here ended, when no job has taken its place."""
    ends = [e.ends for e in evidence if e.row["sign"] == "S12"]
    if not ends or max(ends) > today:
        return None
    enough = min(max(ends) + dt.timedelta(days=p.days.works_on), today - dt.timedelta(days=p.days.work_in_force))
    return None if worked is not None and worked >= max(max(ends), enough) else max(ends)


def newest(days: Iterable[dt.date]) -> dt.date | None:
    """The latest day, or None."""
    return max(days, default=None)


def _answered(e: Evidence, stays: list[Evidence], one: Person) -> bool:
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
        if any(_enrolled(s, one.today) for s in one.evidence):
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


def _enrolled(e: Evidence, today: dt.date) -> bool:
    """A school here that goes on tonight, of a pupil whose row does not put the dwelling outside the district."""
    return e.row["sign"] == "S07" and e.last >= today and e.here and e.row["text_here"] is not False


def _basis(f: Mapping[str, Any], today: dt.date, p: Parameters) -> str | None:
    """HERE, HERE_CUM, AWAY or None."""
    if f["came_by"] and add_months(f["came_by"], p.months.half_year) <= today:
        return "HERE"
    if f["days_365"] >= p.days.cumulative and (f["kept"] or f["run_now"]):
        return "HERE_CUM"
    return "AWAY" if f["away_since"] and add_months(f["away_since"], p.months.half_year) <= today else None
