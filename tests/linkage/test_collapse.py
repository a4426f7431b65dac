"""Records to profiles: what is taken together, what never is, whatever the order and the partitions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from jobs.profiles.collapse import NEEDED, Sources, collapse
from jobs.tables import RECORDS

NUMBER = "330110198003099137"
CHEN = {"id_number": NUMBER, "name": "陈国梁", "sex": "M", "birth_date": dt.date(1980, 3, 9)}


def record(record_id: str, **said: Any) -> dict[str, Any]:
    """One record; a number is its collapse key unless another is given."""
    row: dict[str, Any] = dict.fromkeys(NEEDED) | {"record_id": record_id, "dept": "ga", "known_from": dt.date(2026, 11, 20)}
    row |= {"name_kind": "han" if said.get("name") else "missing", "id_grade": "OK" if said.get("id_number") else "MISSING"}
    row |= {"id_type": "citizen", "address_level": "room", "birth_date_basis": "stated"} | said
    return {"collapse_key": said.get("id_number")} | row


def profiles(*rows: dict[str, Any], groups: dict[str, str] | None = None) -> list[dict[str, Any]]:
    schema = pa.schema([*(f for f in RECORDS.schema if f.name in NEEDED), pa.field("collapse_key", pa.string())])
    return collapse(pa.Table.from_pylist([*rows], schema=schema), Sources(groups or {})).to_pylist()


def members(*rows: dict[str, Any]) -> list[list[str]]:
    return sorted(p["members"] for p in profiles(*rows))


@pytest.mark.parametrize("name", ["陈国梁", "陳國梁", "陈国良", "陈国粱"])
def test_one_number_and_an_agreeing_name_is_one_profile(name: str) -> None:
    assert members(record("a", **CHEN), record("b", **CHEN | {"name": name})) == [["a", "b"]]


def test_a_former_name_agrees() -> None:
    assert members(record("a", **CHEN, former_name="陈志强"), record("b", **CHEN | {"name": "陈志强"})) == [["a", "b"]]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "王秀英"},  # a shared or borrowed number
        {"name": "陈国栋"},  # one character apart: a brother, a son
        {"sex": "F", "birth_date": dt.date(2010, 1, 1)},  # sex and birth date both differ
    ],
)
def test_one_number_and_another_person_stays_apart(other: dict[str, Any]) -> None:
    assert members(record("a", **CHEN), record("b", **CHEN | other)) == [["a"], ["b"]]


def test_numberless_records_are_never_taken_together() -> None:
    twin = {k: v for k, v in CHEN.items() if k != "id_number"}
    assert members(record("a", **twin), record("b", **twin)) == [["a"], ["b"]]


def test_a_mask_joins_the_one_name_it_fits() -> None:
    masked = record("m", **CHEN | {"name": None}, name_kind="masked", name_raw="陈**")
    assert members(record("a", **CHEN), masked) == [["a", "m"]]
    both = members(record("a", **CHEN), record("b", **CHEN | {"name": "陈晓芳"}), masked)
    assert both == [["a"], ["b"], ["m"]]  # it fits two and decides nothing


def test_a_number_of_hundreds_takes_together_equal_names_only() -> None:
    crowd = [record(f"r{i:03d}", **CHEN | {"name": f"陈{chr(0x4E00 + 7 * i)}"}) for i in range(60)]
    again = record("again", **CHEN | {"name": crowd[5]["name"]})
    assert len(profiles(*crowd, again)) == 60


def test_contents() -> None:
    found = profiles(
        record(
            "b",
            **CHEN,
            phone="2",
            dwelling_id="x",
            alias_number="school:9",
            dept="jy",
            employer="old",
            known_from=dt.date(2025, 1, 1),
        ),
        record("a", **CHEN, phone="1", dwelling_id="y", address_level="estate", dept="yb", employer="new"),
        record("c", **CHEN | {"name": "陈国良", "birth_date": dt.date(1980, 3, 8)}, phone="1", dept="yb", hukou_active=True),
    )[0]
    assert found["profile_id"] == "a" and found["records"] == 3 and found["departments"] == ["jy", "yb"]
    assert found["name"] == "陈国梁" and found["other_names"] == ["陈国良"] and found["birth_date"] == dt.date(1980, 3, 9)
    assert found["phones"] == ["1", "2"] and found["dwellings"] == ["x"] and found["aliases"] == ["school:9"]
    assert found["employer"] == "new" and found["hukou_active"] and found["id_type"] == "citizen"


@pytest.mark.parametrize(
    ("departments", "confirmed"),
    [(["ga"], True), (["yb"], False), (["yb", "jy"], True), (["rs", "gjj"], False), (["rs", "gjj", "yb"], True)],
)
def test_a_number_is_confirmed_by_the_police_or_two_voices(departments: list[str], confirmed: bool) -> None:
    rows = [record(f"r{i}", **CHEN, dept=d) for i, d in enumerate(departments)]
    assert profiles(*rows, groups={"rs": "work", "gjj": "work"})[0]["id_confirmed"] is confirmed


def test_order_decides_nothing() -> None:
    rows = [record(f"r{i}", **CHEN | {"name": n}) for i, n in enumerate(["陈国梁", "陈国良", "王秀英", None, "陈国粱", "王秀英"])]
    assert profiles(*rows) == profiles(*rows[::-1])
    assert pl.DataFrame(profiles(*rows))["records"].sum() == len(rows)
