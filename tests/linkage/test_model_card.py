"""A model card says what was learned and never a value: HTML and Markdown, of a trained model and of the population's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.cli import main
from jobs.errors import UserError
from jobs.link_tables import link_tables
from jobs.quality import model_card

MODELS = Path(__file__).parents[2] / "jobs" / "linkage" / "models"
SURNAMES = ["ABBOTT", "BAKER", "CARTER", "DRAPER", "ELLIS", "FISHER", "GIBBS", "HARPER"]
MODEL = """
model: clients
id: id
fields: {name: {}, born: {type: date}, town: {}}
comparisons:
  name: {field: name, levels: [exact, {jaro_winkler: 0.9}], term_frequency: {levels: [exact]}}
  born: {field: born, levels: [exact, one_digit]}
  town: {field: town, levels: [exact]}
passes:
  - {name: by_birth, key: [born]}
  - {name: by_name, key: [name, town], cap: 50}
vetoes:
  - {name: another_day, levels: {born: [else], town: [else]}}
thresholds: {auto: expected}
"""


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, a table of 400 rows of 300 people, and what link-tables made of them."""
    folder = tmp_path_factory.mktemp("card")
    draw = np.random.default_rng(3)
    names = [f"{SURNAMES[draw.integers(8)]} {chr(65 + i % 26)}{chr(65 + i // 26)}" for i in range(300)]
    people = [
        {"name": name, "born": f"19{50 + i % 50}-0{1 + i % 9}-1{i % 10}", "town": f"T{i % 7}"} for i, name in enumerate(names)
    ]
    rows = [{"id": f"{n}", **p} for n, p in enumerate([*people, *people[:100]])]
    pq.write_table(pa.Table.from_pylist(rows), folder / "t.parquet")
    (folder / "m.yml").write_text(MODEL)
    link_tables(folder / "m.yml", [folder / "t.parquet"], folder / "out")
    return folder


def test_card_tells_what_was_learned(linked: Path) -> None:
    facts = json.loads((linked / "out" / "model.json").read_text())
    assert main(["model-card", str(linked / "m.yml"), str(linked / "out" / "model.json"), "--out", str(linked / "card.md")]) == 0
    text = (linked / "card.md").read_text()
    assert facts["facts"]["data_hash"] in text and "| 行数 rows | 400 |" in text
    for row in facts["levels"]:
        assert re.search(rf"\| {row['comparison']} \| {row['level']} \|.*{row['weight']:+.1f}".replace("+", r"\+"), text), row
    met = {r["pass"]: r for r in facts["facts"]["expected"]["pairs_by_pass"]}
    assert f"| by_birth | born | 200 |  | {met['by_birth']['pairs']} |" in text
    assert "| by_name | name + town | 50 |" in text
    assert "| 0.95 |" in text and "another_day" in text and "recordlinkage" in text
    assert facts["facts"]["expected"]["by_threshold"][0]["recall"] > 0.9


def test_html_card_stands_alone(linked: Path) -> None:
    model_card.write(linked / "m.yml", linked / "out" / "model.json", linked / "card.html")
    page = (linked / "card.html").read_text()
    assert page.count("<svg") == 2 and page.count("</svg>") == 2
    assert "<script" not in page and "<link" not in page and "@import" not in page
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "prefers-color-scheme:dark" in page and "@media print" in page
    assert page.count("url(#against)") >= 1  # what speaks against is hatched, not only coloured


def test_no_value_is_shown(linked: Path) -> None:
    for ending in ("html", "md"):
        out = linked / f"values.{ending}"
        model_card.write(linked / "m.yml", linked / "out" / "model.json", out)
        text = out.read_text()
        assert not [s for s in SURNAMES if s in text]
    table = json.loads((MODELS / "population.json").read_text())["frequencies"]
    kept = {v for f in table.values() for groups in f["parts"].values() for values in groups.values() for v in values}
    model_card.write(MODELS / "population.yml", MODELS / "population.json", linked / "population.md")
    text = (linked / "population.md").read_text()
    han = {v for v in kept if re.fullmatch(r"[一-鿿]{2,}", v)}
    assert len(han) > 100 and not [v for v in han if f" {v} " in text]
    assert "population" in text and "2,300,000" in text


def test_wrong_card_requests(linked: Path) -> None:
    with pytest.raises(UserError, match=r"\.pdf"):
        model_card.write(linked / "m.yml", linked / "out" / "model.json", linked / "card.pdf")
    with pytest.raises(UserError, match="trained for other comparisons"):
        model_card.write(MODELS / "febrl.yml", linked / "out" / "model.json", linked / "other.md")
    assert not (linked / "other.md").exists()
