"""A task's way into the command line: the words one would type, run in the task's own process.

Importing this is light enough for a DAG file: the command line imports its engines only when a command runs.
"""

from __future__ import annotations

import argparse

from jobs.cli import parser, unexpected
from jobs.errors import UserError
from jobs.settings import Settings


class StepFailed(RuntimeError):
    """A command failed; its text is what the user should read. `final`: trying again cannot help."""

    def __init__(self, sentence: str, final: bool) -> None:
        super().__init__(sentence)
        self.final = final


def run(words: list[str]) -> None:
    """Run a renkou command in this process; StepFailed carries its sentence and whether a retry can help."""
    args = parser().parse_args(words)
    settings = Settings.from_environment()
    try:
        args.command(args, settings)
    except UserError as error:
        _remember(words[0], args, settings, str(error))
        raise StepFailed(str(error), final=True) from None
    except Exception as error:
        _remember(words[0], args, settings, f"{words[0]} broke: {type(error).__name__}.")
        raise StepFailed(unexpected(error), final=False) from None


def _remember(name: str, args: argparse.Namespace, settings: Settings, sentence: str) -> None:
    """Keep why a dated command failed for the night's last task, `hold`, which only passes it on."""
    date = getattr(args, "date", None)
    if date is not None and name != "hold":
        from jobs.run import remember_failure  # late, so that DAG files stay light

        remember_failure(settings, date, sentence)
