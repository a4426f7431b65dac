"""The order of the rules for one person in plain Python, and for a small world of people who follow one another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from jobs.residence import calibration
from jobs.residence.calibration import Case
from jobs.residence.codes import CODES
from jobs.residence.reference_evidence import HERE_CODES, Person, rounded

INLAND = {"CITY_HUKOU": "21", "PROV_HUKOU": "22", "OUT_HUKOU": "23"}
OUTSIDE = {"HKMT": "25", "FOREIGN": "26"}


@dataclass(frozen=True)
class Decision:
    """What was decided for one person: `evidence_score` of presence, and `confidence`, the calibrated probability that the code is
    right (None of a relative, of whom only code and score are asked)."""

    code: str
    rule: str
    evidence_score: float
    confidence: float | None = None


@dataclass(frozen=True)
class Relatives:
    """What the rules may know of others: the parent followed, whether a household member is present, or strongly so; the day on
    which the family left, the status of kin who are here, whether one of them was met after the person left, whether one is abroad,
    and the township of kin who are here and whose home a card or contract tells."""

    parent: Decision | None = None
    parent_township: str | None = None
    household_present: bool = False
    lives_with: bool = False
    left_with: dt.date | None = None
    kin: Decision | None = None
    stays_with: bool = False
    kin_abroad: bool = False
    kin_township: str | None = None


NOBODY = Relatives()


def own_code(one: Person, home_township: str | None) -> str:
    """The status on the own evidence alone, R-10 applied."""
    code, rule = first(one, NOBODY, home_township)
    return "62" if _thin(one, Decision(code, rule, one.fact["score"])) else code


def final(one: Person, others: Relatives, home_township: str | None) -> Decision:
    """The status with relatives; the evidence score by the rule that decided, and how sure such a status is."""
    code, rule = first(one, others, home_township)
    f, p = one.fact, one.p
    told = 1.0 - (1.0 - f["score"]) * (1.0 - p.signs["S21"].weight) if others.lives_with else f["score"]
    told = 1.0 - (1.0 - told) * (1.0 - p.scores.card) if f["carded"] else told
    if rule == "R-08" and others.parent:
        told = p.scores.parent * others.parent.evidence_score
    elif rule == "R-06f" and others.kin:
        told = max(told, p.scores.parent * others.kin.evidence_score)
    elif rule == "R-05c-household":
        told = min(told, p.scores.household)
    elif rule == "R-05c-away" and f["elsewhere_on"] is None:
        told = p.scores.silent_absent
    told = rounded(told, 4)
    said = Decision(code, rule, told)
    said = Decision("62", "R-10", told) if _thin(one, said) else said
    return replace(said, confidence=calibration.load().of(_case(one, said)))


def _case(one: Person, said: Decision) -> Case:
    """What the calibration looks at."""
    f = one.fact
    against = max(((e.value, e.since, e.row["sign"]) for e in one.evidence if e.strength is None), default=(0.0, None, None))[2]
    days = (f["last_seen"], f["here_since"], f["away_since"])
    return Case(said.code, said.rule, said.evidence_score, bool(f["carded"]), against, one.today, *days)


def _thin(one: Person, said: Decision) -> bool:
    weak = CODES[said.code].kind in ("R", "T") and said.evidence_score < one.p.scores.low
    return weak and said.rule != "R-03" and not one.fact["local"] and not one.fact["settled"]


def first(one: Person, others: Relatives, home_township: str | None, without: tuple[str, ...] = ()) -> tuple[str, str]:
    """Code and rule of the first rule that decides, leaving out some."""
    lives_at = home_township if one.fact["home_sure"] else others.kin_township or home_township
    for rule, decide in ORDER:
        code = None if rule in without else decide(one, others, lives_at)
        if code is not None:
            return code, rule
    raise AssertionError("R-06d decides for everybody")


def _void(one: Person, _o: Relatives, _h: str | None) -> str | None:
    r, age = one.resident, one.fact["age"]
    nobody = r["id_number"] is None and r["name"] is None and r["birth_date"] is None
    unborn = r["birth_date"] is not None and r["birth_date"] > one.today
    return "99" if nobody or unborn or (age is not None and age > one.p.age.impossible) else None


def _by_hand(one: Person, _o: Relatives, _h: str | None) -> str | None:
    decided = one.resident.get("by_hand")
    return decided["status_code"] if decided else None


def _death(one: Person, _o: Relatives, _h: str | None) -> str | None:
    f, grace = one.fact, dt.timedelta(days=one.p.days.death_activity)
    if f["death_sources"] == 0:
        return None
    active = f["newest_b"] is not None and f["newest_b"] > f["death_on"] + grace
    if active and f["death_sources"] == 1:
        return "92"
    return "91" if f["strong_death"] or f["death_sources"] >= 2 else None


def _departure(one: Person, others: Relatives, _h: str | None) -> str | None:
    f = one.fact
    if f["local"] or not f["recent_run"] or f["departed_on"] is None or others.stays_with:
        return None
    return "53" if f["stands"] or f["left_on"] is not None else None


def _with_family(one: Person, others: Relatives, _h: str | None) -> str | None:
    return "53" if not one.fact["local"] and is_present(one) and others.left_with is not None else None


def _conflict(one: Person, _o: Relatives, _h: str | None) -> str | None:
    f, bound = one.fact, one.p.scores.conflict
    if f["c_pos"] < bound or f["c_open"] < bound or f["newest_ab"] is None or f["newest_neg"] is None:
        return None
    left = any(day and day >= f["newest_neg"] for day in (f["left_on"], f["abroad_on"])) and f["newest_neg"] > f["newest_ab"]
    return "61" if abs((f["newest_ab"] - f["newest_neg"]).days) <= one.p.days.conflict and not left else None


def is_present(one: Person) -> bool:
    """The run covers tonight, or presence is presumed."""
    return bool(one.fact["run_now"] or one.fact["kept"])


def follows_parent(one: Person) -> bool:
    """Whether R-08 lets this child follow a parent."""
    f, p = one.fact, one.p
    age, own = f["age"], f["newest_own"]
    if age is None or age >= p.age.minor:
        return False
    recent = own is not None and own >= one.today - dt.timedelta(days=p.days.window)
    if not ((age < p.age.child and not is_present(one)) or _newcomer(one) or not recent):
        return False
    since = own or one.resident["birth_date"]
    return not (f["elsewhere_on"] is not None and f["elsewhere_on"] > since)


def _newcomer(one: Person) -> bool:
    """An inland infant with a hukou elsewhere that has not been here half a year: born so, it has no half year of its own."""
    born, inland = one.resident["birth_date"], one.fact["nature"] in INLAND
    return inland and born is not None and (one.today - born).days < one.p.days.newborn and one.fact["basis"] is None


def _child(one: Person, others: Relatives, home: str | None) -> str | None:
    if others.parent is None or not follows_parent(one):
        return None
    parent, nature = others.parent.code, one.fact["nature"]
    if parent in ("13", "14"):
        return parent if nature == "LOCAL_HUKOU" else None
    usual = parent in HERE_CODES
    if nature == "LOCAL_HUKOU":
        return _township(one, others.parent_township or home)
    if nature in OUTSIDE:
        return OUTSIDE[nature] if usual else "32"
    if nature == "NO_HUKOU":
        if (one.today - one.resident["birth_date"]).days >= one.p.days.newborn and parent in (*INLAND.values(), "31"):
            return parent  # births are registered within a month, where the parents are
        return "24" if usual or parent == "31" else None
    return INLAND[nature] if usual else "31"


def _township(one: Person, home: str | None) -> str:
    hukou = one.fact["hukou_township"]
    return "12" if hukou and home != hukou else "11"


def _abroad(one: Person, _o: Relatives, _h: str | None) -> str | None:
    f = one.fact
    if not f["local"] or f["abroad"] is None or (f["newest_own"] and f["newest_own"] > f["abroad_on"]):
        return None
    return "14" if f["abroad"] in one.p.abroad_stay else "61"


def _local_present(one: Person, others: Relatives, home: str | None) -> str | None:
    f = one.fact
    here = f["in_force"] or is_present(one) or _newly_registered(one)
    return _township(one, home) if f["local"] and here and not gone(one, others) else None


def _newly_registered(one: Person) -> bool:
    """A hukou registered in person lately, and nothing else that tells anything."""
    f, since = one.fact, one.today - dt.timedelta(days=one.p.days.newly_registered)
    return f["last_seen"] is None and f["elsewhere_on"] is None and f["registered_on"] is not None and f["registered_on"] > since


def gone(one: Person, others: Relatives) -> dt.date | None:
    """When the absence began that nothing newer answers, or when the family left; never of one whose family stayed."""
    day: dt.date | None = one.fact["gone_on"]
    return None if others.stays_with else day or others.left_with


def _absence(one: Person, others: Relatives) -> int | None:
    days = [d for d in (gone(one, others) or one.fact["last_seen"], one.fact["registered_on"]) if d]
    return (one.today - max(days)).days if days else None


def _local_short(one: Person, others: Relatives, _h: str | None) -> str | None:
    away = _absence(one, others)
    if not one.fact["local"] or away is None or away >= one.p.days.absent:
        return None
    return "14" if _once_abroad(one, others) else "13"


def _once_abroad(one: Person, others: Relatives) -> bool:
    """Worked or studied outside the border before, or spouse, a parent or a child does."""
    return others.kin_abroad or one.fact["abroad"] in one.p.abroad_stay


def _local_household(one: Person, others: Relatives, home: str | None) -> str | None:
    age, p = one.fact["age"], one.p
    tender = age is not None and (age >= p.age.elder or age < p.age.child)
    elsewhere = one.fact["elsewhere_on"] is not None and not others.stays_with
    if not one.fact["local"] or elsewhere or gone(one, others):
        return None
    return _township(one, home) if (tender and others.household_present) or others.kin else None


def _local_silent(one: Person, others: Relatives, _h: str | None) -> str | None:
    f, away, limit = one.fact, _absence(one, others), one.p.days.silent
    if not f["local"] or away is None or away < limit or f["elsewhere_on"] is not None or f["carded"]:
        return None
    return None if f["any_on"] and f["any_on"] > one.today - dt.timedelta(days=limit) else "42"


def _local_away(one: Person, others: Relatives, _h: str | None) -> str | None:
    code = "14" if _once_abroad(one, others) else "41"
    return code if one.fact["local"] else None


def _outside(one: Person, _o: Relatives, _h: str | None) -> str | None:
    f = one.fact
    if f["nature"] not in OUTSIDE or not is_present(one):
        return None
    permanent = one.resident["id_type"] == "foreigner_pr" and f["dwells"]
    return OUTSIDE[f["nature"]] if f["basis"] or permanent else "32"


def _usual(one: Person, _o: Relatives, _h: str | None) -> str | None:
    f = one.fact
    if not is_present(one):
        return None
    if f["nature"] == "NO_HUKOU":
        return "24"
    return INLAND.get(f["nature"]) if f["basis"] or (f["carded"] and f["last_run"] is None) else None


def _kin_here(one: Person, others: Relatives, _h: str | None) -> str | None:
    f = one.fact
    away = f["stands"] or f["left_on"] is not None or _newer(f["elsewhere_on"], f["last_seen"])
    away = away and not others.stays_with
    apart = one.resident.get("known_outside") and _lapsed(one, others, None) is None
    if f["nature"] not in INLAND or away or apart or others.kin is None:
        return None
    return "31" if others.kin.code in ("31", "32") else INLAND[f["nature"]]


def _newer(day: dt.date | None, seen: dt.date | None) -> bool:
    return day is not None and (seen is None or day > seen)


def _temporary(one: Person, _o: Relatives, _h: str | None) -> str | None:
    return "31" if is_present(one) else None


def _lapsed(one: Person, _o: Relatives, _h: str | None) -> str | None:
    f = one.fact
    return "53" if f["last_run"] or f["departed_on"] or f["registered_on"] or f["listed"] else None


def _tie(one: Person, _o: Relatives, _h: str | None) -> str | None:
    worked = one.fact["worked_on"]
    return "51" if worked and worked >= one.today - dt.timedelta(days=one.p.days.work_in_force) else "52"


Decide = Callable[[Person, Relatives, "str | None"], "str | None"]

ORDER: tuple[tuple[str, Decide], ...] = (
    ("R-00", _void), ("R-03", _by_hand), ("R-01", _death), ("R-04d", _departure), ("R-04f", _with_family), ("R-09", _conflict),
    ("R-08", _child), ("R-05a", _abroad), ("R-05b", _local_present), ("R-05c-household", _local_household),
    ("R-05c-short", _local_short), ("R-05c-silent", _local_silent), ("R-05c-away", _local_away), ("R-07", _outside),
    ("R-06a", _usual), ("R-06b", _temporary), ("R-06f", _kin_here), ("R-06c", _lapsed), ("R-06d", _tie),
)  # fmt: skip
