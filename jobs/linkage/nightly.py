"""What of last night's links still stands: pairs of two unchanged rows are not compared again.

A row's stamp is a hash of all that decides its pairs: the model and its weights, the row as the model sees it, the keys it
meets others by, and, in a block too large to compare everybody with everybody, who else is in it. Two rows whose stamps
are last night's have last night's link, or none; so the outcome equals a full rebuild, whatever changed in between.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from jobs.linkage.blocking import NO_KEY, Oversize, complete_keys, effective_keys, mix
from jobs.linkage.encoding import Encoded, Hashes
from jobs.linkage.model import LinkModel
from jobs.linkage.weights import Weights

Index = npt.NDArray[np.int64]
NEXT = np.uint64(0x632BE59BD9B4E019)
"""Mixed in before each field, so that a value cannot pass from one field to the next unseen."""


def engine_stamp(model: LinkModel, weights: Weights) -> np.uint64:
    """Of the model's words, the weights and this engine's own source: when one changes, every pair is compared again."""
    digest = hashlib.sha256(f"{weights.version}:{weights.fingerprint(model)}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return np.uint64(int.from_bytes(digest.digest()[:8], "big") | 1)


def row_stamps(model: LinkModel, encoded: Encoded, over: Oversize, engine: np.uint64) -> Hashes:
    """Stamp of each row but for its neighbours in oversize blocks (`crowd_keys`)."""
    keys = effective_keys(model, encoded, over)
    return key_stamps(content_stamps(model, encoded, engine), keys, complete_keys(keys, over))


def content_stamps(model: LinkModel, encoded: Encoded, engine: np.uint64) -> Hashes:
    """Of each row's values as the model sees them."""
    stamp = np.full(len(encoded), engine, np.uint64)
    for name in model.fields:
        column = encoded.columns[name]
        stamp = _fold(stamp, np.append(column.hashes(), NO_KEY)[column.codes])
    return stamp


def key_stamps(content: Hashes, keys: list[Hashes], complete: list[Hashes]) -> Hashes:
    """The content's stamp, and by what keys the row meets others."""
    stamp = content
    for effective, sure in zip(keys, complete, strict=True):
        stamp = _fold(_fold(stamp, effective), sure)
    return stamp


def crowd_keys(model: LinkModel, encoded: Encoded, over: Oversize) -> tuple[Index, Hashes]:
    """(row, key) of the blocks that stay over their cap after refinement: there, pairs depend on who else is in the block."""
    keys = effective_keys(model, encoded, over)
    return windowed(keys, complete_keys(keys, over))


def windowed(keys: list[Hashes], complete: list[Hashes]) -> tuple[Index, Hashes]:
    """(row, key) of the effective keys that are not complete."""
    rows, found = [], []
    for effective, sure in zip(keys, complete, strict=True):
        row, slot = np.nonzero((effective != NO_KEY) & (sure == NO_KEY))
        rows.append(row)
        found.append(effective[row, slot])
    return np.concatenate(rows), np.concatenate(found)


def with_crowds(stamps: Hashes, ids: pa.Array, row: Index, key: Hashes) -> Hashes:
    """The stamps, with who else stands in the windowed blocks. `row` and `key` hold all members of those blocks."""
    who = np.asarray(pd.util.hash_array(ids.to_numpy(zero_copy_only=False)[row], categorize=False), dtype=np.uint64)
    blocks, place = np.unique(key, return_inverse=True)
    around = np.zeros(len(blocks), np.uint64)
    np.add.at(around, place, mix(np.full(len(who), NEXT, np.uint64), who))  # sums: in any order, and twice is not never
    beside = np.zeros(len(stamps), np.uint64)
    np.add.at(beside, row, mix(key, around[place]))
    return np.where(beside == NO_KEY, stamps, mix(stamps, beside))


def _fold(stamp: Hashes, values: Hashes) -> Hashes:
    """Mix a field's values into each row's stamp. Empty slots are passed over: how many there are depends on other rows."""
    stamp = mix(stamp, np.full(len(stamp), NEXT, np.uint64))
    for column in (values if values.ndim == 2 else values[:, None]).T:
        filled = np.flatnonzero(column)
        stamp[filled] = mix(stamp[filled], column[filled])
    return stamp
