"""What keeps persons apart, on literal profiles; positions are row numbers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from jobs.errors import UserError
from jobs.linkage import decisions
from jobs.residents import constraints, kinship, reasons

DAY = dt.date(2020, 1, 2)
SCHEMA = {
    "id_type": pl.String,
    "id_number": pl.String,
    "id_confirmed": pl.Boolean,
    "hukou_active": pl.Boolean,
    "aliases": pl.List(pl.String),
    "name": pl.String,
    "birth_date": pl.Date,
    "mother_number": pl.String,
    "birth_order": pl.String,
}


def profiles(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in rows], schema=SCHEMA)


def citizen(number: str, confirmed: bool = True, hukou: bool | None = None, aliases: tuple[str, ...] = ()) -> dict:
    return {"id_type": "citizen", "id_number": number, "id_confirmed": confirmed, "hukou_active": hukou, "aliases": list(aliases)}


def pairs(frame: pl.DataFrame) -> list[tuple[int, int]]:
    return frame.select("l", "r").rows()


def test_only_confirmed_citizen_numbers_differ() -> None:
    passport = {"id_type": "passport", "id_number": "N1", "id_confirmed": True}
    confirmed, hukou = constraints.number_codes(
        profiles(citizen("N1"), citizen("N1"), citizen("N2", hukou=True), citizen("N3", confirmed=False), passport, {})
    )
    assert confirmed[0] == confirmed[1] != confirmed[2] and confirmed[3:].tolist() == [-1, -1, -1]
    assert (hukou >= 0).tolist() == [False, False, True, False, False, False]


def test_numbers_stated_together_are_one() -> None:
    confirmed, _ = constraints.number_codes(
        profiles(
            citizen("N1", aliases=("citizen:N2", "school:N4")),
            citizen("N2"),
            citizen("N3", aliases=("citizen:N2",)),
            citizen("N4"),
        )
    )
    assert confirmed[0] == confirmed[1] == confirmed[2] != confirmed[3]


WHERE = pl.DataFrame({"record_id": ["a", "b", "c", "d"], "at": [0, 1, 2, 2]})


def test_relations_need_two_persons() -> None:
    ties = pl.DataFrame(
        {
            "from_record": ["a", "c", "a", "b", "c", "a"],
            "to_record": ["b", "a", "c", "c", "d", "gone"],
            "relation": ["spouse_of", "mother_of", "guardian_of", "same_household", "father_of", "mother_of"],
        }
    )
    # a household may name somebody twice; a profile is no relative of itself; a record that is gone says nothing
    assert pairs(constraints.tied_pairs(ties, WHERE)) == [(0, 1), (0, 2)]


def test_two_roles_of_one_row_are_two_persons_unless_it_lists_one_twice() -> None:
    who = profiles({"name": "甲", "birth_date": DAY}, {"name": "甲", "birth_date": DAY}, {"name": "乙"})
    row = {"dept": "mz", "source_table": "dibao", "source_key": "1"}
    records = pl.DataFrame(
        [{**row, "record_id": r, "role": r} for r in ("a", "b", "c")]
        + [{**row, "source_key": "2", "record_id": "d", "role": "d"}]
    )
    assert pairs(constraints.same_row_pairs(records, WHERE, who)) == [(0, 2), (1, 2)]


def test_children_of_one_birth() -> None:
    twin = {"mother_number": "M", "birth_date": DAY}
    rows = profiles(
        {**twin, "birth_order": "1"},
        {**twin, "birth_order": "2"},
        {**twin, "birth_order": "1"},
        {**twin},
        {**twin, "mother_number": "O", "birth_order": "2"},
    )
    assert pairs(constraints.sibling_pairs(rows)) == [(0, 1), (1, 2)]


def test_one_number_under_two_names_elsewhere_is_two_persons():
    one = {"id_type": "citizen", "id_number": "1", "other_names": [], "phones": ["a"], "dwellings": ["x"]}
    other = {**one, "phones": ["b"], "dwellings": ["y"]}
    rows = pl.DataFrame([
        {**one, "name": "王小明"},
        {**other, "name": "李红"},
        {**other, "name": "李小红"},  # a character in common with either: a misread name, perhaps
        {**one, "name": "张伟"},  # the first one's phone
        {**other, "name": "赵刚", "other_names": ["王小明"]},  # the first one by a former name
        {**other, "name": None},  # nameless: could be anybody's
        {**other, "name": "周云", "id_number": "2"},
    ])  # fmt: skip
    assert pairs(constraints.other_name_pairs(rows)) == [(0, 1), (1, 3), (2, 3), (3, 4)]


def ledger(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "decisions.jsonl"
    file.write_text("\n".join(lines) + "\n")
    return file


def line(number: int, one: str, two: str, verdict: str, on: str = "2026-01-01", revokes: str | None = None) -> str:
    back = f', "revokes": "{revokes}"' if revokes else ""
    return (
        f'{{"decision_id": "d{number}", "record_l": "{one}", "record_r": "{two}", "verdict": "{verdict}", '
        f'"by": "clerk", "on": "{on}", "why": "seen"{back}}}'
    )


def test_the_newest_word_about_a_pair_counts(tmp_path: Path) -> None:
    file = ledger(
        tmp_path,
        line(1, "a", "b", "same"),
        line(2, "b", "a", "different"),
        line(3, "c", "d", "same"),
        line(4, "c", "d", "unsure", revokes="d3"),
        line(5, "a", "c", "same", on="2026-02-01"),
    )
    read = decisions.read(file)
    assert decisions.in_force(read, dt.date(2026, 1, 31)) == {("a", "b"): "different"}
    later = decisions.in_force(read, dt.date(2026, 2, 1))
    assert later[("a", "c")] == "same"
    assert pairs(constraints.judged_pairs(later, "same", WHERE)) == [(0, 2)]
    assert pairs(constraints.judged_pairs({("a", "gone"): "same"}, "same", WHERE)) == []
    assert decisions.read(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("bad", ["{", '{"decision_id": "d1"}', line(1, "a", "b", "perhaps"), line(1, "a", "a", "same")])
def test_a_broken_ledger_is_a_clear_error(tmp_path: Path, bad: str) -> None:
    with pytest.raises(UserError, match=r"Line 2 of decisions.jsonl"):
        decisions.read(ledger(tmp_path, line(0, "x", "y", "same"), bad))


def test_strongest_comparisons() -> None:
    assert reasons.strongest("number=missing:0.0;name=exact:7.5;birth_date=exact:12.0;phone=else:-2.5") == ["birth_date", "name"]
    assert reasons.strongest(None) == []


def evidence(before: list[dict], today: list[dict]) -> reasons.Evidence:
    def frame(rows: list[dict]) -> pl.DataFrame:
        base = dict.fromkeys(reasons.COLUMNS) | {"dept": "rs", "source_table": "ac01", "role": "self"}
        schema = {c: pl.Boolean if c == "hukou_active" else pl.String for c in reasons.COLUMNS} | {"resident_id": pl.String}
        return pl.DataFrame([base | r for r in rows], schema=schema)

    links = pl.DataFrame(schema={c: pl.Float64 if c == "weight" else pl.String for c in reasons.LINK_COLUMNS})
    own = pl.DataFrame([(r["record_id"], r["record_id"]) for r in today], schema=["record_id", "profile_id"], orient="row")
    return reasons.Evidence(frame(today), frame(before), links, own.cast(pl.String))


MERGED = ("B", "merged_into", "A")


@pytest.mark.parametrize(
    ("event", "before", "today", "words"),
    [
        (
            MERGED,
            [("a", "A", {}), ("b", "B", {"name": "x"})],
            [("a", "A", {}), ("b", "A", {"name": "y"})],
            "name changed in rs.ac01 (姓名变更)",
        ),
        (
            MERGED,
            [("a", "A", {}), ("b", "B", {})],
            [("a", "A", {}), ("b", "A", {"id_number": "1"})],
            "number changed in rs.ac01 (号码变更)",
        ),
        (
            MERGED,
            [("a", "A", {}), ("b", "B", {})],
            [("a", "A", {}), ("b", "A", {}), ("n", "A", {"dept": "yb"})],
            "new record in yb.ac01 (新增记录)",
        ),
        (MERGED, [("a", "A", {}), ("b", "B", {})], [("a", "A", {}), ("b", "A", {})], "evidence on related records changed"),
        (
            ("N", "split_from", "A"),
            [("a", "A", {}), ("b", "A", {}), ("c", "A", {})],
            [("a", "A", {}), ("b", "N", {})],
            "record removed from rs.ac01",
        ),
        (("A", "retired", ""), [("a", "A", {})], [], "all its records are gone: rs.ac01"),
    ],
)
def test_reasons_name_the_evidence_and_no_value(event: tuple, before: list, today: list, words: str) -> None:
    def rows(given: list) -> list[dict]:
        return [{"record_id": r, "resident_id": i, **values} for r, i, values in given]

    events = pl.DataFrame([event], schema=["resident_id", "kind", "other_id"], orient="row")
    founders = pl.DataFrame(schema=dict.fromkeys(("resident_id", "dept", "source_table", "role"), pl.String))
    told = reasons.dated(events, founders, evidence(rows(before), rows(today)), DAY)
    assert words in told["reason"][0] and told["date"].to_list() == [DAY]


def kin(names: list[str], clusters: list[int], ties: list[tuple[str, str, str]], numbers: list[str | None] | None = None) -> list:
    records = [f"r{i}" for i in range(len(names))]
    where = pl.DataFrame({"record_id": records, "at": range(len(names)), "cluster": clusters})
    who = pl.DataFrame(
        {"name": names, "birth_date": [DAY] * len(names), "id_number": numbers or [None] * len(names)},
        schema_overrides={"id_number": pl.String},
    )
    stated = pl.DataFrame(ties, schema=["from_record", "relation", "to_record"], orient="row")
    return pairs(kinship.kin_pairs(stated, where, who))


def test_elders_of_one_child_with_one_name_are_one_person() -> None:
    # r0 and r1 are mentions of one child; r2 (no number) and r3 (numbered) are named its father, r4 its guardian, r5 its mother
    ties = [("r2", "father_of", "r0"), ("r3", "father_of", "r1"), ("r4", "guardian_of", "r1"), ("r5", "mother_of", "r0")]
    names = ["子", "子", "父", "父", "父", "母"]
    assert kin(names, [0, 0, 2, 3, 4, 5], ties, [None, None, None, "N", None, None]) == [(2, 3), (3, 4)]


def test_children_of_one_parent_with_one_name_and_birth_date_are_one_person() -> None:
    ties = [("r0", "mother_of", "r2"), ("r1", "mother_of", "r3"), ("r1", "mother_of", "r4"), ("r0", "guardian_of", "r5")]
    # r4 bears another name, and a guardian may have wards who are namesakes
    assert kin(["母", "母", "子", "子", "女", "子"], [0, 0, 2, 3, 4, 5], ties) == [(2, 3)]


def test_those_who_already_stand_together_need_no_kin() -> None:
    ties = [("r1", "father_of", "r0"), ("r2", "father_of", "r0")]
    assert kin(["子", "父", "父"], [0, 1, 1], ties) == []


def test_a_new_model_is_a_reason() -> None:
    rows = [{"record_id": "a", "resident_id": "A"}, {"record_id": "b", "resident_id": "B"}]
    whole = dataclasses.replace(evidence(rows, [{**r, "resident_id": "A"} for r in rows]), new_model=True)
    events = pl.DataFrame([MERGED], schema=["resident_id", "kind", "other_id"], orient="row")
    founders = pl.DataFrame(schema=dict.fromkeys(("resident_id", "dept", "source_table", "role"), pl.String))
    assert (
        reasons.dated(events, founders, whole, DAY)["reason"][0]
        == "one person now: the linkage model was retrained (模型更新)；合并"
    )
