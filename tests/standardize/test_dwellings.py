# ruff: noqa: E501  (a case is one line; Chinese characters count twice)
"""Which spellings are one dwelling: texts and the standard ids beside them in, dwellings out."""

from __future__ import annotations

import pyarrow as pa
import pytest

from jobs.cleaning.addresses import clean_address
from jobs.records.dwellings import SPELLINGS, address_book
from tests.standardize.source import of, row, standardize

FIVE = (
    "浙江省杭州市余杭区五常街道荆丰社区文一西路100号西溪花园3幢2单元501室", "西溪花园3幢2单元501", "浙江省余杭市五常乡西溪花园3栋2单元501室",
    "西溪花园3-2-501", "西溪花园3幢501室",
)  # fmt: skip


def book(*spellings: tuple[str, str | None, int]) -> dict[str, tuple[str | None, str | None]]:
    """Address keys of texts with the standard id beside them and how often → (dwelling, township)."""
    rows = []
    for text, std, count in spellings:
        a = clean_address(text)
        parts = [p or "" for p in (a.place, a.building, a.unit, a.room, a.township)]
        rows.append(
            {
                "place_key": "|".join((parts[0], parts[1], parts[3])),
                "address_key": "|".join(parts),
                "dwelling_id": std,
                "rows": count,
            }
        )
    known = address_book(pa.Table.from_pylist(rows, schema=SPELLINGS)).to_pylist()
    by_key = {r["address_key"]: (r["book_dwelling"], r["book_township"]) for r in known}
    return {text: by_key[r["address_key"]] for (text, _, _), r in zip(spellings, rows, strict=True)}


def test_five_spellings_without_any_standard_id() -> None:
    found = set(book(*((text, None, 1) for text in FIVE)).values())
    assert len(found) == 1
    dwelling, township = found.pop()
    assert dwelling and dwelling.startswith("A:") and township == "330110005"


def test_one_standard_id_is_learned_by_all() -> None:
    found = book((FIVE[0], "B77", 1), *((text, None, 1) for text in FIVE[1:]))
    assert set(found.values()) == {("B77", "330110005")}


def test_most_rows_win_and_of_equals_the_smallest() -> None:
    assert book((FIVE[0], "B77", 3), (FIVE[1], "B1", 2))[FIVE[1]][0] == "B77"
    assert book((FIVE[0], "B77", 2), (FIVE[1], "B1", 2))[FIVE[1]][0] == "B1"


def test_a_missing_unit_stays_undecided_where_two_units_have_the_room() -> None:
    found = book(("西溪花园3幢1单元501", "B1", 1), ("西溪花园3幢2单元501", "B2", 1), ("西溪花园3幢501", None, 1))
    assert [found[t][0] for t in found] == ["B1", "B2", None]


def test_one_name_in_two_townships_is_two_dwellings() -> None:
    found = book(("五常街道阳光花园3幢501室", None, 1), ("瓶窑镇阳光花园3幢501室", None, 1), ("阳光花园3幢501室", None, 1))
    west, north, unknown = (found[t] for t in found)
    assert west[0] != north[0] and unknown == (None, None)


def test_a_house_in_a_village_is_a_dwelling() -> None:
    spellings = ("径山镇小古城村8组23号", "小古城村八组23号", "余杭区径山镇小古城村23号")
    found = set(book(*((text, None, 1) for text in spellings)).values())
    assert len(found) == 1 and found.pop()[1] == "330110109"


def test_the_book_does_not_depend_on_order() -> None:
    spellings = [(t, s, n) for n, (t, s) in enumerate(zip(FIVE, ("B2", None, "B1", None, None), strict=True), 1)]
    assert book(*spellings) == book(*reversed(spellings))


@pytest.mark.parametrize("text", FIVE)
def test_kernel_hands_the_key_on(text: str) -> None:
    source = row("ga", "ldrk", DJBH="1", GMSFHM="330125199001011239", ZJLX="111", XM="张伟", XZDZ=text, DJRQ="20260101", GXSJ="x")
    assert of(standardize(source), "record", "place_key") == [("西溪花园|3|501",)]


@pytest.mark.parametrize("text", ["余杭区五常街道西溪花园", "西湖区西溪花园3幢501室", "不详"])
def test_nothing_above_building_or_outside_is_a_dwelling(text: str) -> None:
    source = row("ga", "ldrk", DJBH="1", GMSFHM="330125199001011239", ZJLX="111", XM="张伟", XZDZ=text, DJRQ="20260101", GXSJ="x")
    assert of(standardize(source), "record", "address_key") == [(None,)]
