"""`renkou explain` on hand-made tables: what is told, what is masked, where a merged id leads."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest
from rich.cells import cell_len

from jobs.context import Context
from jobs.errors import UserError
from jobs.explain import explain
from jobs.linkage.identities import new_ids
from jobs.pool.nights import Night, Receipt
from jobs.residents import masked, story
from jobs.residents.pending import pending
from jobs.settings import Settings
from jobs.tables import LINKS, RECORDS, RESIDENCE, RESIDENT_EVENTS, RESIDENT_RECORDS, RESIDENTS, TIES, Table

DAY = dt.date(2026, 11, 22)
ME, OTHER, OLD, GONE, NOBODY = new_ids(["me", "other", "old", "gone", "nobody"], set(), b"key")
NUMBER, NAME, PHONE, BIRTH = "330110199001019033", "张梓轩", "13812345678", dt.date(1990, 1, 1)
LEVELS = "number=missing:0.0;name=exact:7.5;birth_date=exact:12.0;phone=else:-2.5"


@pytest.fixture
def night(tmp_path: Path) -> Settings:
    """One resident of four records in three profiles (one a child's father), one near miss, one merged and one retired id."""
    settings = Settings(tmp_path, tmp_path / "sources.yml", "local[2]", 2, "key")
    context = Context(settings, Night(settings.nights, DAY), Receipt("residence"))
    base = {"source_table": "czrk", "source_key": "k", "role": "self", "known_from": DAY, "name": NAME, "birth_date": BIRTH}
    number = {"id_type": "citizen", "id_number": NUMBER, "id_grade": "OK"}
    child = {**base, "dept": "wj", "source_table": "vaccination", "id_grade": "MISSING"}
    write(context, RECORDS, [
        {**base, **number, "record_id": "r1", "dept": "ga"},
        {**base, **number, "record_id": "r2", "dept": "yb", "source_table": "psn_insu", "phone": PHONE, "closed_on": DAY},
        {**base, "record_id": "r3", "dept": "jy", "source_table": "pupil", "id_grade": "MISSING", "address_raw": "某路1号"},
        {**base, "record_id": "r4", "dept": "jy", "source_table": "pupil", "id_grade": "MISSING"},
        {**child, "record_id": "r5", "role": "father"},
    ])  # fmt: skip
    origin = {"dept": "wj", "source_table": "vaccination", "source_key": "k", "known_from": DAY, "relation": "father_of"}
    write(context, TIES, [{**origin, "from_record": "r1", "to_record": "r4"}, {**origin, "from_record": "r5", "to_record": "r4"}])
    belongs = [("r1", ME, "r1"), ("r5", ME, "r5"), ("r2", ME, "r1"), ("r3", ME, "r3"), ("r4", OTHER, "r4")]
    write(context, RESIDENT_RECORDS, [{"record_id": r, "resident_id": i, "profile_id": p, "since": DAY} for r, i, p in belongs])
    link = {"probability": 0.9999, "block": "name_birth", "levels": LEVELS, "model_version": "1"}
    write(context, LINKS, [
        {**link, "profile_l": "r1", "profile_r": "r3", "weight": 13.2, "grade": "auto"},
        {**link, "profile_l": "r3", "profile_r": "r4", "weight": 5.0, "grade": "none", "veto": "twins"},
    ])  # fmt: skip
    resident = {
        "records": 4,
        "departments": ["ga", "jy", "wj", "yb"],
        "id_type": "citizen",
        "id_number": NUMBER,
        "name": NAME,
        "phone": PHONE,
    }
    write(context, RESIDENTS, [
        {**resident, "resident_id": ME, "sex": "M", "birth_date": BIRTH, "mother_id": OTHER, "name_source": "r1"},
        {"resident_id": OTHER, "records": 1, "departments": ["jy"], "name": NAME},
    ])  # fmt: skip
    told = {
        "positive": [{"sign": "S03", "dept": "ga", "record": "r1", "from": "2010-01-01", "to": None, "w": 0.45, "decay": 1.0}]
    }
    status = {"status_class": "R", "counts_usual": True, "counts_present": True, "counts_hukou": True, "rule_version": "2026.1"}
    status |= {"confidence": 0.934, "band": "high", "evidence_score": 0.861}
    told |= {
        "negative": [{"sign": "N03", "dept": "zf", "record": "rx", "from": "2020-01-01", "w": 0.8, "decay": 0.1}],
        "without_strongest": 0.2,
    }
    write(context, RESIDENCE, [
        {**status, "resident_id": ME, "status_code": "11", "rule_id": "R-05b", "explanation": json.dumps(told)},
    ])  # fmt: skip
    events = [
        (ME, "created", "", "first mention in ga.czrk (self)；首次出现"),
        (OLD, "merged_into", ME, "one person now: number changed；合并"),
        (GONE, "retired", "", "all its records are gone: rs.ac01；记录已全部撤除"),
    ]  # fmt: skip
    write(
        context,
        RESIDENT_EVENTS,
        [{"resident_id": i, "date": DAY, "kind": k, "other_id": o, "reason": r} for i, k, o, r in events],
    )
    context.night.put(context.receipt)
    context.night.seal({"tables": context.night.pins()})
    return settings


def write(context: Context, table: Table, rows: list[dict]) -> None:
    whole = [{name: row.get(name) for name in table.schema.names} for row in rows]
    context.write_arrow(table, pa.Table.from_pylist(whole, schema=table.schema))


def test_the_story_is_told(night: Settings) -> None:
    told = explain(night, ME)
    for words in (
        "张*轩", "330***********9033", "138****5678",
        "4 records of ga jy wj yb", f"mother 母 {OTHER}", "status 11 户籍常住（人户一致）",
        "rule R-05b (2026.1)", "evidence score 0.86", "93 of 100 with such evidence were right (high)",
        "S03 ga.czrk", "N03 zf", "evidence score would be 0.2", "yb.psn_insu†", "(missing)",
        "A–B  +13.2 bits, p 0.9999, auto, pass name_birth", "birth_date      exact                  +12.0 ████",
        "phone           else                    -2.5 ▒", "says nothing: number",
        f"A – C  one name, elder of {OTHER}", f"B – {OTHER}  +5.0 bits, kept apart by twins",
        "first mention in ga.czrk", f"{OLD} merged into 并入 this one",
    ):  # fmt: skip
        assert words in told


def test_it_fits_a_terminal(night: Settings) -> None:
    assert max(cell_len(line) for line in explain(night, ME).splitlines()) <= 80


def test_no_whole_personal_value_is_shown(night: Settings) -> None:
    for told in (explain(night, ME), explain(night, ME, as_json=True)):
        assert not [v for v in (NUMBER, NAME, PHONE, "某路1号", "1990-01-01") if v in told]


def test_json_says_the_same(night: Settings) -> None:
    told = json.loads(explain(night, ME, DAY, as_json=True))
    assert told["resident"]["resident_id"] == ME and len(told["records"]) == 4
    assert told["links"][0]["comparisons"][1] == {"comparison": "name", "level": "exact", "weight": 7.5}
    assert told["near_misses"][0]["veto"] == "twins" and told["status"]["explanation"]["positive"][0]["place"] == "ga.czrk"
    assert told["decided_by"] is None  # this night keeps no signs; tests/unit/test_what_if.py has one that does


def test_a_merged_id_leads_to_the_survivor(night: Settings) -> None:
    told = explain(night, f" {OLD.lower()}")
    assert told.startswith(f"{OLD} was merged into {ME} on 2026-11-22.") and f"\n{ME}  张*轩" in told


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (NOBODY, f"There is no resident {NOBODY} on 2026-11-22."),
        (GONE, f"Resident {GONE} was retired on 2026-11-22: all its records are gone."),
        (ME[:-1] + ("0" if ME[-1] != "0" else "1"), "is no resident id."),
        (NUMBER, "That is no resident id."),
        (NAME, "That is no resident id."),
    ],
)
def test_unknown_ids_are_clear_errors(night: Settings, asked: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        explain(night, asked)
    assert caught.value.what.endswith(sentence) and caught.value.todo


def test_no_such_night(night: Settings) -> None:
    with pytest.raises(UserError, match="no finished night of 2020-01-01"):
        explain(night, ME, dt.date(2020, 1, 1))


@pytest.mark.parametrize(
    ("function", "value", "shown"),
    [
        (masked.name, "张三", "张*"),
        (masked.name, "张梓轩", "张*轩"),
        (masked.name, "欧阳娜娜", "欧**娜"),
        (masked.name, None, "–"),
        (masked.name, "SMITH JOHN", "S** J**"),
        (masked.number, NUMBER, "330***********9033"),
        (masked.number, "E1234567", "******67"),
        (masked.number, "A", "*A"),
        (masked.phone, PHONE, "138****5678"),
        (masked.birth, BIRTH, "1990-01-**"),
        (masked.birth, None, "–"),
    ],
)
def test_masks(function, value, shown: str) -> None:
    assert function(value) == shown


def test_a_chain_keeps_the_heaviest_links() -> None:
    link = {"grade": "auto"}
    links = [
        {**link, "profile_l": a, "profile_r": b, "weight": w} for a, b, w in (("a", "b", 3.0), ("b", "c", 5.0), ("a", "c", 4.0))
    ]
    assert [(e["profile_l"], e["profile_r"]) for e in story.chain(links)] == [("b", "c"), ("a", "c")]


def test_letters() -> None:
    assert list(story.letters_of([str(i) for i in range(28)]).values())[::27] == ["A", "AB"]


def test_what_waits_is_told_in_both_languages() -> None:
    waits = {"pending_status": "53", "pending_since": dt.date(2026, 11, 20), "pending_until": dt.date(2026, 11, 26)}
    told = " ".join(" ".join(pending({**waits, "counts_usual": True})).split())
    assert "still counted as a usual resident: the rules say 53 since 2026-11-20" in told and "常住仍计入" in told
    assert "常住仍不计入" in " ".join(pending({**waits, "counts_usual": False}))
    assert pending({"pending_status": None}) == pending({}) == []
