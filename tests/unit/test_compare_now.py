"""Pairs compared on the spot get what the engine gives them in a night: weight, levels, veto, pass; and crowds are seen."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jobs.linkage.local import score_all
from jobs.linkage.model import load_model
from jobs.linkage.rows import encode
from jobs.linkage.weights import load_weights
from jobs.profiles.compare_now import MODELS, NEAR, compare, crowds_among, near
from jobs.profiles.view import view
from jobs.tables import PROFILES

PHONE, HOME, MOTHER, BORN = "13812345678", "330110001-1", "330110196001019068", dt.date(2020, 3, 1)
NUMBER = "33011019900101{}"
SCHEMA = pl.DataFrame(PROFILES.schema.empty_table()).schema


def profiles(*rows: dict) -> pl.DataFrame:
    base = dict.fromkeys(SCHEMA) | {"records": 1, "id_confirmed": False, "name_kind": "han"}
    return pl.DataFrame([{**base, "profile_id": f"p{at}", **row} for at, row in enumerate(rows)], schema=SCHEMA)


PEOPLE = profiles(
    {"name": "张梓轩", "birth_date": dt.date(1990, 1, 1), "sex": "F", "phones": [PHONE], "id_type": "citizen",
     "id_number": NUMBER.format("9084"), "id_confirmed": True, "dwellings": [HOME]},
    {"name": "张梓轩", "birth_date": dt.date(1990, 1, 1), "sex": "F", "phones": [PHONE]},
    {"name": "张梓轩", "birth_date": dt.date(1990, 1, 1), "sex": "F", "id_type": "citizen", "dwellings": [HOME],
     "id_number": NUMBER.format("9121"), "id_confirmed": True},
    {"name": "张子轩", "birth_date": dt.date(1990, 1, 2), "sex": "M", "dwellings": [HOME]},
    {"name": "王一", "birth_date": BORN, "sex": "F", "mother_number": MOTHER, "birth_order": "1"},
    {"name": "王二", "birth_date": BORN, "sex": "F", "mother_number": MOTHER, "birth_order": "2"},
)  # fmt: skip


def test_the_spot_and_the_night_agree() -> None:
    model = load_model(MODELS / "population.yml")
    encoded = encode(model, view(PEOPLE.to_arrow(), crowds_among(PEOPLE)))
    kept = score_all(model, load_weights(model, MODELS / "population.json"), encoded).links.to_pylist()
    assert len(kept) >= 3 and {"two_confirmed_numbers", "twins_by_order"} <= {e["veto"] for e in kept}
    for link in kept:
        one, two = (PEOPLE.filter(pl.col("profile_id") == link.pop(side)) for side in ("left", "right"))
        spot = compare(one, two, PEOPLE)[0]
        assert {k: spot[k] for k in link} == link
        assert compare(two, one, PEOPLE)[0]["weight"] == link["weight"]


def test_who_never_met_has_no_pass() -> None:
    spot = compare(PEOPLE.head(1), PEOPLE.tail(1), PEOPLE)[0]
    assert spot["block"] is None and spot["weight"] < -20


def test_crowds_are_counted_by_names_and_births_by_children() -> None:
    names = [*(f"{s}{g}" for s in "赵钱孙李" for g in "一二三四五"), None]
    homes = profiles(
        *({"name": n, "dwellings": [HOME], "phones": [PHONE] if n and n[0] in "赵钱" and n[1] in "一二" else []} for n in names)
    )
    found = crowds_among(homes)
    assert (found.dwellings, found.buildings, found.phones) == ({HOME}, frozenset(), frozenset())  # 20 names; 4 of 2 families
    assert crowds_among(homes.with_columns(phones=pl.lit([PHONE]))).phones == {PHONE}
    assert crowds_among(PEOPLE).births == {f"{MOTHER}|20200301"}
    assert crowds_among(PEOPLE.filter(pl.col("name") != "王二")).births == frozenset()


def test_only_those_who_share_something_are_read(tmp_path) -> None:
    PEOPLE.write_parquet(tmp_path / "p.parquet")
    files = [str(tmp_path / "p.parquet")]
    assert near(files, PEOPLE.head(2)).select(NEAR).rows() == PEOPLE.head(4).select(NEAR).rows()
    assert near(files, PEOPLE.tail(1))["name"].to_list() == ["王一", "王二"]


@pytest.mark.parametrize("alone", [profiles({"name": "某人"})])
def test_nothing_shared_reads_nothing(alone: pl.DataFrame) -> None:
    assert near(["/nowhere.parquet"], alone)["name"].to_list() == ["某人"]
