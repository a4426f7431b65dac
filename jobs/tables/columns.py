"""What a table between stages is made of: its columns with types, meanings and classes of personal values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

NUMBER, NAME, PHONE, ADDRESS, BIRTH = "number", "name", "phone", "address", "birth_date"
"""Classes of personal values; whole values of NUMBER, NAME, PHONE and ADDRESS never appear in a log or an error."""

S, I, D, B, F = pa.string(), pa.int64(), pa.date32(), pa.bool_(), pa.float64()
LIST, NUMBERS = pa.list_(pa.string()), pa.list_(pa.int64())


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, its meaning, its class of personal value (or None), and whether it may be null."""

    name: str
    type: pa.DataType
    meaning: str
    personal: str | None = None
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table between stages. `key` identifies a row; `clock` columns are left out of digests."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    clock: tuple[str, ...] = ()
    partition: tuple[str, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The table's Arrow schema, columns in declared order."""
        return pa.schema([pa.field(c.name, c.type) for c in self.columns])

    def personal(self, kinds: Iterable[str]) -> list[str]:
        """Names of the columns holding personal values of these kinds."""
        wanted = set(kinds)
        return [c.name for c in self.columns if c.personal in wanted]


def key(name: str, meaning: str) -> Column:
    """A text column that a row cannot be without."""
    return Column(name, S, meaning, required=True)


ORIGIN = (
    key("dept", "department code, as in jobs/departments/*.yml"),
    key("source_table", "table of that department's contract"),
    key("source_key", "the source row's key, its parts joined by |"),
)
