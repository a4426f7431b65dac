"""Every hard case of domain §4 that clusters and constraints decide, on one hand-made district, over three nights."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path

import pytest

from jobs import resolve
from jobs.context import Context
from jobs.errors import UserError
from jobs.linkage.identities import is_resident_id
from tests.resolve.district import District, night, seal, settings_in

pytestmark = pytest.mark.spark
D1, D2, D3 = dt.date(2026, 11, 20), dt.date(2026, 11, 21), dt.date(2026, 11, 22)
BORN = dt.date(1990, 1, 2)


def first_night() -> District:
    """About twenty people."""
    d = District()
    # one number in three departments: one profile; the register's name wins, the newest phone is kept
    d.record(
        "a1",
        "ga.czrk.1",
        id_number="N1",
        name="甲",
        sex="M",
        birth_date=BORN,
        hukou_active=True,
        hukou_division="330110",
        confirmed=True,
    )
    d.record("a2", "yb.psn_insu.1", id_number="N1", name="甲甲", phone="1", known_from=dt.date(2026, 1, 1), profile="a1")
    d.record("a3", "rs.ac01.1", id_number="N1", name="甲", phone="2", known_from=dt.date(2026, 5, 1), profile="a1")
    # a record without a number joins its person; a review pair does not
    d.record("a4", "jy.pupil.1", name="甲", birth_date=BORN)
    d.link("a1", "a4", 9.0)
    d.record("a5", "zf.grid_person.1", name="甲")
    d.link("a1", "a5", 3.0, grade="review")
    # twins: a record as near to one as to the other stays alone
    for twin, order in (("b1", "1"), ("c1", "2")):
        d.record(
            twin,
            f"ga.czrk.{twin}",
            id_number=f"N{twin}",
            name=twin,
            birth_date=BORN,
            mother_number="NM",
            birth_order=order,
            confirmed=True,
        )
    d.record("bc", "wj.vaccination.1", name="双", birth_date=BORN)
    d.link("b1", "bc", 8.0)
    d.link("c1", "bc", 8.5)
    # twins without numbers: order at birth keeps them apart
    for twin, order in (("b3", "1"), ("b4", "2")):
        d.record(twin, f"wj.birth_cert.{twin}", name="婴", birth_date=D1, mother_number="NM", birth_order=order)
    d.link("b3", "b4", 12.0)
    # a wrong but valid number, stated once, joins its owner
    d.record("e1", "ga.czrk.e", id_number="NE", name="戊", confirmed=True)
    d.record("e2", "gjj.account.e", id_number="NX", name="戊")
    d.link("e1", "e2", 7.0)
    # two confirmed numbers never meet through a third record
    d.record("f1", "ga.czrk.f1", id_number="NF1", name="己", confirmed=True)
    d.record("f2", "ga.ldrk.f2", id_number="NF2", name="己", confirmed=True)
    d.record("f3", "yb.psn_insu.f3", name="己")
    d.link("f1", "f3", 14.0)
    d.link("f2", "f3", 9.0)
    # unless the authority states both on one row
    d.record("g1", "ga.czrk.g1", id_number="NG1", name="庚", alias_number="citizen:NG2", confirmed=True)
    d.record("g2", "rs.ac01.g2", id_number="NG2", name="庚", confirmed=True)
    d.link("g1", "g2", 6.0)
    # a couple at one phone and dwelling, linked by mistake: the marriage row says two persons
    d.record("h1", "mz.marriage.1", "husband", id_number="NH", name="辛", sex="M")
    d.record("h2", "mz.marriage.1", "wife", name="辛辛", sex="F")
    d.tie("h1", "spouse_of", "h2", from_date=dt.date(2020, 1, 1))
    d.link("h1", "h2", 11.0)
    # mother and child, the mother's number on the child's row
    d.record("m1", "ga.czrk.m1", id_number="NQ", name="母", sex="F", confirmed=True)
    d.record("k1", "wj.vaccination.k1", id_number="NQ", name="子", birth_date=D1)
    d.record("k2", "wj.birth_cert.k2", name="子", birth_date=D1)
    d.record("k3", "wj.birth_cert.k2", "mother", id_number="NQ", name="母", profile="m1")
    d.tie("k3", "mother_of", "k2")
    d.link("m1", "k1", 5.0)
    d.link("k1", "k2", 10.0)
    # one household list: two members apart, one listed twice together
    d.record("n1", "mz.dibao.n", "head", name="壬", birth_date=BORN)
    d.record("n2", "mz.dibao.n", "member_1", name="壬", birth_date=BORN)
    d.record("n3", "mz.dibao.n", "member_2", name="壬三")
    d.link("n1", "n2", 9.0)
    d.link("n1", "n3", 9.0)
    # human judgements
    d.record("s1", "yb.psn_insu.s1", name="癸")
    d.record("s2", "rs.ac01.s2", name="癸癸")
    d.record("t1", "yb.psn_insu.t1", name="子丑")
    d.record("t2", "rs.ac01.t2", name="子丑")
    d.link("t1", "t2", 15.0)
    return d


def judge(home: Path) -> None:
    file = home / "state" / "decisions.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    said = [("d1", "s1", "s2", "same"), ("d2", "t2", "t1", "different")]
    lines = [
        json.dumps(
            {"decision_id": i, "record_l": a, "record_r": b, "verdict": v, "by": "clerk", "on": "2026-11-01", "why": "seen"}
        )
        for i, a, b, v in said
    ]
    file.write_text("\n".join(lines))


def members(context: Context) -> dict[str, str]:
    table = read(context, "resident_records")
    return {row["record_id"]: row["resident_id"] for row in table}


def read(context: Context, name: str) -> list[dict]:
    from pyarrow import parquet

    return [r for f in context.store.files(name, context.receipt.writes[name]) for r in parquet.read_table(f).to_pylist()]


def run(home: Path, date: dt.date, district: District) -> Context:
    context = night(settings_in(home), date, district)
    resolve.run(context)
    return context


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Context:
    home = tmp_path_factory.mktemp("one")
    judge(home)
    return run(home, D1, first_night())


TOGETHER = [
    ("a1", "a2"),
    ("a1", "a3"),
    ("a1", "a4"),
    ("e1", "e2"),
    ("f1", "f3"),
    ("g1", "g2"),
    ("k1", "k2"),
    ("n1", "n2"),
    ("s1", "s2"),
]
APART = [
    ("a1", "a5"), ("b1", "bc"), ("c1", "bc"), ("b1", "c1"), ("b3", "b4"), ("f1", "f2"), ("h1", "h2"), ("m1", "k1"), ("m1", "k2"),
    ("n1", "n3"), ("t1", "t2"),
]  # fmt: skip


@pytest.mark.parametrize("pair", TOGETHER)
def test_one_person(one: Context, pair: tuple[str, str]) -> None:
    of = members(one)
    assert of[pair[0]] == of[pair[1]]


@pytest.mark.parametrize("pair", APART)
def test_two_persons(one: Context, pair: tuple[str, str]) -> None:
    of = members(one)
    assert of[pair[0]] != of[pair[1]]


def test_every_record_has_one_resident_and_counts_agree(one: Context) -> None:
    of = members(one)
    residents = read(one, "residents")
    assert set(of) == set(first_night().records)
    assert sum(r["records"] for r in residents) == len(of)
    assert {r["resident_id"] for r in residents} == set(of.values())
    assert (one.receipt.rows_in, one.receipt.rows_out) == (len(of), len(residents))
    assert all(is_resident_id(i) for i in of.values())


def test_best_values_with_their_sources(one: Context) -> None:
    of = members(one)
    best = {r["resident_id"]: r for r in read(one, "residents")}[of["a1"]]
    assert (best["name"], best["name_source"]) == ("甲", "a1")
    assert (best["phone"], best["phone_source"]) == ("2", "a3")
    assert (best["id_number"], best["id_number_source"], best["id_type"]) == ("N1", "a1", "citizen")
    assert best["departments"] == ["ga", "jy", "rs", "yb"]
    assert best["hukou_active"] is True and best["hukou_division"] == "330110"
    assert best["birth_date"] == BORN and best["ethnic"] is None and best["ethnic_source"] is None


def test_relatives_are_residents(one: Context) -> None:
    of = members(one)
    by_id = {r["resident_id"]: r for r in read(one, "residents")}
    assert by_id[of["k2"]]["mother_id"] == of["m1"]
    assert by_id[of["h1"]]["spouse_id"] == of["h2"] and by_id[of["h2"]]["spouse_id"] == of["h1"]
    assert by_id[of["a1"]]["mother_id"] is None


def test_night_one_creates_everybody_once(one: Context) -> None:
    events = read(one, "resident_events")
    assert {e["kind"] for e in events} == {"created"}
    assert len(events) == len(set(members(one).values()))
    assert {e["reason"] for e in events} >= {"first mention in ga.czrk (self)；首次出现"}


def test_order_of_rows_does_not_matter(one: Context, tmp_path: Path) -> None:
    district = first_night()
    for rows in (district.links, district.ties):
        random.Random(7).shuffle(rows)
    district.records = dict(reversed(district.records.items()))
    judge(tmp_path)
    assert members(run(tmp_path, D1, district)) == members(one)


def test_ids_last_over_nights_and_say_why_they_change(tmp_path: Path) -> None:
    judge(tmp_path)
    district = first_night()
    first = run(tmp_path, D1, district)
    seal(first)
    was = members(first)
    # night two: a5 gets its number, the grid's row of e2 turns out to be another's, t2 goes, a new record comes
    district.record("a5", "zf.grid_person.1", id_number="N1", name="甲")
    district.link("a1", "a5", 20.0)
    district.links = [
        e for e in district.links if {e["profile_l"], e["profile_r"]} not in ({"e1", "e2"}, {"a1", "a5"}) or e["weight"] > 19
    ]
    district.record("e2", "gjj.account.e", id_number="NY", name="午")
    district.drop("t2")
    district.record("z1", "yb.psn_insu.z1", id_number="NE", name="戊", profile="e1", known_from=D2)
    second = run(tmp_path, D2, district)
    now, events = members(second), [e for e in read(second, "resident_events") if e["date"] == D2]
    told = {(e["resident_id"], e["kind"], e["other_id"]): e["reason"] for e in events}
    assert told.keys() == {
        (was["a5"], "merged_into", was["a1"]),
        (now["e2"], "split_from", was["e1"]),
        (was["t2"], "retired", ""),
    }
    assert told[was["a5"], "merged_into", was["a1"]] == (
        "one person now: number changed in zf.grid_person (号码变更); joined by number, name；合并"
    )
    assert "number changed in gjj.account (号码变更)" in told[now["e2"], "split_from", was["e1"]]
    assert "rs.ac01" in told[was["t2"], "retired", ""]
    assert now["z1"] == now["e1"] == was["e1"] and now["a5"] == was["a1"] and now["e2"] not in was.values()
    unchanged = {r for r in was if r not in ("a5", "e2", "t2")}
    assert {r: now[r] for r in unchanged} == {r: was[r] for r in unchanged}
    assert second.receipt.notes["merged"] == second.receipt.notes["split"] == second.receipt.notes["retired"] == 1
    seal(second)
    third = run(tmp_path, D3, district)
    assert members(third) == now
    assert [e for e in read(third, "resident_events") if e["date"] == D3] == []
    since = {r["record_id"]: r["since"] for r in read(third, "resident_records")}
    assert since["a1"] == D1 and since["a5"] == since["e2"] == since["z1"] == D2


def test_ids_depend_on_the_key(one: Context, tmp_path: Path) -> None:
    judge(tmp_path)
    context = night(settings_in(tmp_path, key="another key"), D1, first_night())
    resolve.run(context)
    assert set(members(context).values()).isdisjoint(members(one).values())


def test_no_key_is_a_clear_error(tmp_path: Path) -> None:
    context = night(settings_in(tmp_path, key=None), D1, first_night())
    with pytest.raises(UserError, match="no key for resident ids"):
        resolve.run(context)


def test_the_key_may_stand_in_the_sources_file(tmp_path: Path) -> None:
    (tmp_path / "sources.yml").write_text("id_key: from the file\n")
    context = night(settings_in(tmp_path, key=None), D1, first_night())
    assert resolve.id_key(context) == b"from the file"
