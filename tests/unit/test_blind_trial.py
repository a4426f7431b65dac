"""The trial with hidden numbers: nothing of the number reaches the model, and what is judged is judged by the number."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import jobs.linkage
from jobs.linkage.model import load_model
from jobs.linkage.weights import load_weights
from jobs.profiles.collapse import Sources, collapse
from jobs.profiles.view import Crowds
from jobs.quality import blind_trial, hidden_records
from jobs.quality.hidden_records import COLUMNS, Night
from jobs.tables import PROFILES, RECORDS

MODELS = Path(jobs.linkage.__file__).parent / "models"
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国"
PERSONS = 500
Row = dict[str, Any]


def number(i: int) -> str:
    return f"330110{1950 + i % 60}{1 + i % 12:02}{1 + i % 28:02}{i:03}1"


def records() -> list[Row]:
    """500 persons: a numbered row at 公安 and at 医保, of every fourth a row without number at the grid: same name, phone."""
    draw = np.random.default_rng(8)
    rows = []
    for i in range(PERSONS):
        name = str(draw.choice(list(SURNAMES))) + "".join(draw.choice(list(GIVEN), 2))
        born = dt.date(1950 + i % 60, 1 + i % 12, 1 + i % 28)
        said = {"name": name, "name_kind": "han", "name_raw": name, "phone": f"1380{i:07}", "nationality": "CHN", "role": "self"}
        own = {"id_type": "citizen", "id_number": number(i), "id_grade": "OK", "id_raw": number(i), "sex": "MF"[i % 2]}
        stated = {"birth_date": born, "birth_date_basis": "stated"}
        rows.append({**said, **own, **stated, "dept": "ga", "source_table": "czrk"})
        rows.append({**said, **own, **stated, "dept": "yb", "source_table": "ybda", "alias_number": f"citizen:{number(i)}"})
        from_number = {"birth_date": born, "birth_date_basis": "number"}
        rows.append({**said, **own, **from_number, "dept": "zf", "source_table": "grid"})
        if i % 4 == 0:
            rows.append({**said, **stated, "id_grade": "MISSING", "dept": "zf", "source_table": "grid"})
            rows.append({**said, "id_grade": "MISSING", "dept": "zf", "source_table": "grid"})
    draw.shuffle(rows)
    return [
        {**r, "record_id": f"{int(draw.integers(2**60)):016x}", "source_key": str(n), "known_from": dt.date(2026, 11, 1)}
        for n, r in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def night() -> Night:
    table = pa.Table.from_pylist([{c: r.get(c) for c in RECORDS.schema.names} for r in records()], schema=RECORDS.schema)
    said = cast(pl.DataFrame, pl.from_arrow(table)).select(COLUMNS)
    keyed = said.with_columns(collapse_key=pl.coalesce("id_number", pl.lit("r:") + pl.col("record_id")))
    made = cast(pl.DataFrame, pl.from_arrow(collapse(keyed.to_arrow(), Sources())))
    where = made.select("profile_id", record_id="members").explode("record_id")
    return Night(said.lazy(), where.lazy(), made.select(PROFILES.schema.names).lazy(), Crowds(), Sources(), 2026)


def test_what_is_hidden_is_gone(night: Night) -> None:
    rows = hidden_records.chosen(night, 200)
    assert rows["profile_id"].n_unique() == len(rows) and rows["weight"].sum() == pytest.approx(250)
    blind = hidden_records.hidden(rows, night).to_pylist()
    numbers = {number(i) for i in range(PERSONS)}
    assert not [v for r in blind for v in str(r).replace("'", " ").replace(":", " ").split() if v in numbers]
    grid = set(rows.filter(pl.col("dept") == "zf")["record_id"])
    assert 50 < len(grid) < len(rows)  # no grid record states a birth date: others stand for those that do
    assert {r["birth_date"] for r in blind if r["profile_id"] in grid} == {None}  # it came from the number
    assert None not in {r["birth_date"] for r in blind if r["profile_id"] not in grid}
    assert {r["sex"] for r in blind} == {None} and all(r["name"] and r["phones"] for r in blind)


def test_the_person_stays_behind_without_the_record(night: Night) -> None:
    rows = hidden_records.chosen(night, 200)
    left = pl.DataFrame(hidden_records.remaining(rows, night).to_pylist(), infer_schema_length=None)
    assert sorted(left["id_number"]) == sorted(rows["id_number"]) and set(left["records"]) == {2}


def test_the_same_records_are_chosen_again(night: Night) -> None:
    assert hidden_records.chosen(night, 150).equals(hidden_records.chosen(night, 150))


def test_hidden_records_find_their_person(night: Night) -> None:
    model = load_model(MODELS / "population.yml")
    weights = load_weights(model, MODELS / "population.json")
    made = blind_trial.trial(model, weights, night, 400)
    assert made is not None
    told = made.records
    assert told["partner"].all() and made.covers == pytest.approx(1)
    assert (told["passes"] > 0).all()  # name and phone meet
    assert told.filter("attached")["right"].all()
    assert "number" not in told.columns and "theirs" not in told.columns
    assert set(made.links.filter("right")["record_id"]) <= set(told["record_id"])


def test_too_few_numbers_no_trial(night: Night) -> None:
    small = Night(night.records.head(60), night.where, night.profiles, Crowds(), Sources(), 2026)
    model = load_model(MODELS / "population.yml")
    assert blind_trial.trial(model, load_weights(model, MODELS / "population.json"), small) is None
