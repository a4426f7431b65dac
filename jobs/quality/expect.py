"""Great Expectations at work: a frame (Spark, Spark Connect or pandas) and expectations in, outcomes without values out.

Unexpected values are personal data: results exclude them, and what the library says about an error is never passed on.
Importing the library takes seconds, so it is imported at the first check.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

EXAMPLES = 5
_QUIET = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
_numbers = count()


@dataclass(frozen=True)
class Outcome:
    """What one expectation found. `value` is the observed figure or the number of unexpected rows; `empty` says that it
    found no value to judge (no baseline); `broken` names the error that kept it from judging."""

    name: str
    passed: bool
    value: float | None = None
    unexpected: int = 0
    rows: int = 0
    empty: bool = False
    examples: tuple[str, ...] = ()
    broken: str = ""


@dataclass(frozen=True)
class Ask:
    """One expectation with its arguments filled in."""

    name: str
    expect: str
    arguments: dict[str, Any]


def check(frame: Any, asks: list[Ask], key: list[str]) -> dict[str, Outcome]:
    """Judge one frame by all expectations in one validation; examples of failing rows are looked up only on failure."""
    outcomes = _validate(frame, asks, _QUIET)
    failed = [a for a in asks if not outcomes[a.name].passed and outcomes[a.name].unexpected]
    if failed and key:
        detailed = _QUIET | {
            "result_format": "SUMMARY", "unexpected_index_column_names": key, "partial_unexpected_count": EXAMPLES,
        }  # fmt: skip
        outcomes |= _validate(frame, failed, detailed)
    return outcomes


@cache
def _context() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # its warnings may quote values
    import great_expectations as gx

    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


@cache
def _batches(kind: str) -> Any:
    """The definition through which every frame of a kind passes; made once, since the library rewrites its settings each time."""
    context = _context()
    source = context.data_sources.add_pandas(kind) if kind == "pandas" else context.data_sources.add_spark(kind, persist=False)
    return source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")


def _validate(frame: Any, asks: list[Ask], result_format: dict[str, Any]) -> dict[str, Outcome]:
    batches = _batches("pandas" if _is_pandas(frame) else "spark")
    import great_expectations as gx
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    suite = gx.ExpectationSuite(  # given at once: adding one by one replaces an expectation of the same type and column
        name=f"suite-{next(_numbers)}",
        expectations=[ExpectationConfiguration(type=a.expect, kwargs=a.arguments, meta={"name": a.name}) for a in asks],
    )
    result = batches.get_batch(batch_parameters={"dataframe": frame}).validate(suite, result_format=result_format)
    return {o.name: o for o in (_outcome(r) for r in result.results)}


def _is_pandas(frame: Any) -> bool:
    import pandas as pd

    return isinstance(frame, pd.DataFrame)


def _outcome(result: Any) -> Outcome:
    name = result.expectation_config.meta["name"]
    raised = _raised(result.exception_info)
    if raised:
        return Outcome(name, False, broken=raised)
    figures = result.result
    rows, unexpected = int(figures.get("element_count") or 0), int(figures.get("unexpected_count") or 0)
    observed = figures.get("observed_value")
    number = float(observed) if isinstance(observed, int | float) or hasattr(observed, "__float__") else None
    return Outcome(
        name=name,
        passed=bool(result.success),
        value=number if "observed_value" in figures else float(unexpected),
        unexpected=unexpected,
        rows=rows,
        empty=rows > 0 and int(figures.get("missing_count") or 0) == rows,
        examples=_examples(figures.get("partial_unexpected_index_list") or []),
    )


def _raised(info: Any) -> str:
    """The kind of error, never its text: that may quote a value."""
    infos = [info] if isinstance(info, dict) and "raised_exception" in info else list((info or {}).values())
    for each in infos:
        if isinstance(each, dict) and each.get("raised_exception"):
            return "expectation could not be evaluated"
    return ""


def _examples(index: list[dict[str, Any]]) -> tuple[str, ...]:
    """Keys of failing rows as `a/b`; the library gives lists of values per key column, or one dict a row."""
    shown: list[str] = []
    for entry in index:
        columns = [v if isinstance(v, list) else [v] for v in entry.values()]
        shown += ["/".join(str(part) for part in row) for row in zip(*columns, strict=False)]
    return tuple(shown[:EXAMPLES])
