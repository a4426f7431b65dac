"""People reserved for a hard case suffer it for certain, and the truth says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from fake_world import fake_world, with_cases
from test_deliveries import rows_of

from jobs.sample.deliveries.numbers import check_character
from jobs.sample.deliveries.write import write_deliveries

pytestmark = pytest.mark.slow

WORLD = fake_world()
CHILDREN = [int(p) for p in WORLD.enrolments["person_id"]]
ADULTS = [int(p) for p in WORLD.jobs["person_id"]]
DEAD = WORLD.persons.filter(pl.col("death_date").is_not_null())
PLAN = {
    "children_without_number": CHILDREN[:5],
    "parent_number_on_child": CHILDREN[5:10],
    "wrong_valid_number": ADULTS[:20],
    "masked": ADULTS[20:40],
    "dead_active": [int(p) for p in DEAD["person_id"]],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = WORLD
    for case, people in PLAN.items():
        world = with_cases(world, case, people, "child" if case == "parent_number_on_child" else "self")
    out = tmp_path_factory.mktemp("cases")
    write_deliveries(world, out, 0.0, 1)
    return out


def number_of(person: int) -> str:
    return str(WORLD.persons["number"][person])


def test_reserved_children_have_no_number_outside_the_police(folder):
    known = pl.read_parquet(folder / "truth" / "records.parquet").filter(
        pl.col("person_id").is_in(PLAN["children_without_number"])
    )
    keys = set(known.filter(pl.col("dept") == "jy")["source_key"])
    rows = [r for r in rows_of(folder, "jy", "pupil") if r["全国学籍号"] in keys]
    assert len(rows) == 5 and all(r["身份证件号"] is None for r in rows)
    assert {number_of(p) for p in PLAN["children_without_number"] if p % 2 == 0} <= {
        r["GMSFHM"] for r in rows_of(folder, "ga", "czrk")
    }


def test_reserved_children_carry_the_mothers_number(folder):
    mothers = {f"G{number_of(p)}": number_of(int(WORLD.persons["mother_id"][p])) for p in PLAN["parent_number_on_child"]}
    rows = {r["全国学籍号"]: r["身份证件号"] for r in rows_of(folder, "jy", "pupil")}
    assert {k: rows[k] for k in mothers} == mothers


def test_wrong_numbers_are_valid_and_noted(folder):
    faults = pl.read_parquet(folder / "truth" / "faults.parquet").filter(pl.col("fault") == "number_wrong_valid")
    records = pl.read_parquet(folder / "truth" / "records.parquet")
    who = set(faults.join(records, on=["dept", "source_table", "source_key", "role"])["person_id"])
    assert len(who) >= 15 and who <= set(PLAN["wrong_valid_number"])
    true = set(WORLD.persons["number"])
    wrong = [
        r["AAC147"]
        for r in rows_of(folder, "rs", "ac01")
        if len(r["AAC147"] or "") == 18 and r["AAC147"] not in true and "*" not in r["AAC147"]
    ]
    assert wrong and all(n[17] == check_character(n[:17]) for n in wrong)


def test_masks_fall_on_the_reserved_only(folder):
    faults = pl.read_parquet(folder / "truth" / "faults.parquet").filter(pl.col("fault") == "number_masked")
    records = pl.read_parquet(folder / "truth" / "records.parquet")
    who = faults.join(records, on=["dept", "source_table", "source_key", "role"])["person_id"]
    assert faults.height and set(who) <= set(PLAN["masked"])


def test_cards_of_the_dead_go_on_being_used(folder):
    died = {int(p): str(d) for p, d in zip(DEAD["person_id"], DEAD["death_date"], strict=True)}
    known = pl.read_parquet(folder / "truth" / "records.parquet").filter(
        (pl.col("dept") == "yb") & (pl.col("source_table") == "setl")
    )
    whose = dict(zip(known["source_key"], known["person_id"], strict=True))
    late = [r for r in rows_of(folder, "yb", "setl") if r["begndate"] > died.get(whose[r["setl_id"]], "9999")]
    assert late


def test_people_who_hide_appear_only_with_the_police_and_the_grid(tmp_path):
    hidden = [p for p in ADULTS if p % 2 == 0][:10]
    persons = WORLD.persons.with_columns(is_silent=pl.col("person_id").is_in(hidden))
    write_deliveries(replace(WORLD, persons=persons), tmp_path, 1.0, 1)
    records = pl.read_parquet(tmp_path / "truth" / "records.parquet").filter(
        pl.col("person_id").is_in(hidden) & (pl.col("role") == "self")
    )
    assert set(records["dept"]) - {"ga", "zf", "sj"} == set()
    assert {"ga", "zf"} <= set(records["dept"])
