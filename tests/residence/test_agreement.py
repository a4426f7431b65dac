"""Two implementations of one law: the set-based rules and the plain reference agree on generated people, every fact.

`make bench-residence` asks the same of a hundred thousand people.
"""

from __future__ import annotations

import pytest

from tests.residence.agreement import FACTS, Both, decided_twice, differing_decisions, differing_facts, differing_homes

PEOPLE, SEED = 6000, 20261122


@pytest.fixture(scope="module")
def both() -> Both:
    return decided_twice(PEOPLE, SEED, buckets=3)


def test_generated_people_reach_most_codes(both: Both) -> None:
    assert len(both[0]) == len(both[1]) == PEOPLE
    assert len({o.decision.code for o in both[1].values()}) >= 18


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_agrees(both: Both, fact: str) -> None:
    assert differing_facts(both, fact)[:5] == []


def test_every_decision_agrees(both: Both) -> None:
    assert differing_decisions(both)[:5] == []


def test_every_home_agrees(both: Both) -> None:
    assert differing_homes(both)[:5] == []
