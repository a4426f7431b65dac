"""Wrong models, tables and decisions: a sentence what is wrong, one what to do, and nothing written."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.cli import main
from jobs.errors import UserError
from jobs.link_tables import link_tables
from jobs.linkage.model import load_model
from jobs.linkage.results import write_all

MODEL = """
model: m
id: id
fields:
  name: {}
  born: {type: date}
  phones: {type: list}
comparisons:
  name:
    field: name
    levels: [exact, {levenshtein: 1}]
  born:
    field: born
    levels: [exact]
passes:
  - {name: born, key: [born]}
  - {name: name, key: [name], cap: 50}
"""
SCHEMA = pa.schema([("id", pa.string()), ("name", pa.string()), ("born", pa.string()), ("phones", pa.list_(pa.string()))])
Row = dict[str, Any]


def people(count: int = 200) -> list[Row]:
    """Rows of which some are one person twice."""
    return [
        {"id": str(i), "name": f"N{i % 150} X{i % 7}", "born": f"19{50 + i % 40}-01-{10 + i % 15}", "phones": [str(i % 90)]}
        for i in range(count)
    ]


def put(folder: Path, rows: list[Row], schema: pa.Schema | None = SCHEMA, name: str = "t.parquet") -> Path:
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / name)
    return folder / name


def model(folder: Path, text: str = MODEL) -> Path:
    (folder / "m.yml").write_text(text)
    return folder / "m.yml"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  name:\n    field: name", "  name:\n   field: name", "line 11: a word stands further in or out than its neighbours"),
        ("\n    field: name", "\n\tfield: name", "line 10: a tab stands where YAML wants spaces"),
        ("    levels: [exact, {l", "  levels: [exact, {l", "comparisons.name: `levels` is missing"),
        ("passes:\n", "passes: []\npasses:\n", "`passes` stands twice"),
        ("comparisons:\n", "comparisons:\n  name: {field: name, levels: [exact]}\n", "line 10: `name` stands twice"),
        ("levenshtein: 1", "levenstein: 1", "comparison name: no level levenstein"),
        ("levenshtein: 1", "levenshtein: one", "level levenshtein takes a whole number from 1 on"),
        ("levenshtein: 1", "levenshtein: 0", "level levenshtein takes a whole number from 1 on"),
        ("levenshtein: 1", "levenshtein: true", "level levenshtein takes a whole number from 1 on"),
        ("levenshtein: 1", "jaro_winkler: 90", "level jaro_winkler takes a similarity between 0 and 1"),
        ("levenshtein: 1", "within: -2", "level within takes a number above 0"),
        ("levenshtein: 1", "days: 3", "level days compares dates; give the field `type: date`"),
        ("[exact, {levenshtein: 1}]", "[{levenshtein: 1}, exact]", "level exact stands behind levenshtein"),
        ("{levenshtein: 1}]", "{levenshtein: 2}, {levenshtein: 1}]", "level levenshtein 1 stands behind levenshtein 2"),
        ("{levenshtein: 1}]", "{damerau: 2}, {levenshtein: 2}]", "level levenshtein 2 stands behind damerau 2"),
        ("{levenshtein: 1}]", "{jaro_winkler: 0.8}, {jaro_winkler: 0.9}]", "jaro_winkler 0.9 stands behind jaro_winkler 0.8"),
        ("field: name", "field: phones", "a list field takes any_common, crossed or listed"),
        ("{type: date}", "{type: datum}", "fields.born.type: input should be 'text'"),
        ("{type: date}", "date", "fields.born: words with values are wanted here"),
        ("key: [name]", "key: name", "passes.1.key: a list is wanted here, as in `[name]`"),
        ("key: [name]", "key: [nmae]", "pass name: no field nmae"),
        ("key: [name]", "key: [name.sound]", "pass name: no transform sound"),
        ("key: [name]", 'key: ["name:x"]', "name:x: behind the colon stands how many characters to keep"),
        ("key: [name]", 'key: ["name:0"]', "name:0: behind the colon"),
        ("cap: 50", "capp: 50", "passes.1: no word `capp`; did you mean `cap`?"),
        ("passes:\n", "treshold: {auto: 0.5}\npasses:\n", "no word `treshold`; did you mean `thresholds`?"),
        ("passes:\n", "thresholds: {aut: 0.5}\npasses:\n", "thresholds: no word `aut`; did you mean `auto`?"),
        ("passes:\n", "thresholds: {auto: 95}\npasses:\n", "auto is a probability from review (0.05) to below 1"),
        ("passes:\n", "thresholds: {auto: 0.1, review: 0.5}\npasses:\n", "auto is a probability from review (0.5)"),
        ("passes:\n", "thresholds: {review: 0}\npasses:\n", "thresholds.review: input should be greater than 0"),
        ("passes:\n", "vetoes: [{name: v, both: [name]}]\npasses:\n", "take fields of `type: flag`, which name is not"),
        ("passes:\n", "seed: -3\npasses:\n", "seed: input should be greater than or equal to 0"),
        ("model: m\n", "", "`model` is missing"),
        (MODEL, "just words", "it should begin with words like `model:`"),
        (MODEL, "", "it should begin with words like `model:`"),
    ],
)
def test_mistakes_in_yaml(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in MODEL
    with pytest.raises(UserError) as error:
        link_tables(model(tmp_path, MODEL.replace(old, new, 1)), [put(tmp_path, people())], tmp_path / "out")
    assert said in error.value.what and error.value.todo
    assert "\n" not in error.value.what and "pydantic" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_the_model_of_these_tests_is_sound(tmp_path: Path) -> None:
    assert load_model(model(tmp_path)).model == "m"


NOTHING: Row = {"name": None, "born": None, "phones": None}


@pytest.mark.parametrize(
    ("rows", "schema", "said"),
    [
        ([], SCHEMA, "A table is empty"),
        ([{**r, **NOTHING} for r in people()], SCHEMA, "Every field of the model is empty in every row"),
        ([{**r, "name": "", "born": "", "phones": []} for r in people()], SCHEMA, "Every field of the model is empty"),
        ([*people(), people()[0]], SCHEMA, "ids that stand twice"),
        ([*people(), {**people()[0], "id": None}], SCHEMA, "rows without an id"),
        (people(1), SCHEMA, "finds a pair of rows to learn from"),
        ([{**r, "born": "soon"} for r in people()], SCHEMA, "no value of column born reads as such a date"),
        ([{**r, "name": {"first": "x"}} for r in people()], None, "Column name holds values of type struct"),
        ([{**r, "name": ["x"]} for r in people()], None, "Column name holds values of type list"),
        ([{"id": r["id"], "name": r["name"]} for r in people()], None, "names the column born, which the table lacks"),
    ],
)
def test_wrong_tables(tmp_path: Path, rows: list[Row], schema: pa.Schema | None, said: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "links.parquet").write_text("of yesterday")
    with pytest.raises(UserError) as error:
        link_tables(model(tmp_path), [put(tmp_path, rows, schema)], out)
    assert said in error.value.what and error.value.todo
    assert [p.name for p in out.iterdir()] == ["links.parquet"] and (out / "links.parquet").read_text() == "of yesterday"


def test_an_empty_second_table(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="A table is empty"):
        link_tables(model(tmp_path), [put(tmp_path, people()), put(tmp_path, [], name="u.parquet")], tmp_path / "out")


def test_a_field_empty_everywhere_is_a_warning(tmp_path: Path) -> None:
    counts = link_tables(model(tmp_path), [put(tmp_path, [{**r, "name": None} for r in people()])], tmp_path / "out")
    assert "name: field name is empty in every row, so it says nothing" in counts["warnings"]


def test_out_is_a_file(tmp_path: Path) -> None:
    table = put(tmp_path, people())
    with pytest.raises(UserError, match=r"t\.parquet is a file, not a folder"):
        link_tables(model(tmp_path), [table], table)
    assert pq.read_metadata(table).num_rows == 200


def test_results_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def full(file: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left"):
        write_all(tmp_path / "new", {"a": lambda f: f.write_text("1") and None, "b": full})
    assert list(tmp_path.iterdir()) == []
    write_all(tmp_path / "old", {"a": lambda f: f.write_text("1") and None})
    with pytest.raises(UserError):
        write_all(tmp_path / "old", {"a": lambda f: f.write_text("2") and None, "b": full})
    assert [p.name for p in tmp_path.rglob("*")] == ["old", "a"] and (tmp_path / "old" / "a").read_text() == "1"


def test_the_command_says_it_in_two_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = model(tmp_path, MODEL.replace("cap: 50", "capp: 50"))
    assert main(["link-tables", "--model", str(wrong), "--out", str(tmp_path / "out"), str(put(tmp_path, people()))]) == 3
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 2 and "did you mean `cap`?" in said[0] and said[1].startswith("  → ")


@pytest.mark.slow
@pytest.mark.parametrize("refine", [[], ["name"]])
def test_a_block_of_a_hundred_thousand_equal_values(tmp_path: Path, refine: list[str]) -> None:
    """100,000 rows of one birth date: bounded pairs, memory and time, and the block is reported as capped."""
    draw = np.random.default_rng(1)
    table = pa.table(
        {
            "id": [f"{i:06d}" for i in range(100_000)],
            "name": [f"N{n}" for n in draw.integers(0, 60_000, 100_000)],
            "born": ["1980-01-01"] * 100_000,
            "phones": pa.array([[]] * 100_000, pa.list_(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    text = MODEL.replace("key: [born]}", f"key: [born], refine: {json.dumps(refine)}}}")
    tracemalloc.start()
    began = monotonic()
    counts = link_tables(model(tmp_path, text), [tmp_path / "t.parquet"], tmp_path / "out")
    seconds, peak = monotonic() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts["capped_blocks"] == {"born": 1}
    assert counts["pairs_compared"] <= 100_000 * 201  # the cap for each row, and what the other pass brings
    assert peak < 3e9 and seconds < 300


DECISION = {"record_l": "0" * 16, "record_r": "1" * 16, "verdict": "same", "by": "tester", "why": "test"}


def test_a_decision_on_an_unknown_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`renkou review --in` refuses the whole file and enters nothing (jobs/review.py)."""
    from types import SimpleNamespace

    from jobs import review
    from jobs.residents import finder, review_file

    def known(*_: object) -> list[Row]:
        return [{"record_id": "0" * 16}]

    monkeypatch.setattr(finder, "Finder", lambda *_: known)
    monkeypatch.setattr(finder, "finished_night", lambda *_: SimpleNamespace(label="2026-11-22"))
    monkeypatch.setattr(review_file, "read", lambda *_: {"cases": [], "judgements": [DECISION]})
    settings = SimpleNamespace(decisions=tmp_path / "decisions.jsonl")
    with pytest.raises(UserError, match="a record that night 2026-11-22 does not know") as error:
        review.take_in(settings, tmp_path / "file", None, dt.date(2026, 11, 22))
    assert "nothing was entered" in error.value.todo
    assert not (tmp_path / "decisions.jsonl").exists()
