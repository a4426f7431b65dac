"""One gate: the suites of a layer judged on the night's pinned versions, its figures as rows of QUALITY, and the verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from jobs.context import Context
from jobs.errors import GateRefused
from jobs.quality.expect import Ask, Outcome, check
from jobs.quality.figures import Figures, registry
from jobs.quality.suites import Check, Expectation, Suite, dimension, fill, suites_for
from jobs.tables import QUALITY, table_for

OLDEST_YEARS = 130
PANDAS, SPARK = "pandas", "spark"
"""Values of the option `engine`: where tables are judged, whatever their size; the findings are the same."""
COLUMNS = ("column", "column_A", "column_B")
"""Arguments of an expectation that name a column."""
MOST_ROWS = 4_000_000
"""Rows of a table that are judged in memory; Spark judges larger ones."""


@dataclass(frozen=True)
class Finding:
    """One judged expectation: what was asked, of which department's table, and what came out."""

    suite: Suite
    frame: str
    expectation: Expectation
    arguments: dict[str, Any]
    outcome: Outcome
    dept: str = ""
    source_table: str = ""

    @property
    def refuses(self) -> bool:
        """Whether it stops the night."""
        return not self.outcome.passed and self.expectation.severity == "critical"

    @property
    def where(self) -> str:
        """The table it speaks of."""
        return f"{self.dept}.{self.source_table}" if self.dept else self.frame

    @property
    def counted(self) -> bool:
        """Whether it judges a figure: then its examples do not depend on how the data are partitioned."""
        return self.frame in registry()

    def sentence(self, language: str = "en", examples: bool = True) -> str:
        """For a failed one: table, expectation, rows, examples by opaque id, reason and what to do; empty when it passed."""
        if self.outcome.empty:
            return "no baseline 无基线"
        if self.outcome.passed:
            return ""
        meta, out = self.expectation.meta, self.outcome
        found = out.broken or self._found(language)
        if out.examples and examples:
            found += f", for example {' '.join(out.examples)}" if language == "en" else f"，例如 {' '.join(out.examples)}"
        words = (meta.reason.en, meta.todo.en) if language == "en" else (meta.reason.zh, meta.todo.zh)
        mark = ": " if language == "en" else "："
        return f"{self.where}, {self.expectation.name}{mark}{found}. {words[0]} {words[1]}"

    def _found(self, language: str) -> str:
        """The observed figure against its bound, or the number of rows that breach."""
        out = self.outcome
        if self.counted and out.value is not None:
            bound = _bound(self.expectation.expect, self.arguments)
            return f"{out.value:g}, demanded {bound}" if language == "en" else f"观测{out.value:g}，要求{bound}"
        return f"{out.unexpected} rows" if language == "en" else f"{out.unexpected}行"


def judge(context: Context, layer: str, files: dict[str, list[str]] | None = None) -> list[Finding]:
    """All findings of a layer. `files` are the part files of a snapshot under construction, by view name."""
    figures = Figures(context, files)
    return [found for suite in suites_for(layer) for each in suite.checks for found in judge_check(figures, suite, each)]


def judge_check(figures: Figures, suite: Suite, each: Check) -> list[Finding]:
    """The findings of one frame: the landing template for every contract's table, any other suite once."""
    context = figures.context
    if suite.suite == "landing":
        return _landing(figures, suite, each)
    return _check(suite, each, _frame(context, figures, each), values(context))


def values(context: Context) -> dict[str, Any]:
    """What `$name` in a suite stands for tonight."""
    from jobs.pool.snapshots import RESIDENT_COLUMNS

    oldest = dt.date(context.date.year - OLDEST_YEARS, 1, 1)
    return {"date": context.date, "oldest_birth": oldest, "resident_columns": list(RESIDENT_COLUMNS)}


def figures_table(findings: Iterable[Finding], layer: str) -> pa.Table:
    """The findings as rows of QUALITY."""
    rows = [
        {
            "metric": f"{f.suite.suite}.{f.expectation.name}", "layer": layer,
            "dimension": dimension(f.expectation.meta.dimension),
            "dept": f.dept,
            "source_table": f.source_table,
            "column": f.expectation.column,
            "value": f.outcome.value,
            "bound": _bound(f.expectation.expect, f.arguments),
            "severity": f.expectation.severity,
            "passed": f.outcome.passed,
            "sentence": f.sentence(examples=f.counted) or None,
        }
        for f in findings
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=QUALITY.schema)


def refuse(context: Context, layer: str, findings: list[Finding]) -> None:
    """Raise GateRefused naming the first critical breach and the number of others; nothing when there is none."""
    failed = [f for f in findings if f.refuses]
    if not failed:
        return
    more = f" ({len(failed) - 1} more critical breaches stand in the report.)" if len(failed) > 1 else ""
    todo = f"Read {context.settings.reports / context.night.label / 'report.md'}; the snapshot in force stays current."
    raise GateRefused(f"Gate {layer} of night {context.night.label} refused: {failed[0].sentence()}{more}", todo)


def _frame(context: Context, figures: Figures, each: Check) -> Any:
    """What a check looks at: figures and small tables in memory, by the columns it names alone; large ones on Spark."""
    name = each.frame
    if name in registry():
        return figures.frame(name)
    files = figures.files[name] if name in figures.files else context.files(name)
    if not _in_memory(context, files):
        return context.spark.read.parquet(*files) if name in figures.files else context.read(name)
    if name in figures.files:
        told = ds.dataset(files)
        return told.to_table(columns=_columns(each, told.schema.names)).to_pandas()
    return context.read_arrow(name, columns=_columns(each, table_for(name).schema.names)).to_pandas()


def _columns(each: Check, there: list[str]) -> list[str]:
    """The table's columns that the expectations name, and the key; all of them where one judges the table as a whole.

    The library copies whole rows for every expectation, so a wide table costs many times what its few judged columns do.
    """
    named = [[v for k, v in e.arguments.items() if k in COLUMNS] for e in each.expectations]
    if not all(named):
        return there
    wanted = {*each.key, *(column for columns in named for column in columns)}
    return [c for c in there if c in wanted]


def _in_memory(context: Context, files: list[str]) -> bool:
    asked = context.options.get("engine")
    return asked == PANDAS or (asked != SPARK and sum(pq.read_metadata(f).num_rows for f in files) <= MOST_ROWS)


def _check(suite: Suite, each: Check, frame: Any, known: dict[str, Any], dept: str = "", table: str = "") -> list[Finding]:
    asked = {e.name: (e, fill(e.arguments, known)) for e in each.expectations}
    asks = [Ask(name, e.expect, arguments) for name, (e, arguments) in asked.items() if arguments is not None]
    outcomes = check(frame, asks, each.key) if asks else {}
    if each.frame in registry():
        outcomes = {a.name: _with_value(frame, a, outcomes[a.name]) for a in asks}
    return [Finding(suite, each.frame, asked[a.name][0], a.arguments, outcomes[a.name], dept, table) for a in asks]


def _landing(figures: Figures, suite: Suite, each: Check) -> list[Finding]:
    """The landing template, once for every table of every contract, with that contract's bounds."""
    frame = figures.frame(each.frame)
    findings = []
    for row in frame.to_dict("records"):
        one = frame[(frame.dept == row["dept"]) & (frame.source_table == row["source_table"])]
        known = {k: row[k] for k in ("min", "max") if row[k] == row[k] and row[k] is not None}
        findings += _check(suite, each, one, known, str(row["dept"]), str(row["source_table"]))
    return findings


def _with_value(frame: Any, ask: Ask, outcome: Outcome) -> Outcome:
    """Of a figure the worst value says more than how many of its rows breach."""
    column, arguments = ask.arguments.get("column"), ask.arguments
    if column not in frame or outcome.broken:
        return outcome
    numbers = frame[column].dropna()
    if numbers.empty:
        return replace(outcome, value=None, empty=True)
    worst = numbers.min() if "max_value" not in arguments else max(numbers, key=abs)
    return replace(outcome, value=float(worst))


def _bound(expect: str, arguments: dict[str, Any]) -> str:
    """The demand in short: `≥ 0 ≤ 1`, `one of 22`, `matches …`."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low == high == 0:
        return "= 0"
    if low is not None or high is not None:
        return " ".join([*([f"≥ {low}"] if low is not None else []), *([f"≤ {high}"] if high is not None else [])])
    for name, words in (("value_set", "one of {}"), ("column_set", "exactly {} columns")):
        if name in arguments:
            return words.format(len(arguments[name]))
    if "regex" in arguments:
        return f"matches {arguments['regex']}"
    if "column_A" in arguments:
        return f"{arguments['column_A']} ≥ {arguments['column_B']}"
    return expect.removeprefix("expect_column_values_to_").replace("_", " ")
