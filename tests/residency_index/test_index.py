"""The index of whole tables: literal people with the index that follows by hand; random ones beside the plain recursion; any
order of rows gives the same."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest

from jobs.residence import parameters
from jobs.residence.index import Index, residency_index
from jobs.residence.index_told import Told
from jobs.residence.index_weights import ONE, index_of, load
from jobs.tables import RECORDS, RESIDENCE, RESIDENT_RECORDS, RESIDENTS, SIGNS, Table

TONIGHT = dt.date(2026, 11, 22)
P = load()
MANY = 40


def ago(days: int) -> dt.date:
    return TONIGHT - dt.timedelta(days=days)


def sign(code: str, begun: int, until: int | None = None, **said: Any) -> dict[str, Any]:
    """A sign that began so many days ago, and ended."""
    ends = None if until is None else ago(until)
    return {"sign": code, "from_date": ago(begun), "to_date": ends, "known_from": ago(begun), "in_district": True, **said}


ALWAYS = P.windows * P.window_days
HERE = [sign("S01", ALWAYS)]
CROWD: dict[str, tuple[str, list[dict[str, Any]]]] = {
    **{f"here{n}": ("23", HERE) for n in range(MANY)},  # certain residents: registered all the time
    **{f"gone{n}": ("52", [sign("S11", 400, 10)]) for n in range(MANY)},  # certain non-residents: work paid here
}
CASES: dict[str, tuple[str, list[dict[str, Any]], float]] = {
    "silent for half a year": ("23", [sign("S01", ALWAYS, P.window_days)], 0.5),
    "came last week": ("31", [sign("S01", 7)], 1.0),
    "said to have left, registered still": ("53", [*HERE, sign("N02", 20, detail="left")], 0.5),
    "left in the half year before": ("53", [*HERE, sign("N02", P.window_days + 20, detail="left")], 0.25),
    "cancelled automatically": ("23", [*HERE, sign("N02", 20, detail="automatic")], 1.0),
    "left and came back": ("23", [*HERE, sign("N02", 30, detail="left"), sign("S01", 20)], 0.5),
    "left and registered anew that day": (
        "23",
        [*HERE, sign("N02", P.window_days + 20, detail="left"), sign("S01", P.window_days + 20)],
        0.75,
    ),
    "known only tomorrow": ("52", [sign("S01", 7, known_from=ago(-1))], 0.0),
    "registered elsewhere": ("52", [sign("S01", ALWAYS, in_district=False)], 0.0),
    "dead": ("91", [*HERE, sign("N09", 5)], 0.0),
    "works here only": ("51", [sign("S11", ALWAYS)], 0.0),
    "left long ago": ("53", [sign("S01", 3 * ALWAYS, 2 * ALWAYS), sign("N02", 2 * ALWAYS, detail="left")], 0.0),
    "no sign": ("52", [], 0.0),
    "long silent": ("23", [sign("S01", ALWAYS, (P.windows - 1) * P.window_days)], 0.5 ** (P.windows - 1)),
    "registered all the time": ("52", HERE, 1.0),
    "row closed": ("53", [sign("S01", ALWAYS, row_closed=P.window_days)], 0.5),
}
PARENTS = {
    "small child": ("no sign", "came last week", None, 1.0),
    "small child of the father": ("no sign", None, "came last week", 1.0),
}


People = dict[str, tuple[str, list[dict[str, Any]]]]


def frame(rows: list[dict[str, Any]], table: Table) -> pl.LazyFrame:
    made = pl.from_arrow(table.schema.empty_table())
    assert isinstance(made, pl.DataFrame)
    return pl.DataFrame([{n: r.get(n) for n in made.columns} for r in rows], schema=made.schema).lazy()


def run(people: People, turned: bool = False) -> Index:
    step = -1 if turned else 1
    residents, records, signs, status = [], [], [], []
    for name, (code, lived) in list(people.items())[::step]:
        _, mother, father, _ = PARENTS.get(name, (None, None, None, 0.0))
        born = ago(900) if name in PARENTS else ago(14_000)
        residents.append({"resident_id": name, "records": 1, "mother_id": mother, "father_id": father, "birth_date": born})
        present = code in ("23", "24", "31")
        score = 0.9 if name.startswith("here") else 0.1
        kind = "D" if code == "91" else "R"
        said = {
            "status_code": code,
            "status_class": kind,
            "counts_present": present,
            "evidence_score": score,
            "nature": "OUT_HUKOU",
        }
        status.append({"resident_id": name, **said})
        for n, one in enumerate(lived):
            closed = ago(one["row_closed"]) if "row_closed" in one else None
            records.append({"record_id": f"{name}-{n}", "closed_on": closed, "resident_id": name})
            signs.append({**one, "record_id": f"{name}-{n}", "dept": "ga"})
    told = Told(
        TONIGHT, frame(residents, RESIDENTS), frame(records, RESIDENT_RECORDS), frame(records, RECORDS),
        frame(signs[::step], SIGNS), frame(status, RESIDENCE),
    )  # fmt: skip
    return residency_index(told, P, parameters.load())


def literal() -> People:
    people: People = {**CROWD, **{name: (code, signs) for name, (code, signs, _) in CASES.items()}}
    return people | {name: ("24", []) for name in PARENTS}


def by_id(made: Index) -> dict[str, dict[str, Any]]:
    return {r["resident_id"]: r for r in made.rows.to_dicts()}


def test_literal_people():
    made = run(literal())
    assert set(made.weights) == {(False, "S01"), (False, "S11")}
    assert made.weights[(False, "S11")] == 0  # as often among those who live elsewhere
    full = made.weights[(False, "S01")] / ONE
    assert 0.5 < full < 1.0
    rows = by_id(made)
    assert len(rows) == len(CROWD) + len(CASES) + len(PARENTS)
    assert rows["here0"]["residency_index"] == pytest.approx(full, abs=1e-4)
    for name, (_, _, share) in CASES.items():
        assert rows[name]["residency_index"] == pytest.approx(share * full, abs=1e-4), name
    for name, (*_, share) in PARENTS.items():
        assert rows[name]["residency_index"] == pytest.approx(share * full, abs=1e-4), name
    assert [rows[n]["basis"] for n in PARENTS] == ["mother", "father"]
    assert (rows["dead"]["basis"], rows["no sign"]["basis"], rows["here0"]["basis"]) == ("dead", "none", "own")
    assert rows["here0"]["signs"] == ["S01"]
    assert rows["silent for half a year"]["signs"] == []
    assert all(rows[f"here{n}"]["resident_by_index"] and not rows[f"gone{n}"]["resident_by_index"] for n in range(MANY))
    doubts = {n: r["doubt"] for n, r in rows.items() if r["doubt"]}
    assert doubts == {"long silent": "rules_only", "registered all the time": "index_only"}


def test_the_order_of_rows_changes_nothing():
    one, other = run(literal()), run(literal(), turned=True)
    assert (one.weights, one.threshold) == (other.weights, other.threshold)
    assert one.rows.equals(other.rows)


def test_visits_that_nobody_made_are_no_sign():
    """Forty residents are visited, each on a day of their own; on the last day of September forty others are ticked at a desk."""
    ticked = (TONIGHT - dt.date(2026, 9, 30)).days
    people: People = {f"here{n}": ("23", [sign("S05", 5 + n)]) for n in range(MANY)}
    people |= {f"gone{n}": ("52", [sign("S05", ticked)]) for n in range(2 * MANY)}
    rows = by_id(run(people))
    assert rows["here3"]["signs"] == ["S05"]
    assert rows["here3"]["residency_index"] > 0.5
    assert (rows["gone3"]["basis"], rows["gone3"]["residency_index"]) == ("none", 0.0)


def test_random_people_beside_the_plain_recursion():
    rng = random.Random(11)
    people = {f"p{n}": ("23", [_random_sign(rng) for _ in range(rng.randrange(6))]) for n in range(300)}
    made = run({**CROWD, **people})
    rows = by_id(made)
    for name, (_, lived) in people.items():
        assert rows[name]["residency_index"] == pytest.approx(_plain(lived, made.weights), abs=1e-4), name
    assert len({r["residency_index"] for n, r in rows.items() if n in people}) > 10


def _random_sign(rng: random.Random) -> dict[str, Any]:
    begun = rng.randrange(ALWAYS + 200)
    if rng.random() < 0.2:
        return sign("N02", begun, detail="left")
    return sign(rng.choice(("S01", "S01", "S05", "S11")), begun, rng.choice((None, rng.randrange(begun + 1))))


def _plain(lived: list[dict[str, Any]], weighed: dict[tuple[bool, str], int]) -> float:
    """The index of one person by loops over days and signs."""
    period = lambda day: (TONIGHT - day).days // P.window_days  # noqa: E731
    exits = [s["from_date"] for s in lived if s["sign"] == "N02"]
    seen: set[tuple[int, str]] = set()
    for one in (s for s in lived if s["sign"] != "N02"):
        since, last = one["from_date"], (one["to_date"] or TONIGHT + dt.timedelta(days=1)) - dt.timedelta(days=1)
        last = since if one["sign"] == "S05" else min(last, TONIGHT)
        if exits and since < max(exits):
            last = min(last, max(exits) - dt.timedelta(days=1))
        seen |= {(k, one["sign"]) for k in range(P.windows) if last >= since and period(last) <= k <= period(since)}
    sums = [min(ONE, sum(weighed.get((False, code), 0) for when, code in seen if when == k)) / ONE for k in range(P.windows)]
    first = max((k for k, _ in seen), default=-1)
    return index_of(sums, first, min(map(period, exits), default=None), P)
