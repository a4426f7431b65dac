"""Changes and the population account: each kind of life event lands in its own column, and nothing is left over."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import TYPE_CHECKING

import duckdb
import pytest

from jobs.quality import changes
from jobs.quality.account import CLASSES, balance
from jobs.tables import BALANCE, table_for
from tests import literal_night as literal
from tests.literal_night import FIRST, SECOND, TOWNSHIPS, Rows, event, resident_id

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HERE, THERE = TOWNSHIPS
ZERO = dict.fromkeys(BALANCE.schema.names[1:], 0)


def status(n: int, code: str, township: str, dwelling: str | None = None, **more: object):
    """Resident n has this status tonight."""

    def spoil(rows: Rows) -> None:
        rows["residence"][n] = literal.residence(n, code, township) | ({"dwelling_id": dwelling} if dwelling else {}) | more

    return spoil


def newcomer(kind: str, born: dt.date, code: str = "23", other: str = "", **more: object):
    def spoil(rows: Rows) -> None:
        rows["residents"].append({**rows["residents"][0], "resident_id": resident_id(7), "birth_date": born, "spouse_id": None})
        rows["residence"].append(literal.residence(7, code, HERE) | more)
        rows["resident_events"].append(event(7, SECOND, kind, other))

    return spoil


def gone(n: int, kind: str, other: str = ""):
    def spoil(rows: Rows) -> None:
        for table in ("residents", "residence"):
            rows[table] = [r for r in rows[table] if r["resident_id"] != resident_id(n)]
        rows["resident_events"].append(event(n, SECOND, kind, other))

    return spoil


def both(*spoils):
    def spoil(rows: Rows) -> None:
        for each in spoils:
            each(rows)

    return spoil


def doubted(n: int):
    """Resident n probably is another one and is no longer counted."""

    def spoil(rows: Rows) -> None:
        rows["residents"][n] |= {"provisional_of": resident_id(1), "not_counted": "provisional"}
        rows["residence"][n] |= {"counts_usual": False, "counts_present": False, "counts_hukou": False}

    return spoil


LOCAL = {"nature": "LOCAL_HUKOU"}
CASES = {
    "nothing": (lambda rows: None, {}, {}, []),
    "death": (status(0, "91", HERE), {"deaths": 1}, {}, [(0, "status", "11", "91")]),
    "lapse": (status(0, "51", HERE), {"lapses": 1}, {}, [(0, "status", "11", "51")]),
    "half a year away": (status(3, "41", THERE), {}, {"lapses": 1}, [(3, "status", "13", "41")]),
    "departure": (status(2, "53", HERE, rule_id="R-04d"), {"departures": 1}, {}, [(2, "status", "23", "53")]),
    "local leaves": (status(0, "41", HERE), {"departures": 1}, {}, [(0, "status", "11", "41")]),
    "hukou moved out": (
        status(0, "53", HERE, nature="OUT_HUKOU"), {"departures": 1}, {}, [(0, "status", "11", "53")],
        status(0, "11", HERE, **LOCAL),
    ),
    "arrival": (status(4, "23", HERE), {"arrivals": 1}, {}, [(4, "status", "51", "23")]),
    "hukou in": (status(4, "11", HERE, **LOCAL), {"hukou_in": 1}, {}, [(4, "status", "51", "11")]),
    "return": (status(5, "11", THERE, **LOCAL), {}, {"returns": 1}, [(5, "status", "41", "11")], status(5, "41", THERE, **LOCAL)),
    "upgrade": (status(4, "23", HERE), {"upgrades": 1}, {}, [(4, "status", "31", "23")], status(4, "31", HERE)),
    "counted after a week": (
        status(5, "11", THERE, **LOCAL), {}, {"returns": 1}, [], status(5, "11", THERE, counts_usual=False, **LOCAL),
    ),
    "counted after a week, from elsewhere": (
        status(4, "23", HERE, nature="OUT_HUKOU"), {"arrivals": 1}, {}, [],
        status(4, "23", HERE, nature="OUT_HUKOU", counts_usual=False),
    ),
    "counted no more after a week": (
        status(2, "53", HERE, rule_id="R-04d"), {"departures": 1}, {}, [],
        status(2, "53", HERE, rule_id="R-04d", counts_usual=True),
    ),
    "death taken back": (
        status(4, "11", HERE), {"corrections": 1}, {}, [(4, "status", "91", "11")], status(4, "91", HERE),
    ),
    "move": (
        status(0, "12", THERE, "d9"), {"moved_out": 1}, {"moved_in": 1},
        [(0, "status", "11", "12"), (0, "address", HERE, THERE)],
    ),
    "move within": (status(0, "11", HERE, "d9"), {}, {}, [(0, "address", HERE, HERE)]),
    "another right to stay": (status(0, "12", HERE), {}, {}, [(0, "status", "11", "12")]),
    "birth": (newcomer("created", dt.date(2026, 11, 1), **LOCAL), {"births": 1}, {}, [(7, "added", None, "23")]),
    "newcomer": (newcomer("created", dt.date(1990, 1, 1)), {"arrivals": 1}, {}, [(7, "added", None, "23")]),
    "newcomer not here": (newcomer("created", dt.date(1990, 1, 1), "51"), {}, {}, [(7, "added", None, "51")]),
    "merge": (gone(0, "merged_into", resident_id(2)), {"merges": 1}, {}, [(0, "merged", "11", None)]),
    "merge into one who counts by it": (
        both(status(4, "11", HERE), gone(0, "merged_into", resident_id(4))), {"merges": 1, "corrections": 1}, {},
        [(0, "merged", "11", None), (4, "status", "51", "11")],
    ),
    "merge into another township": (
        both(status(1, "12", HERE, "d1"), gone(0, "merged_into", resident_id(1))), {"merges": 1, "corrections": 1},
        {"corrections": -1}, [(0, "merged", "11", None), (1, "address", THERE, HERE)],
    ),
    "void": (status(0, "99", HERE), {"merges": 1}, {}, [(0, "status", "11", "99")]),
    "split": (
        newcomer("split_from", dt.date(1990, 1, 1), other=resident_id(0)), {"splits": 1}, {}, [(7, "split", None, "23")],
    ),
    "retired": (gone(2, "retired"), {"merges": 1}, {}, [(2, "removed", "23", None)]),
    "gone without a word": (gone(2, "created"), {"corrections": -1}, {}, [(2, "removed", "23", None)]),
    "a probable double": (doubted(2), {"corrections": -1}, {}, [(2, "provisional", None, resident_id(1))]),
}  # fmt: skip


def compared(before: Rows, tonight: Rows) -> DuckDBPyConnection:
    """The comparison and the account's classes of two nights."""
    con = duckdb.connect()
    con.execute(f"CREATE MACRO tonight() AS DATE '{SECOND}'")
    con.execute("CREATE MACRO has_baseline() AS true")
    for name in changes.NEEDS:
        con.register(name, literal.frame(table_for(name), tonight[name]))
    for name in ("residents", "residence"):
        con.register(f"previous_{name}", literal.frame(table_for(name), before[name]))
    counted = Counter(r["township"] for r in before["residence"] if r["counts_usual"])
    opening = [ZERO | {"township": township, "after": n} for township, n in sorted(counted.items())]
    con.register("previous_balance", literal.frame(BALANCE, opening))
    changes.compare(con)
    return con


@pytest.mark.parametrize("name", CASES)
def test_flows_and_changes(name: str):
    spoil, here, there, expected, *earlier = CASES[name]
    before, rows = literal.tables(FIRST), literal.tables(SECOND)
    for each in earlier:
        each(before)
    spoil(rows)
    con = compared(before, rows)
    account = {r.pop("township"): r for r in balance(con).to_pylist()}
    for township, flows in ((HERE, here), (THERE, there)):
        after = 2 + sum(-n if CLASSES[f][2] == "−" else n for f, n in flows.items())
        assert account[township] == ZERO | flows | {"before": 2, "after": after, "residual": 0}
    rows_of = [r for r in changes.changes(con).to_pylist() if r["kind"] != "account"]
    key = {resident_id(n): n for n in range(8)}
    seen = [(key[r["resident_id"]], r["kind"], r["before"], r["after"]) for r in rows_of]
    assert sorted(seen, key=str) == sorted(expected, key=str)
    assert all(r["reason"] for r in rows_of)


def test_every_class_has_a_case():
    assert {f for _, here, there, *_ in CASES.values() for f in (*here, *there)} == set(CLASSES)


@pytest.mark.parametrize("seed", range(3))
def test_every_changed_resident_has_exactly_one_class(seed: int):
    """Random nights of 200: ids come and go, with and without events, statuses, townships and natures at random."""
    chance = random.Random(seed)
    before, rows = _random_night(chance), _random_night(chance)
    ids = sorted({r["resident_id"] for r in (*before["residents"], *rows["residents"])})
    kinds = ("created", "merged_into", "split_from", "retired")
    rows["resident_events"] = [
        event(int(i[2:-1]), SECOND, chance.choice(kinds), chance.choice(ids)) for i in chance.sample(ids, 40)
    ]
    con = compared(before, rows)
    told = con.execute("SELECT resident_id, before, after FROM account ORDER BY ALL").fetchall()
    places = [{r["resident_id"]: r["township"] for r in night["residence"] if r["counts_usual"]} for night in (before, rows)]
    assert told == [(i, places[0].get(i), places[1].get(i)) for i in ids if places[0].get(i) != places[1].get(i)]
    account = balance(con).to_pylist()
    assert {r["residual"] for r in account} == {0}
    assert {r["township"]: r["after"] for r in account} == Counter(places[1].values())
    assert sum(r["moved_in"] for r in account) == sum(r["moved_out"] for r in account) > 0


def _random_night(chance: random.Random) -> Rows:
    rows = literal.tables(SECOND)
    who, model = [n for n in range(200) if chance.random() < 0.9], rows["residents"][0]
    rows["residents"] = [
        {
            **model,
            "resident_id": resident_id(n),
            "spouse_id": None,
            "birth_date": chance.choice([dt.date(2026, 9, 1), dt.date(1970, 1, 1)]),
        }
        for n in who
    ]
    nature = ["LOCAL_HUKOU", "OUT_HUKOU", None]
    rows["residence"] = [
        literal.residence(n, chance.choice(list(literal.FLAGS)), chance.choice(TOWNSHIPS)) | {"nature": chance.choice(nature)}
        for n in who
    ]
    return rows


def test_a_person_counted_twice_leaves_a_residual():
    """`after` is counted from the statuses, the flows from comparing persons: they cannot err alike."""
    rows = literal.tables(SECOND)
    rows["residence"].append(dict(rows["residence"][2], resident_id=resident_id(50)))
    assert [r["residual"] for r in balance(compared(literal.tables(FIRST), rows)).to_pylist()] == [1, 0]
