"""The rows of one table within a batch: raw columns, conditions on them, cleaned columns, and the issues cleaning found."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from jobs.cleaning.codes import LISTS
from jobs.cleaning.reasons import REPAIRS, Reason
from jobs.cleaning.registry import CLEANERS, SEPARATOR
from jobs.departments.clauses import Conditions
from jobs.records.plan import Source, TablePlan

NULLS = ("", "\\N", "NULL", "null", "None")
_SPACE = " \t\r\n\u3000\xa0\ufeff"
_REPAIRS = [r.name for r in REPAIRS]
META = ("source_key", "delivery_id", "known_from", "closed_on")


@dataclass
class Rows:
    """Rows of one (department, table). `meta` and `raw` have the same length and order; `issues` holds (at, column, …)."""

    plan: TablePlan
    meta: pl.DataFrame
    raw: pl.DataFrame
    issues: list[pl.DataFrame] = field(default_factory=list)
    _cleaned: dict[str, pl.DataFrame] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.meta.height

    def holds(self, conditions: Conditions) -> pl.Series:
        """Which rows fulfil all conditions: a delivered code among those listed, present, or absent."""
        every = pl.lit(True)
        for column, wanted in conditions.items():
            value = pl.col(column)
            if isinstance(wanted, list):
                every &= value.is_in(wanted).fill_null(False)
            else:
                every &= value.is_not_null() if wanted == "present" else value.is_null()
        return self.raw.with_columns(every.alias("\0"))["\0"]

    def cleaned(self, column: str) -> pl.DataFrame:
        """The column through its contract's cleaning function; what was refused or repaired is noted once."""
        if column not in self._cleaned:
            spec = self.plan.specs[column]
            codes = LISTS[spec.codes] if isinstance(spec.codes, str) else spec.codes
            self._cleaned[column] = CLEANERS[spec.clean].column(self._texts(column), codes)
            self._note(column)
        return self._cleaned[column]

    def first(self, source: Source) -> pl.DataFrame:
        """A source's cleaned columns and `raw`: of several columns the first with a sound value, else the first filled."""
        frames = [self.cleaned(c).with_columns(self.raw[c].alias("raw")) for c in source.columns]
        best = frames[0]
        for other in frames[1:]:
            better = (best["value"].is_null() & other["value"].is_not_null()) | (
                best["raw"].is_null() & other["raw"].is_not_null()
            )
            best = pl.select(
                pl.when(better).then(other[c]).otherwise(best[c]).alias(c) for c in best.columns if c in other.columns
            )
        return best

    def raw_first(self, source: Source) -> pl.Series:
        """A source's delivered text, not cleaned: the first of its columns that is filled."""
        return pl.select(pl.coalesce([self.raw[c] for c in source.columns]).alias("raw"))["raw"]

    def note(self, column: str, rows: pl.Series, reason: Reason, repaired: bool = False) -> None:
        """Note an issue with a column on the rows marked."""
        at = rows.arg_true()
        if len(at):
            issue = pl.DataFrame({"at": at}).with_columns(
                column=pl.lit(column), reason=pl.lit(reason.name), repaired=pl.lit(repaired)
            )  # fmt: skip
            self.issues.append(issue)

    def _texts(self, column: str) -> pl.Series:
        """Texts to clean: a number carries the type its row states."""
        spec, raw = self.plan.specs[column], self.raw[column]
        if spec.clean != "id_number":
            return raw
        if spec.typed_by:
            stated: Any = self.cleaned(spec.typed_by)["value"].fill_null("")
        else:
            stated = pl.lit(spec.typed or "")
        return pl.select(pl.concat_str([raw, stated], separator=SEPARATOR).alias(column))[column]

    def _note(self, column: str) -> None:
        cleaned = self._cleaned[column]
        found = (
            cleaned.select("reason", repaired=pl.col("value").is_not_null() & pl.col("reason").is_in(_REPAIRS))
            .with_row_index("at")
            .drop_nulls("reason")
        )
        if column in self.plan.ends:
            found = found.filter(pl.col("reason") != Reason.DATE_PLACEHOLDER.name)
        if found.height:
            self.issues.append(found.select("at", pl.lit(column).alias("column"), "reason", "repaired"))


def read_rows(plan: TablePlan, batch: pa.Table) -> Rows:
    """Rows out of source rows of one table: the list of values as trimmed text columns, JSON lists unrolled.

    A list shorter than the contract's columns (an older contract) leaves the last ones null.
    """
    width = len(plan.columns)
    fixed = pc.list_slice(batch["values"].combine_chunks(), 0, width, return_fixed_size_list=True)
    flat = fixed.values.slice(fixed.offset * width, len(fixed) * width) if width else pa.array([], pa.string())
    steps = np.arange(len(fixed), dtype=np.int64) * width
    raw = pl.DataFrame({c: pl.Series(flat.take(pa.array(steps + i)), dtype=pl.String) for i, c in enumerate(plan.columns)})
    raw = raw.with_columns(pl.all().str.strip_chars(_SPACE))
    raw = raw.with_columns(pl.when(~pl.all().is_in(NULLS)).then(pl.all()))
    meta: Any = pl.from_arrow(batch.select(list(META)))
    rows = Rows(plan, meta, raw)
    for column in (c for c in plan.columns if plan.specs[c].required):
        rows.note(column, raw[column].is_null(), Reason.REQUIRED_MISSING)
    for column, count in plan.lists.items():
        _unroll(rows, column, count)
    return rows


def _unroll(rows: Rows, column: str, count: int) -> None:
    """A JSON list of objects as text columns `column.n.field`."""
    fields = [name.split(".")[2] for name in rows.plan.specs if name.startswith(f"{column}.1.")]
    lists, unreadable, too_long = [], [], []
    for text in rows.raw[column]:
        entries = _entries(text)
        unreadable.append(entries is None)
        too_long.append(entries is not None and len(entries) > count)
        lists.append(entries or [])
    rows.note(column, pl.Series(unreadable, dtype=pl.Boolean), Reason.LIST_UNREADABLE)
    rows.note(column, pl.Series(too_long, dtype=pl.Boolean), Reason.LIST_TOO_LONG)
    new = {f"{column}.{n + 1}.{f}": [_entry(e, n, f) for e in lists] for n in range(count) for f in fields}
    rows.raw = rows.raw.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in new.items())


def _entries(text: str | None) -> list[dict[str, Any]] | None:
    """The objects of a JSON list; None when the text is none."""
    if text is None:
        return []
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else None


def _entry(entries: list[dict[str, Any]], n: int, name: str) -> str | None:
    value = entries[n].get(name) if n < len(entries) else None
    text = "" if value is None else str(value).strip(_SPACE)
    return None if text in NULLS else text
