"""Roles of columns by their values, under names that say nothing; names only help."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from jobs.cleaning.id_numbers import check_char
from jobs.linkage.dates import parse_date
from jobs.linkage.encoding import encode_column
from jobs.linkage.proposal.familiar import GIVEN, SURNAMES
from jobs.linkage.proposal.roles import MEANING, guess_roles
from tests.linkage.unknown_tables import HAN, HAN_SURNAMES, words

N = 400
DRAW = np.random.default_rng(8)
DAYS = [dt.date(1930, 1, 1) + dt.timedelta(days=int(d)) for d in DRAW.integers(0, 30_000, N)]
PLACES = words(DRAW, 80, 4)


def pick(values: object) -> list[str]:
    return [str(v) for v in DRAW.choice(sorted(values), N)]  # type: ignore[call-overload]


def body(day: dt.date) -> str:
    return f"110101{day:%Y%m%d}{DRAW.integers(1, 1000):03d}"


CITIZENS = [b + check_char(b) for b in map(body, DAYS)]
COLUMNS: dict[str, tuple[list[object], str, str | None]] = {
    "citizen number": (list(CITIZENS), "citizen", "text"),
    "given names": (pick(GIVEN), "given_name", "folded"),
    "surnames": (pick(SURNAMES), "surname", "folded"),
    "whole names": ([f"{a} {b}" for a, b in zip(pick(GIVEN), pick(SURNAMES), strict=True)], "full_name", "folded"),
    "Chinese names": ([a + b for a, b in zip(pick(HAN_SURNAMES), pick(HAN), strict=True)], "full_name", "name"),
    "dates stored": (list(DAYS), "date", "date"),
    "dates plain": ([f"{d:%Y%m%d}" for d in DAYS], "date", "date"),
    "dates dashed": ([f"{d:%Y-%m-%d}" for d in DAYS], "date", "date"),
    "dates unpadded": ([f"{d.year}/{d.month}/{d.day}" for d in DAYS], "date", "date_ymd"),
    "dates Chinese": ([f"{d.year}年{d.month}月{d.day}日" for d in DAYS], "date", "date_ymd"),
    "dates day first": ([f"{d:%d/%m/%Y}" for d in DAYS], "date", "date_dmy"),
    "dates month first": ([f"{d:%m/%d/%Y}" for d in DAYS], "date", "date_mdy"),
    "dates in words": ([f"{d.day} {d:%b} {d.year}" for d in DAYS], "date", "date_dmy"),
    "years": ([d.year for d in DAYS], "year", "text"),
    "years with gaps": ([float(d.year) if i % 9 else None for i, d in enumerate(DAYS)], "year", "text"),
    "sex in words": (pick(["Male", "Female"]), "sex", "folded"),
    "sex in Chinese": (pick("男女"), "sex", "folded"),
    "mobiles": ([f"13{n}" for n in DRAW.integers(10**8, 10**9, N)], "phone", "digits"),
    "phones dialled": ([f"+61 2 {n // 10000}-{n % 10000:04d}" for n in DRAW.integers(10**7, 10**8, N)], "phone", "digits"),
    "mail": ([f"{w}{i}@example.org" for i, w in enumerate(words(DRAW, N, 2))], "email", "folded"),
    "postcodes": ([str(n) for n in DRAW.integers(2000, 2150, N)], "postcode", "text"),
    "British postcodes": ([f"OX{n} {m}AB" for n, m in DRAW.integers(1, 10, (N, 2))], "postcode", "folded"),
    "social security": ([f"{n:09d}" for n in DRAW.integers(10**7, 10**9, N)], "number", "text"),
    "passports": ([f"E{n}" for n in DRAW.integers(10**7, 10**8, N)], "number", "folded"),
    "house numbers": ([str(n) for n in DRAW.integers(1, 300, N)], "house", "text"),
    "streets": ([f"{w} street" for w in words(DRAW, N, 3)], "address", "folded"),
    "addresses": ([f"{i % 90 + 1} {w} close" for i, w in enumerate(words(DRAW, N, 3))], "address", "folded"),
    "Chinese addresses": ([f"{a}建国路{i % 99 + 1}号" for i, a in enumerate(pick(HAN))], "address", "folded"),
    "places": (pick(PLACES), "words", "folded"),
    "states": (pick(["nsw", "vic", "qld", "wa"]), "category", "folded"),
    "lists": ([[w, w + "x"] for w in words(DRAW, N, 2)], "list", "list"),
    "constant": (["x"] * N, "ignored", None),
    "empty": ([None] * (N - 1) + [""], "ignored", None),
    "says unknown": (["unknown", "N/A", "", None] * (N // 4), "ignored", None),
    "free text": ([" ".join(words(DRAW, 14, 2)) for _ in range(N)], "ignored", None),
    "time stamps": ([dt.datetime(2024, 1, 1) + dt.timedelta(seconds=i * 7919) for i in range(N)], "ignored", None),
    "stamps in text": ([f"2024-01-01 {i % 24:02d}:{i % 60:02d}:07" for i in range(N)], "ignored", None),
    "dates at midnight": ([f"{d:%Y-%m-%d} 00:00:00" for d in DAYS], "date", "date"),
    "dates as moments": ([dt.datetime(d.year, d.month, d.day) for d in DAYS], "date", "date"),
}  # fmt: skip


@pytest.mark.parametrize("what", COLUMNS)
def test_role_by_values_alone(what: str) -> None:
    values, role, kind = COLUMNS[what]
    found = guess_roles(pa.table({"c7": values}))[0]
    assert (found.role, found.type if kind else None) == (role, kind), found.evidence


def test_every_role_is_tried_or_needs_a_name() -> None:
    assert {role for _, role, _ in COLUMNS.values()} | {"id", "age", "place"} == set(MEANING)


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        ("age", [str(n) for n in DRAW.integers(0, 90, N)], "age"),
        ("birth_place", pick(PLACES), "place"),
        ("last_name", pick(PLACES), "surname"),
        ("性别", pick("12"), "sex"),
        ("updated_on", [f"{d:%Y-%m-%d}" for d in DAYS], "ignored"),
        ("phone", pick(PLACES), "words"),  # a name is not believed against the values
        ("cluster", [str(n) for n in DRAW.integers(0, 90, N)], "ignored"),
    ],
)
def test_names_help(name: str, values: list[str], role: str) -> None:
    assert guess_roles(pa.table({name: values}))[0].role == role


def test_no_value_is_quoted() -> None:
    for what, (values, _, _) in COLUMNS.items():
        if what in {"Chinese names", "whole names", "mobiles", "mail", "social security", "citizen number"}:
            evidence = guess_roles(pa.table({"c": values}))[0].evidence
            assert not any(str(v) in evidence for v in values)


@pytest.mark.parametrize(
    ("text", "order", "wanted"),
    [
        ("1990-1-2", "ymd", "19900102"),
        ("02/01/1990", "dmy", "19900102"),
        ("1/2/1990", "mdy", "19900102"),
        ("1990-01-02", "dmy", "19900102"),  # a year in front is a year
        ("2 Jan 1990", "dmy", "19900102"),
        ("January 2, 1990", "mdy", "19900102"),
        ("2/1/71", "dmy", "19710102"),
        ("13/13/1990", "dmy", "13131990"),  # no date: its digits can still be compared
        ("none", "dmy", None),
    ],
)
def test_dates_in_a_stated_order(text: str, order: str, wanted: str | None) -> None:
    assert parse_date(text, order) == wanted


def test_one_spelling() -> None:
    def values(kind: str, *texts: object) -> list[str]:
        return encode_column(pa.chunked_array([pa.array(texts)]), kind).values.tolist()

    assert values("folded", "O'Brien ", "obrien", "UNKNOWN") == ["OBRIEN"]
    assert values("digits", "+61 (2) 12-34", "6121234", "0000") == ["6121234"]
    assert values("text", 4011.0, None, float("nan")) == ["4011"]
    assert values("date_dmy", "02/01/1990", "1990-01-02") == ["19900102"]
