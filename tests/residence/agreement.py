"""The set-based rules and the plain reference on the same generated people, and where they differ."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from jobs.residence.decide import decide
from jobs.residence.parameters import load
from jobs.residence.plain.world import Outcome, decide_all
from tests.residence.generated import world
from tests.residence.people import GROUPS
from tests.residence.plain_world import inputs

FACTS = (
    *("nature", "age", "basis", "here_since", "here_until", "last_seen", "days_365", "away_since", "in_force"),
    *("newest_ab", "newest_b", "newest_own", "newest_event", "newest_neg", "departed_on", "elsewhere_on"),
    *("firm_ab", "left_on", "left_at"),
    *("gone_on", "carded", "seen_twice", "owns", "kept", "stands", "insured", "any_on", "worked_on", "death_on", "death_sources"),
    *("c_pos", "c_neg", "c_open", "score"),
)
DECIDED = ("status_code", "rule_id", "evidence_score", "confidence")
EMPTY = {"c_pos": 0.0, "c_neg": 0.0, "c_open": 0.0, "in_force": False}

Rows = dict[str, dict[str, Any]]
Both = tuple[Rows, dict[str, Outcome]]


def decided_twice(people: int, seed: int, buckets: int) -> Both:
    """Rows by resident of the set-based rules, and the reference's outcomes."""
    made = world(people, seed)
    rows = {r["resident_id"]: r for r in decide(inputs(made), load(), GROUPS, buckets).iter_rows(named=True)}
    return rows, decide_all(made, load())


def differing_facts(both: Both, fact: str) -> list[tuple[Any, ...]]:
    """Who, the fact by rows, and by the reference."""
    empty = EMPTY.get(fact)
    told = ((who, both[0][who][fact], o.fact[fact]) for who, o in both[1].items())
    return [(who, said, meant) for who, said, meant in told if (said if said is not None else empty) != meant]


def differing_decisions(both: Both) -> list[tuple[Any, ...]]:
    """Who, the decision by rows, and by the reference."""
    told = ((who, tuple(both[0][who][name] for name in DECIDED), astuple(o.decision)) for who, o in both[1].items())
    return [(who, said, meant) for who, said, meant in told if said != meant]


def differing_homes(both: Both) -> list[tuple[Any, ...]]:
    """Who, dwelling and township by rows, and by the reference."""
    rows, outcomes = both
    told = (
        (who, (rows[who]["home_dwelling"], rows[who]["home_township"]), (o.dwelling_id, o.township))
        for who, o in outcomes.items()
    )
    return [(who, said, meant) for who, said, meant in told if said != meant]
