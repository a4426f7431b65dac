"""Writing the ledger of human judgements: all of a hand-over or none, on disk before it is answered, never twice, never
against one another, taken back only by a further line (reading it: jobs/linkage/decisions.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from jobs.append_only import append, locked, signed
from jobs.errors import UserError
from jobs.linkage.decisions import Decision, Verdict, in_force, read

Pair = tuple[str, str]


@dataclass(frozen=True)
class Judgement:
    """What a person says of two records."""

    record_l: str
    record_r: str
    verdict: Verdict
    by: str
    why: str = ""

    @property
    def pair(self) -> Pair:
        """The two records in order."""
        return min(self.record_l, self.record_r), max(self.record_l, self.record_r)


def judge(file: Path, said: Sequence[Judgement], on: dt.date) -> list[Decision]:
    """Enter judgements, in force from a business date on; UserError, and nothing entered, if one is unsigned, repeated or
    contradicts what stands.
    """
    for each in said:
        signed(each.by, each.why)
    with locked(file) as out:
        before = read(file)
        standing = in_force(before, dt.date.max)
        _new_and_agreeing(before, standing, said)
        made = [_decision(len(before) + at, each, on) for at, each in enumerate(said)]
        append(out, [asdict(d) for d in made])
    return made


def undo(file: Path, decision_id: str, by: str, on: dt.date, why: str = "") -> Decision:
    """Take a decision back: from that business date on it says nothing. The line itself stays."""
    signed(by, why)
    with locked(file) as out:
        before = read(file)
        found = next((d for d in before if d.decision_id == decision_id), None)
        if found is None:
            raise UserError(
                "There is no decision of that id.", "Copy the id whole; they stand in state/decisions.jsonl and on the screen."
            )
        if found.revokes:
            raise UserError(f"{decision_id} itself takes a decision back.", "Decide the pair again instead.")
        if any(d.revokes == decision_id for d in before):
            raise UserError(f"Decision {decision_id} was already taken back.", "Nothing is left to undo.")
        back = Judgement(found.record_l, found.record_r, "unsure", by, why)
        made = _decision(len(before), back, max(on, found.on), revokes=decision_id)
        append(out, [asdict(made)])
    return made


def unsure_pairs(ledger: Sequence[Decision]) -> set[Pair]:
    """Pairs whose newest word is that nobody can say."""
    revoked = {d.revokes for d in ledger if d.revokes}
    newest = {d.pair: d.verdict for d in ledger if not d.revokes and d.decision_id not in revoked}
    return {pair for pair, verdict in newest.items() if verdict == "unsure"}


def _new_and_agreeing(before: Sequence[Decision], standing: Mapping[Pair, str], said: Sequence[Judgement]) -> None:
    """Refuse a pair judged twice or both ways, also by way of third records."""
    revoked = {d.revokes for d in before if d.revokes}
    source = {d.pair: d.decision_id for d in before if d.decision_id not in revoked and not d.revokes}
    known: dict[Pair, str] = dict(standing)
    fresh: dict[Pair, str] = {}
    for each in said:
        verdict = fresh.get(each.pair)
        if verdict == each.verdict:
            raise UserError(f"{_named(each.pair)} are judged twice here.", "Keep one of the two; nothing was entered.")
        if verdict is not None:
            raise UserError(
                f"{_named(each.pair)} are judged {verdict} and {each.verdict} here.", "Keep one of the two; nothing was entered."
            )
        if each.pair in standing and standing[each.pair] == each.verdict:
            raise UserError(
                f"{_named(each.pair)} were already judged {each.verdict} ({source[each.pair]}).", "Nothing was entered."
            )
        if each.pair in standing:
            raise UserError(
                f"{_named(each.pair)} were judged {standing[each.pair]} before ({source[each.pair]}).",
                f"Take that back first: renkou review --undo {source[each.pair]}; nothing was entered.",
            )
        fresh[each.pair] = each.verdict
    _consistent({**known, **fresh})


def _consistent(verdicts: Mapping[Pair, str]) -> None:
    """Records that are one person, directly or through others, must not be two as well."""
    parent: dict[str, str] = {}

    def top(record: str) -> str:
        while parent.get(record, record) != record:
            record = parent[record]
        return record

    for (left, right), verdict in sorted(verdicts.items()):
        if verdict == "same":
            parent[top(left)] = top(right)
    for pair, verdict in sorted(verdicts.items()):
        if verdict == "different" and top(pair[0]) == top(pair[1]):
            raise UserError(
                f"{_named(pair)} are judged different, yet other decisions make them one person.",
                "Take one of those back first (renkou review --undo ID); nothing was entered.",
            )


def _named(pair: Pair) -> str:
    """Record ids are hashes; anything else that somebody wrote into a file is not repeated."""
    shown = [p if re.fullmatch(r"[0-9a-f]{8,40}|[a-z][0-9a-z]{0,7}", p) else "(no record id)" for p in pair]
    return f"Records {shown[0]} and {shown[1]}"


def _decision(place: int, said: Judgement, on: dt.date, revokes: str | None = None) -> Decision:
    left, right = said.pair
    seed = "|".join([str(place), left, right, said.verdict, said.by, str(on), revokes or ""])
    made = "D" + hashlib.sha256(seed.encode()).hexdigest()[:10]
    return Decision(made, left, right, said.verdict, said.by.strip(), on, said.why.strip(), revokes)
