"""What passes between extract and the readers: what is asked for, what lies ready, what was read, why a row was refused."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import pyarrow as pa

from jobs.departments.clauses import Contract, TableSpec
from jobs.departments.sources import Source
from jobs.errors import DeliveryHeld

UNREADABLE_SHARE = 0.01
"""Above this share of unreadable rows the delivery as a whole is broken, not its rows."""


class Refusal(Enum):
    """Why a delivered row does not land; the value is the sentence."""

    FIELD_COUNT = "The row has a wrong number of fields."
    UNDECODABLE = "The row holds bytes that its charset does not know."
    TOTAL_ROW = "The row is a total, not a record."
    KEY_EMPTY = "A required part of the key is empty."
    KEY_REPEATED = "A later row of the same delivery has the same key."


@dataclass(frozen=True)
class Request:
    """One table to be read for one night."""

    contract: Contract
    table: str
    source: Source
    night: dt.date

    @property
    def spec(self) -> TableSpec:
        """The table's contract."""
        return self.contract.tables[self.table]

    @property
    def label(self) -> str:
        """`ga.czrk`."""
        return f"{self.contract.code}.{self.table}"

    def held(self, what: str, todo: str = "") -> DeliveryHeld:
        """The error that holds this table, naming department and table; `what` names the file, never a value."""
        words = self.contract.name
        again = f"renkou run --date {self.night}"
        return DeliveryHeld(
            f"Delivery {self.label} ({words.zh}, {words.en}) is held: {what}.",
            todo or f"Ask the department to send it again, then: {again}.",
        )


@dataclass(frozen=True)
class Taken:
    """What earlier nights took of a table: business date → names of files."""

    files: dict[dt.date, frozenset[str]] = field(default_factory=dict)
    sequences: dict[dt.date, int] = field(default_factory=dict)
    rows: int = 0  # of the newest delivery

    @property
    def last(self) -> dt.date | None:
        """Business date of the newest delivery taken."""
        return max(self.files, default=None)


@dataclass(frozen=True)
class Offer:
    """A delivery that lies ready. `since` bounds a window query (None asks for everything).

    `fault` says why it cannot be read, where that is seen before reading.
    """

    date: dt.date
    names: tuple[str, ...]
    sequence: int = 0
    since: dt.date | None = None
    fault: str = ""


@dataclass
class Delivered:
    """What was read: the taken columns as text in the contract's order, one position (from 1) per row."""

    rows: pa.Table
    positions: pa.Array
    total: int
    files: list[str]
    sha256: str
    refused: dict[Refusal, list[int]] = field(default_factory=dict)
    drift: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


class Reader(Protocol):
    """One manner of delivery."""

    def offers(self, request: Request, taken: Taken) -> list[Offer]:
        """Deliveries that are ready, dated up to the night, not yet taken; in sequence."""

    def read(self, request: Request, offer: Offer) -> Delivered:
        """Read one; DeliveryHeld when it is not as the contract says."""


def text_table(columns: Sequence[str], values: Iterable[pa.Array | pa.ChunkedArray]) -> pa.Table:
    """A table of text columns, empty text as null."""
    import pyarrow.compute as pc

    filled = []
    for array in values:
        text = array.cast(pa.string())
        filled.append(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))
    return pa.table(filled, schema=pa.schema([pa.field(c, pa.string()) for c in columns]))


def in_order(offer: Offer, rows: pa.Table, drift: list[str], dropped: list[str]) -> Delivered:
    """A delivery without a file of its own: rows put in order by the reader, numbered and digested as they stand."""
    positions = pa.array(range(1, rows.num_rows + 1), pa.int64())
    sha256 = digest(_column_bytes(c) for c in rows.columns)  # whatever the batches were
    return Delivered(rows, positions, rows.num_rows, list(offer.names), sha256, drift=drift, dropped=dropped)


def _column_bytes(column: pa.ChunkedArray) -> bytes:
    import polars as pl

    series = pl.Series(column).cast(pl.String)
    lengths = series.str.len_bytes().cast(pl.Int64).fill_null(-1)
    return lengths.to_numpy().tobytes() + "".join(series.drop_nulls().to_list()).encode("utf-8", "surrogatepass")


def digest(parts: Iterable[bytes]) -> str:
    """SHA-256 over parts, each framed by its own digest so that borders count."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def too_many(refused: dict[Refusal, list[int]], total: int) -> Refusal | None:
    """The reason by which more rows are unreadable than a sound delivery has (at least two rows)."""
    for reason in (Refusal.UNDECODABLE, Refusal.FIELD_COUNT):
        count = len(refused.get(reason, []))
        if count > max(1, UNREADABLE_SHARE * total):
            return reason
    return None
