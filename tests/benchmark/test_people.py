"""The generator: what it promises of rows, truth and error rates."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.benchmark.people import PASSES, Rates, pass_pairs, people

NONE = Rates().times(0)


def test_same_seed_same_table_other_seed_another() -> None:
    table, truth = people(2_000, seed=5)
    again, true_again = people(2_000, seed=5)
    assert table.equals(again) and truth.equals(true_again)
    assert not table.equals(people(2_000, seed=6)[0])


def test_rows_ids_and_records_per_person() -> None:
    table, truth = people(9_000, seed=2)
    assert table.height == 9_000 and table["id"].n_unique() == 9_000 and table["id"].equals(truth["id"])
    assert 1.4 < 9_000 / truth["person"].n_unique() < 1.6
    assert "person" not in table.columns


def test_without_errors_records_of_one_person_differ_in_nothing_but_the_spelling_of_the_address() -> None:
    table, truth = people(3_000, seed=3, rates=NONE)
    columns = ["name", "birth_date", "sex", "phone"]
    values = table.join(truth, on="id").group_by("person").agg(pl.col(columns).n_unique())
    assert values.select(pl.max_horizontal(columns).max()).item() == 1
    assert table.null_count().sum_horizontal().item() == 0


def test_each_error_comes_at_its_rate() -> None:
    clean, _ = people(20_000, seed=4, rates=NONE)
    table, _ = people(20_000, seed=4)
    assert abs(table["phone"].null_count() / 20_000 - 0.25) < 0.01
    assert abs(table["address"].null_count() / 20_000 - 0.08) < 0.01
    assert clean["phone"].null_count() == 0
    double, _ = people(20_000, seed=4, rates=Rates().times(2))
    assert abs(double["phone"].null_count() / 20_000 - 0.5) < 0.01


def test_every_birth_date_is_a_date_and_names_have_two_to_four_characters() -> None:
    table, _ = people(20_000, seed=7, rates=Rates().times(5))
    assert all(dt.datetime.strptime(d, "%Y%m%d") for d in table["birth_date"].unique())
    assert set(table["name"].str.len_chars()) <= {2, 3, 4}


def test_pairs_by_pass_are_what_a_join_finds() -> None:
    table, _ = people(1_500, seed=8)
    counted = pass_pairs(table)
    for name, key in PASSES.items():
        keyed = table.select("id", *[k.alias(f"k{i}") for i, k in enumerate(key)])
        on = [f"k{i}" for i in range(len(key))]
        joined = keyed.join(keyed, on=on).filter(pl.col("id") < pl.col("id_right"))
        assert counted[name] == joined.height > 0
