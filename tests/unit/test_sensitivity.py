"""`renkou sensitivity` on a night by hand: seven people last seen between 70 and 109 days ago, and two surely here."""

from __future__ import annotations

import datetime as dt
import json
import re

import pyarrow as pa
import pytest
from rich.cells import cell_len

from jobs import cli
from jobs.context import Context
from jobs.pool.nights import Night, Receipt
from jobs.pool.store import conform
from jobs.residence.decide import decide
from jobs.residence.parameters import load
from jobs.sensitivity import Asked, measure, page
from jobs.settings import Settings
from jobs.tables import RECORDS, RESIDENCE, RESIDENT_RECORDS, RESIDENTS, SIGNS, TIES, Table
from tests.residence.people import GROUPS
from tests.residence.plain_world import inputs
from tests.residence.test_sensitivity import DAY, PEOPLE, made

NAME, NUMBER = "李晓燕", "340102199001019036"
DATE = dt.date.fromisoformat(DAY)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("sensitivity")
    settings = Settings(home, home / "sources.yml", "local[2]", 2, "key")
    world = made([*PEOPLE[:8], ("there", "hukou=河南", "S01 2026-02-01")])
    for resident in world.residents:
        resident |= {"name": NAME, "id_number": NUMBER}
    context = Context(settings, Night(settings.nights, DATE), Receipt("residence"))
    given = inputs(world)

    def write(table: Table, rows: pa.Table) -> None:
        context.write_arrow(table, conform(rows.select(table.schema.names), table.schema))

    frames = (given.residents, given.resident_records, given.records, given.signs, given.ties)
    for table, frame in zip((RESIDENTS, RESIDENT_RECORDS, RECORDS, SIGNS, TIES), frames, strict=True):
        write(table, frame.collect().to_arrow())
    write(RESIDENCE, decide(given, load(), GROUPS).to_arrow())
    context.night.put(context.receipt)
    context.night.seal({"tables": {**context.night.pins(), **context.receipt.writes}})
    return settings


def run(night: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setenv("RENKOU_HOME", str(night.home))
    return cli.main(["sensitivity", "--date", DAY, *words])


def test_the_page(night: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(night, monkeypatch, "--only", "days.keep", "--only", "signs.S07.weight") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(cell_len(line) for line in lines) <= 80
    text = "\n".join(lines)
    assert re.search(r"^days.keep +90 +72 +-2 +-33.33 +108 +\+3 +\+50.00$", text, re.MULTILINE)
    assert "usual residents as published 6." in text and "all residents: 9." in text
    assert "what moves the total most: days.keep\n  −20 %: -2 (-33.33 %)，+20 %: +3 (+50.00 %)" in text
    assert "1 of 2 parameters move nothing" in text and "  signs.S07.weight" in text
    assert NAME not in text and NUMBER not in text


def test_the_larger_effect_comes_first_and_json_says_the_same(
    night: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(night, monkeypatch, "--only", "age.child", "--only", "days.keep", "--json") == 0
    text = capsys.readouterr().out
    told = json.loads(text)
    assert [r["name"] for r in told["parameters"]] == ["days.keep", "age.child"]
    keep = told["parameters"][0]
    assert keep["down"] == {"value": 72, "persons": -2.0, "error": 0.0, "share": -0.333333}
    assert keep["up"] == {"value": 108, "persons": 3.0, "error": 0.0, "share": 0.5}
    assert (told["decided"], told["residents"]) == (9, 9)
    assert told["counted"] == 6  # five, and the one seen 91 days ago, whose leaving waits by R-11
    assert "signs.S03.carry" in told["not_moved"]["null"] and "hard_events" in told["not_moved"]["lists"]
    assert NAME not in text and NUMBER not in text


def test_a_sample_says_so_with_its_error_and_is_the_same_again(night: Settings) -> None:
    asked = Asked(residents=6, seed=2, only=("days.keep", "signs.S07.weight"))
    told = measure(night, Night(night.nights, DATE), asked)
    again = measure(night, Night(night.nights, DATE), asked)
    assert told == again and (told["decided"], told["residents"], told["families"]) == (6, 9, 6)
    keep, idle = told["parameters"]
    assert idle["up"]["persons"] == 0 and idle["up"]["error"] == 1.5  # three times 1.5, a third of all being left out
    assert all(keep[way]["error"] > 0 and keep[way]["persons"] % 1.5 == 0 for way in ("down", "up"))  # one drawn stands for 1.5
    shown = page(told)
    assert "residents 6 / 9" in shown and "Where nobody drawn changed, at most 2 of the district do" in shown
    assert "±" in shown and max(cell_len(line) for line in shown.splitlines()) <= 80


def test_what_cannot_be_asked_is_said(
    night: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(night, monkeypatch, "--only", "days.kept") == 3
    assert "✗ No number of the parameters is called so." in capsys.readouterr().err
    assert run(night, monkeypatch, "--residents", "0") == 3
    assert "✗ At least one resident must be decided." in capsys.readouterr().err
