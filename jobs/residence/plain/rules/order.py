"""The order of the rules for one person in plain Python, and what follows from the first that decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jobs.residence import calibration
from jobs.residence.calibration import Case
from jobs.residence.codes import CODES
from jobs.residence.plain.evidence import Person, rounded
from jobs.residence.plain.rules import alive, leaving, local, minors, others
from jobs.residence.plain.rules.said import NOBODY, Decision, Relatives

Decide = Callable[[Person, Relatives, "str | None"], "str | None"]

ORDER: tuple[tuple[str, Decide], ...] = (
    ("R-00", alive.void),
    ("R-03", alive.by_hand),
    ("R-01", alive.death),
    ("R-04d", leaving.departed),
    ("R-04f", leaving.with_family),
    ("R-09", leaving.conflict),
    ("R-08", minors.child),
    ("R-05a", local.abroad),
    ("R-05b", local.local_present),
    ("R-05c-household", local.local_household),
    ("R-05c-short", local.local_short),
    ("R-05c-silent", local.local_silent),
    ("R-05c-away", local.local_away),
    ("R-07", others.outside),
    ("R-06a", others.usual),
    ("R-06b", others.temporary),
    ("R-06f", others.with_kin),
    ("R-06c", others.lapsed),
    ("R-06d", others.tie),
)


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
