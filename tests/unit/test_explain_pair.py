"""`renkou explain A B` on a night by hand: one person or two, by which links, and by what kept apart."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

from jobs import cli
from jobs.errors import UserError
from jobs.explain import explain, explain_pair, pair_page, pair_picture
from jobs.linkage.ledger import Judgement, judge
from jobs.residents import waterfall
from jobs.settings import Settings

from . import review_night as night


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return night.make(tmp_path)


def told(settings: Settings, one: str, two: str) -> str:
    return pair_page(explain_pair(settings, (one, two)))


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        (night.ONE, night.TWO, ["probably one person, kept apart by two different confirmed", f"! {night.TWO} is in no count"]),
        (night.ONE, night.TWO, ["none, vetoed by two_confirmed_numbers, likely one by two_numbers, pass birth_name"]),
        (night.ONE, night.BABY, ["Two persons 不是同一人: mother and child 母子", "+3.0 bits, p 0.8900, review, pass birth_name"]),
        (night.ONE, "d1", ["the evidence is not enough", "links 关联: 2 of 2 shown"]),
        ("a1", "a2", ["One person 同一人: 1 link(s)", "+20.0 bits, p 1.0000, auto"]),
        ("a1", "a3", ["One person 同一人: both stand in one profile"]),
        (night.OLD, night.TWO, [f"{night.OLD} was merged into {night.ONE} on 2026-11-22."]),
        (night.ONE, night.FAR, ["no blocking pass brings them together", "compared now 现算", "name else", "pass none"]),
    ],
)  # fmt: skip
def test_the_answer_and_its_reasons(settings: Settings, one: str, two: str, words: list[str]) -> None:
    text = told(settings, one, two)
    assert [w for w in words if w not in " ".join(text.split())] == []
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert not [v for v in (*night.NUMBERS, night.NAME, night.PHONE, night.MOTHER, night.HOME, "1990-01-01") if v in text]


def test_an_outweighed_number_is_told_on_both_pages(tmp_path: Path) -> None:
    settings = night.make(tmp_path, outweighed=True)
    both = " ".join(told(settings, "a1", "b1").split())
    assert "One person 同一人: 1 link(s) lead from one to the other. 公安 states another number" in both
    alone = " ".join(explain(settings, night.ONE).split())
    assert "links 关联: 2 hold its 3 profiles together" in alone
    assert "two_numbers: two_confirmed_numbers gave way to 公安's number or a decision" in alone
    judge(settings.decisions, [Judgement("a1", "b1", "same", "clerk")], night.DAY)
    assert "gave way to a person's decision" in " ".join(told(settings, "a1", "b1").split())


def test_either_order_gives_the_same_answer(settings: Settings) -> None:
    there, back = explain_pair(settings, (night.ONE, night.TWO)), explain_pair(settings, (night.TWO, night.ONE))
    assert there["apart"] == back["apart"] and there["links"][0]["weight"] == back["links"][0]["weight"] == 1.5


def test_a_decision_is_told(settings: Settings) -> None:
    judge(settings.decisions, [Judgement("a1", "b1", "same", "clerk")], night.DAY)
    text = told(settings, night.ONE, night.TWO)
    assert "somebody decided that they are one" in text and "same, by clerk, in force from 2026-11-22" in text


@pytest.mark.parametrize("wrong", ["zzz", night.NUMBERS[0], night.NAME, night.ONE[:-1] + ("0" if night.ONE[-1] != "0" else "1")])
def test_unknown_ids_are_sentences_that_repeat_no_value(settings: Settings, wrong: str) -> None:
    with pytest.raises(UserError, match="neither a resident id nor a record id") as caught:
        explain_pair(settings, (night.ONE, wrong))
    assert wrong not in caught.value.what or wrong.startswith("RK")


def test_the_picture_adds_up_and_can_be_read_aloud(settings: Settings) -> None:
    drawing = pair_picture(explain_pair(settings, (night.ONE, night.TWO)))
    root = ET.fromstring(drawing)
    name = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img" and root.get("aria-labelledby") == "title desc"
    assert root.find(f"{name}title").text == f"{night.ONE} and {night.TWO}: one person? 是否同一人"
    assert "number else -10.0; name exact +14.5" in root.find(f"{name}desc").text
    shown = [t.text for t in root.iter(f"{name}text")]
    assert shown[-2:] == ["together 合计", "+1.5"] and "-10.0" in shown and "phone missing" not in shown
    assert not [v for v in (*night.NUMBERS, night.NAME) if v in drawing]
    with pytest.raises(UserError, match="no comparison to draw"):
        pair_picture(explain_pair(settings, ("a1", "a3")))


def test_the_steps_end_at_the_weight() -> None:
    link = {
        "weight": 3.0,
        "comparisons": [{"comparison": c, "level": "x", "weight": w} for c, w in (("a", 9.0), ("b", -2.5), ("c", 0.0))],
    }
    drawn = waterfall.steps(link)
    assert [(s.label, s.weight) for s in drawn] == [("prior", -3.5), ("a x", 9.0), ("b x", -2.5)]
    assert drawn[-1].end == 3.0 and all(a.end == b.start for a, b in pairwise(drawn))


def test_the_command_line(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("RENKOU_HOME", str(settings.home))
    assert cli.main(["explain", night.ONE, night.TWO, "--json", "--svg", str(tmp_path / "w.svg")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["one_person"] is False and answer["links"][0]["veto"] == "two_confirmed_numbers"
    assert (tmp_path / "w.svg").read_text(encoding="utf-8").startswith("<svg")
    assert cli.main(["explain", night.ONE, "--svg", str(tmp_path / "x.svg")]) == 3
    assert "Give a second id" in capsys.readouterr().err and not (tmp_path / "x.svg").exists()
