"""Newest dates of each kind, deaths, departures and the bases of the half year of one person in plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from jobs.residence.parameters import Parameters
from jobs.residence.plain.departures import absent_since, answered, left_at, uninsured
from jobs.residence.plain.evidence import Evidence, Person, enrolled, newer, newest, rounded
from jobs.residence.plain.stays import add_months


def newest_dates(one: Person) -> None:
    """Newest dates of each kind, deaths, departures and the bases of the half year."""
    p, f, today, all_ = one.p, one.fact, one.today, one.evidence
    official = [e for e in all_ if e.strength in ("A", "A-") and e.here]
    own = [e for e in all_ if e.strength in ("A", "A-", "B", "C") and e.here]
    stays = [e for e in official if e.ends > today]
    f["in_force"] = bool(stays)
    f["dwells"] = bool(official)
    f["enrolled"] = any(enrolled(e, today) for e in all_)
    f["newest_ab"] = newest(e.event for e in own if e.strength != "C")
    f["firm_ab"] = _firm(own, p)
    f["newest_b"] = newest(e.last for e in all_ if e.strength == "B")
    f["newest_own"] = newest(e.last for e in own)
    f["newest_event"] = newest(e.event for e in own)
    f["newest_neg"] = newest(e.since for e in all_ if e.strength is None)
    leaves = [e for e in all_ if e.leaving and not answered(e, stays, one)]
    standing = [e for e in leaves if p.negatives[e.row["sign"]].stands]
    unmet = [e for e in leaves if newer(e.since, f["firm_ab"] if e.row["sign"] in p.two_sightings else f["newest_ab"])]
    f["gone_on"] = absent_since([*unmet, *(e for e in standing if e not in unmet)], f["newest_ab"], f["firm_ab"], p)
    f["listed"] = bool(one.cards) or bool(one.resident.get("known_here")) or any(e.row["sign"] in p.listed for e in all_)
    worked = newest(e.last for e in all_ if e.strength and p.signs[e.row["sign"]].work)
    f["uninsured_on"] = uninsured(all_, worked, today, p)
    ended = f["uninsured_on"]
    f["departed_on"] = newest([*(e.since for e in leaves), *([ended] if ended else [])])
    f["left_at"] = left_at(leaves)
    newest_a = newest(e.event for e in official)
    f["stands"] = bool(standing) or newer(ended, newest_a)
    if f["gone_on"] is None and not f["local"] and newer(ended, newest_a):
        f["gone_on"] = ended
    f["left_on"] = newest([*(e.since for e in unmet), *([ended] if ended and newer(ended, f["firm_ab"]) else [])])
    f["insured"] = any(e.row["sign"] == "S12" and e.ends > today for e in all_) and bool(one.resident.get("known_here"))
    elsewhere = [e for e in all_ if e.strength is None and p.negatives[e.row["sign"]].elsewhere]
    f["elsewhere_on"] = newest(e.since for e in elsewhere if not answered(e, stays, one))
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
    last_word = f["newest_neg"] is None or f["newest_ab"] is None or f["newest_neg"] > f["newest_ab"]
    f["score"] = rounded(f["c_pos"] * (1.0 - f["c_neg"] * (1.0 if last_word else p.scores.older_negative)), 4)


def _firm(own: list[Evidence], p: Parameters) -> dt.date | None:
    """The newest A or B event that does not stand alone: a registration, permit or contract, or the second newest day of all; the
    only one there is."""
    events = [e for e in own if e.strength != "C"]
    lasting = [e.event for e in events if e.strength != "B" and p.signs[e.row["sign"]].shape == "continuing"]
    days = sorted({e.event for e in events}, reverse=True)
    return newest([*lasting, *days[:2][-1:]])


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


def _basis(f: Mapping[str, Any], today: dt.date, p: Parameters) -> str | None:
    """HERE, HERE_CUM, AWAY or None."""
    if f["came_by"] and add_months(f["came_by"], p.months.half_year) <= today:
        return "HERE"
    if f["days_365"] >= p.days.cumulative and (f["kept"] or f["run_now"]):
        return "HERE_CUM"
    return "AWAY" if f["away_since"] and add_months(f["away_since"], p.months.half_year) <= today else None
