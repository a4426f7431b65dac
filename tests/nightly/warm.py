"""Commands in processes that cost little to start: forked from a clean one that has imported the engines already.

Every command is a process of its own, with its own environment, output and exit code, and may be killed like any other.
"""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass

from jobs.settings import Settings

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.nightly.engines"])
PATIENCE = 300


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, negative for the signal that killed it, and all it wrote."""

    returncode: int
    said: str


def environment(settings: Settings, **extra: str) -> dict[str, str]:
    """What tells a process which installation is meant."""
    return {
        "RENKOU_HOME": str(settings.home),
        "RENKOU_SOURCES": str(settings.sources),
        "RENKOU_SPARK": settings.spark,
        "RENKOU_PARTITIONS": str(settings.partitions),
        "RENKOU_SAMPLE_API": os.environ.get("RENKOU_SAMPLE_API", ""),
        **extra,
    }


def command(settings: Settings, *words: str, **extra: str) -> Ended:
    """Run one command and wait for its end."""
    log = settings.home / "command.log"
    process = FORKING.Process(target=_child, args=(words, environment(settings, **extra), str(log)))
    process.start()
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
    assert process.exitcode is not None
    return Ended(process.exitcode, log.read_text(errors="replace"))


def _child(words: tuple[str, ...], surroundings: dict[str, str], log: str) -> None:
    from jobs.cli import main

    os.environ.update(surroundings)
    out = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    raise SystemExit(main(list(words)))
