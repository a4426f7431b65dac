"""An object of arrays as one file that many processes read at once without holding a copy each.

Arrays lie in the file as in memory and are mapped, not read: processes on one machine share the pages. Written and read
by one run only, never kept: the format is Python's own.
"""

from __future__ import annotations

import mmap
import pickle
import struct
from functools import lru_cache
from pathlib import Path
from typing import Any

ALIGN = 64


def store(value: Any, file: Path) -> Path:
    """Write an object; arrays and Arrow columns outside of its description."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    views = [b.raw() for b in buffers]
    sizes = [len(head), *(v.nbytes for v in views)]
    with file.open("wb") as out:
        out.write(struct.pack(f"<{1 + len(sizes)}q", len(sizes), *sizes))
        parts: list[Any] = [head, *views]
        for part in parts:
            out.write(b"\0" * (-out.tell() % ALIGN))
            out.write(part)
    return file


@lru_cache(maxsize=4)
def stored(file: Path) -> Any:
    """The object again, its arrays mapped and read-only; remembered by the process."""
    with file.open("rb") as source:
        whole = memoryview(mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ))
    (count,) = struct.unpack_from("<q", whole)
    sizes = struct.unpack_from(f"<{count}q", whole, 8)
    place, parts = 8 * (1 + count), []
    for size in sizes:
        place += -place % ALIGN
        parts.append(whole[place : place + size])
        place += size
    return pickle.loads(parts[0], buffers=parts[1:])
