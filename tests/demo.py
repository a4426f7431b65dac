"""The command line as a reader of the README uses it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def renkou(home: Path, words: list[str]) -> str:
    """What a command prints; fails the test when the command fails."""
    environment = os.environ | {"RENKOU_HOME": str(home)}
    environment.pop("RENKOU_SAMPLE_API", None)
    done = subprocess.run(
        [sys.executable, "-m", "jobs", *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
