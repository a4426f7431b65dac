"""`renkou what-if` and the counterfactual of `renkou explain` on a night by hand: a mother who rents and works here, her child."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from jobs import cli
from jobs.context import Context
from jobs.errors import UserError
from jobs.explain import explain
from jobs.linkage.identities import new_ids
from jobs.pool.nights import Night, Receipt
from jobs.residence.parameters import load
from jobs.residents import one_resident_facts as facts
from jobs.residents.one_resident import around
from jobs.residents.one_resident_world import Asked, decide_one
from jobs.settings import Settings
from jobs.tables import RECORDS, RESIDENCE, RESIDENT_RECORDS, RESIDENTS, SIGNS, TIES
from jobs.what_if import Supposed, compare, what_if
from tests.unit.test_explain import write

DAY = dt.date(2026, 11, 22)
MOTHER, CHILD, NEIGHBOUR, UNKNOWN = new_ids(["mother", "child", "neighbour", "unknown"], set(), b"key")
NUMBER, NAME = "340102199001019036", "李晓燕"
LEASE, JOB, BIRTH, MENTION, CARD = ("a" * 20, "b" * 20, "c" * 20, "d" * 20, "e" * 20)
HOME = {"dwelling_id": "home", "township": "330110012", "in_district": True}


def sign(record: str, code: str, dept: str, since: str, until: str | None = None, **more: Any) -> dict[str, Any]:
    """One row of SIGNS, known since the night."""
    days = {"from_date": dt.date.fromisoformat(since), "to_date": dt.date.fromisoformat(until) if until else None}
    origin = {"dept": dept, "source_table": "t", "source_key": "k", "known_from": DAY}
    return {**origin, **days, "sign_id": f"{record}{code}{since}", "record_id": record, "sign": code, "in_district": True, **more}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The published statuses are those of the plain rules; whether these are right is what tests/spec is for."""
    home = tmp_path_factory.mktemp("night")
    settings = Settings(home, home / "sources.yml", "local[2]", 2, "key")
    context = Context(settings, Night(settings.nights, DAY), Receipt("residence"))
    record = {"source_key": "k", "role": "self", "known_from": DAY, "name": NAME, "id_type": "citizen", "id_number": NUMBER}
    infant = {"source_key": "k", "known_from": DAY, "dept": "wj", "source_table": "birth", "name": "李小宝"}
    write(context, RECORDS, [
        {**record, **HOME, "record_id": LEASE, "dept": "ga", "source_table": "ldrk", "hukou_division": "340102"},
        {**record, "record_id": JOB, "dept": "rs", "source_table": "ac01"},
        {**record, "record_id": MENTION, "dept": "wj", "source_table": "birth", "role": "mother"},
        {**infant, "record_id": BIRTH, "role": "self", "birth_date": dt.date(2026, 11, 1)},
        {**record, **HOME, "record_id": CARD, "dept": "zf", "source_table": "grid_person", "id_number": None},
    ])  # fmt: skip
    owners = ((LEASE, MOTHER), (JOB, MOTHER), (MENTION, MOTHER), (BIRTH, CHILD), (CARD, NEIGHBOUR))
    write(context, RESIDENT_RECORDS, [{"record_id": r, "resident_id": w, "profile_id": r, "since": DAY} for r, w in owners])
    write(context, SIGNS, [
        sign(LEASE, "S01", "ga", "2025-03-01", place="dwelling", dwelling_id="home", township="330110012"),
        sign(LEASE, "S01", "ga", "2026-03-01", place="dwelling", dwelling_id="home", township="330110012"),
        sign(JOB, "S11", "rs", "2020-01-01", "2026-12-01", place="work"),
    ])  # fmt: skip
    tie = {"dept": "wj", "source_table": "birth", "source_key": "k", "known_from": DAY, "relation": "mother_of"}
    write(context, TIES, [{**tie, "from_record": MENTION, "to_record": BIRTH}])
    grown = {"id_type": "citizen", "name": NAME, "departments": ["ga"], "records": 3, "hukou_active": False}
    best = {"id_number": NUMBER, "id_number_source": LEASE, "hukou_division": "340102", "hukou_division_source": LEASE}
    write(context, RESIDENTS, [
        {**grown, **best, "resident_id": MOTHER, "birth_date": dt.date(1990, 1, 1)},
        {"resident_id": CHILD, "records": 1, "departments": ["wj"], "birth_date": dt.date(2026, 11, 1), "name": "李小宝",
         "mother_id": MOTHER, "hukou_active": False},
        {**grown, "resident_id": NEIGHBOUR, "records": 1, "id_type": None},
    ])  # fmt: skip
    context.night.put(context.receipt)
    context.night.seal({"tables": context.night.pins()})
    write(context, RESIDENCE, [published(settings, who) for who in (MOTHER, CHILD, NEIGHBOUR)])
    context.night.put(context.receipt)
    context.night.seal({"tables": {**context.night.pins(), **context.receipt.writes}})
    return settings


def published(settings: Settings, who: str) -> dict[str, Any]:
    p = load()
    found = around(settings, Night(settings.nights, DAY), [who], p)
    said = facts.decided(decide_one(found, who, Asked(DAY), p), p)
    columns = {
        "status_code": said["status"],
        "rule_id": said["rule"],
        "counts_usual": said["usual"],
        "evidence_score": said["evidence"],
    }
    flags = {"counts_present": True, "counts_hukou": False, "status_class": "R", "rule_version": p.version, "explanation": "{}"}
    return {"resident_id": who, **said, **columns, **flags}


def unwrapped(told: str) -> str:
    """The page as one line."""
    return " ".join(told.split())


def status(settings: Settings, who: str, **supposed: Any) -> str:
    return str(compare(settings, Supposed(who, **supposed))["supposed"]["status"])


def test_nothing_supposed_is_what_was_published(night: Settings) -> None:
    for who, code in ((MOTHER, "23"), (CHILD, "24"), (NEIGHBOUR, "21")):
        told = compare(night, Supposed(who))
        assert told["agrees"] and told["published"]["status"] == code and not told["reasons"], who
        assert what_if(night, Supposed(who)).endswith("nothing changes 无变化")


def test_without_the_registration_she_only_works_here(night: Settings) -> None:
    for words in ((LEASE,), ("ga",), ("ga.ldrk", LEASE.upper())):
        told = compare(night, Supposed(MOTHER, without=words))
        assert (told["supposed"]["status"], told["supposed"]["rule"]) == ("51", "R-06d")
        assert told["without"] == [{"record": LEASE, "place": "ga.ldrk", "role": "self", "signs": ["S01"]}]
    assert {"present", "in_force", "c_pos"} <= {r["fact"] for r in told["reasons"]}
    assert set(told["rules"]) == {"R-06a", "R-06d"}


def test_a_child_follows_its_mother_into_what_is_supposed(night: Settings) -> None:
    assert status(night, CHILD, as_of=dt.date(2026, 12, 22)) == "24"
    assert status(night, CHILD, without=(BIRTH,)) == "none"
    assert status(night, MOTHER, without=("wj",)) == "23"


def test_the_clock_alone(night: Settings) -> None:
    told = compare(night, Supposed(MOTHER, as_of=dt.date(2028, 6, 1)))
    assert told["supposed"]["status"] == "53" and told["supposed"]["usual"] is False
    (change,) = told["on_the_way"]
    assert (change["before"], change["after"]) == ("23", "53") and dt.date(2027, 3, 1) <= change["date"] <= dt.date(2028, 3, 1)
    before = change["date"] - dt.timedelta(days=1)
    assert [status(night, MOTHER, as_of=day) for day in (before, change["date"])] == ["23", "53"]


def test_an_earlier_day_by_what_is_known_now(night: Settings) -> None:
    """Everything became known on the night; the registration is of 2025, the job of 2020."""
    assert status(night, MOTHER, as_of=dt.date(2025, 2, 28)) == "51"
    assert status(night, MOTHER, as_of=dt.date(2025, 3, 1)) == "23"
    assert "as of the night" in what_if(night, Supposed(MOTHER, as_of=dt.date(2025, 3, 1)))


def test_the_page_says_it_in_both_languages(night: Settings) -> None:
    told = what_if(night, Supposed(MOTHER, dt.date(2026, 12, 1), ("ga",)))
    for words in (
        f"{MOTHER}  what if 假设  on 2026-12-01, known on 2026-11-22", f"without 去掉 ga.ldrk {LEASE} (S01)",
        "published 发布 2026-11-22", "supposed 假设 2026-12-01", "23 省外流动常住", "51 在区就业非居住", "works or is insured",
        "usual resident 常住       yes 是", "R-06d decides 现判: never lived here", "从未在区居住", "yes 是 → no 否",
    ):  # fmt: skip
        assert words in told
    assert max(cell_len(line) for line in told.splitlines()) <= 80
    assert NAME not in told and NUMBER not in told


def test_json_says_the_same(night: Settings) -> None:
    told = json.loads(what_if(night, Supposed(MOTHER, without=("ga",)), as_json=True))
    assert told["published"]["status"] == "23" and told["supposed"]["status"] == "51" and told["agrees"] is True
    assert not [v for v in (NAME, NUMBER) if v in json.dumps(told, ensure_ascii=False)]


@pytest.mark.parametrize(
    ("who", "supposed", "sentence"),
    [
        (UNKNOWN, {}, f"There is no resident {UNKNOWN} on 2026-11-22."),
        (NUMBER, {}, "That is no resident id."),
        (MOTHER, {"without": (BIRTH,)}, f"{BIRTH} is no record, department or table of {MOTHER} on the night 2026-11-22."),
        (MOTHER, {"without": ("zf",)}, f"zf is no record, department or table of {MOTHER} on the night 2026-11-22."),
        (MOTHER, {"without": (NUMBER,)}, f"That is no record, department or table of {MOTHER} on the night 2026-11-22."),
        (MOTHER, {"without": (f"ga.{NAME}",)}, f"That is no record, department or table of {MOTHER} on the night 2026-11-22."),
        (
            MOTHER,
            {"as_of": dt.date(2019, 12, 31)},
            f"Nothing is known of {MOTHER} on 2019-12-31: its first evidence is of 2020-01-01.",
        ),
        (MOTHER, {"as_of": dt.date(9999, 12, 31)}, "9999-12-31 lies more than ten years after the night 2026-11-22."),
        (MOTHER, {"night": dt.date(2020, 1, 1)}, "There is no finished night of 2020-01-01."),
    ],
)
def test_wrong_questions_are_two_sentences(night: Settings, who: str, supposed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        what_if(night, Supposed(who, **supposed))
    assert caught.value.what == sentence and caught.value.todo


def test_explain_tells_the_record_that_decides(night: Settings) -> None:
    told = explain(night, MOTHER)
    assert "decided by 决定性记录" in told and f"without ga.ldrk {LEASE} (S01): 51 在区就业非居住" in told
    assert max(cell_len(line) for line in told.splitlines()) <= 80
    single = json.loads(explain(night, MOTHER, as_json=True))["decided_by"]["single"]
    assert [(one["records"], one["status"], one["counterfactual"]) for one in single] == [
        ([LEASE], "51", "without ga.ldrk (S01): 51")
    ]
    assert f"without zf.grid_person {CARD} (grid card 网格卡): no record left" in unwrapped(explain(night, NEIGHBOUR))


def test_a_child_hangs_on_the_records_of_its_mother(night: Settings) -> None:
    single = json.loads(explain(night, CHILD, as_json=True))["decided_by"]["single"]
    hers = {one["records"][0]: one["status"] for one in single if one["resident_id"] == MOTHER and len(one["records"]) == 1}
    assert set(hers) == {LEASE, MENTION} and not {"24", "none"} & set(hers.values())
    assert [one["status"] for one in single if one["resident_id"] == CHILD] == ["none"]
    assert f"without {MOTHER}'s 亲属 ga.ldrk {LEASE} (S01):" in unwrapped(explain(night, CHILD))


def test_other_rules_than_the_published_ones_are_told(night: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    months = load().months.model_copy(update={"half_year": 240})
    days = load().days.model_copy(update={"cumulative": 400})
    stricter = load().model_copy(update={"version": "2099.1", "months": months, "days": days})
    monkeypatch.setattr("jobs.residence.parameters.load", lambda: stricter)
    for told in (explain(night, MOTHER), what_if(night, Supposed(MOTHER, without=("rs",)))):
        assert "! the rules in force (2099.1) say 31 by R-06b" in unwrapped(told)


def test_a_night_of_before_some_columns_and_without_statuses(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "sources.yml", "local[2]", 2, "key")
    context = Context(settings, Night(settings.nights, DAY), Receipt("resolve"))
    older = replace(RESIDENTS, columns=tuple(c for c in RESIDENTS.columns if c.name != "not_counted"))
    write(context, older, [{"resident_id": MOTHER, "records": 1, "id_number": NUMBER, "id_type": "citizen", "name": NAME}])
    write(context, RESIDENT_RECORDS, [{"record_id": JOB, "resident_id": MOTHER, "profile_id": JOB, "since": DAY}])
    origin = {"source_key": "k", "role": "self", "known_from": DAY, "dept": "rs", "source_table": "ac01"}
    write(context, RECORDS, [{**origin, "record_id": JOB, "id_type": "citizen", "id_number": NUMBER, "name": NAME}])
    context.night.put(context.receipt)
    context.night.seal({"tables": context.night.pins()})
    with pytest.raises(UserError, match="keeps no signs"):
        what_if(settings, Supposed(MOTHER))
    write(context, SIGNS, [sign(JOB, "S11", "rs", "2020-01-01", "2026-12-01", place="work")])
    context.night.put(context.receipt)
    context.night.seal({"tables": {**context.night.pins(), **context.receipt.writes}})
    told = compare(settings, Supposed(MOTHER))
    assert told["decided_anew"]["status"] == "51" and told["published"] == {} and told["not_counted"] is None
    assert "! the night decided no status" in what_if(settings, Supposed(MOTHER))


def test_the_command(night: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RENKOU_HOME", str(night.home))
    words = [
        "what-if",
        MOTHER.lower(),
        "--without",
        "ga",
        "--without",
        "wj",
        "--as-of",
        "2026-12-01",
        "--date",
        str(DAY),
        "--json",
    ]
    assert cli.main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["supposed"]["status"] == "51" and len(told["without"]) == 2
    assert cli.main(["what-if", MOTHER, "--without", "zf"]) == 3
    assert "✗ zf is no record" in capsys.readouterr().err
