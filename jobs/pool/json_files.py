"""Small JSON files that readers never see half written: receipts, manifests, and what the pool shows."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_json(file: Path, content: dict[str, Any]) -> None:
    """Write a JSON file, or replace it, in one step that survives a crash of the machine."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
