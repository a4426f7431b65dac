"""Changes and the population account: each kind of life event lands in its own column, and nothing is left over."""

from __future__ import annotations

import datetime as dt

import pytest

from jobs.context import Context, run_step
from jobs.pool.nights import Night, Receipt
from jobs.quality import changes
from jobs.quality.figures import Figures
from jobs.settings import Settings
from jobs.tables import BALANCE
from tests import literal_night as literal
from tests.literal_night import FIRST, SECOND, TOWNSHIPS, Rows, event, resident_id

HERE, THERE = TOWNSHIPS
ZERO = dict.fromkeys(BALANCE.schema.names[1:], 0)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = literal.installation(tmp_path_factory.mktemp("changes") / "home")
    literal.write(settings, FIRST, literal.tables(FIRST))
    return settings


def status(n: int, code: str, township: str, dwelling: str | None = None):
    def spoil(rows: Rows) -> None:
        rows["residence"][n] = literal.residence(n, code, township) | ({"dwelling_id": dwelling} if dwelling else {})

    return spoil


def newcomer(kind: str, born: dt.date, code: str = "23", other: str = ""):
    def spoil(rows: Rows) -> None:
        rows["residents"].append({**rows["residents"][0], "resident_id": resident_id(7), "birth_date": born, "spouse_id": None})
        rows["residence"].append(literal.residence(7, code, HERE))
        rows["resident_events"].append(event(7, SECOND, kind, other))

    return spoil


def gone(n: int, kind: str, other: str = ""):
    def spoil(rows: Rows) -> None:
        for table in ("residents", "residence"):
            rows[table] = [r for r in rows[table] if r["resident_id"] != resident_id(n)]
        rows["resident_events"].append(event(n, SECOND, kind, other))

    return spoil


CASES = {
    "nothing": (lambda rows: None, {}, {}, []),
    "death": (status(0, "91", HERE), {"deaths": 1}, {}, [(0, "status", "11", "91")]),
    "departure": (status(0, "51", HERE), {"departures": 1}, {}, [(0, "status", "11", "51")]),
    "arrival": (status(4, "23", HERE), {"arrivals": 1}, {}, [(4, "status", "51", "23")]),
    "move": (
        status(0, "12", THERE, "d9"), {"moved_out": 1}, {"moved_in": 1},
        [(0, "status", "11", "12"), (0, "address", HERE, THERE)],
    ),
    "move within": (status(0, "11", HERE, "d9"), {}, {}, [(0, "address", HERE, HERE)]),
    "another right to stay": (status(0, "12", HERE), {}, {}, [(0, "status", "11", "12")]),
    "birth": (newcomer("created", dt.date(2026, 11, 1)), {"births": 1}, {}, [(7, "added", None, "23")]),
    "newcomer": (newcomer("created", dt.date(1990, 1, 1)), {"arrivals": 1}, {}, [(7, "added", None, "23")]),
    "newcomer not here": (newcomer("created", dt.date(1990, 1, 1), "51"), {}, {}, [(7, "added", None, "51")]),
    "merge": (gone(0, "merged_into", resident_id(2)), {"merges": -1}, {}, [(0, "merged", "11", None)]),
    "split": (
        newcomer("split_from", dt.date(1990, 1, 1), other=resident_id(0)), {"merges": 1}, {}, [(7, "split", None, "23")],
    ),
    "retired": (gone(2, "retired"), {"merges": -1}, {}, [(2, "removed", "23", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("number", "name"), list(enumerate(CASES, start=1)))
def test_flows_and_changes(district: Settings, number: int, name: str):
    spoil, here, there, expected = CASES[name]
    rows = literal.tables(SECOND)
    spoil(rows)
    night = Night(district.nights, SECOND, number)
    for step, names in literal.STEPS[3:5]:
        run_step(district, night, step, literal.writer(rows, names))
    figures = Figures(Context(district, night, Receipt("validate"), {"contracts": district.home / "contracts"}))
    figures.prepare(changes.NEEDS, changes.PREVIOUS)
    changes.compare(figures.con)
    account = {r.pop("township"): r for r in changes.balance(figures.con).to_pylist()}
    for township, flows in ((HERE, here), (THERE, there)):
        plus = sum(flows.get(f, 0) for f in ("births", "arrivals", "moved_in", "merges"))
        after = 2 + plus - sum(flows.get(f, 0) for f in ("deaths", "departures", "moved_out"))
        assert account[township] == ZERO | flows | {"before": 2, "after": after, "residual": 0}
    rows_of = changes.changes(figures.con).to_pylist()
    key = {resident_id(n): n for n in range(8)}
    seen = [(key[r["resident_id"]], r["kind"], r["before"], r["after"]) for r in rows_of]
    assert sorted(seen, key=str) == sorted(expected, key=str)
    assert all(r["reason"] for r in rows_of)


def test_a_person_counted_twice_leaves_a_residual(district: Settings):
    """`after` is counted from the statuses, the flows from comparing persons: they cannot err alike."""
    rows = literal.tables(SECOND)
    rows["residence"].append(dict(rows["residence"][2], resident_id=resident_id(50)))
    night = Night(district.nights, SECOND, 80)
    for step, names in literal.STEPS[3:5]:
        run_step(district, night, step, literal.writer(rows, names))
    figures = Figures(Context(district, night, Receipt("validate"), {"contracts": district.home / "contracts"}))
    figures.prepare(changes.NEEDS, changes.PREVIOUS)
    changes.compare(figures.con)
    assert [r["residual"] for r in changes.balance(figures.con).to_pylist()] == [1, 0]
