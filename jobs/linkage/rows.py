"""A table as a model sees it: its id and the columns the model names, encoded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.errors import UserError
from jobs.linkage.encoding import THREADS, Encoded, encode_column
from jobs.linkage.input_checks import check_types
from jobs.linkage.model import LinkModel


def encode(model: LinkModel, table: pa.Table, source: npt.NDArray[np.int8] | None = None) -> Encoded:
    """Encode the fields a model names; UserError when the table lacks one."""
    wanted = {model.id, *(model.column(f) for f in model.fields)}
    missing = sorted(wanted - set(table.column_names))
    if missing:
        raise UserError(
            f"Model {model.model} names the column {missing[0]}, which the table lacks.",
            f"The table has {', '.join(sorted(table.column_names))}; mend `fields` or `id` of the model.",
        )
    check_types(model, table)
    with ThreadPoolExecutor(THREADS) as pool:  # Arrow sorts and hashes outside of Python's lock
        encoded = pool.map(lambda name: encode_column(table[model.column(name)], model.fields[name].type), model.fields)
        columns = dict(zip(model.fields, encoded, strict=True))
    return Encoded(table[model.id].combine_chunks().cast(pa.string()), columns, source)
