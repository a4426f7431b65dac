"""A task's way into the command line: what it is told when a command fails, and what stays for the night's last task."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs import query
from jobs.task import StepFailed, run

REASON = Path("logs/failed-2026-11-22.txt")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RENKOU_HOME", str(tmp_path))
    return tmp_path


def test_bad_input_is_final_and_says_its_sentence(home: Path):
    with pytest.raises(StepFailed, match="There is no finished night 2026-11-22") as failed:
        run(["digest", "--date", "2026-11-22"])
    assert failed.value.final


def test_the_last_task_finds_why_a_dated_command_failed(home: Path):
    with pytest.raises(StepFailed):
        run(["digest", "--date", "2026-11-22"])
    kept = (home / REASON).read_text()
    assert kept.startswith("There is no finished night 2026-11-22")
    with pytest.raises(StepFailed, match="There is no finished night 2026-11-22") as failed:
        run(["hold", "--date", "2026-11-22"])
    assert failed.value.final
    assert (home / REASON).read_text() == kept  # the word of the step that failed, not of the one that passed it on


def test_a_bug_may_be_tried_again_and_shows_no_number(home: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("row of 110101199003070012")

    monkeypatch.setattr(query, "query", broken)
    with pytest.raises(StepFailed, match="RuntimeError") as failed:
        run(["query", "SELECT 1"])
    assert not failed.value.final
    assert "110101199003070012" not in str(failed.value)
    assert not (home / REASON).exists()
