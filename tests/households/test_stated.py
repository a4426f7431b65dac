"""What is read from a night's tables: only what is known, in force, at the dwelling where the person is present."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jobs.households.stated import Night, Stated, stated
from jobs.tables import table_for
from tests import literal_night as literal
from tests.literal_night import resident_id

TONIGHT = dt.date(2026, 11, 22)
LATER = TONIGHT + dt.timedelta(days=1)


def read(rows: literal.Rows, tonight: dt.date = TONIGHT) -> Stated:
    return stated(Night(tonight, **{name: scan(name, rows[name]) for name in Night._fields[1:]}))


def scan(name: str, rows: list[literal.Row]) -> pl.LazyFrame:
    made = pl.from_arrow(literal.frame(table_for(name), rows))
    assert isinstance(made, pl.DataFrame)
    return made.lazy()


@pytest.fixture
def rows() -> literal.Rows:
    """The literal night: residents 0, 1, 2 are present at d0, d1, d2; 0 and 1 are married."""
    made = literal.tables(TONIGHT)
    for record in made["records"]:
        record |= {"dwelling_id": f"d{record['source_key']}", "address_raw": f"未来里{record['source_key']}幢1单元101室"}
    return made


def test_people_present(rows: literal.Rows):
    rows["residence"][2] |= {"dwelling_id": None}
    people = read(rows).people
    assert people["resident_id"].to_list() == [resident_id(0), resident_id(1)]
    assert people["age"].to_list() == [76, 75]
    assert people["surname"].to_list() == ["王", "李"]
    assert people["married"].to_list() == [True, True]


def test_a_dead_spouse_is_no_marriage(rows: literal.Rows):
    rows["residence"][1] |= {"status_code": "91", "counts_present": False}
    assert read(rows).people.select("resident_id", "married").rows() == [
        (resident_id(0), False), (resident_id(2), False),
    ]  # fmt: skip


def test_ties_are_lifted_once_with_everybody_who_states_them(rows: literal.Rows):
    rows["ties"] += [
        {**rows["ties"][0], "from_record": "zf-1", "to_record": "zf-0", "dept": "zf", "to_date": LATER},  # the other way round
        {**rows["ties"][0], "relation": "mother_of", "from_record": "ga-1", "to_record": "ga-0"},
        {**rows["ties"][0], "relation": "mother_of", "from_record": "ga-2", "known_from": LATER},
        {**rows["ties"][0], "relation": "father_of", "from_record": "ga-2", "from_date": LATER},
        {**rows["ties"][0], "relation": "guardian_of", "to_record": "zf-0"},  # two records of one person
    ]
    found = read(rows).ties.to_dicts()
    assert [(t["resident_id"], t["relative_id"], t["relation"], t["stated_by"], t["to_date"]) for t in found] == [
        (resident_id(0), resident_id(1), "spouse_of", ["ga", "zf"], None),
        (resident_id(1), resident_id(0), "mother_of", ["ga"], None),
    ]


def test_keys_count_at_the_dwelling_and_while_in_force(rows: literal.Rows):
    by_id = {r["record_id"]: r for r in rows["records"]}
    by_id["zf-0"] |= {"household": "zf:1"}
    by_id["zf-1"] |= {"household": "zf:1", "dwelling_id": "d0"}  # present at d1
    by_id["zf-2"] |= {"household": "zf:1", "closed_on": TONIGHT}
    by_id["ga-0"] |= {"household": "ga:1", "hukou_active": True}
    by_id["ga-1"] |= {"household": "ga:1", "hukou_active": False}
    assert sorted(read(rows).keys.rows()) == [(resident_id(0), "ga:1", True), (resident_id(0), "zf:1", False)]


def test_everybody_in_one_tenancy_but_who_lets(rows: literal.Rows):
    for record in rows["records"][:3]:
        record |= {"source_key": "0", "dwelling_id": "d2"}
    rows["ties"] = [{**rows["ties"][0], "relation": "tenant_of", "to_record": "ga-2"}]
    for person in rows["residence"][:2]:
        person |= {"dwelling_id": "d2"}
    rows["records"][2] |= {"dwelling_id": None}  # a landlord's mention has no dwelling
    found = read(rows).tenancies
    assert found["resident_id"].to_list() == [resident_id(0), resident_id(1)]
    assert found["contract"].n_unique() == 1
    rows["ties"][0] |= {"to_date": TONIGHT}
    assert read(rows).tenancies.height == 0


def test_the_text_most_rows_give_a_dwelling(rows: literal.Rows):
    for record in rows["records"]:
        record |= {"dwelling_id": "d0"}
    rows["records"][0] |= {"address_raw": "b"}
    rows["records"][1] |= {"address_raw": "b"}
    rows["records"][2] |= {"address_raw": "a"}
    rows["records"][3] |= {"address_raw": "a"}
    rows["records"][8] |= {"address_raw": "b"}
    assert read(rows).texts.rows() == [("d0", "b")]


@pytest.mark.parametrize(
    ("born", "tonight", "age"),
    [
        (dt.date(1946, 11, 22), dt.date(2026, 11, 22), 80),
        (dt.date(1946, 11, 23), dt.date(2026, 11, 22), 79),
        (dt.date(1944, 2, 29), dt.date(2026, 2, 27), 81),
        (dt.date(1944, 2, 29), dt.date(2026, 2, 28), 82),  # no 29 February in 2026
        (dt.date(1944, 2, 29), dt.date(2028, 2, 28), 83),
        (dt.date(1944, 2, 29), dt.date(2028, 2, 29), 84),
        (dt.date(2026, 11, 30), dt.date(2026, 11, 22), 0),
        (None, dt.date(2026, 11, 22), None),
    ],
)
def test_completed_years(rows: literal.Rows, born: dt.date | None, tonight: dt.date, age: int | None):
    rows["residents"][0] |= {"birth_date": born}
    assert read(rows, tonight).people["age"][0] == age


def test_a_night_without_ties(rows: literal.Rows):
    rows["ties"] = []
    found = read(rows)
    assert (found.people.height, found.ties.height, found.tenancies.height) == (3, 0, 0)


def test_the_order_of_rows_changes_nothing(rows: literal.Rows):
    for n, record in enumerate(rows["records"]):
        record |= {"dwelling_id": f"d{n % 3}", "household": f"zf:{n % 2}", "address_raw": f"未来里{n % 2}幢"}
    rows["ties"] += [
        {**rows["ties"][0], "relation": "tenant_of", "to_record": "ga-2"},
        {**rows["ties"][0], "dept": "zf", "from_record": "zf-1", "to_record": "zf-0"},
    ]
    turned = {name: content[::-1] for name, content in rows.items()}
    for one, other in zip(read(rows), read(turned), strict=True):
        assert one.height > 0
        assert one.equals(other)
