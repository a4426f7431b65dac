"""Suites of expectations as data: `expectations/*.yml` loaded, checked and filled with the night's values.

A suite belongs to a layer and checks tables of the night (on Spark) or figures counted from them (views, see
jobs/quality/figures.py). Every expectation says how grave a breach is, which dimension of GB/T 36344 it measures, why it
exists and what to do, in both languages. A value written `$name` stands for a figure of the night or of a contract.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.errors import UserError
from jobs.tables import TABLES

FOLDER = Path(__file__).resolve().parents[2] / "expectations"

DIMENSIONS = {
    "01": ("规范性", "conformity"),
    "02": ("完整性", "completeness"),
    "03": ("准确性", "accuracy"),
    "04": ("一致性", "consistency"),
    "05": ("时效性", "timeliness"),
    "06": ("可访问性", "accessibility"),
    "07": ("关联质量", "linkage"),
}
"""Axes of GB/T 36344-2018 by the first two digits of their codes (domain §3.10); 07 is ours."""


class Part(BaseModel):
    """Base of all parts: unknown words are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(Part):
    """A text in both languages."""

    zh: str
    en: str


class Meta(Part):
    """Why an expectation exists and who answers for it."""

    dimension: str = Field(pattern=r"^0[1-7]\d\d$")
    reason: Words
    todo: Words
    owner: Words | None = None


class Expectation(Part):
    """One Great Expectations expectation: its type, its arguments, its gravity. `name` is unique within the suite."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    expect: str = Field(pattern=r"^expect_[a-z_]+$")
    arguments: dict[str, Any] = Field(alias="with", default={})
    severity: Literal["critical", "warning", "info"]
    meta: Meta

    @property
    def column(self) -> str:
        """The column it looks at; of several, joined by a comma."""
        given = self.arguments
        several = given.get("column_list") or [given.get("column_A"), given.get("column_B")]
        return str(given.get("column") or ",".join(c for c in several if c))


class Check(Part):
    """Expectations on one table (or figure). `key` names the opaque columns that may identify a failing row to people."""

    frame: str
    key: list[str] = []
    expectations: list[Expectation] = Field(min_length=1)


class Suite(Part):
    """One file."""

    suite: str
    layer: Literal["landing", "records", "links", "residents", "residence", "snapshot"]
    title: Words
    owner: Words
    checks: list[Check]


@cache
def all_suites(folder: Path = FOLDER) -> dict[str, Suite]:
    """Every suite by name; UserError names file and field of the first mistake."""
    suites = {file.stem: _load(file) for file in sorted(folder.glob("*.yml"))}
    if not suites:
        raise UserError(f"There are no suites in {folder}.", "Run from a complete checkout or installation.")
    return suites


def suites_for(layer: str, folder: Path = FOLDER) -> list[Suite]:
    """The suites behind one gate."""
    return [s for s in all_suites(folder).values() if s.layer == layer]


def fill(arguments: dict[str, Any], values: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments with each `$name` replaced; None when a named value is unknown tonight, so that nothing can be asked."""
    filled = {k: values.get(v[1:]) if isinstance(v, str) and v.startswith("$") else v for k, v in arguments.items()}
    return None if None in filled.values() else filled


def dimension(code: str) -> str:
    """`0304` as people read it."""
    zh, en = DIMENSIONS[code[:2]]
    return f"{zh} {en}"


def _load(file: Path) -> Suite:
    try:
        suite = Suite.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        raise UserError(f"Suite {file.name} is wrong at {where}: {first['msg']}.", "Mend that line.") from None
    except yaml.YAMLError as error:
        raise UserError(f"Suite {file.name} is no YAML: {' '.join(str(error).split())}.", "Mend that line.") from None
    _check(file, suite)
    return suite


def _check(file: Path, suite: Suite) -> None:
    """What the types cannot say."""
    if suite.suite != file.stem:
        raise UserError(f"Suite {file.name} calls itself {suite.suite}.", "File name and suite must agree.")
    names = [e.name for c in suite.checks for e in c.expectations]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise UserError(f"Suite {file.name} has two expectations named {twice[0]}.", "Give each a name of its own.")
    for check in suite.checks:
        table = TABLES.get(check.frame)
        personal = {c.name for c in table.columns if c.personal} | {"source_key", "values"} if table else {"source_key"}
        shown = personal & set(check.key)
        if shown:
            raise UserError(f"Suite {file.name} would show {shown.pop()} of {check.frame}.", "Show opaque ids.")
