"""A folder of results that is written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from jobs.errors import UserError


def check_folder(out: Path) -> None:
    """UserError, before any work, when results cannot be written there."""
    nearest = next(p for p in (out, *out.absolute().parents) if p.exists())
    if not nearest.is_dir():
        raise UserError(f"{nearest.name} is a file, not a folder.", "Give --out a folder, new or existing.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise UserError(f"Nothing can be written in {nearest.name}.", "Give --out a folder of your own.")


def write_all(out: Path, writers: Mapping[str, Callable[[Path], None]]) -> None:
    """Write every file beside the folder first, and put them in place only when all are whole."""
    made = not out.exists()
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
            for name, write in writers.items():
                write(Path(folder) / name)
            out.mkdir(exist_ok=True)
            for name in writers:
                (Path(folder) / name).replace(out / name)
    except OSError as error:
        if made and out.exists() and not any(out.iterdir()):
            out.rmdir()
        raise UserError(
            f"The results could not be written: {error.strerror or 'the disk refused'}.",
            "Make room and run it again; nothing was changed.",
        ) from None
