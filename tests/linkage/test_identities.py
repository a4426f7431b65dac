"""Resident ids over nights: who keeps an id, what is told, and what never changes one."""

from __future__ import annotations

import datetime as dt
import random
import string

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.linkage import identities
from jobs.linkage.identities import ALPHABET, assign, check_character, is_resident_id, new_ids, redirects

KEY = b"a key for tests"
Clusters = list[list[str]]
"""Record ids by cluster; a record whose id starts with `g` is an anchor."""


def night(clusters: Clusters, before: dict[str, str] | None = None, since: dict[str, int] | None = None) -> identities.Identities:
    rows = [(r, c, r.startswith("g")) for c, records in enumerate(clusters) for r in records]
    records = pl.DataFrame(rows, schema={"record_id": pl.String, "cluster": pl.Int64, "anchor": pl.Boolean}, orient="row")
    old = pl.DataFrame(list((before or {}).items()), schema={"record_id": pl.String, "resident_id": pl.String}, orient="row")
    first = [(i, dt.date(2026, 1, d)) for i, d in (since or {}).items()]
    history = pl.DataFrame(first, schema={"resident_id": pl.String, "since": pl.Date}, orient="row")
    return assign(records, old, history, KEY)


def of(found: identities.Identities) -> dict[str, str]:
    return dict(found.residents.iter_rows())


def told(found: identities.Identities) -> set[tuple[str, str, str]]:
    return set(found.events.iter_rows())


@pytest.mark.parametrize(
    ("clusters", "before", "since", "expected", "events"),
    [
        # nothing happens
        ([["a", "b"]], {"a": "X", "b": "X"}, {}, {"a": "X", "b": "X"}, set()),
        # a new record joins without an event
        ([["a", "b", "n"]], {"a": "X", "b": "X"}, {}, {"n": "X"}, set()),
        # merge: the anchor's id survives though the other is larger
        ([["g", "b", "c"]], {"g": "X", "b": "Y", "c": "Y"}, {}, {"b": "X"}, {("Y", "merged_into", "X")}),
        # merge without anchors: the larger part's id survives
        ([["a", "b", "c"]], {"a": "X", "b": "Y", "c": "Y"}, {}, {"a": "Y"}, {("X", "merged_into", "Y")}),
        # merge of equals: the older id survives
        ([["a", "b"]], {"a": "X", "b": "Y"}, {"X": 9, "Y": 2}, {"a": "Y"}, {("X", "merged_into", "Y")}),
        # … and of the same age the smaller
        ([["a", "b"]], {"a": "X", "b": "Y"}, {"X": 2, "Y": 2}, {"b": "X"}, {("Y", "merged_into", "X")}),
        # removal
        ([["a"]], {"a": "X", "b": "Y"}, {}, {"a": "X"}, {("Y", "retired", "")}),
        # one record moves between two that go on
        ([["a", "b"], ["c", "d", "e"]], dict(zip("abcde", "XXXYY", strict=True)), {}, {"c": "Y"}, {("Y", "split_from", "X")}),
    ],
)  # fmt: skip
def test_who_keeps_an_id(clusters: Clusters, before: dict, since: dict, expected: dict, events: set) -> None:
    found = night(clusters, before, since)
    assert of(found).items() >= expected.items() and told(found) == events


def test_a_split_leaves_the_id_with_the_larger_part_and_the_new_one_says_so() -> None:
    found = night([["a", "b"], ["c"]], {"a": "X", "b": "X", "c": "X"})
    ids = of(found)
    assert ids["a"] == ids["b"] == "X" and is_resident_id(ids["c"])
    assert told(found) == {(ids["c"], "split_from", "X")}


def test_a_split_leaves_the_id_with_the_anchor() -> None:
    found = night([["a", "b"], ["g"]], {"a": "X", "b": "X", "g": "X"})
    assert of(found)["g"] == "X" != of(found)["a"]


def test_split_and_merge_in_one_night() -> None:
    before = dict(zip("abcdef", "XXXYYY", strict=True))
    found = night([["a", "b"], ["c", "d", "e", "f"]], before)
    assert of(found) == dict(zip("abcdef", "XXYYYY", strict=True))
    assert told(found) == {("Y", "split_from", "X")}


def test_new_people_are_created() -> None:
    found = night([["b", "a"], ["g", "c"]])
    ids = of(found)
    assert told(found) == {(ids["a"], "created", ""), (ids["c"], "created", "")}
    assert [ids["a"], ids["c"]] == new_ids(["a", "g"], set(), KEY)  # founded by the smallest record, an anchor first


def test_an_id_is_never_given_twice() -> None:
    first = new_ids(["a"], set(), KEY)[0]
    assert first != new_ids(["a"], {first}, KEY)[0] and is_resident_id(new_ids(["a"], {first}, KEY)[0])
    found = night([["b"], ["a"]], {"a": first, "b": first}, {first: 1})
    assert of(found)["a"] == first
    assert len(set(of(found).values())) == 2


def test_ids_need_the_key_and_say_nothing() -> None:
    assert new_ids(["a"], set(), b"one") != new_ids(["a"], set(), b"two")
    many = new_ids([f"record {i}" for i in range(2_000)], set(), KEY)
    assert len(set(many)) == 2_000 and all(len(i) == 15 and i.startswith("RK") for i in many)
    firsts = {i[2] for i in many}
    assert firsts == set(ALPHABET)  # spread evenly: nothing of the record shows


@given(st.text(ALPHABET, min_size=12, max_size=12), st.integers(0, 11), st.sampled_from(ALPHABET))
def test_the_check_character_finds_every_wrong_character(body: str, at: int, other: str) -> None:
    whole = f"RK{body}{check_character(body)}"
    assert is_resident_id(whole)
    wrong = whole[: at + 2] + other + whole[at + 3 :]
    assert is_resident_id(wrong) == (wrong == whole)


@pytest.mark.parametrize("text", ["", "RK", "RK0", "XX0000000000000", "RK00000000000IL"])
def test_what_is_no_id(text: str) -> None:
    assert not is_resident_id(text)


def test_redirects_follow_chains() -> None:
    day = dt.date(2026, 1, 1)
    rows = [("A", day, "merged_into", "B"), ("B", day, "merged_into", "C"), ("D", day, "created", "")]
    events = pl.DataFrame(rows, schema=["resident_id", "date", "kind", "other_id"], orient="row")
    assert redirects(events) == {"A": "C", "B": "C"}


Partition = st.lists(st.integers(0, 5), min_size=1, max_size=10)


def grouped(labels: list[int]) -> Clusters:
    names = [("g" if i % 4 == 0 else "") + string.ascii_lowercase[i] for i in range(len(labels))]
    return [[n for n, label in zip(names, labels, strict=True) if label == each] for each in sorted(set(labels))]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(Partition, Partition, st.randoms(use_true_random=False))
def test_neither_order_nor_labels_nor_reruns_change_an_id(one: list[int], two: list[int], shuffle: random.Random) -> None:
    before = of(night(grouped(one)))
    second = night(grouped(two), before)
    mixed = [shuffle.sample(c, len(c)) for c in grouped(two)]
    shuffle.shuffle(mixed)
    again = night(mixed, dict(shuffle.sample(list(before.items()), len(before))))
    assert of(again) == of(second) and told(again) == told(second)
    third = night(mixed, of(second), dict.fromkeys({*before.values(), *of(second).values()}, 1))
    assert of(third) == of(second) and told(third) == set()


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(Partition, Partition)
def test_every_change_of_id_has_its_event(one: list[int], two: list[int]) -> None:
    before = of(night(grouped(one)))
    found = night(grouped(two), before)
    now, events = of(found), told(found)
    assert len({now[c[0]] for c in grouped(two)}) == len(grouped(two)), "one id a cluster"
    assert all(len({now[r] for r in c}) == 1 for c in grouped(two))
    for record in set(before) & set(now):
        if before[record] != now[record]:
            moved = {(before[record], "merged_into", now[record]), (now[record], "split_from", before[record])}
            assert moved & events
    gone = set(before.values()) - set(now.values())
    assert gone == {i for i, kind, _ in events if kind in ("merged_into", "retired")}
    new = set(now.values()) - set(before.values())
    assert new == {i for i, kind, _ in events if kind in ("created", "split_from")} - set(before.values())
    assert {o for _, kind, o in events if kind == "merged_into"} <= set(now.values())
