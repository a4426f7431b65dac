"""Commands for a synthetic district: make one, serve its departments, run its nights."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.commands.words import add
from jobs.errors import UserError
from jobs.settings import Settings

if TYPE_CHECKING:
    from jobs.commands.words import Commands


def add_commands(sub: Commands) -> None:
    """Add these commands to the command line."""
    sample = add(sub, "sample", _sample, "make a synthetic district with its departments' deliveries and the truth")
    sample.add_argument("--residents", type=int, default=5000)
    sample.add_argument("--nights", type=int, default=3)
    sample.add_argument("--seed", type=int, default=1)
    sample.add_argument("--out", type=Path, required=True)
    sample.add_argument("--last-night", type=dt.date.fromisoformat, default=dt.date(2026, 11, 22))
    sample.add_argument("--rates", type=float, default=1.0, help="multiplies every fault rate")
    sample.add_argument("--cases", default="", help="hard cases by count: twins=300,namesakes=300; all=300 sets every kind")
    serve = add(sub, "serve-sample", _serve_sample, "serve the sample's REST departments on loopback until interrupted")
    serve.add_argument("--dir", type=Path, required=True)
    serve.add_argument("--port", type=int, default=8711)
    demo = add(sub, "demo", _demo, "make a sample district and run its nights through the Airflow DAG")
    demo.add_argument("--residents", type=int, default=5000)
    demo.add_argument("--nights", type=int, default=3)
    demo.add_argument("--seed", type=int, default=1)


def _cases(text: str) -> dict[str, int]:
    pairs = [p.split("=", 1) for p in text.split(",") if p]
    try:
        return {name.strip(): int(count) for name, count in pairs}
    except ValueError:
        raise UserError(f"--cases {text!r} is not a list of name=count.", "Write it like twins=300,namesakes=300.") from None


def _sample(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.sample.make import make_sample

    make_sample(args.out, args.residents, args.nights, args.seed, args.last_night, args.rates, _cases(args.cases))


def _serve_sample(args: argparse.Namespace, settings: Settings) -> None:
    import signal

    from jobs.sample.server import serve

    with serve(args.dir, args.port) as url:
        print(f"sample departments at {url}", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def _demo(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.demo import demo

    demo(settings, args.residents, args.nights, args.seed)
