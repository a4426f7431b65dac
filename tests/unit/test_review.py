"""`renkou review` on a night by hand: who is asked first, what is shown, and that answers are never lost, doubled or at odds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len

from jobs import cli, review
from jobs.errors import UserError
from jobs.linkage import decisions, ledger
from jobs.linkage.ledger import Judgement, judge, undo
from jobs.residents import review_file
from jobs.residents.review_case import page, table
from jobs.residents.review_desk import FileDesk, LedgerDesk, sit
from jobs.residents.review_queue import ranked
from jobs.settings import Settings

from . import review_night as night

DAY = night.DAY


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return night.make(tmp_path)


def said(left: str, right: str, verdict: str, why: str = "") -> Judgement:
    return Judgement(left, right, verdict, "clerk", why)  # type: ignore[arg-type]


def asked(settings: Settings) -> list[tuple[str, str]]:
    return [(c["record_l"], c["record_r"]) for c in review.cases(settings, 20)]


def in_force(settings: Settings) -> dict[tuple[str, str], str]:
    return dict(decisions.in_force(decisions.read(settings.decisions), DAY))


def answers(*keys: str) -> Iterator[str]:
    yield from keys


def sat(settings: Settings, *keys: str) -> list[str]:
    """What a sitting showed; the answers end with the end of input."""
    typed, shown = answers(*keys), []

    def ask(question: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    sit(review.cases(settings, 20), LedgerDesk(settings.decisions, DAY), "clerk", ask, shown.append)
    return shown


# the queue

LINKS = ["profile_l", "profile_r", "weight", "probability", "grade", "block", "veto", "likely"]


def order(*links: tuple) -> list[str]:
    """Right-hand profiles in the order they are asked; each link is (other, probability, grade, veto, likely)."""
    rows = [("me", o, 1.0, p, g, "x", v, k) for o, p, g, v, k in links]
    schema = dict(zip(LINKS, [pl.String] * 2 + [pl.Float64] * 2 + [pl.String] * 4, strict=True))
    names = ["me", *(x[0] for x in links)]
    homes = pl.DataFrame({"profile_id": names, "resident_id": [n.upper() for n in names]})
    size = {"big": 16, "me": 32}
    residents = pl.DataFrame({
        "resident_id": [n.upper() for n in names],
        "records": [size.get(n, 1) for n in names],
        "provisional_of": ["ME" if n == "double" else None for n in names],
    })  # fmt: skip
    return ranked(pl.DataFrame(rows, schema=schema, orient="row"), homes, residents)["profile_r"].to_list()


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([("a", 0.9, "review", None, None), ("b", 0.5, "review", None, None)], ["b", "a"]),  # nearest to even odds
        ([("a", 0.5, "review", None, None), ("double", 0.99, "review", None, "x")], ["double", "a"]),  # it changes the count
        ([("a", 0.5, "review", None, None), ("big", 0.6, "review", None, None)], ["big", "a"]),  # more records at stake
        ([("a", 0.9, "review", None, None), ("b", 0.9, "none", "two_confirmed_numbers", None)], ["b", "a"]),
        ([("a", 0.5, "review", None, None), ("b", 0.9, "none", "twins_by_order", None)], ["a"]),  # a fact, not a question
    ],
)
def test_the_most_informative_comes_first(links: list, expected: list[str]) -> None:
    assert order(*links) == order(*reversed(links)) == expected


def test_each_pair_of_residents_is_asked_once_and_facts_are_not(settings: Settings) -> None:
    assert asked(settings) == [("a1", "b1"), ("a1", "d1")]  # not the mother and her child, not a2–d1 again
    assert [c["kind"] for c in review.cases(settings, 20)] == ["provisional", "open"]
    assert len(review.cases(settings, 1)) == 1


def test_what_was_judged_is_not_asked_again_and_the_unsure_come_last(settings: Settings) -> None:
    judge(settings.decisions, [said("b1", "a3", "unsure")], DAY)
    assert asked(settings) == [("a1", "d1"), ("a1", "b1")]
    judge(settings.decisions, [said("a2", "d1", "different")], DAY)
    assert asked(settings) == [("a1", "b1")]


# what is shown


def test_a_case_shows_what_was_compared_and_masks_the_rest(settings: Settings) -> None:
    text = page(review.cases(settings, 20)[0], 1, 2)
    for shown in (
        *night.NUMBERS,
        night.NAME,
        "1990-01-01",
        night.HOME,
        "two_numbers · two_confirmed_numbers",
        "prior",
        "139****4321",
    ):
        assert shown in text
    for hidden in (night.PHONE, night.OTHER_PHONE, night.MOTHER):  # the other side has no phone; the mother is a third person
        assert hidden not in text
    lines = {line.split()[0]: line for line in reversed(text.splitlines()) if line.strip()}
    assert " ≠ " in lines["number"] and " = " in lines["name"] and " = " in lines["mother"]
    assert not {"=", "≠", "≈"} & set(lines["phones"])
    assert max(cell_len(line) for line in text.splitlines()) <= 80


def test_the_list_holds_no_personal_value(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    text = table(review.cases(settings, 20))
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert f"   1 {night.ONE} {night.TWO}  two_confirmed_numbers 0.740  not counted" in text
    assert not [v for v in (*night.NUMBERS, night.NAME, night.PHONE, night.HOME) if v in text]


def test_cases_are_shown_on_a_terminal_only(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("RENKOU_HOME", str(settings.home))
    assert cli.main(["review", "--by", "clerk"]) == 3
    caught = capsys.readouterr()
    assert "needs a terminal" in caught.err and night.NAME not in caught.out + caught.err
    assert cli.main(["review"]) == 3 and "needs a signer" in capsys.readouterr().err


# the sitting


def test_answers_are_in_the_ledger_at_once(settings: Settings) -> None:
    sat(settings, "s", "one face", "d", "")
    assert in_force(settings) == {("a1", "b1"): "same", ("a1", "d1"): "different"}
    first = decisions.read(settings.decisions)[0]
    assert (first.by, first.on, first.why) == ("clerk", DAY, "one face")
    assert asked(settings) == []


def test_skip_undo_quit(settings: Settings) -> None:
    shown = sat(settings, "u", "x", "k", "d", "", "q")
    assert in_force(settings) == {("a1", "d1"): "different"} and any("nothing to undo" in s for s in shown)
    again = sat(settings, "s", "", "u", "d", "")
    assert in_force(settings) == {("a1", "b1"): "different", ("a1", "d1"): "different"} and "taken back 已撤回" in again
    assert [d.verdict for d in decisions.read(settings.decisions)] == ["different", "same", "unsure", "different"]


def test_a_refused_answer_leaves_the_case_open(settings: Settings) -> None:
    shown = sat(settings, "s", "phone 13812345678", "q")
    assert in_force(settings) == {} and any("six digits" in s for s in shown)


# the ledger


def test_undo_by_id(settings: Settings) -> None:
    made = judge(settings.decisions, [said("a1", "b1", "same")], DAY)[0]
    review.take_back(settings, made.decision_id, "boss", DAY + dt.timedelta(days=1))
    assert in_force(settings) == {("a1", "b1"): "same"}  # a past night keeps what held then
    later = decisions.in_force(decisions.read(settings.decisions), DAY + dt.timedelta(days=1))
    assert later == {}
    for wrong, sentence in ((made.decision_id, "already taken back"), ("D0", "no decision of that id")):
        with pytest.raises(UserError, match=sentence):
            undo(settings.decisions, wrong, "boss", DAY)
    back = decisions.read(settings.decisions)[-1].decision_id
    with pytest.raises(UserError, match="itself takes a decision back"):
        undo(settings.decisions, back, "boss", DAY)


@pytest.mark.parametrize(
    ("before", "now", "sentence"),
    [
        ([], [("a", "b", "same"), ("b", "a", "same")], "are judged twice here"),
        ([], [("a", "b", "same"), ("b", "a", "different")], "are judged same and different here"),
        ([("a", "b", "same")], [("b", "a", "same")], "were already judged same"),
        ([("a", "b", "same")], [("x", "y", "same"), ("a", "b", "different")], "were judged same before"),
        ([("a", "b", "same"), ("b", "c", "same")], [("a", "c", "different")], "yet other decisions make them one person"),
        ([("a", "c", "different"), ("a", "b", "same")], [("b", "c", "same")], "yet other decisions make them one person"),
    ],
)
def test_judgements_at_odds_are_refused_whole(tmp_path: Path, before: list, now: list, sentence: str) -> None:
    file = tmp_path / "state" / "decisions.jsonl"
    for each in before:
        judge(file, [said(*each)], DAY)
    stood = file.read_bytes() if before else b""
    with pytest.raises(UserError, match=sentence):
        judge(file, [said(*each) for each in now], DAY)
    assert file.read_bytes() == stood


def test_a_ledger_without_its_last_line_end_is_continued(tmp_path: Path) -> None:
    file = tmp_path / "decisions.jsonl"
    judge(file, [said("a", "b", "same")], DAY)
    file.write_text(file.read_text().rstrip("\n"))
    judge(file, [said("a", "c", "same")], DAY)
    assert len(decisions.read(file)) == 2 and len({d.decision_id for d in decisions.read(file)}) == 2
    assert ledger.unsure_pairs(decisions.read(file)) == set()


# the encrypted file


@pytest.fixture
def key(tmp_path: Path) -> str:
    review_file.new_key(tmp_path / "k")
    return str(review_file.key_of(tmp_path / "k", None))


def test_out_decided_elsewhere_and_in(settings: Settings, tmp_path: Path, key: str) -> None:
    file = tmp_path / "cases.rkr"
    assert review.hand_out(settings, file, key, 20) == 2
    raw = file.read_bytes()
    assert not [v for v in (night.NUMBERS[0], night.NAME, night.ONE) if v.encode() in raw] and file.stat().st_mode & 0o77 == 0
    desk, typed = FileDesk(file, key), answers("s", "seen", "d", "", "u", "n", "", "")
    assert sit(desk.waiting(), desk, "aunt", lambda _: next(typed), lambda _: None) == 2
    assert FileDesk(file, key).waiting() == []
    assert review.take_in(settings, file, key, DAY) == 2
    assert in_force(settings) == {("a1", "b1"): "same"} and decisions.read(settings.decisions)[0].by == "aunt"
    with pytest.raises(UserError, match="were already judged same"):
        review.take_in(settings, file, key, DAY)


@pytest.mark.parametrize("given", [None, "short", "A" * 43 + "="])
def test_a_wrong_key_is_a_sentence(settings: Settings, tmp_path: Path, key: str, given: str | None) -> None:
    review.hand_out(settings, tmp_path / "f", key, 20)
    with pytest.raises(UserError, match="key"):
        review.take_in(settings, tmp_path / "f", given, DAY)
    assert not settings.decisions.exists()


@pytest.mark.parametrize(
    ("judgements", "sentence"),
    [
        ([("a1", "b1", "same"), ("a1", "gone", "same")], "Judgement 2 speaks of a record that night 2026-11-22 does not know"),
        ([("a1", "b1", "same"), ("b1", "a1", "same")], "are judged twice here"),
        ([("a1", "b1", "same"), ("a1", "b1", "different")], "are judged same and different here"),
        ([("a1", "a1", "same")], "Judgement 1 of the file has no usable verdict"),
    ],
)
def test_a_file_is_entered_whole_or_not_at_all(settings: Settings, tmp_path: Path, key: str, judgements, sentence: str) -> None:
    file = tmp_path / "f"
    review_file.write(file, {"cases": [], "judgements": [vars(said(*j)) for j in judgements]}, key)
    with pytest.raises(UserError, match=sentence):
        review.take_in(settings, file, key, DAY)
    assert in_force(settings) == {}


def test_another_kind_of_file_is_a_sentence(tmp_path: Path, key: str) -> None:
    from cryptography.fernet import Fernet

    (tmp_path / "f").write_bytes(Fernet(key).encrypt(json.dumps({"format": "x"}).encode()))
    with pytest.raises(UserError, match="no review file of this version"):
        review_file.read(tmp_path / "f", key)
    with pytest.raises(UserError, match="key file exists"):
        review_file.new_key(tmp_path / "k")


def test_the_command_line(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("RENKOU_HOME", str(settings.home))
    monkeypatch.setenv("RENKOU_BY", "clerk")
    key_file, file = str(tmp_path / "k2"), str(tmp_path / "f2")
    assert cli.main(["review", "--new-key", key_file]) == 0
    assert cli.main(["review", "--out", file, "--key-file", key_file]) == 0
    assert "2 cases encrypted" in capsys.readouterr().out
    assert cli.main(["review", "--in", file, "--key-file", key_file]) == 0
    assert "0 decisions entered" in capsys.readouterr().out
    assert cli.main(["review", "--list"]) == 0 and night.TWO in capsys.readouterr().out
    made = judge(settings.decisions, [said("a1", "b1", "same")], DAY)[0]
    assert cli.main(["review", "--undo", made.decision_id, "--on", str(DAY)]) == 0
    assert "taken back" in capsys.readouterr().out and in_force(settings) == {}


def test_a_named_pair(settings: Settings) -> None:
    case = review.cases(settings, 20, (night.ONE, "e1"))[0]
    assert case["kind"] == "named" and {case["resident_l"], case["resident_r"]} == {night.ONE, night.FAR}
    with pytest.raises(UserError, match="one profile"):
        review.cases(settings, 20, ("a1", "a3"))
