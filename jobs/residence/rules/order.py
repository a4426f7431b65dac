"""The rules, in the order of the law: the first that decides wins (domain §1.3, decision order).

A rule reads the facts of one resident and says a status code, or nothing. Facts are columns made by nature.py (R-02),
presence.py (R-04), evidence.py and children.py; `RULES` is the order, and docs/rules.md is rendered from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from jobs.residence.codes import CODES
from jobs.residence.parameters import Parameters
from jobs.residence.rules.alive import rule_death, rule_void
from jobs.residence.rules.by_hand import rule_by_hand
from jobs.residence.rules.leaving import rule_conflict, rule_departure, rule_family
from jobs.residence.rules.local import (
    rule_abroad,
    rule_local_away,
    rule_local_household,
    rule_local_present,
    rule_local_short,
    rule_local_silent,
)
from jobs.residence.rules.minors import rule_child
from jobs.residence.rules.others import rule_lapsed, rule_outside, rule_temporary, rule_tie, rule_usual, rule_with_kin
from jobs.residence.rules.reading import Facts

Verdict = Callable[[Facts, Parameters], pl.Expr]


@dataclass(frozen=True)
class Rule:
    """One rule: its id, what it says in both languages, the codes it may give, and the function that decides."""

    id: str
    zh: str
    en: str
    codes: tuple[str, ...]
    decide: Verdict


RULES: tuple[Rule, ...] = (
    Rule("R-00", "无任何身份内容，或出生日期不可能", "no identity content, or an impossible birth date", ("99",), rule_void),
    Rule("R-03", "签署的人工认定在有效期内", "a signed manual decision in force", tuple(CODES), rule_by_hand),
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
        "非本地户籍，两年内曾居住，真实离开迹象之后未再见到本人（网格称已离开的，须两次见到或有登记、合同、另一张网格卡才算），或户口已迁出且无更新的居住迹象；"
        "此后见到其配偶、父母或子女的除外",
        "not local, lived here within two years, not met since a true departure sign (what the grid says of leaving is answered by two "
        "sightings, a registration, a contract or another open card), or the hukou moved out and no newer A sign; unless spouse, "
        "parent or child was met here since",
        ("53",),
        rule_departure,
    ),
    Rule(
        "R-04f",
        "非本地户籍，视为在区，但配偶、父母、子女已离开，此后未再见到其中任何人，本人此后无任何迹象",
        "not local, counted as present, but spouse, parents or children left, none of them was met since and nothing newer tells of the "
        "person",
        ("53",),
        rule_family,
    ),
    Rule(
        "R-09",
        "正反证据均强、日期相近，且未被更新的居住迹象回答，也不是先见到、后离开",
        "strong evidence on both sides, close in time, not answered by a newer A sign, and not met first and gone then",
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
    Rule(
        "R-05c-short",
        "本地户籍，外出不满半年；本人曾赴境外工作学习，或配偶、父母、子女在境外工作学习的，仍在境外",
        "local hukou, absent less than half a year; abroad, if once abroad for work or study or with spouse, parent or child who is",
        ("13", "14"),
        rule_local_short,
    ),
    Rule(
        "R-05c-silent",
        "本地户籍，两年内任何登记均无迹象",
        "local hukou, no sign in any other register for two years",
        ("42",),
        rule_local_silent,
    ),
    Rule(
        "R-05c-away",
        "本地户籍，外出半年以上；本人曾赴境外工作学习，或配偶、父母、子女在境外工作学习的，仍在境外",
        "local hukou, away half a year or more; abroad, if once abroad for work or study or with spouse, parent or child who is",
        ("14", "41"),
        rule_local_away,
    ),
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
        "非本地户籍，本人无迹象，无离开迹象，配偶、父母或子女在区；从未见于在区且本人登记写明居所在区外的除外",
        "not local, silent, no sign of leaving, and spouse, parent or child is here; not of one never here whose own row puts the dwelling "
        "elsewhere",
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
"""The order of evaluation. R-02 and R-04 make the facts; R-10 transforms what these decide, but nothing decided by hand."""


def verdicts(p: Parameters) -> list[pl.Expr]:
    """What every rule says of a person, each as a column named by the rule; null where it says nothing."""
    facts = Facts()
    return [rule.decide(facts, p).alias(rule.id) for rule in RULES]


def decided(without: tuple[str, ...] = ()) -> tuple[pl.Expr, pl.Expr]:
    """(rule, code) of the first verdict that decides, leaving out some rules; the verdicts are columns."""
    asked = [rule.id for rule in RULES if rule.id not in without]
    rule = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in asked)
    return rule, pl.coalesce(asked)
