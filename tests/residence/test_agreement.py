"""Two implementations of one law: the set-based rules and the plain reference agree on generated people, every fact."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.residence.decide import decide
from jobs.residence.parameters import load
from jobs.residence.reference_world import decide_all
from tests.residence.generated import world
from tests.residence.people import GROUPS
from tests.residence.spark_world import inputs

PEOPLE, SEED = 3000, 20261122
FACTS = (
    *("nature", "age", "basis", "here_since", "here_until", "last_seen", "days_365", "away_since", "in_force"),
    *("newest_ab", "newest_b", "newest_own", "newest_event", "newest_neg", "departed_on", "elsewhere_on"),
    *(
        "gone_on",
        "carded",
        "seen_twice",
        "owns",
        "kept",
        "stands",
        "insured",
        "any_on",
        "worked_on",
        "death_on",
        "death_sources",
        "c_pos",
        "c_neg",
        "c_open",
        "score",
    ),
)
EMPTY = {"c_pos": 0.0, "c_neg": 0.0, "c_open": 0.0, "in_force": False}


@pytest.fixture(scope="module")
def both(spark: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    made = world(PEOPLE, SEED)
    rows = {r["resident_id"]: r for r in decide(inputs(spark, made), load(), GROUPS).collect()}
    return rows, decide_all(made, load())


@pytest.mark.spark
def test_generated_people_reach_most_codes(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert len({o.decision.code for o in both[1].values()}) >= 18


@pytest.mark.spark
@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_agrees(both: tuple[dict[str, Any], dict[str, Any]], fact: str) -> None:
    rows, outcomes = both
    assert len(rows) == len(outcomes) == PEOPLE
    empty = EMPTY.get(fact)
    differ = [
        (who, rows[who][fact], o.fact[fact])
        for who, o in outcomes.items()
        if (rows[who][fact] if rows[who][fact] is not None else empty) != o.fact[fact]
    ]
    assert differ[:5] == []


@pytest.mark.spark
def test_every_decision_agrees(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    rows, outcomes = both
    differ = [
        (who, rows[who]["rule_id"], rows[who]["status_code"], rows[who]["confidence"], o.decision)
        for who, o in outcomes.items()
        if (rows[who]["status_code"], rows[who]["rule_id"], rows[who]["confidence"])
        != (o.decision.code, o.decision.rule, o.decision.confidence)
    ]
    assert differ[:5] == []


@pytest.mark.spark
def test_every_home_agrees(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    rows, outcomes = both
    differ = [
        (who, rows[who]["home_dwelling"], rows[who]["home_township"], o.dwelling_id, o.township)
        for who, o in outcomes.items()
        if (rows[who]["home_dwelling"], rows[who]["home_township"]) != (o.dwelling_id, o.township)
    ]
    assert differ[:5] == []
