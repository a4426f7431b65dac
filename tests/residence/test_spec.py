"""The tables of tests/spec are the law in examples: the plain reference and the set-based rules must both say what they say."""

from __future__ import annotations

import pytest

from jobs.residence.codes import CODES
from jobs.residence.decide import decide
from jobs.residence.parameters import load
from jobs.residence.plain.rules.order import ORDER
from jobs.residence.plain.world import decide_all
from jobs.residence.rules.order import RULES
from tests.residence.people import GROUPS, Case, read_all
from tests.residence.plain_world import inputs

WORLD, CASES = read_all()
OUTCOMES = decide_all(WORLD, load())
LATER = {"S18", "S21"}
"""Signs that only relatives make; test_relatives.py holds their cases."""


def told(case: Case) -> dict[str, str]:
    outcome = OUTCOMES[case.resident_id]
    fact = outcome.fact
    return {
        "status": outcome.decision.code,
        "rule": outcome.decision.rule,
        "basis": fact["basis"] or "",
        "here_since": str(fact["here_since"] or ""),
        "score": f"{outcome.decision.evidence_score:g}",
    }


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.file}:{c.name}:{c.today}")
def test_reference_says_what_the_table_says(case: Case) -> None:
    said = told(case)
    expected = {name: case.expected[name] for name in said if case.expected[name] or name in ("status", "rule")}
    assert {name: said[name] for name in expected} == expected


def test_every_case_has_a_name_of_its_own_and_a_reason() -> None:
    ids = [c.resident_id for c in CASES]
    assert len(ids) == len(set(ids))
    assert all(c.expected["why"] for c in CASES)


def test_every_rule_has_a_case() -> None:
    assert {c.expected["rule"] for c in CASES} == {r.id for r in RULES} | {"R-10"}


def test_every_code_has_a_case() -> None:
    assert {c.expected["status"] for c in CASES} == set(CODES)


def test_every_code_a_rule_names_has_a_case_and_no_other() -> None:
    for rule in RULES:
        assert {c.expected["status"] for c in CASES if c.expected["rule"] == rule.id} == set(rule.codes), rule.id


def test_every_sign_has_a_case() -> None:
    p = load()
    used = {word[:3] for c in CASES for word in c.expected["evidence"].replace(";", " ").split() if word[:1] in "SN"}
    derived = {"S08", "N06"}
    assert (set(p.signs) | set(p.negatives)) - used - derived - LATER == set()


def test_the_two_lists_of_rules_have_one_order() -> None:
    assert [r.id for r in RULES] == [name for name, _ in ORDER]


def test_set_based_rules_agree_with_the_tables() -> None:
    rows = {r["resident_id"]: r for r in decide(inputs(WORLD), load(), GROUPS).iter_rows(named=True)}
    assert len(rows) == len(CASES)
    for case in CASES:
        row, outcome = rows[case.resident_id], OUTCOMES[case.resident_id]
        fact = outcome.fact
        assert (row["status_code"], row["rule_id"]) == (case.expected["status"], case.expected["rule"]), case
        assert (row["basis"], row["here_since"], row["last_seen"]) == (fact["basis"], fact["here_since"], fact["last_seen"]), case
        assert (row["days_365"], row["away_since"]) == (fact["days_365"], fact["away_since"]), case
        assert row["evidence_score"] == pytest.approx(outcome.decision.evidence_score, abs=1e-9), case
        assert row["confidence"] == outcome.decision.confidence, case
