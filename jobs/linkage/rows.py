"""A table as a model sees it: its id and the columns the model names, encoded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.errors import UserError
from jobs.linkage.comparisons import fields_by_text
from jobs.linkage.encoding import THREADS, Column, Encoded, encode_column
from jobs.linkage.input_checks import check_types
from jobs.linkage.model import LinkModel


def encode(model: LinkModel, table: pa.Table, source: npt.NDArray[np.int8] | None = None, hashed: bool = False) -> Encoded:
    """Encode the fields a model names; UserError when the table lacks one. `hashed`: every value will be hashed, as stamps do:
    one column while another is sorted."""
    wanted = {model.id, *(model.column(f) for f in model.fields)}
    missing = sorted(wanted - set(table.column_names))
    if missing:
        raise UserError(
            f"Model {model.model} names the column {missing[0]}, which the table lacks.",
            f"The table has {', '.join(sorted(table.column_names))}; mend `fields` or `id` of the model.",
        )
    check_types(model, table)
    texts = fields_by_text(model)

    def column(name: str) -> Column:
        found = encode_column(table[model.column(name)], model.fields[name].type, name in texts)
        if hashed:
            found.hashes()
        return found

    with ThreadPoolExecutor(THREADS) as pool:  # Arrow sorts and hashes outside of Python's lock
        encoded = pool.map(column, model.fields)
        columns = dict(zip(model.fields, encoded, strict=True))
    return Encoded(table[model.id].combine_chunks().cast(pa.string()), columns, source)
