"""Cleaning functions against tables of cases (tests/unit/cleaning_cases.py) and laws that hold for any value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.cleaning import addresses, dates, divisions, id_numbers, names, phones
from jobs.cleaning.reasons import Reason
from jobs.cleaning.registry import CLEANERS, SEPARATOR
from jobs.departments.contract import all_contracts
from tests.unit import cleaning_cases as cases


@pytest.mark.parametrize(("raw", "stated", "kind", "value", "grade", "reason"), cases.NUMBERS)
def test_numbers(raw: str, stated: str | None, kind: str | None, value: str | None, grade: str, reason: Reason | None) -> None:
    found = id_numbers.clean_number(raw, stated)
    assert (found.type, found.value, found.grade, found.reason) == (kind, value, grade, reason)


@pytest.mark.parametrize(("raw", "dotted", "value", "kind", "former", "reason"), cases.NAMES)
def test_names(raw: str, dotted: bool, value: str | None, kind: str, former: str | None, reason: Reason | None) -> None:
    assert names.clean_name(raw, dotted) == (value, kind, reason, former)


@pytest.mark.parametrize(("raw", "value", "reason"), cases.DATES)
def test_dates(raw: str, value: dt.date | None, reason: Reason | None) -> None:
    assert dates.clean_date(raw) == (value, reason, value)


@pytest.mark.parametrize(("raw", "first", "last", "reason"), cases.MONTHS)
def test_months(raw: str, first: dt.date | None, last: dt.date | None, reason: Reason | None) -> None:
    assert dates.clean_month(raw) == (first, reason, last)


@pytest.mark.parametrize(("raw", "value", "reason"), cases.PHONES)
def test_phones(raw: str, value: str | None, reason: Reason | None) -> None:
    assert phones.clean_phone(raw) == (value, reason)


@pytest.mark.parametrize(("raw", "value", "reason"), cases.DIVISIONS)
def test_divisions(raw: str, value: str | None, reason: Reason | None) -> None:
    assert divisions.clean_division(raw) == (value, reason)


@pytest.mark.parametrize(("function", "raw", "value", "reason"), cases.CODES)
def test_codes(function: str, raw: str, value: str | None, reason: Reason | None) -> None:
    assert tuple(CLEANERS[function].one(raw, None)) == (value, reason)


@pytest.mark.parametrize("case", cases.ADDRESSES, ids=lambda case: case[0])
def test_addresses(case: tuple[Any, ...]) -> None:
    assert addresses.clean_address(case[0])[:-1] == case[1:]


@pytest.mark.parametrize(("raw", "reason"), cases.ADDRESS_REASONS)
def test_address_reasons(raw: str, reason: Reason | None) -> None:
    assert addresses.clean_address(raw).reason == reason


def test_address_ids() -> None:
    assert [addresses.clean_address_id(t) for t in ("b-77", "0000", "无", "３３０１")] == ["B-77", None, None, "3301"]


def test_division_table_is_the_districts() -> None:
    """Appendix A: twelve townships and 223 communities and villages."""
    kinds = [d.kind for d in divisions.table().values()]
    assert (kinds.count("township"), kinds.count("community")) == (12, 223)
    assert divisions.township_of("330110005004") == "330110005"
    assert [divisions.within(c) for c in ("330110005", "330110", "330113", "341222", None)] == [True, None, False, False, None]


def test_pupils_number_holds_a_citizen_number() -> None:
    assert id_numbers.clean_number("G330110200501011236", "school").alias == "citizen:330110200501011236"
    assert id_numbers.clean_number("G330110200501011237", "school").alias is None


def test_what_a_number_says() -> None:
    father = id_numbers.clean_number("330125199001011239")
    assert (father.birth, father.sex) == (dt.date(1990, 1, 1), "M")
    assert id_numbers.clean_number("11010519491231002X").sex == "F"
    assert id_numbers.clean_number("33012519900101123X").birth is None  # a wrong check vouches for nothing


BIRTHS = st.dates(dt.date(1900, 1, 1), dt.date(1999, 12, 31))
BODIES = st.builds(
    lambda area, birth, seq: f"{area}{birth:%Y%m%d}{seq:03}",
    st.sampled_from(["330110", "330125", "341222", "110105"]), BIRTHS, st.integers(1, 995),
)  # fmt: skip


@given(BODIES)
def test_fifteen_digits_come_back_as_eighteen(body: str) -> None:
    whole = body + id_numbers.check_char(body)
    assert id_numbers.clean_number(whole[:6] + whole[8:17], "citizen").value == whole


@given(BODIES, st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_caught(body: str, place: int, shift: int) -> None:
    whole = body + id_numbers.check_char(body)
    wrong = whole[:place] + str((int(whole[place]) + shift) % 10) + whole[place + 1 :]
    assert id_numbers.clean_number(wrong, "citizen").grade not in id_numbers.SOUND


@given(BODIES, st.integers(0, 15))
def test_any_swap_of_neighbours_is_caught(body: str, place: int) -> None:
    whole = body + id_numbers.check_char(body)
    wrong = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert wrong == whole or id_numbers.clean_number(wrong, "citizen").grade not in id_numbers.SOUND


ANY = st.text(
    st.sampled_from(
        "张伟李娜买提王之子测试无某·•.。 -*?□×〓()曾用名XxAB12390年月日幢单元室号村组社区路余杭省市3８Ｘ\ue863\u3000&#;"
    ),
    max_size=24,
)
IDEMPOTENT = {
    "number": lambda raw: id_numbers.clean_number(raw, "citizen").value,
    "name": lambda raw: names.clean_name(raw).value,
    "phone": lambda raw: phones.clean_phone(raw).value,
    "division": lambda raw: divisions.clean_division(raw).value,
    "address_id": addresses.clean_address_id,
    "country": lambda raw: CLEANERS["country"].one(raw, None)[0],
}


@pytest.mark.parametrize("function", sorted(IDEMPOTENT))
@given(raw=ANY | st.text(max_size=20))
def test_cleaning_twice_changes_nothing(function: str, raw: str) -> None:
    once = IDEMPOTENT[function](raw)
    assert once is None or IDEMPOTENT[function](once) == once


@given(ANY | st.text(max_size=30))
def test_an_address_always_has_a_level(raw: str) -> None:
    found = addresses.clean_address(raw)
    assert found.level in addresses.LEVELS
    assert found.level != "room" or (found.room is not None)


def _texts(function: str) -> list[str]:
    """Everything any case table holds, so that each shortcut meets every kind of value."""
    tables: list[list[Any]] = [
        cases.NUMBERS,
        cases.NAMES,
        cases.DATES,
        cases.MONTHS,
        cases.PHONES,
        cases.DIVISIONS,
        cases.ADDRESSES,
    ]
    texts = sorted({row[0] for table in tables for row in table} | {row[1] for row in cases.CODES})
    return [t + SEPARATOR + "passport" for t in texts] + texts if function == "id_number" else texts


@pytest.mark.parametrize("function", sorted(CLEANERS))
def test_a_column_equals_its_values_one_by_one(function: str) -> None:
    """The vector shortcut and the pure function agree, in any order, with repeats and nulls between."""
    cleaner, texts = CLEANERS[function], _texts(function)
    column = [*texts, None, *reversed(texts)]
    found = cleaner.column(pl.Series(column, dtype=pl.String)).rows()
    empty = (None,) * len(cleaner.schema)
    expected = [
        empty if t is None else tuple(v.name if isinstance(v, Reason) else v for v in cleaner.one(t, None)) for t in column
    ]
    assert found == expected


def test_an_empty_column_keeps_its_shape() -> None:
    for cleaner in CLEANERS.values():
        assert cleaner.column(pl.Series([None, None], dtype=pl.String)).rows() == [(None,) * len(cleaner.schema)] * 2


def test_every_function_named_in_a_contract_is_registered() -> None:
    contracts = all_contracts()
    assert len(contracts) == 10
    tables = [t for c in contracts.values() for t in c.tables.values()]
    named = {s.clean for t in tables for s in t.columns.values()}
    named |= {s.clean for t in tables for fields in t.json_lists.values() for s in fields.values()}
    assert named <= set(CLEANERS)


def test_every_reason_speaks_both_languages_to_people() -> None:
    sentences = [r.value for r in Reason]
    assert len(set(sentences)) == len(list(Reason))
    for reason in Reason:
        assert reason.value.endswith(".") and reason.zh.endswith("。"), reason.name
