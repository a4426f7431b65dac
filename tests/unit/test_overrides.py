"""Statuses decided by hand: what is refused, what holds on which day, and the command that enters them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from jobs.cli import main
from jobs.errors import ExitCode, UserError
from jobs.residence.overrides import Override, by_resident, enter, in_force, read, undo
from tests.unit.review_night import OLD, ONE, TWO, make

DAY = dt.date(2026, 11, 1)


def said(
    record: str = "a1", code: str = "23", on: dt.date = DAY, days: int = 100, by: str = "Desk 3", why: str = "visited"
) -> Override:
    return Override("", "RK0000000000000", record, code, on, on + dt.timedelta(days), by, why)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (said(by=" "), "needs a signer"),
        (said(why=""), "needs a reason"),
        (said(why="called 13800000000"), "six digits"),
        (said(code="77"), "no status code"),
        (said(days=0), "before it begins"),
        (said(days=366), "more than 365 days"),
    ],
)
def test_what_is_refused_leaves_no_line(tmp_path: Path, wrong: Override, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        enter(tmp_path / "o.jsonl", wrong)
    assert read(tmp_path / "o.jsonl") == []


@pytest.mark.parametrize(
    ("date", "codes"),
    [
        (DAY - dt.timedelta(1), []),
        (DAY, ["23"]),
        (DAY + dt.timedelta(10), ["31"]),
        (DAY + dt.timedelta(19), ["31"]),
        (DAY + dt.timedelta(20), ["23"]),
        (DAY + dt.timedelta(99), ["23"]),
        (DAY + dt.timedelta(100), []),
    ],
)
def test_the_newest_word_holds_until_its_end_or_until_taken_back(tmp_path: Path, date: dt.date, codes: list[str]) -> None:
    file = tmp_path / "o.jsonl"
    enter(file, said())
    second = enter(file, said(code="31", on=DAY + dt.timedelta(10), days=300))
    undo(file, second.override_id, "Desk 3", DAY + dt.timedelta(20))
    assert [o.status_code for o in in_force(read(file), date)] == codes


def test_taken_back_once_only(tmp_path: Path) -> None:
    made = enter(tmp_path / "o.jsonl", said())
    undo(tmp_path / "o.jsonl", made.override_id, "Desk 3", DAY)
    with pytest.raises(UserError, match="already taken back"):
        undo(tmp_path / "o.jsonl", made.override_id, "Desk 3", DAY)
    with pytest.raises(UserError, match="six digits"):
        undo(tmp_path / "o.jsonl", made.override_id, "Desk 13800000000", DAY)
    with pytest.raises(UserError, match="no such decision"):
        undo(tmp_path / "o.jsonl", "O123", "Desk 3", DAY)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "o.jsonl").write_text('{"override_id": "O1"}\n')
    with pytest.raises(UserError, match=r"Line 1 of o\.jsonl"):
        read(tmp_path / "o.jsonl")


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RENKOU_HOME", str(tmp_path))
    ledger = make(tmp_path).overrides
    asked = ["override", OLD, "--status", "31", "--on", "2026-11-23", "--by", "Desk 3"]
    assert main(asked) == ExitCode.BAD_INPUT and "needs a reason" in capsys.readouterr().err
    assert main([*asked, "--why", "seen moving in"]) == 0
    (held,) = read(ledger)
    assert (held.resident_id, held.record_id) == (ONE, "a1"), "an id merged away stands for the one that lives on"
    assert (held.on, held.until) == (dt.date(2026, 11, 23), dt.date(2027, 5, 22))
    assert held.override_id in capsys.readouterr().out
    assert main(["override", "--list", "--on", "2026-11-24"]) == 0
    assert ONE in capsys.readouterr().out
    assert main(["override", "--undo", held.override_id, "--by", "Desk 3", "--on", "2026-11-25"]) == 0
    capsys.readouterr()
    assert main(["override", "--list", "--on", "2026-11-25"]) == 0
    assert "No status is decided by hand" in capsys.readouterr().out
    assert main(["override", TWO, "--status", "77", "--why", "x", "--by", "Desk 3"]) == ExitCode.BAD_INPUT
    assert main(["override"]) == ExitCode.BAD_INPUT and "What is to be decided?" in capsys.readouterr().err


def test_a_decision_follows_the_record_and_the_newest_counts() -> None:
    held = [said("a1", "23"), said("b1", "31"), said("gone", "11")]
    tonight = pl.LazyFrame({"record_id": ["a1", "a2", "b1", "c1"], "resident_id": ["RK1", "RK1", "RK1", "RK2"]})
    told = by_resident(held, tonight).collect()
    assert told.select("resident_id", "status_code").rows() == [("RK1", "31")], "two residents became one: the newer word stands"
    split = pl.LazyFrame({"record_id": ["a1", "b1"], "resident_id": ["RK1", "RK9"]})
    assert sorted(by_resident(held, split).collect().select("resident_id", "status_code").rows()) == [
        ("RK1", "23"),
        ("RK9", "31"),
    ]
    assert by_resident([], tonight).collect().is_empty()
