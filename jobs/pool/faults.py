"""Named points at which a test may kill this process, to prove that every stage survives it.

`RENKOU_KILL=part|commit|manifest` ends the process with SIGKILL at that point; unset, the points do nothing.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

VARIABLE = "RENKOU_KILL"


def point(name: str) -> None:
    """Die here when the environment asks for it."""
    if os.environ.get(VARIABLE) == name:
        os.kill(os.getpid(), signal.SIGKILL)


def watch(folder: Path) -> None:
    """With `RENKOU_KILL=part`, die as soon as the first part file stands below the folder, while others are still being written."""
    if os.environ.get(VARIABLE) != "part":
        return

    def wait() -> None:
        while True:
            if any(folder.rglob("*.parquet")):
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(0.005)

    threading.Thread(target=wait, daemon=True).start()
