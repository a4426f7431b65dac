"""Two tables brought under one model: other column names, other types, ids that count from one in both."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.encoding import as_text
from jobs.linkage.model import LinkModel

ROW = "#row"
"""As `id` of a model: the row's number in its file stands for an id the table does not have."""
BETWEEN = "|"
"""Between a column's name in the first table and in the second."""


def aligned(model: LinkModel, tables: list[pa.Table]) -> list[pa.Table]:
    """The tables with the columns a model names, under the same names and types; a missing column stays missing.

    Ids become text. Where both tables use the same ids for rows of their own, `1:` and `2:` stand before them.
    """
    wanted = list(dict.fromkeys([model.id, *(model.column(f) for f in model.fields)]))
    found = [_renamed(_numbered(table) if model.id == ROW else table, wanted, i) for i, table in enumerate(tables)]
    if any(model.id not in table.column_names for table in found):
        return found
    found = _as_one_type(found, {model.column(f): spec.type for f, spec in model.fields.items() if model.column(f) != model.id})
    found = [_with_id(table, model.id, "") for table in found]
    if len(found) == 2 and pc.any(pc.is_in(found[0][model.id], value_set=found[1][model.id].combine_chunks())).as_py():
        found = [_with_id(table, model.id, f"{i}:") for i, table in enumerate(found, start=1)]
    return found


def _numbered(table: pa.Table) -> pa.Table:
    return table.append_column(ROW, pa.array([f"{i:09d}" for i in range(1, table.num_rows + 1)]))


def _renamed(table: pa.Table, wanted: list[str], which: int) -> pa.Table:
    """The wanted columns this table has, a column of two names by its own."""
    picked = {}
    for name in wanted:
        own = name if name in table.column_names or BETWEEN not in name else name.split(BETWEEN)[min(which, 1)]
        if own in table.column_names:
            picked[name] = table[own]
    return pa.table(picked) if len(picked) == len(wanted) else table


def _as_one_type(tables: list[pa.Table], kinds: dict[str, str]) -> list[pa.Table]:
    """Columns stored as different types in the two tables as text in both."""
    for name, kind in kinds.items():
        if all(name in t.column_names for t in tables) and len({str(t[name].type) for t in tables}) > 1 and kind != "list":
            tables = [
                t.set_column(t.column_names.index(name), name, as_text(t[name].combine_chunks(), kind).cast(pa.string()))
                for t in tables
            ]
    return tables


def _with_id(table: pa.Table, name: str, before: str) -> pa.Table:
    ids = as_text(table[name].combine_chunks(), "text")
    ids = pc.binary_join_element_wise(before, ids, "") if before else ids
    return table.set_column(table.column_names.index(name), name, ids)
