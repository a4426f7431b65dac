"""Commands of the desk: what only a person can decide, about two records (review) or about one resident's status (override)."""

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
    _review_command(sub)
    _override_command(sub)


def _review_command(sub: Commands) -> None:
    review = add(sub, "review", _review, "decide, on a terminal, the pairs that only a person can decide")
    review.add_argument("--limit", type=int, default=20, help="most cases, most informative first")
    review.add_argument("--by", help="who signs (else RENKOU_BY)")
    review.add_argument("--on", type=dt.date.fromisoformat, help="business date from which decisions hold (today)")
    review.add_argument("--key-file", type=Path, help="key of encrypted files (else RENKOU_REVIEW_KEY)")
    what = review.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="only list the queue, without personal values")
    what.add_argument("--pair", nargs=2, metavar=("A", "B"), help="decide this pair of resident or record ids")
    what.add_argument("--undo", metavar="ID", help="take a decision back")
    what.add_argument("--out", type=Path, metavar="FILE", help="hand the cases over in an encrypted file")
    what.add_argument("--file", type=Path, metavar="FILE", help="work on such a file, away from the pool")
    what.add_argument("--in", type=Path, metavar="FILE", dest="take", help="enter the decisions of such a file")
    what.add_argument("--new-key", type=Path, metavar="FILE", help="make a key for such files")


def _override_command(sub: Commands) -> None:
    over = add(sub, "override", _override, "decide a resident's status by hand, signed, for at most a year (rule R-03)")
    over.add_argument("resident", nargs="?", help="a resident id")
    over.add_argument("--status", metavar="CODE", help="the status code decided, 11 to 99 (docs/rules.md)")
    over.add_argument("--why", help="the reason: what was seen, where; no names or numbers")
    over.add_argument("--by", help="who signs (else RENKOU_BY)")
    over.add_argument("--on", type=dt.date.fromisoformat, help="business date from which it holds (today)")
    over.add_argument("--until", type=dt.date.fromisoformat, help="the day on which it ends, at most 365 days later (180 days)")
    what = over.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="what holds on that day")
    what.add_argument("--undo", metavar="ID", help="take a decision back")


def _review(args: argparse.Namespace, settings: Settings) -> None:
    from jobs.review import review

    review(settings, args)


def _override(args: argparse.Namespace, settings: Settings) -> None:
    from jobs import override
    from jobs.review import today

    on = args.on or today()
    if args.list:
        print(override.table(settings, on))
    elif args.undo:
        made = override.take_back(settings, args.undo, args.by or settings.signer or "", on)
        print(f"taken back 已撤回 {args.undo}; the rules decide again from {made.on}")
    elif args.resident and args.status:
        said = (on, args.until or on + override.USUAL, args.by or settings.signer or "", args.why or "")
        made = override.decide(settings, args.resident, args.status, said)
        print(f"decided 已认定 {made.override_id}: {made.resident_id} is {made.status_code} from {made.on} until {made.until}")
    else:
        raise UserError("What is to be decided?", "renkou override RK… --status CODE --why REASON, or --list, or --undo ID.")
