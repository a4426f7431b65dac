"""The README's commands are run once, and what it shows is what they print (seconds and folders left out)."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.demo import renkou

ROOT = Path(__file__).resolve().parents[2]
READMES = ["README.md", "README.zh.md"]
SECONDS = re.compile(r"(\s+\d+\.\d)+\s*$")


def blocks(name: str, kind: str) -> list[list[str]]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [b.strip("\n").split("\n") for b in re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)]


def command(name: str, starts: str) -> tuple[list[str], list[str]]:
    """The words and the shown lines of the console block whose command starts so."""
    found = next(b for b in blocks(name, "console") if b[0].startswith(f"$ {starts}"))
    return shlex.split(found[0].removeprefix("$ ")), found[1:]


@pytest.mark.parametrize("name", READMES)
def test_short_enough_and_first_command_early(name: str):
    lines = (ROOT / name).read_text(encoding="utf-8").split("\n")
    assert len(lines) <= 151
    assert next(i for i, line in enumerate(lines, 1) if line.startswith("$ make run")) <= 12


def test_both_languages_show_the_same_output():
    assert blocks("README.md", "text") == blocks("README.zh.md", "text")
    assert [command("README.md", c) for c in ("renkou query", "renkou explain", "renkou extract")] == [
        command("README.zh.md", c) for c in ("renkou query", "renkou explain", "renkou extract")
    ]


def plain(line: str, home: Path) -> str:
    return SECONDS.sub("", line.replace(str(home), "var").rstrip())


@pytest.mark.slow
@pytest.mark.spark
def test_make_run_prints_what_the_readme_shows(demo: tuple[Path, str]):
    home, printed = demo
    lines = {plain(line, home) for line in printed.split("\n")}
    missing = [line for line in blocks("README.md", "text")[0] if plain(line, home) not in lines]
    assert missing == []
    assert len(list((home / "pool" / "snapshots").iterdir())) == 3


@pytest.mark.slow
@pytest.mark.spark
@pytest.mark.parametrize("starts", ["renkou query", "renkou explain"])
def test_questions_are_answered_as_shown(demo: tuple[Path, str], starts: str):
    home, _ = demo
    words, shown = command("README.md", starts)
    lines = {line.rstrip() for line in renkou(home, words[1:]).split("\n")}
    assert [line for line in shown if line.rstrip() not in lines] == []
