"""Tables that cannot be linked by a model, said in a sentence: columns of no plain type, dates that are none, fields all empty."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.types as pt

from jobs.errors import UserError
from jobs.linkage.encoding import Encoded
from jobs.linkage.model import LinkModel


def check_types(model: LinkModel, table: pa.Table) -> None:
    """UserError for a column that holds records, maps or lists where single values are compared."""
    for name, spec in model.fields.items():
        kind = table.schema.field(model.column(name)).type
        listed = pt.is_list(kind) or pt.is_large_list(kind)
        if pt.is_struct(kind) or pt.is_map(kind) or (listed and (pt.is_nested(kind.value_type) or spec.type != "list")):
            todo = "Give the field `type: list`." if listed and not pt.is_nested(kind.value_type) else "Flatten it to text first."
            raise UserError(f"Column {model.column(name)} holds values of type {kind}, which cannot be compared.", todo)


def check_values(model: LinkModel, table: pa.Table, encoded: Encoded) -> None:
    """UserError when every field is empty in every row, or a date field holds no date at all."""
    if all(not len(column.texts) for column in encoded.columns.values()):
        raise UserError("Every field of the model is empty in every row.", "Check `fields` of the model against the table.")
    for name, spec in model.fields.items():
        if not spec.type.startswith("date"):
            continue
        column = table[model.column(name)]
        given = column.null_count < len(column) and not pt.is_temporal(column.type)
        if given and not any(len(v) == 8 and v.isdigit() for v in encoded.columns[name].values):
            raise UserError(
                f"Field {name} is of type {spec.type}, but no value of column {model.column(name)} reads as such a date.",
                "Use `type: date` for 1980-03-04 and 19800304, date_ymd, date_dmy or date_mdy for other orders, else leave the"
                " type out.",
            )


def empty_fields(model: LinkModel, encoded: Encoded) -> list[str]:
    """A warning for each comparison whose field no row holds."""
    return [
        f"{name}: field {c.field} is empty in every row, so it says nothing"
        for name, c in model.comparisons.items()
        if not len(encoded.columns[c.field].texts)
    ]
