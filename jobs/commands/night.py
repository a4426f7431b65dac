"""Commands of the night: every stage, a whole night, the session they share, and what stands."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING

from jobs import plan
from jobs.commands.words import Command, add, date
from jobs.settings import Settings

if TYPE_CHECKING:
    from jobs.commands.words import Commands


def add_commands(sub: Commands) -> None:
    """Add these commands to the command line."""
    for stage in plan.STAGES:
        made = add(sub, stage.name, _stage(stage.name), stage.meaning)
        date(made)
        if stage.mapped:
            made.add_argument("--department", choices=plan.departments(), help="only this one")
        if stage.name == "link":
            made.add_argument("--full", action="store_true", help="compare all pairs, not only those changed since last night")
        if stage.name == "validate":
            made.add_argument("--layer", choices=[s.gate for s in plan.STAGES if s.gate], help="only the gate behind one stage")
    run = add(sub, "run", _run, "run a whole night in one process")
    date(run)
    hold = add(sub, "hold", _hold, "mark the current snapshot stale after a failed night")
    date(hold)
    session = add(sub, "session", _session, "start or stop the night's Spark server (RENKOU_SPARK=connect)")
    session.add_argument("action", choices=["start", "stop"])
    add(sub, "nights", _nights, "list nights, their revisions and state")


def _stage(name: str) -> Command:
    def command(args: argparse.Namespace, settings: Settings) -> None:
        from jobs.run import do_mapped, do_step, line

        if plan.stage(name).mapped and args.department is None:
            do_mapped(settings, args.date, name, print)
            return
        step = f"gate.{args.layer}" if getattr(args, "layer", None) else name
        department, full = getattr(args, "department", None), getattr(args, "full", False)
        print(line(do_step(settings, args.date, step, department, full)))

    return command


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.run import run_night

    run_night(settings, args.date, print)


def _hold(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.run import hold

    hold(settings, args.date)


def _session(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import connect

    print(connect.start(settings) if args.action == "start" else connect.stop(settings))


def _nights(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.pool.nights import Night

    folders = sorted(settings.nights.glob("*/*"))
    if not folders:
        print(f"No night has been run in {settings.home}. Run one: renkou run --date YYYY-MM-DD (or set RENKOU_HOME).")
    for folder in folders:
        night = Night(settings.nights, dt.date.fromisoformat(folder.parent.name), int(folder.name))
        done = [r.step for r in night.receipts()]
        print(
            f"{night.label:<14} {'published' if night.manifest() else 'unfinished, last step ' + (done[-1] if done else 'none')}"
        )
