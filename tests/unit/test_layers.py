"""Imports run downwards only (design: stages import nouns, nouns never import stages), and never in a circle."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

JOBS = Path(__file__).resolve().parents[2] / "jobs"
NOUNS = [
    "departments", "cleaning", "linkage", "pool", "quality", "residents", "records", "profiles", "sample", "households", "history",
]  # fmt: skip
FOUNDATIONS = {
    "errors", "append_only", "tables", "settings", "plan", "privacy", "spark_environment", "session", "connect", "context",
}  # fmt: skip
FORBIDDEN = {
    "linkage": {"departments", "pool", "quality", "sample", "residence", "records", "profiles", "cleaning", "context"},
    "sample": {*NOUNS, "residence", "context"} - {"sample"},
    "cleaning": {"pool", "linkage", "profiles", "quality", "sample", "context"},
    "departments": {"linkage", "profiles", "quality", "sample", "residence"},
}


def imported(file: Path) -> set[str]:
    """Every name a file imports from `jobs`, wherever in the file: at its top, inside a function, or for types only."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: imports are absolute, so that they can be followed"
            found |= {f"{node.module}.{a.name}" for a in node.names}
    return {n for n in found if n.startswith("jobs.")}


def imports(file: Path) -> set[str]:
    """First name below `jobs` of everything a file imports."""
    return {n.split(".")[1] for n in imported(file)}


def module_file(name: str, root: Path = JOBS) -> Path | None:
    """The file that an imported name stands in: `jobs.pool.nights.Night` stands in pool/nights.py; a package in its __init__."""
    parts = name.split(".")[1:]
    for length in range(len(parts), 0, -1):
        path = root.joinpath(*parts[:length])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.exists():
                return file
    return None


def circle(root: Path, rooms: bool = False) -> list[str]:
    """One circle of files that import one another, as paths below the root; with `rooms`, of the root's folders and own files."""

    def place(file: Path) -> str:
        below = file.relative_to(root)
        return below.parts[0] if rooms else str(below)

    graph: dict[str, set[str]] = {}
    for file in sorted(root.rglob("*.py")):
        theirs = {place(m) for n in imported(file) if (m := module_file(n, root)) is not None}
        graph.setdefault(place(file), set()).update(theirs - {place(file)})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


@pytest.mark.parametrize(("rooms", "what"), [(False, "files"), (True, "folders and files of jobs/")])
def test_no_circle(rooms: bool, what: str):
    found = circle(JOBS, rooms)
    assert not found, (
        f"These {what} import one another in a circle (a late import counts too): {' → '.join(found)}. "
        "Move what both sides need into a file below them."
    )


def test_a_late_import_makes_a_circle(tmp_path: Path):
    for name, text in {
        "one.py": "from jobs.part.two import b\n",
        "part/two.py": "from jobs import three\n",
        "three.py": "def f():\n    from jobs.one import a\n",
        "four.py": "import jobs.one\nfrom jobs import four\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = circle(tmp_path)
    assert found[0] == found[-1]
    start = found.index("one.py")
    assert (found[start:-1] + found[:start]) == ["one.py", "part/two.py", "three.py"]
    (tmp_path / "three.py").write_text("")
    assert circle(tmp_path) == circle(tmp_path, rooms=True) == []
    (tmp_path / "part" / "low.py").write_text("")
    (tmp_path / "three.py").write_text("import jobs.part.low\n")
    assert circle(tmp_path) == []
    assert set(circle(tmp_path, rooms=True)) == {"part", "three.py"}


@pytest.mark.parametrize("noun", [n for n in NOUNS if (JOBS / n).is_dir()])
def test_nouns_import_no_stage(noun):
    allowed = {*NOUNS, "residence", *FOUNDATIONS} - FORBIDDEN.get(noun, set())
    wrong = {f"{f.relative_to(JOBS)}: {i}" for f in (JOBS / noun).rglob("*.py") for i in imports(f) - allowed}
    assert wrong == set()


def test_dags_import_only_the_plan_and_the_way_into_a_task():
    wrong = {f"{f.name}: {i}" for f in (JOBS.parent / "dags").rglob("*.py") for i in imports(f) - {"plan", "task"}}
    assert wrong == set()


def test_nothing_below_knows_airflow():
    allowed = {JOBS / "airflow_local.py", JOBS / "airflow_up.py"}
    for file in JOBS.rglob("*.py"):
        if file not in allowed:
            assert not re.search(r"^\s*(import|from) airflow\b", file.read_text(encoding="utf-8"), re.MULTILINE), file
