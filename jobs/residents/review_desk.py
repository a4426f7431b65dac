"""A person at the review desk: case after case on a terminal, every answer kept before the next question.

Where answers go is a `Desk`: the ledger of an installation, or an encrypted file that travels.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jobs.append_only import signed
from jobs.errors import UserError
from jobs.linkage import ledger
from jobs.linkage.decisions import Verdict
from jobs.linkage.ledger import Judgement
from jobs.residents import review_file
from jobs.residents.review_case import page

VERDICTS: dict[str, Verdict] = {"s": "same", "d": "different", "n": "unsure"}
QUESTION = "s same 同 · d different 异 · n cannot say 难定 · k skip 略 · u undo 撤 · q quit 止 > "
LAST = "No more cases 已毕: u undo the last 撤 · Enter to finish 完成 > "
WHY = "why 理由 (Enter for none; no names or numbers) > "


class Desk(Protocol):
    """Where judgements go."""

    def decide(self, said: Judgement) -> str:
        """Keep a judgement; returns its id. UserError if it contradicts another."""

    def undo(self, decision: str, by: str) -> None:
        """Take one back."""


@dataclass
class LedgerDesk:
    """Judgements go to the ledger, in force from a business date on."""

    file: Path
    on: dt.date

    def decide(self, said: Judgement) -> str:
        """As Desk."""
        return ledger.judge(self.file, [said], self.on)[0].decision_id

    def undo(self, decision: str, by: str) -> None:
        """As Desk."""
        ledger.undo(self.file, decision, by, self.on)


@dataclass
class FileDesk:
    """Judgements go back into the encrypted file the cases came in, which is written anew after each."""

    file: Path
    key: str | None
    content: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.content = review_file.read(self.file, self.key)

    def waiting(self) -> list[dict[str, Any]]:
        """Cases nobody has answered yet."""
        done = {(j["record_l"], j["record_r"]) for j in self.content["judgements"]}
        return [c for c in self.content["cases"] if (c["record_l"], c["record_r"]) not in done]

    def decide(self, said: Judgement) -> str:
        """As Desk."""
        signed(said.by, said.why)
        self.content["judgements"].append(vars(said))
        review_file.write(self.file, self.content, self.key)
        return f"{said.record_l}|{said.record_r}"

    def undo(self, decision: str, by: str) -> None:
        """As Desk."""
        kept = [j for j in self.content["judgements"] if f"{j['record_l']}|{j['record_r']}" != decision]
        self.content["judgements"] = kept
        review_file.write(self.file, self.content, self.key)


def judgements(content: dict[str, Any]) -> list[Judgement]:
    """What a file says, checked for shape; UserError names the first that is not usable."""
    made = []
    for number, raw in enumerate(content.get("judgements") or [], 1):
        try:
            said = Judgement(**raw)
        except TypeError:
            raise UserError(
                f"Judgement {number} of the file is incomplete.", "Ask for the file again; nothing was entered."
            ) from None
        if said.verdict not in VERDICTS.values() or said.record_l == said.record_r:
            raise UserError(
                f"Judgement {number} of the file has no usable verdict.", "Ask for the file again; nothing was entered."
            )
        made.append(said)
    return made


def sit(cases: Sequence[dict[str, Any]], desk: Desk, by: str, ask: Callable[[str], str], show: Callable[[str], None]) -> int:
    """Ask about case after case; returns how many judgements stand at the end. The end of input is `q`."""
    made: list[tuple[int, str]] = []
    at = 0
    while True:
        over = at == len(cases)
        if not over:
            show(page(cases[at], at + 1, len(cases)))
        answer = _answer(ask, LAST if over else QUESTION)
        if answer == "q" or (over and answer != "u"):
            break
        if answer == "u" and made:
            at, decision = made.pop()
            desk.undo(decision, by)
            show("taken back 已撤回")
        elif answer == "u":
            show("There is nothing to undo yet in this sitting; older ones: renkou review --undo ID.")
        elif answer == "k":
            at += 1
        elif answer in VERDICTS:
            made, at = _decided(cases[at], at, answer, made, (desk, by, ask, show))
        else:
            show("Answer with one letter: s, d, n, k, u or q.")
    return len(made)


Seat = tuple[Desk, str, Callable[[str], str], Callable[[str], None]]


def _decided(
    case: dict[str, Any], at: int, answer: str, made: list[tuple[int, str]], seat: Seat
) -> tuple[list[tuple[int, str]], int]:
    """The judgements so far and the next case; a refused judgement leaves both as they were."""
    desk, by, ask, show = seat
    why = _answer(ask, WHY, keep=True)
    try:
        decision = desk.decide(Judgement(case["record_l"], case["record_r"], VERDICTS[answer], by, why))
    except UserError as error:
        show(f"✗ {error.what} {error.todo}")
        return made, at
    show(f"kept 已记 {decision}")
    return [*made, (at, decision)], at + 1


def _answer(ask: Callable[[str], str], question: str, keep: bool = False) -> str:
    try:
        text = ask(question).strip()
    except EOFError:
        return "" if keep else "q"
    return text if keep else text.lower()
