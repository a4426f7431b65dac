"""Review cases on their way to somebody without access to the pool, and back: one encrypted, authenticated file.

It holds what the screen would show (jobs/residents/review_case.py) and the judgements made so far, never whole tables. The
key travels another way than the file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jobs.errors import UserError

FORMAT = "renkou review 1"


def new_key(file: Path) -> None:
    """Write a fresh key for its owner only; UserError rather than replacing a file."""
    from cryptography.fernet import Fernet

    if file.exists():
        raise UserError("That key file exists.", "Name another; what was encrypted with the old key needs it.")
    _replace(file, Fernet.generate_key() + b"\n")


def write(file: Path, content: dict[str, Any], key: str | None) -> None:
    """Encrypt and put in place in one step, readable by its owner only."""
    data = json.dumps({"format": FORMAT, **content}, ensure_ascii=False, default=str).encode()
    _replace(file, _cipher(key).encrypt(data))


def read(file: Path, key: str | None) -> dict[str, Any]:
    """The contents; UserError for a wrong key, a damaged file or another kind of file."""
    from cryptography.fernet import InvalidToken

    cipher = _cipher(key)
    if not file.is_file():
        raise UserError("There is no such review file.", "Check the path.")
    try:
        content = json.loads(cipher.decrypt(file.read_bytes().strip()))
    except (InvalidToken, ValueError):
        raise UserError(
            "The review file does not open: another key made it, or it is damaged.",
            "Use the key it was written with (--key-file or RENKOU_REVIEW_KEY), or ask for the file again.",
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UserError("This is no review file of this version.", "Write a new one with: renkou review --out FILE.")
    return content


def key_of(file: Path | None, from_environment: str | None) -> str | None:
    """The key in the file if one is named, else the environment's."""
    if file is None:
        return from_environment
    if not file.is_file():
        raise UserError("There is no such key file.", "Make one with: renkou review --new-key FILE.")
    return file.read_text(encoding="ascii", errors="replace").strip()


def _cipher(key: str | None) -> Any:
    from cryptography.fernet import Fernet

    if not key:
        raise UserError("A review file needs a key.", "Make one with renkou review --new-key FILE; then name it with --key-file.")
    try:
        return Fernet(key.strip())
    except ValueError:
        raise UserError("That is no key for review files.", "Make one with: renkou review --new-key FILE.") from None


def _replace(file: Path, data: bytes) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    if not file.parent.is_dir():
        raise UserError("The folder for that file does not exist.", "Make it, or name another place.")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
