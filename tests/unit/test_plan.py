"""The list of stages and what is derived from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs import plan
from jobs.run import steps
from jobs.tables import TABLES

FLOW = Path(__file__).resolve().parents[2] / "docs" / "flow.md"


def test_flow_document_follows_the_plan():
    text = FLOW.read_text()
    assert plan.diagram() in text
    assert plan.table_of_stages() in text


def test_seven_stages_in_order():
    assert [s.name for s in plan.STAGES] == ["extract", "standardize", "link", "resolve", "residence", "validate", "publish"]


def test_steps_are_ordered_as_they_run():
    assert sorted(steps(), key=plan.order) == steps()


@pytest.mark.parametrize(
    ("earlier", "later"), [("extract.ga", "gate.landing"), ("gate.landing", "standardize"), ("validate", "publish")]
)
def test_gates_stand_right_behind_their_stage(earlier, later):
    assert plan.order(earlier) < plan.order(later)


def test_unknown_step_is_an_error():
    with pytest.raises(ValueError, match="no such step"):
        plan.order("dance")


def test_every_read_is_written_by_an_earlier_stage():
    written: set[str] = set()
    for stage in plan.STAGES:
        assert set(stage.reads) <= written, stage.name
        written |= set(stage.writes)


def test_every_declared_table_is_written_by_some_stage():
    written = {w.split("/")[0] for s in plan.STAGES for w in s.writes}
    assert set(TABLES) <= written
