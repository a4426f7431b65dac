"""`renkou review`: the pairs that only a person can decide, asked one by one, or handed over in an encrypted file.

Decisions stand in the ledger (jobs/linkage/ledger.py); the next night of their date or later follows them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jobs.errors import UserError

if TYPE_CHECKING:
    from jobs.residents.finder import Finder
    from jobs.residents.review_desk import Desk
    from jobs.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> dt.date:
    """The day a signature is given; a night of that business date or later follows it."""
    return dt.datetime.now(SHANGHAI).date()


def review(settings: Settings, args: argparse.Namespace) -> None:
    """What the command line asks for; see `renkou review --help`."""
    from jobs.residents import review_file
    from jobs.residents.review_case import table
    from jobs.residents.review_desk import FileDesk, LedgerDesk

    if args.new_key:
        review_file.new_key(args.new_key)
        print(f"→ {args.new_key} · send it another way than the files it opens 密钥与文件分开传递")
        return
    if args.limit < 1:
        raise UserError("--limit must be 1 or more.", "Leave it out for the 20 most informative cases.")
    on = args.on or today()
    key = review_file.key_of(args.key_file, settings.review_key) if args.out or args.take or args.file else None
    if args.undo:
        print(f"taken back 已撤回 {take_back(settings, args.undo, _signer(settings, args), on)}")
    elif args.take:
        print(f"{take_in(settings, args.take, key, on)} decisions entered 已录入, in force from {on}")
    elif args.out:
        print(f"{hand_out(settings, args.out, key, args.limit)} cases encrypted 已加密 → {args.out}")
    elif args.list:
        found = cases(settings, args.limit)
        print(table(found) if found else "The review queue is empty. 待审为空。")
    elif args.file:
        desk = FileDesk(args.file, key)
        _sit(desk.waiting(), desk, _signer(settings, args))
    else:
        signer = _signer(settings, args)
        _sit(cases(settings, args.limit, args.pair), LedgerDesk(settings.decisions, on), signer)


def _signer(settings: Settings, args: argparse.Namespace) -> str:
    by = (args.by or settings.signer or "").strip()
    if not by:
        raise UserError("A decision needs a signer.", "Say who you are with --by, or set RENKOU_BY.")
    return str(by)


def _sit(found: list[dict[str, Any]], desk: Desk, by: str) -> None:
    """Only on a terminal: what is shown must not end up in a file or a log."""
    from jobs.residents.review_desk import sit

    if not sys.stdout.isatty():
        raise UserError(
            "Reviewing shows personal values and needs a terminal.", "Use --list for the queue, --out FILE to hand cases over."
        )
    if not found:
        print("The review queue is empty. 待审为空。")
        return
    print(f"{sit(found, desk, by, input, print)} decisions made 已判定")


def take_back(settings: Settings, decision_id: str, by: str, on: dt.date) -> str:
    """Undo a decision; returns the id of the line that says so."""
    from jobs.linkage.ledger import undo

    return undo(settings.decisions, decision_id, by, on).decision_id


def cases(settings: Settings, limit: int, pair: tuple[str, str] | None = None) -> list[dict[str, Any]]:
    """The newest finished night's cases, most informative first, or the one of a pair of ids (as `renkou explain A B` takes)."""
    from jobs.linkage import decisions
    from jobs.linkage.ledger import unsure_pairs
    from jobs.residents.finder import Finder, finished_night
    from jobs.residents.review_case import gather
    from jobs.residents.review_queue import queue

    find = Finder(settings, finished_night(settings))
    if pair:
        return gather(find, [_named(find, pair)])
    ledger = decisions.read(settings.decisions)
    found = queue(find, decisions.in_force(ledger, dt.date.max), unsure_pairs(ledger), limit)
    return gather(find, found.to_dicts())


def _named(find: Finder, pair: tuple[str, str]) -> dict[str, Any]:
    """A pair that somebody wants to decide whatever the queue says."""
    from jobs.residents.asked import meant
    from jobs.residents.pair import strongest_between
    from jobs.residents.review_queue import NAMED

    (one, _), (two, _) = (meant(find, text) for text in pair)
    link = strongest_between(find, one, two)
    if link is None:
        raise UserError(
            "Both ids stand in one profile, which no decision can part.",
            "See renkou explain; the departments' rows must be mended.",
        )
    home = {r["profile_id"]: r["resident_id"] for r in [*one, *two]}
    return {**link, "resident_l": home[link["profile_l"]], "resident_r": home[link["profile_r"]], "kind": NAMED}


def hand_out(settings: Settings, file: Path, key: str | None, limit: int) -> int:
    """Write the queue's cases into an encrypted file; returns how many."""
    from jobs.residents import review_file

    found = cases(settings, limit)
    review_file.write(file, {"cases": found, "judgements": []}, key)
    return len(found)


def take_in(settings: Settings, file: Path, key: str | None, on: dt.date) -> int:
    """Enter a file's judgements, all or none; returns how many. UserError for unknown records, repeats, contradictions."""
    from jobs.linkage.ledger import judge
    from jobs.residents import review_file
    from jobs.residents.finder import Finder, finished_night
    from jobs.residents.review_desk import judgements

    said = judgements(review_file.read(file, key))
    night = finished_night(settings)
    ids = {record for each in said for record in each.pair}
    known = {r["record_id"] for r in Finder(settings, night)("resident_records", "record_id", ids)}
    for number, each in enumerate(said, 1):
        if not known.issuperset(each.pair):
            raise UserError(
                f"Judgement {number} speaks of a record that night {night.label} does not know.",
                "Take a fresh file with: renkou review --out FILE; nothing was entered.",
            )
    return len(judge(settings.decisions, said, on))
