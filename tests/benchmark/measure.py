"""Measuring one engine: in the child its phases by the clock, from outside the peak memory of the whole process tree.

A child is called with one JSON file (its task) and leaves one JSON file (what it measured) beside clusters.parquet
(id, cluster_id) and pairs.parquet (left, right, probability: what it kept, below its cut too).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PHASES = ["read", "train", "score", "cluster", "write"]
SESSION = "session"
"""Starting Spark: reported, but in no total."""
ROOT = Path(__file__).parents[2]


@dataclass
class Clock:
    """Wall seconds by phase; what runs inside another phase counts there only."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys([SESSION, *PHASES], 0.0))
    running: bool = False

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        if self.running:
            yield
            return
        self.running, start = True, time.perf_counter()
        try:
            yield
        finally:
            self.running = False
            self.seconds[name] += time.perf_counter() - start

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time counted to a phase."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self.phase(name):
                return function(*args, **kwargs)

        return wrapped


def run(python: Path, module: str, task: dict[str, Any], out: Path) -> dict[str, Any]:
    """Run one engine in a process of its own; its measures with `memory_mb` and `process_s`, or RuntimeError with its last line."""
    import psutil

    out.mkdir(parents=True, exist_ok=True)
    (out / "task.json").write_text(json.dumps(task | {"out": str(out)}))
    start = time.perf_counter()
    with (out / "stderr.txt").open("w") as errors:
        child = subprocess.Popen(
            [str(python), "-m", module, str(out / "task.json")],
            cwd=ROOT,
            stdout=errors,
            stderr=subprocess.STDOUT,
            env=_environment(),
        )
        tree, peak = psutil.Process(child.pid), 0
        while child.poll() is None:
            peak = max(peak, memory_of(tree))
            time.sleep(0.2)
    if child.returncode:
        last = (out / "stderr.txt").read_text().strip().splitlines()[-1:]
        raise RuntimeError(f"{module} ended with {child.returncode}: {' '.join(last)}")
    return json.loads((out / "measured.json").read_text()) | {
        "memory_mb": peak / 2**20,
        "process_s": time.perf_counter() - start,
    }


def _environment() -> dict[str, str]:
    """Ours, but compiled modules are kept, as an ordinary installation keeps them: no engine compiles its libraries anew."""
    known = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "renkou-bench-bytecode")} | known


def memory_of(process: Any) -> int:
    """Bytes held in memory by a process and all below it; a page that several hold is counted once (PSS)."""
    import psutil

    total = 0
    for each in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.Error, OSError, StopIteration):  # one ended while we looked
            total += _share(each.pid)
    return total


def _share(pid: int) -> int:
    """Proportional set size, as Linux reckons it."""
    with Path(f"/proc/{pid}/smaps_rollup").open() as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def leave(task: dict[str, Any], clock: Clock, **measures: Any) -> None:
    """What a child leaves for its caller."""
    (Path(task["out"]) / "measured.json").write_text(json.dumps({"seconds": clock.seconds} | measures))
