"""What all commands share: how one is added to the command line, its business date, and the finished night it asks."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from jobs.errors import UserError
from jobs.settings import Settings

if TYPE_CHECKING:
    from jobs.pool.nights import Night

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Command = Callable[[argparse.Namespace, Settings], None]


def add(sub: Commands, name: str, command: Command, help_: str) -> argparse.ArgumentParser:
    """Add a command to the command line."""
    made = sub.add_parser(name, help=help_, description=help_)
    made.set_defaults(command=command)
    return made


def date(made: argparse.ArgumentParser, required: bool = True) -> None:
    """Give a command its business date."""
    made.add_argument("--date", type=dt.date.fromisoformat, required=required, help="business date, YYYY-MM-DD")


def finished_night(settings: Settings, date: dt.date) -> Night:
    """The newest published revision of a date."""
    from jobs.pool.nights import sealed

    found = [n for n in sealed(settings.nights) if n.date == date]
    if not found:
        raise UserError(f"There is no finished night {date}.", "List them with: renkou nights.")
    return found[0]
