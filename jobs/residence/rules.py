"""The rules, in the order of the law: the first that decides wins (domain §1.3, decision order).

A rule reads the facts of one resident and says a status code, or nothing. Facts are columns made by nature.py (R-02),
presence.py (R-04), evidence.py and children.py; `RULES` is the order, and docs/rules.md is rendered from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.codes import CODES
from jobs.residence.parameters import Parameters

if TYPE_CHECKING:
    from pyspark.sql import Column


class Facts:
    """The facts of one resident as columns: `f.age` is the column `age`."""

    def __getattr__(self, name: str) -> Column:
        return F.col(name)

    def before(self, days: int) -> Column:
        """The day so many days ago."""
        return F.date_sub("today", days)


Verdict = Callable[[Facts, Parameters], "Column"]


@dataclass(frozen=True)
class Rule:
    """One rule: its id, what it says in both languages, the codes it may give, and the function that decides."""

    id: str
    zh: str
    en: str
    codes: tuple[str, ...]
    decide: Verdict


def yes(condition: Column) -> Column:
    """The condition, where unknown counts as no."""
    return F.coalesce(condition, F.lit(False))


def newer(day: Column, than: Column) -> Column:
    """There is a day, and none or an earlier one to compare it with."""
    return F.coalesce(day > than, day.isNotNull())


def present(f: Facts, p: Parameters) -> Column:
    """The run covers tonight, or presence is presumed."""
    return yes(f.run_now) | f.kept


def dead(f: Facts, p: Parameters) -> Column:
    """One strong source or two weaker ones."""
    return yes(f.strong_death) | (f.death_sources >= 2)


def active_after_death(f: Facts, p: Parameters) -> Column:
    """The person acted later than the grace days after the death."""
    return yes(f.newest_b > F.date_add("death_on", p.days.death_activity))


def rule_void(f: Facts, p: Parameters) -> Column:
    """R-00."""
    return F.when(f.nobody | yes(f.birth_date > f.today) | yes(f.age > p.age.impossible), "99")


def rule_death(f: Facts, p: Parameters) -> Column:
    """R-01: two sources outweigh later activity (which is then misuse of the identity)."""
    one = f.death_sources == 1
    doubted = active_after_death(f, p) & one
    return F.when(yes(f.strong_death) & doubted, "92").when(dead(f, p), "91").when(doubted, "92")


def rule_departure(f: Facts, p: Parameters) -> Column:
    """R-04d: a true departure newer than every A and B event, or one that stands."""
    newest = newer(f.departed_on, f.newest_ab) | f.stands
    return F.when(~f.local & yes(f.recent_run) & f.departed_on.isNotNull() & newest, "53")


def rule_family(f: Facts, p: Parameters) -> Column:
    """R-04f: spouse, parents or children left, none of them is here, and nothing newer tells of the person."""
    return F.when(~f.local & present(f, p) & f.left_with.isNotNull(), "53")


def gone_on(f: Facts) -> Column:
    """The first departure newer than every A and B event, else that of the family."""
    return F.coalesce(f.gone_on, f.left_with)


def rule_conflict(f: Facts, p: Parameters) -> Column:
    """R-09: both sides strong and close in time; a negative that a newer A sign answers is no contradiction, nor is work that
    goes on beside it."""
    strong = (f.c_pos >= p.scores.conflict) & (f.c_open >= p.scores.conflict)
    close = F.abs(F.date_diff(f.newest_ab, f.newest_neg)) <= p.days.conflict
    return F.when(yes(strong & close), "61")


def newcomer(f: Facts, p: Parameters) -> Column:
    """An inland infant with a hukou elsewhere that has not been here half a year: born so, it has no half year of its own."""
    inland = f.nature.isin("CITY_HUKOU", "PROV_HUKOU", "OUT_HUKOU")
    return yes(inland & (F.date_diff(f.today, f.birth_date) < p.days.newborn)) & f.basis.isNull()


def follows_parent(f: Facts, p: Parameters) -> Column:
    """Small children not present on their own evidence, infants too young for a half year of their own, minors without any own
    sign in the last year."""
    small = ((f.age < p.age.child) & ~present(f, p)) | newcomer(f, p)
    alone = (f.age < p.age.minor) & ~yes(f.newest_own >= f.before(p.days.window))
    known_elsewhere = yes(f.elsewhere_on > F.coalesce(f.newest_own, f.birth_date))
    return yes(small | alone) & ~known_elsewhere


def rule_child(f: Facts, p: Parameters) -> Column:
    """R-08: the parent's class with the child's own nature. A parent absent for a while keeps a local child at 13."""
    parent = f.parent_code
    here = parent.isin("11", "12", "21", "22", "23", "24", "25", "26")
    local = F.when(here | parent.isin("31", "32"), _township(f, F.coalesce(f.parent_township, f.home_township))).when(
        parent.isin("13", "14"), parent
    )
    abroad = F.when(here, _outside_code(f)).when(parent.isin("31", "32"), "32")
    inland = F.when(f.nature == "NO_HUKOU", F.when(here | (parent == "31"), "24")).otherwise(
        F.when(here, _inland_code(f)).when(parent.isin("31", "32"), "31")
    )
    code = F.when(f.local, local).when(f.nature.isin("HKMT", "FOREIGN"), abroad).otherwise(inland)
    return F.when(follows_parent(f, p) & parent.isNotNull(), code)


def rule_abroad(f: Facts, p: Parameters) -> Column:
    """R-05a: outside the border and not seen since."""
    gone = f.local & f.abroad.isNotNull() & ~yes(f.newest_own > f.abroad_on)
    return F.when(gone, F.when(f.abroad.isin(p.abroad_stay), "14").otherwise("61"))


def rule_local_present(f: Facts, p: Parameters) -> Column:
    """R-05b."""
    here = (yes(f.in_force) | present(f, p) | newly_registered(f, p)) & gone_on(f).isNull()
    return F.when(f.local & here, _township(f, f.home_township))


def newly_registered(f: Facts, p: Parameters) -> Column:
    """A hukou registered in person lately, and nothing else that tells anything."""
    return f.last_seen.isNull() & f.elsewhere_on.isNull() & yes(f.registered_on > f.before(p.days.newly_registered))


def absence(f: Facts) -> Column:
    """Days since the first departure that nothing newer answers, else since last seen; one never seen counts from the day the
    hukou was registered in person."""
    return F.date_diff(f.today, F.coalesce(gone_on(f), f.last_seen, f.registered_on))


def rule_local_silent(f: Facts, p: Parameters) -> Column:
    """R-05c: no sign at all in any other register."""
    silent = yes(absence(f) >= p.days.silent) & ~yes(f.any_on > f.before(p.days.silent))
    return F.when(f.local & silent & f.elsewhere_on.isNull() & ~f.carded, "42")


def rule_local_short(f: Facts, p: Parameters) -> Column:
    """R-05c: absent for less than half a year."""
    return F.when(f.local & yes(absence(f) < p.days.absent), "13")


def rule_local_household(f: Facts, p: Parameters) -> Column:
    """R-05c: a silent elder or small child whose household is here, or whose spouse, parent or child is; no sign elsewhere.
    Before the half year too: silence is no absence then."""
    tender = yes((f.age >= p.age.elder) | (f.age < p.age.child)) & yes(f.household_present)
    kept = f.local & f.elsewhere_on.isNull() & gone_on(f).isNull()
    return F.when(kept & (tender | f.kin_here.isNotNull()), _township(f, f.home_township))


def rule_local_away(f: Facts, p: Parameters) -> Column:
    """R-05c: half a year or more."""
    return F.when(f.local, "41")


def rule_outside(f: Facts, p: Parameters) -> Column:
    """R-07: people from outside the border; a permanent-residence card needs no half year beside dwelling evidence."""
    stays = yes(f.half_year) | (f.permanent & yes(f.dwells))
    return F.when(f.nature.isin("HKMT", "FOREIGN") & present(f, p), F.when(stays, _outside_code(f)).otherwise("32"))


def rule_usual(f: Facts, p: Parameters) -> Column:
    """R-06a."""
    undated = f.carded & f.last_run.isNull()
    code = F.when(f.nature == "NO_HUKOU", "24").when(yes(f.half_year) | undated, _inland_code(f))
    return F.when(present(f, p), code)


def rule_temporary(f: Facts, p: Parameters) -> Column:
    """R-06b."""
    return F.when(present(f, p), "31")


def once_here(f: Facts) -> Column:
    """Some sign or row of the person's own tells of living here at some time."""
    listed = f.carded | yes(f.listed) | yes(f.known_here)
    return f.last_run.isNotNull() | f.departed_on.isNotNull() | f.registered_on.isNotNull() | listed


def rule_with_kin(f: Facts, p: Parameters) -> Column:
    """R-06f: silent, once here, nothing tells of leaving, and spouse, parent or child is here: here as well, the half year as
    theirs."""
    left = f.stands | newer(f.departed_on, f.newest_ab) | newer(f.elsewhere_on, f.last_seen)
    code = F.when(f.kin_here.isin("31", "32"), "31").otherwise(_inland_code(f))
    return F.when(_inland_code(f).isNotNull() & f.kin_here.isNotNull() & once_here(f) & ~left, code)


def rule_lapsed(f: Facts, p: Parameters) -> Column:
    """R-06c."""
    return F.when(once_here(f), "53")


def rule_tie(f: Facts, p: Parameters) -> Column:
    """R-06d."""
    return F.when(yes(f.worked_on >= f.before(p.days.work_in_force)), "51").otherwise("52")


def _township(f: Facts, home: Column) -> Column:
    elsewhere = yes(home != f.hukou_township)
    return F.when(elsewhere, "12").otherwise("11")


def _inland_code(f: Facts) -> Column:
    return F.when(f.nature == "CITY_HUKOU", "21").when(f.nature == "PROV_HUKOU", "22").when(f.nature == "OUT_HUKOU", "23")


def _outside_code(f: Facts) -> Column:
    return F.when(f.nature == "HKMT", "25").when(f.nature == "FOREIGN", "26")


RULES: tuple[Rule, ...] = (
    Rule("R-00", "无任何身份内容，或出生日期不可能", "no identity content, or an impossible birth date", ("99",), rule_void),
    Rule(
        "R-01",
        "死亡证明、火化或死亡注销，或两个较弱来源；死后七日以上仍有本人活动且仅一个来源的为疑似",
        "death certificate, cremation or hukou cancelled for death, or two weaker sources; activity more than seven days later "
        "with one source makes it suspect",
        ("91", "92"),
        rule_death,
    ),
    Rule(
        "R-04d",
        "非本地户籍，两年内曾居住，真实离开迹象新于一切居住和本人活动迹象，或户口已迁出且无更新的居住迹象",
        "not local, lived here within two years, a true departure sign newer than every A and B event, or the hukou moved out and no "
        "newer A sign",
        ("53",),
        rule_departure,
    ),
    Rule(
        "R-04f",
        "非本地户籍，视为在区，但配偶、父母、子女已离开且无一人在区，本人此后无任何迹象",
        "not local, counted as present, but spouse, parents or children left, none is here and nothing newer tells of the person",
        ("53",),
        rule_family,
    ),
    Rule(
        "R-09",
        "正反证据均强、日期相近且未被更新的居住迹象回答",
        "strong evidence on both sides, close in time, not answered by a newer A sign",
        ("61",),
        rule_conflict,
    ),
    Rule(
        "R-08",
        "未满七岁且无本人在区证据，或未满十六岁且无任何本人迹象的，随母、父或监护人",
        "under 7 and not present on own evidence, or under 16 without any own sign: as mother, father or guardian",
        ("11", "12", "13", "14", "21", "22", "23", "24", "25", "26", "31", "32"),
        rule_child,
    ),
    Rule(
        "R-05a",
        "本地户籍，在境外工作学习；定居境外的待核",
        "local hukou, abroad for work or study; settled abroad is verified",
        ("14", "61"),
        rule_abroad,
    ),
    Rule(
        "R-05b",
        "本地户籍，在区居住：同镇街或跨镇街",
        "local hukou, living here: in the hukou township or in another",
        ("11", "12"),
        rule_local_present,
    ),
    Rule(
        "R-05c-household",
        "本地户籍，无离开或外地迹象，七十岁以上或未满七岁的同址家庭成员在住，或配偶、父母、子女在区",
        "local hukou, no sign of leaving: 70 or older or under 7 and a household member present at the same dwelling, or a spouse, "
        "parent or child present in the district",
        ("11", "12"),
        rule_local_household,
    ),
    Rule("R-05c-short", "本地户籍，外出不满半年", "local hukou, absent less than half a year", ("13",), rule_local_short),
    Rule(
        "R-05c-silent",
        "本地户籍，两年内任何登记均无迹象",
        "local hukou, no sign in any other register for two years",
        ("42",),
        rule_local_silent,
    ),
    Rule("R-05c-away", "本地户籍，外出半年以上", "local hukou, away half a year or more", ("41",), rule_local_away),
    Rule("R-07", "港澳台、外籍人员在区居住", "from outside the border, living here", ("25", "26", "32"), rule_outside),
    Rule(
        "R-06a",
        "非本地户籍，在区居住且满半年；无户口者在区即计",
        "not local, living here, half a year met; without any hukou presence suffices",
        ("21", "22", "23", "24"),
        rule_usual,
    ),
    Rule("R-06b", "非本地户籍，在区居住不满半年", "not local, living here, half a year not met", ("31",), rule_temporary),
    Rule(
        "R-06f",
        "非本地户籍，本人无迹象，曾在区，无离开迹象，配偶、父母或子女在区",
        "not local, silent, once here, no sign of leaving, and spouse, parent or child is here",
        ("21", "22", "23", "31"),
        rule_with_kin,
    ),
    Rule(
        "R-06c",
        "曾在区居住或曾有本地户籍，现不在区",
        "lived here or held a local hukou, present no more",
        ("53",),
        rule_lapsed,
    ),
    Rule("R-06d", "从未在区居住：就业关联或其他关联", "never lived here: a tie by work, or another", ("51", "52"), rule_tie),
)
"""The order of evaluation. R-02 and R-04 make the facts; R-10 transforms what these decide."""


def fired(p: Parameters, without: tuple[str, ...] = ()) -> Column:
    """The rules that decide for this person, in order, as an array of struct(rule, code); leaving out some rules."""
    facts = Facts()
    said = [
        F.struct(F.lit(rule.id).alias("rule"), rule.decide(facts, p).alias("code")) for rule in RULES if rule.id not in without
    ]
    return F.filter(F.array(*said), lambda one: one["code"].isNotNull())


def thin(code: Column, confidence: Column, p: Parameters) -> Column:
    """R-10: a non-local counted as living here on an evidence score below the bound is 62, unless settled."""
    here = code.isin([c for c, s in CODES.items() if s.kind in ("R", "T")])
    return ~F.col("local") & ~F.col("settled") & here & (confidence < p.scores.low)
