"""Commands that ask a finished night: query, population, explain, what-if, sensitivity, evaluate, digest."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.commands.words import add, date, finished_night
from jobs.errors import UserError
from jobs.settings import Settings

if TYPE_CHECKING:
    from jobs.commands.words import Commands


def add_commands(sub: Commands) -> None:
    """Add these commands to the command line."""
    query = add(sub, "query", _query, "ask the current snapshot in SQL")
    query.add_argument("sql")
    query.add_argument("--csv", action="store_true", help="print CSV instead of a table")
    counted = add(sub, "population", _population, "the population as of one date as known on another, by township or status")
    counted.add_argument("--as-of", type=dt.date.fromisoformat, help="business date (the current snapshot's)")
    counted.add_argument("--known", type=dt.date.fromisoformat, help="by what was known on this date (by now)")
    counted.add_argument("--by", choices=["township", "status"], default="township")
    counted.add_argument("--csv", action="store_true", help="print CSV instead of a table")
    explain = add(sub, "explain", _explain, "why this resident is one person with this status; or why two ids are one, or not")
    explain.add_argument("resident", help="a resident id; with a second id, a record id will do")
    explain.add_argument("other", nargs="?", help="a second resident or record id")
    explain.add_argument("--json", action="store_true")
    explain.add_argument("--svg", type=Path, help="of two ids: draw the heaviest link between them into this file")
    date(explain, required=False)
    supposed = add(sub, "what-if", _what_if, "the status as published, and as it would be on another day or without some records")
    supposed.add_argument("resident", help="a resident id")
    supposed.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DAY", help="the day of the status (the night's)")
    left_out = "leave out a record id, a department (ga) or a table (ga.ldrk); repeat for more"
    supposed.add_argument("--without", action="append", default=[], metavar="RECORD", help=left_out)
    supposed.add_argument("--json", action="store_true")
    date(supposed, required=False)
    moved = add(sub, "sensitivity", _sensitivity, "how far the number of usual residents moves with each residence parameter")
    date(moved)
    moved.add_argument("--residents", type=int, default=20_000, help="decide at most so many, whole families (20000)")
    moved.add_argument("--seed", type=int, default=1, help="of the families drawn")
    moved.add_argument("--only", action="append", default=[], metavar="NAME", help="only days.keep, or days; repeat for more")
    moved.add_argument("--waiting", action="store_true", help="with what R-11 holds back, as published: three times as long")
    moved.add_argument("--json", action="store_true")
    evaluate = add(sub, "evaluate", _evaluate, "compare a night with the sample's truth")
    date(evaluate)
    evaluate.add_argument("--truth", type=Path, required=True)
    evaluate.add_argument("--json", action="store_true")
    digest = add(sub, "digest", _digest, "a digest of every table's contents, independent of files and partitions")
    date(digest)


def _query(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import query

    columns, rows = query.query(settings, args.sql)
    print(query.as_csv(columns, rows) if args.csv else query.as_table(columns, rows))


def _population(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import population

    asked, rows = population.population(settings, args.as_of, args.known, args.by)
    print(population.as_csv(asked, rows) if args.csv else population.page(asked, rows))


def _explain(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import explain

    if args.other is None and args.svg:
        raise UserError("--svg draws what stands between two ids.", "Give a second id: renkou explain A B --svg FILE.")
    if args.other is None:
        print(explain.explain(settings, args.resident, args.date, as_json=args.json))
        return
    told = explain.explain_pair(settings, (args.resident, args.other), args.date)
    if args.svg:
        args.svg.write_text(explain.pair_picture(told), encoding="utf-8")
    print(json.dumps(told, ensure_ascii=False, indent=1, default=str) if args.json else explain.pair_page(told))


def _what_if(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.what_if import Supposed, what_if

    supposed = Supposed(args.resident, args.as_of, tuple(args.without), args.date)
    print(what_if(settings, supposed, as_json=args.json))


def _sensitivity(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.sensitivity import Asked, sensitivity

    def tell(text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)

    asked = Asked(args.residents, args.seed, tuple(args.only), args.waiting)
    answer = sensitivity(settings, finished_night(settings, args.date), asked, args.json, tell)
    tell("")
    print(answer)


def _evaluate(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import evaluate

    result = evaluate.evaluate(settings, finished_night(settings, args.date), args.truth)
    print(json.dumps(result, ensure_ascii=False, indent=1, default=str) if args.json else evaluate.render(result))


def _digest(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.digest import digests

    for table, value in sorted(digests(settings, finished_night(settings, args.date)).items()):
        print(f"{value}  {table}")
