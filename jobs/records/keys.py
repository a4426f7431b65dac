"""Ids of what standardizing makes: 20 hexadecimal digits of BLAKE2b over the parts that name a thing, joined by |."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import polars as pl


def key_of(*parts: str) -> str:
    """One id. record_id = key_of(dept, table, source key, role)."""
    return blake2b("|".join(parts).encode(), digest_size=10).hexdigest()


def keys_of(texts: Iterable[str | None]) -> list[str | None]:
    """Ids of texts whose parts are already joined; null stays null."""
    return [None if t is None else blake2b(t.encode(), digest_size=10).hexdigest() for t in texts]


def key_column(frame: pl.DataFrame, parts: Sequence[pl.Expr]) -> pl.Series:
    """Ids of the rows of a frame; null where any part is null."""
    return pl.Series(keys_of(frame.select(pl.concat_str(parts, separator="|"))[:, 0]), dtype=pl.String)
