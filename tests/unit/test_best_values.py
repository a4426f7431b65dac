"""Which record gives a resident's value: literal records, no Spark."""

from __future__ import annotations

import datetime as dt
import random

import pyarrow as pa
import pytest

from jobs.residents.best_values import COLUMNS, COUNTED, RELATED, SCHEMA, best_of
from jobs.tables import RECORDS, RESIDENTS

RANKS = {"name": {"ga": 1, "yb": 2}, "id_number": {"ga": 1, "yb": 2}, "phone": {"yb": 1}, "hukou_division": {"ga": 1}}
OLD, NEW = dt.date(2026, 1, 1), dt.date(2026, 6, 1)


def best(*rows: dict) -> dict:
    """The one resident of these records; record ids are a, b, c … in their order."""
    base = {"dept": "rs", "role": "self", "known_from": OLD, "resident_id": "R", "name_kind": "han"}
    whole = [{**base, "record_id": "abcdef"[i], **row} for i, row in enumerate(rows)]
    random.Random(4).shuffle(whole)
    schema = pa.schema([RECORDS.schema.field(c) for c in COLUMNS] + [pa.field("resident_id", pa.string())])
    table = pa.Table.from_pylist([{c: row.get(c) for c in schema.names} for row in whole], schema=schema)
    return best_of(table, RANKS).to_pylist()[0]


NUMBER = {"id_type": "citizen", "id_grade": "OK"}


@pytest.mark.parametrize(
    ("attribute", "rows", "source"),
    [
        ("name", [{"name": "x", "dept": "yb"}, {"name": "y", "dept": "ga"}], "b"),  # trust
        ("name", [{"name": "x", "dept": "ga", "name_kind": "newborn"}, {"name": "y", "dept": "ga"}], "b"),  # grade
        ("name", [{"name": "x", "role": "mother"}, {"name": "y"}], "b"),  # the person's own row
        ("name", [{"name": "x", "closed_on": NEW}, {"name": "y"}], "b"),  # a row in force
        ("name", [{"name": "x", "dept": "ga", "closed_on": NEW}, {"name": "y"}], "a"),  # … but trust goes first
        ("name", [{"name": "x"}, {"name": "y", "known_from": NEW}], "b"),  # the newest
        ("name", [{"name": "x"}, {"name": "y"}], "a"),  # the smaller record id
        ("name", [{"dept": "ga"}, {"name": "y"}], "b"),  # only what there is
        ("name", [{}, {}], None),
        ("id_number", [{**NUMBER, "id_type": "passport", "id_number": "E", "dept": "ga"}, {**NUMBER, "id_number": "N"}], "b"),
        ("id_number", [{**NUMBER, "id_number": "N", "id_grade": "REPAIRED"}, {**NUMBER, "id_number": "M"}], "b"),
        ("phone", [{"phone": "1", "dept": "yb"}, {"phone": "2", "known_from": NEW}], "b"),  # newest before trust
        ("phone", [{"phone": "1"}, {"phone": "2", "known_from": NEW, "closed_on": NEW}], "a"),
        ("hukou_division", [{"hukou_division": "1", "dept": "ga", "closed_on": NEW}, {"hukou_division": "2"}], "b"),
        ("hukou_division", [{"hukou_division": "1", "dept": "ga"}, {"hukou_division": "2", "known_from": NEW}], "a"),
    ],
)
def test_who_wins(attribute: str, rows: list[dict], source: str | None) -> None:
    found = best(*rows)
    assert found[f"{attribute}_source"] == source
    assert found[attribute] == (None if source is None else rows["ab".index(source)][attribute])


def test_counts_departments_and_hukou() -> None:
    found = best({"dept": "yb"}, {"dept": "ga", "hukou_active": True}, {"dept": "yb"})
    assert (found["records"], found["departments"], found["hukou_active"]) == (3, ["ga", "yb"], True)
    assert best({"dept": "ga", "hukou_active": True, "closed_on": NEW})["hukou_active"] is False
    assert best({**NUMBER, "id_number": "N"})["id_type"] == "citizen" and best({})["id_type"] is None


def test_the_columns_are_those_of_residents() -> None:
    assert {*SCHEMA.names, *RELATED, *COUNTED} == set(RESIDENTS.schema.names)
