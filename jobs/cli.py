"""The command line: the same words by hand, in Airflow and on a cluster. Light: nothing heavy is imported before it is needed."""

from __future__ import annotations

import argparse
import sys
import traceback

from jobs.commands import desk, engine, night, questions, sample
from jobs.errors import ExitCode, UserError
from jobs.privacy import redact
from jobs.settings import Settings


def main(argv: list[str]) -> int:
    """Run one command and return its exit code; a user's error is two sentences on stderr, without a traceback."""
    args = parser().parse_args(argv)
    settings = Settings.from_environment()
    try:
        args.command(args, settings)
    except UserError as error:
        print(f"✗ {error.what}", *([f"  → {error.todo}"] if error.todo else []), sep="\n", file=sys.stderr)
        return int(error.exit_code)
    except BrokenPipeError:
        return int(ExitCode.OK)
    except Exception as error:
        print(unexpected(error), file=sys.stderr)
        return int(ExitCode.BUG)
    return int(ExitCode.OK)


def unexpected(error: Exception) -> str:
    """Where a bug struck and what the library said, personal values masked."""
    frames = [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    return "\n".join(
        ["✗ Unexpected error (please report):", *frames[-12:], f"  {type(error).__name__}: {redact(str(error))[:2000]}"]
    )


def parser() -> argparse.ArgumentParser:
    """All commands."""
    top = argparse.ArgumentParser(prog="renkou", description="人口 · one resident per person, every night, with reasons")
    sub = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    sample.add_commands(sub)
    night.add_commands(sub)
    questions.add_commands(sub)
    desk.add_commands(sub)
    engine.add_commands(sub)
    return top
