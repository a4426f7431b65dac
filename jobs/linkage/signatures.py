"""Sixty-four bits a value that show, without comparing characters, that two texts cannot be alike.

Every character sets one bit, its second occurrence another, and so on. One inserted or deleted character changes at most
one bit, a replaced one at most two, two exchanged neighbours none. So texts one edit apart differ in at most two bits;
most strangers differ in more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.linkage.characters import code_points

Bits = npt.NDArray[np.uint64]
Sizes = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Signatures:
    """Bits and length of each distinct value; one more entry at the end, empty, for a missing value."""

    bits: Bits
    size: Sizes


def signatures(texts: pa.Array) -> Signatures:
    """Signatures of texts without nulls."""
    points, size = code_points(texts)
    start = np.cumsum(size) - size
    bits = np.zeros(len(texts) + 1, np.uint64)
    for length in np.unique(size[size > 0]):
        rows = np.flatnonzero(size == length)
        bits[rows] = _of_length(points, start[rows], int(length))
    return Signatures(bits, np.minimum(np.append(size, 0), np.iinfo(np.int16).max).astype(np.int16))


def _of_length(points: npt.NDArray[np.uint32], start: npt.NDArray[np.int64], length: int) -> Bits:
    columns = [points[start + place] for place in range(length)]
    bits = np.zeros(len(start), np.uint64)
    for place, column in enumerate(columns):
        again = np.zeros(len(start), np.uint32)
        for earlier in columns[:place]:
            again += earlier == column
        bits |= np.uint64(1) << _bit(column, again)
    return bits


def _bit(points: npt.NDArray[np.uint32], again: npt.NDArray[np.uint32]) -> Bits:
    """A place from 0 to 63 for a character and how often it stood before."""
    with np.errstate(over="ignore"):
        mixed = points * np.uint32(0x9E3779B1) + again * np.uint32(0x85EBCA77)
        mixed ^= mixed >> np.uint32(15)
        mixed *= np.uint32(0xC2B2AE3D)
    return (mixed >> np.uint32(26)).astype(np.uint64)


def bits_apart(left: Bits, right: Bits) -> npt.NDArray[np.uint8]:
    """In how many bits signatures differ."""
    return np.asarray(np.bitwise_count(left ^ right))


def common_at_most(left: Bits, right: Bits, size: Sizes) -> npt.NDArray[np.int16]:
    """Most characters that the left text, of this size, can have in common with the right."""
    return np.asarray(size - np.bitwise_count(left & ~right), np.int16)
