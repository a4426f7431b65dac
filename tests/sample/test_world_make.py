"""The whole sample: its folder, its connections, what happens to a folder that is not empty, the same seed twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml

from jobs.departments.sources import read_sources
from jobs.errors import UserError
from jobs.sample.hard_cases import KINDS
from jobs.sample.make import make_sample

pytestmark = pytest.mark.slow

LAST = date(2026, 11, 22)


def make(out: Path, residents: int = 300, seed: int = 3, cases: dict[str, int] | None = None) -> list[str]:
    lines: list[str] = []
    make_sample(out, residents, 2, seed, LAST, 1.0, cases, lines.append)
    return lines


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("district") / "sample"
    make(out, residents=1500, cases={"all": 2, "twins": 3})
    return out


def test_everything_is_there(sample: Path) -> None:
    names = {p.stem for p in (sample / "truth").iterdir()}
    assert names >= {"persons", "status", "dwellings", "hukou", "cases", "records", "faults"}
    assert all((sample / part).is_dir() for part in ("ga", "rs", "zj", "zf", "yb", "gjj", "jy", "mz", "api"))


def test_the_connections_can_be_read(sample: Path) -> None:
    sources = read_sources(sample / "sources.yml", {"RENKOU_SAMPLE_API": "http://127.0.0.1:1"})
    assert sources.residents == 1500
    assert set(sources.departments) == {"ga", "wj", "rs", "yb", "mz", "jy", "zj", "gjj", "zf", "sj"}
    assert sources.source("wj", "rest").address == "http://127.0.0.1:1/wj"
    night = sources.source("ga", "database").address.replace("sqlite:///", "").format(date=LAST)
    assert Path(night).is_file()


def test_all_stands_for_every_kind_of_case(sample: Path) -> None:
    cases = pl.read_parquet(sample / "truth" / "cases.parquet")
    counted = dict(cases.group_by("case").agg(pl.col("case_id").n_unique()).iter_rows())
    assert counted == {**dict.fromkeys(KINDS, 2), "twins": 3}


def test_parameters_say_that_it_is_synthetic(sample: Path) -> None:
    parameters = yaml.safe_load((sample / "sample.yml").read_text(encoding="utf-8"))
    assert parameters["synthetic"] is True
    assert (parameters["residents"], parameters["nights"], parameters["seed"]) == (1500, 2, 3)
    assert pl.read_parquet(sample / "truth" / "persons.parquet")["is_watermark"].any()


def test_the_truth_names_only_people_of_the_world(sample: Path) -> None:
    records = pl.read_parquet(sample / "truth" / "records.parquet")
    persons = pl.read_parquet(sample / "truth" / "persons.parquet")
    assert records.height > 1500
    assert records["person_id"].drop_nulls().is_in(persons["person_id"].implode()).all()


def test_a_former_sample_is_replaced_and_a_strange_folder_left_alone(tmp_path: Path) -> None:
    make(tmp_path / "a", seed=3)
    first = pl.read_parquet(tmp_path / "a" / "truth" / "records.parquet")
    make(tmp_path / "a", seed=3)
    assert pl.read_parquet(tmp_path / "a" / "truth" / "records.parquet").equals(first)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "letter.txt").write_text("mine")
    with pytest.raises(UserError, match="not empty and is no sample"):
        make(tmp_path / "b")
    assert (tmp_path / "b" / "letter.txt").read_text() == "mine"


def test_progress_names_no_person(tmp_path: Path) -> None:
    lines = make(tmp_path / "c")
    names = pl.read_parquet(tmp_path / "c" / "truth" / "persons.parquet")["name"]
    assert lines
    assert not any(name in line for line in lines for name in names)


def test_too_small_a_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least 200 residents"):
        make(tmp_path, residents=10)
