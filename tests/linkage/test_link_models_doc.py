"""docs/link-models.md keeps its word: every YAML example links the table it speaks of, every level holds as its row says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from jobs.link_tables import link_tables
from jobs.linkage import model as models
from jobs.linkage.comparisons import compare
from jobs.linkage.encoding import Encoded, encode_column
from jobs.linkage.keys import TRANSFORMS
from jobs.linkage.levels import ROW_LEVELS, VALUE_LEVELS
from jobs.linkage.model import Comparison

pytestmark = pytest.mark.slow

DOC = (Path(__file__).parents[2] / "docs" / "link-models.md").read_text(encoding="utf-8")
EXAMPLES = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)]
LEVELS = re.findall(r"^\| `([^`]+)` \| (\w+) \| `([^`]*)` ~ `([^`]*)` \| `([^`]*)` ~ `([^`]*)` \|", DOC, re.MULTILINE)
FIRST = ["Anna", "Brian", "Carla", "David", "Elena", "Frank", "Grace", "Henry", "Irene", "Jacob", "Karen", "Louis"]
LAST = ["Abbott", "Barker", "Conway", "Duffy", "Ellison", "Fletcher", "Gibson", "Hanley", "Ingram", "Jarvis"]
TOWNS = ["Ashby", "Burnley", "Corby", "Dover", "Epsom"]
PERSONS, AGAIN = 900, 300
Row = dict[str, Any]


def clients() -> list[Row]:
    """900 persons, 300 of them a second time with a typing error; the person's number stands in the id."""
    draw = np.random.default_rng(11)
    rows = []
    for i in range(PERSONS):
        day = f"19{draw.integers(40, 99)}-{draw.integers(1, 13):02}-{draw.integers(1, 29):02}"
        rows.append(
            {
                "first_name": str(draw.choice(FIRST)), "last_name": str(draw.choice(LAST)) + str(draw.choice(["", "s", "son"])), "dob": day,
                "phone": f"0{draw.integers(10**8, 10**9)}", "email": f"u{i}@mail.example", "town": str(draw.choice(TOWNS)),
                "street": f"{draw.integers(1, 99)} High Street", "sex": str(draw.choice(["F", "M"])), "twin": bool(i % 50 == 0),
                "numbers": [f"c{i}", f"d{i}"],
            }
        )  # fmt: skip
    twice = []
    for i, row in enumerate(rows[:AGAIN]):
        changes: list[Row] = [
            {"first_name": row["first_name"][1] + row["first_name"][0] + row["first_name"][2:]},
            {"dob": row["dob"][:-1] + str((int(row["dob"][-1]) + 1) % 9)},
            {"phone": None},
            {"town": "Elsewhere"},
        ]
        twice.append({**row, **changes[i % 4]})
    return [{"id": f"{i}a", **r} for i, r in enumerate(rows)] + [{"id": f"{i}b", **r} for i, r in enumerate(twice)]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The clients whole, and as two registers whose columns have other names."""
    folder = tmp_path_factory.mktemp("clients")
    rows = clients()
    renamed = [
        {"id": r["id"], "given": r["first_name"], "family": r["last_name"], "born_on": r["dob"], "town": r["town"]} for r in rows
    ]
    for name, part in (("all", rows), ("a", rows[:PERSONS]), ("b", renamed[PERSONS:])):
        pq.write_table(pa.Table.from_pylist(part), folder / f"{name}.parquet")
    return folder / "all.parquet", folder / "a.parquet", folder / "b.parquet"


def completed(example: Row) -> Row:
    """A fragment laid over the first, whole model: rules and comparisons are added, other parts replaced."""
    if "model" in example:
        return example
    whole = {**EXAMPLES[0], **example}
    if "comparisons" in example:
        whole["comparisons"] = {**EXAMPLES[0]["comparisons"], **example["comparisons"]}
    return whole


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example_links_the_clients(number: int, tables: tuple[Path, Path, Path], tmp_path: Path) -> None:
    model = completed(EXAMPLES[number])
    (tmp_path / "m.yml").write_text(yaml.safe_dump(model, sort_keys=False, allow_unicode=True), encoding="utf-8")
    link_tables(tmp_path / "m.yml", list(tables[1:] if model.get("one_to_one") else tables[:1]), tmp_path / "out")
    clusters = pq.read_table(tmp_path / "out" / "clusters.parquet").to_pylist()
    groups: dict[str, list[str]] = {}
    for row in clusters:
        groups.setdefault(row["cluster_id"], []).append(row["id"].split(":")[-1][:-1])
    pairs = sum(len(g) * (len(g) - 1) // 2 for g in groups.values())
    right = sum(g.count(p) * (g.count(p) - 1) // 2 for g in groups.values() for p in set(g))
    assert right >= 0.95 * AGAIN, f"found {right} of {AGAIN}"
    assert pairs - right <= 0.02 * AGAIN, f"{pairs - right} wrong"


def level_of(written: str, kind: str, left: str, right: str) -> int:
    level = yaml.safe_load(written)
    comparison = Comparison.model_validate({"field": "x", "levels": [level]})
    values = [v.split(";") for v in (left, right)] if kind == "list" else [left, right]
    column = encode_column(pa.chunked_array([pa.array(values)]), kind)
    encoded = Encoded(pa.array(["1", "2"]), {"x": column})
    return int(compare(comparison, encoded, np.array([0]), np.array([1]))[0])


@pytest.mark.parametrize("row", LEVELS, ids=[r[0] for r in LEVELS])
def test_level_holds_as_its_row_says(row: tuple[str, ...]) -> None:
    written, kind, left, right, other_left, other_right = row
    assert level_of(written, kind, left, right) == 0
    assert level_of(written, kind, other_left, other_right) == 1


def test_every_word_of_a_model_is_explained() -> None:
    told = {next(iter(yaml.safe_load(w))) if w.startswith("{") else w for w, *_ in LEVELS}
    assert told | {"crossed", "listed"} == {*VALUE_LEVELS, *ROW_LEVELS}
    words = {w for known in models.WORDS.values() for w in known} | set(TRANSFORMS) | set(models.FieldType.__args__)
    assert [w for w in sorted(words) if not re.search(rf"\b{w}\b", DOC)] == []


def test_every_part_has_an_example_that_runs() -> None:
    used = {w for e in EXAMPLES for w in completed(e)}
    assert {"vetoes", "review", "auto_needs", "likely", "thresholds", "one_to_one", "household", "population"} <= used
    assert len(EXAMPLES) >= 8 and len(LEVELS) >= 20
