"""Every mistake in a model is a sentence; the shipped models are sound."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from jobs.errors import UserError
from jobs.linkage.model import load_model

MODELS = Path(__file__).parents[2] / "jobs" / "linkage" / "models"
GOOD = {
    "model": "m",
    "id": "id",
    "fields": {"name": {}, "born": {"type": "date"}},
    "comparisons": {
        "name": {"field": "name", "levels": ["exact", {"levenshtein": 1}]},
        "born": {"field": "born", "levels": ["exact"]},
    },
    "passes": [{"name": "born", "key": ["born"]}],
}


def write(folder: Path, **changes: object) -> Path:
    """A model file: GOOD with top-level parts replaced."""
    file = folder / "m.yml"
    file.write_text(yaml.safe_dump({**GOOD, **changes}))
    return file


def test_good_model_loads(tmp_path: Path) -> None:
    assert load_model(write(tmp_path)).comparisons["name"].names == ["exact", "levenshtein 1", "else"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"comparisons": {"x": {"field": "nam", "levels": ["exact"]}}}, "comparison x: no field nam"),
        ({"comparisons": {"x": {"field": "name", "levels": ["exactly"]}}}, "no level exactly"),
        ({"comparisons": {"x": {"field": "name", "levels": ["levenshtein"]}}}, "level levenshtein lacks its argument"),
        ({"comparisons": {"x": {"field": "name", "levels": [{"exact": 2}]}}}, "level exact takes no argument"),
        ({"comparisons": {"x": {"field": "name", "levels": [{"crossed": "surname"}]}}}, "names no field surname"),
        ({"comparisons": {"x": {"field": "name", "levels": []}}}, "comparisons.x.levels"),
        ({"passes": [{"name": "p", "key": ["named"]}]}, "pass p: no field named"),
        ({"passes": [{"name": "p", "key": ["name.sound"]}]}, "no transform sound"),
        ({"passes": [{"name": "p", "key": ["name"]}, {"name": "p", "key": ["born"]}]}, "pass p stands twice"),
        ({"passes": [{"name": "p", "key": ["name"], "cap": 1}]}, "passes.0.cap"),
        ({"vetoes": [{"name": "v", "levels": {"nme": ["exact"]}}]}, "rule v: no comparison nme"),
        ({"vetoes": [{"name": "v", "levels": {"name": ["near"]}}]}, "comparison name has no level near"),
        ({"vetoes": [{"name": "v"}]}, "rule v has no condition"),
        ({"thresholds": {"review": 2}}, "thresholds.review"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(UserError) as error:
        load_model(write(tmp_path, **changes))
    assert said in str(error.value) and error.value.todo


def test_missing_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no model file nothing\.yml"):
        load_model(tmp_path / "nothing.yml")
    (tmp_path / "broken.yml").write_text("a: [")
    with pytest.raises(UserError, match=r"Model broken\.yml is wrong"):
        load_model(tmp_path / "broken.yml")


@pytest.mark.parametrize("file", sorted(MODELS.glob("*.yml")), ids=lambda p: p.stem)
def test_shipped_models_load(file: Path) -> None:
    assert load_model(file).passes
