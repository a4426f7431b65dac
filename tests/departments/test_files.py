"""File drops: GB18030 gzip with .md5 and .ok, the |~| layout, every way of being broken, and SFTP by another URL only."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from jobs.errors import DeliveryHeld

from .conftest import NIGHT, Office, day, department, table

FORM = {
    "charset": "gb18030",
    "compression": "gzip",
    "separator": ",",
    "quote": '"',
    "md5": True,
    "ok": "P_{date}.ok",
    "nulls": ["\\N", "NULL"],
}
HEAD = "id,name,updated"


def spec(**words: Any) -> dict[str, Any]:
    return table(source="P_{date}_*.csv.gz", mode="full", format=FORM, late={"carry_days": 2}) | words


def put(folder: Path, text: str | bytes, part: str = "001", date: str = "20261120", ok: str | None = "") -> Path:
    """One part with its .md5, and the date's .ok."""
    file = folder / f"P_{date}_{part}.csv.gz"
    file.write_bytes(gzip.compress(text if isinstance(text, bytes) else text.encode("gb18030"), mtime=0))
    sign(file)
    if ok is not None:
        (folder / f"P_{date}.ok").write_text(ok)
    return file


def sign(file: Path) -> None:
    (file.parent / f"{file.name}.md5").write_text(f"{hashlib.md5(file.read_bytes()).hexdigest()}  {file.name}\n")


def lines(*rows: str, head: str = HEAD) -> str:
    return "".join(f"{row}\r\n" for row in (head, *rows))


@pytest.fixture
def drop(office: Office, tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    office.add(department("files", {"people": spec()}), {"url": f"file://{folder}"})
    return folder


def test_parts_are_one_delivery(office: Office, drop: Path) -> None:
    put(drop, lines("1,龑一,2026", '2,"王,二",NULL', '3,"引""号",\\N'), ok="P_20261120_001.csv.gz 3\nP_20261120_002.csv.gz 1\n")
    put(
        drop,
        lines(
            "4,𬱖四,",
        ),
        "002",
        ok=None,
    )
    receipt = office.extract(NIGHT)
    assert (receipt.rows_in, receipt.rows_out) == (4, 4)
    assert {k: v[0] for k, v in office.current(NIGHT).items()} == {
        "1": ["1", "龑一", "2026"],
        "2": ["2", "王,二", None],
        "3": ["3", '引"号', None],
        "4": ["4", "𬱖四", None],
    }
    assert [r["position"] for r in office.rows(NIGHT, "landing/xx/people")] == [1, 2, 3, 4]
    (row,) = office.rows(NIGHT, "deliveries/xx")
    assert row["files"] == ["P_20261120_001.csv.gz", "P_20261120_002.csv.gz"]


def test_absence_closes_and_return_reopens(office: Office, drop: Path) -> None:
    put(drop, lines("1,甲,a", "2,乙,b"))
    office.extract(NIGHT)
    put(drop, lines("1,甲,a"), date="20261121")
    office.extract(day(1))
    assert office.current(day(1))["2"] == (["2", "乙", "b"], NIGHT, day(1))
    assert office.current(day(1))["1"] == (["1", "甲", "a"], NIGHT, None)
    put(drop, lines("1,甲,a", "2,乙,b"), date="20261122")
    office.extract(day(2))
    assert office.current(day(2))["2"] == (["2", "乙", "b"], day(2), None)


def test_one_bad_line_costs_one_row(office: Office, drop: Path) -> None:
    good = [f"{n},名{n}," for n in range(300)]
    broken = ['x,"open quote,', "y,too,many,fields"]
    text = lines(*good[:100], *broken, *good[100:]).encode("gb18030") + b"z,\xff\xff,\r\n"
    put(drop, text)
    receipt = office.extract(NIGHT)
    assert (receipt.rows_in, receipt.rows_out, receipt.rejected) == (303, 300, 3)
    (row,) = office.rows(NIGHT, "deliveries/xx")
    assert row["rejected"] == ["FIELD_COUNT=2@101 102", "UNDECODABLE=1@303"]


def cut(folder: Path) -> None:
    file = put(folder, lines(*(f"{n},名{n * 7919},{n}" for n in range(500))), date="20261121")
    file.write_bytes(file.read_bytes()[:-400])
    sign(file)


def half_changed(folder: Path) -> None:
    file = put(folder, lines("1,甲,a"), date="20261121")
    file.write_bytes(file.read_bytes() + b"\0")


def without_ok(folder: Path) -> None:
    put(folder, lines("1,甲,a"), date="20261121", ok=None)


BROKEN = {
    "truncated gzip": (cut, r"file P_20261121_001.csv.gz is cut off in the middle \(truncated gzip\)"),
    "no gzip at all": (
        lambda f: sign(_raw(put(f, "", date="20261121"), b"plain text")),
        "file P_20261121_001.csv.gz is no sound gzip file",
    ),
    "md5 differs": (half_changed, "file P_20261121_001.csv.gz does not agree with its .md5"),
    "md5 missing": (
        lambda f: (put(f, lines("1,甲,a"), date="20261121").parent / "P_20261121_001.csv.gz.md5").unlink(),
        "md5 cannot be read",
    ),
    "utf-8": (
        lambda f: put(f, lines("1,张三丰,a", "2,李四,b").encode("utf-8"), date="20261121"),
        "file P_20261121_001.csv.gz is UTF-8, not GB18030 as agreed",
    ),
    "utf-16": (lambda f: put(f, lines("1,甲,a").encode("utf-16"), date="20261121"), "P_20261121_001.csv.gz"),
    "shift-jis": (
        lambda f: put(f, lines(*(f"{n},カタカナ\x81\xff,x" for n in range(9))).encode("latin-1", "replace"), date="20261121"),
        "rows in P_20261121_001.csv.gz are unreadable: The row holds bytes that its charset does not know",
    ),
    "missing column": (
        lambda f: put(f, lines("1,甲,a", head="id,psn_name,updated"), date="20261121"),
        "P_20261121_001.csv.gz lacks the column name; psn_name may be name renamed",
    ),
    "empty with ok": (
        lambda f: put(f, b"", date="20261121"),
        "file P_20261121_001.csv.gz is empty, although it is said to be complete",
    ),
    "header only": (lambda f: put(f, lines(), date="20261121"), "P_20261121_001.csv.gz holds no row"),
    "no ok": (without_ok, "file P_20261121_001.csv.gz is not complete yet: its .ok file is missing"),
    "ok without file": (
        lambda f: (f / "P_20261121.ok").write_text(""),
        "P_20261121.ok says that 2026-11-21 is complete, but there is no file",
    ),
    "ok names another part": (
        lambda f: put(f, lines("1,甲,a"), date="20261121", ok="P_20261121_002.csv.gz 5"),
        "the .ok file says that 2026-11-21 is complete, but P_20261121_002.csv.gz is missing",
    ),
    "ok counts more": (
        lambda f: put(f, lines("1,甲,a"), date="20261121", ok="P_20261121_001.csv.gz 2"),
        "file P_20261121_001.csv.gz holds 1 rows, the .ok file says 2",
    ),
    "many bad lines": (
        lambda f: put(f, lines("1,甲,a", "2;乙;b", "3;丙;c"), date="20261121"),
        "2 of 3 rows in P_20261121_001.csv.gz are unreadable: The row has a wrong number of fields",
    ),
    "half a file": (
        lambda f: put(f, lines(*(f"{n},名,x" for n in range(100))), date="20261121"),
        r"holds 100 rows, the delivery before held 200 \(rows.shrink 30%\)",
    ),
}


def _raw(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files_hold_and_lose_nothing(office: Office, drop: Path, kind: str) -> None:
    break_it, sentence = BROKEN[kind]
    put(drop, lines(*(f"{n},名{n},x" for n in range(200))))
    office.extract(NIGHT)
    break_it(drop)
    receipt = office.extract(day(1))
    held = [w for w in receipt.notes["warnings"] if w.startswith("Delivery xx.people (某局, Office) is held: ")]
    assert len(held) == 1
    assert re.search(sentence, held[0])
    assert held[0].endswith(("then: renkou run --date 2026-11-21.", "in xx.yml.", "then run again."))
    assert office.current(day(1)) == office.current(NIGHT)
    assert office.states(day(1))[("people", day(1))] == "held"


def test_a_mended_delivery_is_taken_the_next_night(office: Office, drop: Path) -> None:
    put(drop, lines("1,甲,a"))
    office.extract(NIGHT)
    put(drop, b"", date="20261121")
    office.extract(day(1))
    put(drop, lines("1,甲甲,a"), date="20261121")
    put(drop, lines("1,甲甲,a", "2,乙,b"), date="20261122")
    office.extract(day(2))
    assert office.states(day(2)) == {("people", NIGHT): "on_time", ("people", day(1)): "late", ("people", day(2)): "on_time"}
    assert office.current(day(2))["1"][1] == day(1)


def test_stop_policy_ends_the_night_after_the_others(office: Office, drop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    office.add(department("files", {"people": spec(late={"stop": True})}), {"url": f"file://{drop}"})
    office.add(department("files", {"people": spec()}, code="yy"), {"url": f"file://{other}"})
    for folder in (drop, other):
        put(folder, lines("1,甲,a"))
    office.extract(NIGHT)
    put(drop, b"", date="20261121")
    put(other, lines("1,甲,a", "2,乙,b"), date="20261121")
    with pytest.raises(DeliveryHeld, match=r"xx\.people") as caught:
        office.extract(day(1))
    assert caught.value.exit_code == 6
    assert "yy" not in str(caught.value)
    office.extract(day(1), only="yy")
    assert set(office.current(day(1), code="yy")) == {"1", "2"}


def test_plain_layout_without_header(office: Office, tmp_path: Path) -> None:
    form = {"charset": "gbk", "separator": "|~|", "header": False, "order": ["id", "amount", "name", "updated"]}
    words = table(source="G_{date}.txt", mode="full", due="monthly", format=form, refused=["amount"])
    office.add(department("files", {"people": words}), {"url": f"file://{tmp_path}/g"})
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "G_20261110.txt").write_bytes("1|~|12.5|~|龑甲|~|x\n2|~|7|~|乙|~|\n".encode("gbk"))
    office.extract(NIGHT)
    assert office.current(NIGHT)["1"] == (["1", "龑甲", "x"], day(-10), None)
    office.extract(day(1))
    assert office.states(day(1)) == {("people", day(-10)): "on_time", ("people", day(1)): "not_due"}


def test_unreachable_folder(office: Office, drop: Path) -> None:
    put(drop, lines("1,甲,a"))
    office.extract(NIGHT)
    office.add(department("files", {"people": spec()}), {"url": "sftp://reader:topsecret@127.0.0.1:9/drop"})
    receipt = office.extract(day(1))
    assert re.search(r"its folder cannot be read \(\w+\)", receipt.notes["warnings"][0])
    assert "topsecret" not in str(receipt.notes)
    shutil.rmtree(drop)
