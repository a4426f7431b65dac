"""Tables of measured engines beside each other, as Markdown; and what machine they ran on."""

from __future__ import annotations

import datetime as dt
import os
import platform
from pathlib import Path
from typing import Any

from tests.benchmark.measure import PHASES, SESSION
from tests.benchmark.quality import Judged


def machine() -> str:
    """Processor, cores, memory, system, load when asked, and the day."""
    import psutil

    cores, memory = os.cpu_count(), psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    today = dt.date.today()
    return f"{_processor()}, {cores} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}; load before {load:.1f}; {today}"


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open() as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def as_table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, padded so that it reads well in a terminal."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * w for w in widths], *rows]
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines)


SPEED = ["engine", "session s", *[f"{p} s" for p in PHASES], "total s", "process s", "memory MB", "pairs", "m pairs/s"]


def speed(engine: str, measured: dict[str, Any]) -> list[str]:
    """Phases and total by the engine's own clock (starting Spark apart), the process from outside (imports too);
    pairs a second of `score` alone."""
    seconds = measured["seconds"]
    rate = measured["pairs"] / max(seconds["score"], 1e-9) / 1e6
    times = [f"{seconds[p]:.2f}" for p in [SESSION, *PHASES]]
    total = [f"{sum(seconds[p] for p in PHASES):.2f}", f"{measured['process_s']:.1f}"]
    return [engine, *times, *total, f"{measured['memory_mb']:.0f}", f"{measured['pairs']:,}", f"{rate:.2f}"]


RIGHT = ["engine", "cut", "pairs: missed", "false", "F1", "F1 at best cut", "clusters: missed", "false", "wrong", "F1"]


def right(engine: str, cut: float, judged: Judged) -> list[str]:
    """Wrong pairs at the cut by the scores alone, the F1 the best cut would give, and wrong pairs that the clusters imply."""
    pairs, best, clusters = judged.pairs, judged.best, judged.clusters
    own = [f"{cut:.3f}", f"{pairs.missed:,}", f"{pairs.false:,}", f"{pairs.f1:.4f}", f"{best.f1:.4f}"]
    return [engine, *own, f"{clusters.missed:,}", f"{clusters.false:,}", f"{clusters.wrong:,}", f"{clusters.f1:.4f}"]
