"""Imports run downwards only (design: stages import nouns, nouns never import stages)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

JOBS = Path(__file__).resolve().parents[2] / "jobs"
NOUNS = ["departments", "cleaning", "linkage", "pool", "quality", "residents", "records", "sample"]
FOUNDATIONS = {"errors", "tables", "settings", "plan", "privacy", "session", "connect", "context"}
FORBIDDEN = {
    "linkage": {"departments", "pool", "quality", "sample", "residence", "records", "cleaning", "context"},
    "sample": {"departments", "cleaning", "linkage", "pool", "quality", "residence", "records", "residents", "context"},
    "cleaning": {"pool", "linkage", "quality", "sample", "context"},
    "departments": {"linkage", "quality", "sample", "residence"},
}


def imports(file: Path) -> set[str]:
    """First name below `jobs` of everything a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{a.name}" for a in node.names] if node.module == "jobs" else [node.module]
        found |= {n.split(".")[1] for n in names if n.startswith("jobs.")}
    return found


@pytest.mark.parametrize("noun", [n for n in NOUNS if (JOBS / n).is_dir()])
def test_nouns_import_no_stage(noun):
    allowed = {*NOUNS, "residence", *FOUNDATIONS} - FORBIDDEN.get(noun, set())
    wrong = {f"{f.relative_to(JOBS)}: {i}" for f in (JOBS / noun).rglob("*.py") for i in imports(f) - allowed}
    assert wrong == set()


def test_dags_import_only_the_plan():
    wrong = {f"{f.name}: {i}" for f in (JOBS.parent / "dags").rglob("*.py") for i in imports(f) - {"plan"}}
    assert wrong == set()


def test_nothing_below_knows_airflow():
    allowed = {JOBS / "airflow_local.py", JOBS / "airflow_up.py"}
    for file in JOBS.rglob("*.py"):
        if file not in allowed:
            assert not re.search(r"^\s*(import|from) airflow\b", file.read_text(encoding="utf-8"), re.MULTILINE), file
