"""What-if on whole nights: with nothing supposed, the plain rules on what is read of a night say what Spark published."""

from __future__ import annotations

import json

import pytest

from jobs.explain import explain
from jobs.pool.nights import Night
from jobs.residence.parameters import load
from jobs.residence.plain.world import Outcome, decide_all
from jobs.residents import one_resident_facts as facts
from jobs.residents.finder import Finder
from jobs.residents.one_resident import Around, around
from jobs.residents.one_resident_changes import deciding, said, trimmed
from jobs.residents.one_resident_world import BEST, RELATIONS, Asked, _best, _relatives, decide_one, world
from jobs.settings import Settings
from jobs.what_if import Supposed, compare
from tests.nightly.conftest import FIRST, LAST

pytestmark = [pytest.mark.spark, pytest.mark.slow]
Whole = tuple[Around, dict[str, Outcome]]


def read(settings: Settings, date) -> Whole:
    night, p = Night(settings.nights, date), load()
    everybody = Finder(settings, night).frame("residents", ["resident_id"])["resident_id"].to_list()
    found = around(settings, night, everybody, p)
    assert len(found.residents) == len(found.published) == len(everybody) and not found.bystanders
    return found, decide_all(world(found, None, Asked(date), p), p, trusted=True)


@pytest.fixture(scope="module")
def last(good: Settings) -> Whole:
    return read(good, LAST)


@pytest.fixture(scope="module")
def some(last: Whole) -> list[str]:
    """Residents of every status and rule that the night knows, two of each."""
    alike: dict[tuple[str, str], list[str]] = {}
    for who, row in sorted(last[0].published.items()):
        alike.setdefault((row["status_code"], row["rule_id"]), []).append(who)
    assert len(alike) >= 15
    return [who for group in alike.values() for who in group[:2]]


@pytest.mark.parametrize("date", [FIRST, LAST])
def test_every_resident_is_decided_as_published(good: Settings, last: Whole, date) -> None:
    found, outcomes = last if date == LAST else read(good, date)
    differ = [
        (who, facts.published(row), facts.decided(outcomes[who], load()))
        for who, row in found.published.items()
        if not facts.same(facts.published(row), facts.decided(outcomes[who], load()))
    ]
    assert differ[:3] == []


def test_what_is_read_for_one_resident_is_enough(good: Settings, last: Whole, some: list[str]) -> None:
    for who in some[::6]:
        alone = around(good, Night(good.nights, LAST), [who], load())
        assert decide_one(alone, who, Asked(LAST), load()) == last[1][who], who
        assert decide_one(trimmed(alone, who, Asked(LAST), load()), who, Asked(LAST), load()) == last[1][who], who


def test_best_values_and_relatives_are_chosen_as_the_night_chose_them(last: Whole, some: list[str]) -> None:
    found, _ = last
    rows = {row["resident_id"]: row for row in found.residents}
    for who in [*some[::3], *(w for w, row in rows.items() if row["spouse_id"] and row["mother_id"])][:40]:
        again = {**_best(found.of(who)), **_relatives(found.ties, found.records, who, LAST)}
        assert again == {name: rows[who][name] for name in (*BEST, *RELATIONS)}, who


def test_what_decides_for_the_surroundings_decides_for_the_whole_night(good: Settings, last: Whole, some: list[str]) -> None:
    """One record that decides and one that does not, left out of everything the night knows."""
    found, p = last[0], load()
    for who in some:
        alone = around(good, Night(good.nights, LAST), [who], p)
        hangs = {one.records: (one.status, one.rule, one.confidence) for one in deciding(alone, who, Asked(LAST), p)}
        free = [r["record_id"] for r in found.of(who) if (r["record_id"],) not in hangs]
        held = [records[0] for records, (status, _, _) in hangs.items() if len(records) == 1 and status != "none"]
        if held and free:
            break
    whole = {r: decide_all(world(found, who, Asked(LAST, frozenset({r})), p), p, trusted=True)[who] for r in (held[0], free[0])}
    assert said(whole[held[0]]) == hangs[(held[0],)] and hangs[(held[0],)][0] != said(last[1][who])[0]
    assert said(whole[free[0]])[0] == said(last[1][who])[0]


def test_a_past_night_is_explained_and_supposed(good: Settings, some: list[str]) -> None:
    who = some[0]
    told = json.loads(explain(good, who, FIRST, as_json=True))
    assert told["night"] == FIRST.isoformat() and told["decided_by"]["agrees"] is True
    again = compare(good, Supposed(who, as_of=LAST, night=FIRST))
    assert (again["night"], again["as_of"]) == (FIRST.isoformat(), LAST) and again["agrees"] is True
