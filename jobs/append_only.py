"""Ledgers of people's decisions: files that only grow, a signed JSON object a line, written whole or not at all, by one writer at
a time, on disk before it is answered."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from jobs.errors import UserError

NUMBERS = re.compile(r"[0-9０-９]{6,}")
"""What has no place in a reason: it would stand in the ledger for ever."""


def signed(by: str, why: str) -> None:
    """UserError for a decision without a signer, or with a number of six digits in its reason or signer."""
    if not by.strip():
        raise UserError("A decision needs a signer.", "Say who you are with --by, or set RENKOU_BY.")
    if NUMBERS.search(why) or NUMBERS.search(by):
        raise UserError(
            "The reason or the signer holds a number of six digits or more.", "Leave numbers of persons and phones out; ids do."
        )


@contextmanager
def locked(file: Path) -> Iterator[IO[bytes]]:
    """The file opened for appending, made where it is missing; other writers wait."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = not file.exists()
    with os.fdopen(os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640), "r+b", buffering=0) as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        yield out
    if new:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def append(out: IO[bytes], lines: Sequence[Mapping[str, Any]]) -> None:
    """One write, on disk when this returns; a last line without its end gets one first. Nulls are left out. UserError, and nothing
    written, where the disk has no room."""
    if not lines:
        return
    told = [{k: v for k, v in line.items() if v is not None} for line in lines]
    text = "".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in told)
    size = os.fstat(out.fileno()).st_size
    if size and os.pread(out.fileno(), 1, size - 1) != b"\n":
        text = "\n" + text
    data = text.encode()
    if os.write(out.fileno(), data) != len(data):
        os.ftruncate(out.fileno(), size)
        raise UserError("The ledger of decisions could not be written whole.", "Make room on the disk; nothing was entered.")
    os.fsync(out.fileno())
