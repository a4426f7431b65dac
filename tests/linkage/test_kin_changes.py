"""Whom a change reaches through kin: the lists of those that changed nothing themselves, against what is plainly true of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import polars as pl
import pyarrow as pa
import pytest

from jobs.profiles.changes import Records, changed_records, members_of, remake
from jobs.profiles.collapse import Sources
from jobs.profiles.collapse_all import collapse_all
from jobs.profiles.kin_changes import Nights, lists_anew
from jobs.tables import PROFILES, RECORDS

SOURCES = Sources()
MOTHER, OTHER, CHILD, GUARDIAN = (f"3301101985010100{n}X" for n in range(1, 5))
BYSTANDER = "ga-czrk-9-self"

Row = dict[str, Any]


def record(key: str, role: str = "self", number: str | None = None, **stated: str | None) -> Row:
    """A record of one source row, `dept-table-key`."""
    dept, table, _ = key.split("-")
    row: Row = dict.fromkeys(RECORDS.schema.names) | {
        "record_id": f"{key}-{role}", "dept": dept, "source_table": table, "source_key": key, "role": role,
        "known_from": dt.date(2026, 11, 1), "id_type": "citizen", "id_number": number, "id_raw": number,
        "id_grade": "OK" if number else "MISSING", "name": "王伟", "name_kind": "han", "name_raw": "王伟",
    }  # fmt: skip
    return row | stated


def tonights(before: list[Row], after: list[Row]) -> tuple[set[str], dict[str, Row], set[str]]:
    """Of whom kin were asked again, what they say, and the profiles made anew."""
    then, now = (pl.LazyFrame(pa.Table.from_pylist(rows, RECORDS.schema)) for rows in (before, after))
    made = cast(pl.DataFrame, pl.from_arrow(collapse_all(then, SOURCES)))
    profiles, where, tonight = made.select(PROFILES.schema.names), members_of(made), Records.of(now)
    changed = changed_records(tonight, then, where)
    anew = remake(changed, tonight, where, SOURCES)
    stay = profiles.filter(~pl.col("profile_id").is_in(anew.gone.implode()))
    kept = where.filter(~pl.col("met_by").is_in(anew.keys.implode()))
    nights = Nights(profiles, pl.concat([stay, anew.profiles]), pl.concat([kept, anew.where]))
    asked, lists = lists_anew(changed, anew, tonight, nights)
    return set(asked), {row["profile_id"]: row for row in lists.to_dicts()}, set(anew.profiles["profile_id"])


def beside(rows: list[Row]) -> list[Row]:
    return [*rows, record("ga-czrk-9", number="33011019900101008X", phone="13900000009")]


def test_a_parents_new_phone_and_dwelling_are_its_childs_family() -> None:
    child = record("jy-student-1", number=CHILD, mother_number=MOTHER)
    before = record("ga-czrk-1", number=MOTHER, phone="13900000001", dwelling_id="home1", address_level="room")
    after = before | {"phone": "13900000002", "dwelling_id": "home2"}
    asked, said, anew = tonights(beside([before, child]), beside([after, child]))
    assert said["jy-student-1-self"]["family_phones"] == ["13900000002"]
    assert said["jy-student-1-self"]["family_dwellings"] == ["home2"]
    assert asked == {"ga-czrk-1-self", "jy-student-1-self"} and anew == {"ga-czrk-1-self"}


def test_a_father_whose_number_is_mended_finds_the_child_that_states_it_and_loses_the_other() -> None:
    children = [record("jy-student-1", number=CHILD, father_number=OTHER), record("jy-student-2", father_number=MOTHER)]
    father = record("ga-czrk-1", number=MOTHER, phone="13900000001")
    asked, said, _ = tonights([father, *children], [father | {"id_number": OTHER, "id_raw": OTHER}, *children])
    assert said["jy-student-1-self"]["family_phones"] == ["13900000001"]
    assert "jy-student-2-self" in asked and "jy-student-2-self" not in said


@pytest.mark.parametrize("came", [True, False])
def test_a_guardian_that_comes_or_goes_is_one_of_the_pupil_on_the_same_row(came: bool) -> None:
    pupil = record("jy-student-1", number=CHILD)
    whole = [pupil, record("jy-student-1", "guardian_1", number=GUARDIAN, name="李娜")]
    nights = (beside([pupil]), beside(whole)) if came else (beside(whole), beside([pupil]))
    asked, said, anew = tonights(*nights)
    assert "jy-student-1-self" in asked - anew and BYSTANDER not in asked
    if came:
        pupils = said["jy-student-1-self"]
        assert pupils["guardian_numbers"] == [GUARDIAN] and pupils["parent_names"] == ["李娜"]
    else:
        assert "jy-student-1-self" not in said


def test_a_mother_without_a_number_learns_it_from_what_her_child_states_elsewhere() -> None:
    row = [record("wj-vaccine-1", number=CHILD), record("wj-vaccine-1", "mother", name="李娜")]
    elsewhere = record("ga-czrk-2", number=CHILD, mother_number=MOTHER)
    asked, said, anew = tonights(beside([*row, elsewhere]), beside([*row, elsewhere | {"mother_number": OTHER}]))
    assert said["wj-vaccine-1-mother"]["kin_numbers"] == [OTHER]
    assert "wj-vaccine-1-mother" in asked - anew and BYSTANDER not in asked


def test_a_mother_without_a_number_learns_it_from_the_birth_certificate_her_child_names() -> None:
    row = [record("wj-vaccine-1", alias_number="birth_certificate:U1"), record("wj-vaccine-1", "mother", name="李娜")]
    paper = record("wj-birth-1", id_type="birth_certificate", number="U1", mother_number=MOTHER)
    asked, said, anew = tonights(beside([*row, paper]), beside([*row, paper | {"mother_number": OTHER}]))
    assert said["wj-vaccine-1-mother"]["kin_numbers"] == [OTHER]
    assert "wj-vaccine-1-mother" in asked - anew and BYSTANDER not in asked


def test_a_night_without_change_asks_nobody() -> None:
    rows = beside([record("jy-student-1", number=CHILD), record("jy-student-1", "guardian_1", number=GUARDIAN)])
    assert tonights(rows, rows[::-1]) == (set(), {}, set())
