"""Numbers that two departments state and 公安 contradicts; positions are row numbers."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from jobs.residents import reasons
from jobs.residents.outweighed import RULE, VETO, outweighed, recoded

BORN = dt.date(1990, 3, 15)


def profiles(*rows: tuple[str, int]) -> pl.DataFrame:
    """(name, days after BORN)."""
    return pl.DataFrame({"name": [n for n, _ in rows], "birth_date": [BORN + dt.timedelta(days=d) for _, d in rows]})


def links(*pairs: tuple[int, int]) -> pl.DataFrame:
    rows = [(a, b, "two_confirmed_numbers", "two_numbers") for a, b in pairs]
    schema = {"l": pl.Int64, "r": pl.Int64, "veto": pl.String, "likely": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


ONE = (("王小明", 0), ("王小明", 0))


@pytest.mark.parametrize(
    ("people", "pairs", "codes", "police", "expected"),
    [
        (ONE, [(0, 1)], [0, 1], [True, False], [(1, 0)]),
        (ONE, [(0, 1)], [0, 1], [False, True], [(0, 1)]),
        (ONE, [(0, 1)], [0, 1], [True, True], []),  # the authority knows both numbers: two papers, for a person to decide
        (ONE, [(0, 1)], [0, 1], [False, False], []),  # nobody has the last word
        ((("王小明", 0), ("王小民", 0)), [(0, 1)], [0, 1], [True, False], []),  # another name
        ((("王小明", 0), ("王小明", 1)), [(0, 1)], [0, 1], [True, False], []),  # another birth date
        ((*ONE, ("王小明", 0)), [(0, 1), (1, 2)], [0, 1, 2], [True, False, True], []),  # two in the register fit
        ((*ONE, ("王小明", 0)), [(0, 1), (0, 2)], [0, 1, 1], [True, False, True], []),  # 公安 states it elsewhere
        ((*ONE, ("王小明", 0)), [(0, 1), (0, 2)], [0, 1, 2], [True, False, False], [(1, 0), (2, 0)]),
    ],
)
def test_the_authority_outweighs(people: tuple, pairs: list, codes: list, police: list, expected: list) -> None:
    found = outweighed(links(*pairs), profiles(*people), np.array(codes), pl.Series(police))
    assert found.select("code", "authority").rows() == expected


def test_other_links_do_not_speak_of_it() -> None:
    free = links((0, 1)).with_columns(veto=pl.lit(None, pl.String))
    assert outweighed(free, profiles(*ONE), np.array([0, 1]), pl.Series([True, False])).is_empty()


def test_codes_become_the_authoritys() -> None:
    found = pl.DataFrame({"code": [1], "authority": [0]})
    assert recoded(np.array([0, 1, -1, 2, 1]), found).tolist() == [0, 0, -1, 2, 0]
    assert recoded(np.array([-1, -1]), found.clear()).tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("merged_into", "; joined although two numbers are stated, 公安 knows one of them"),
        ("split_from", "; kept apart by two_confirmed_numbers"),
    ],
)
def test_an_event_tells_of_the_lifted_veto(kind: str, words: str) -> None:
    """One's record b joined a's resident, or left it, on the night its number changed."""
    blank = dict.fromkeys(reasons.COLUMNS[4:], None)
    place = {"dept": "rs", "source_table": "insured", "role": "self"}
    row = {"record_id": "b", **place, **blank, "id_type": "citizen", "id_number": "1"}
    yesterday, tonight = ("RK2", "RK1") if kind == "merged_into" else ("RK1", "RK2")
    rows = [row | {"resident_id": yesterday}, row | {"record_id": "a", "resident_id": "RK1"}]
    before = pl.DataFrame(rows, infer_schema_length=None)
    today = pl.DataFrame([row | {"id_number": "2", "resident_id": tonight}, rows[1]], infer_schema_length=None)
    link = {"profile_l": "a", "profile_r": "b", "weight": 1.0, "grade": "none", "veto": VETO, "likely": RULE, "levels": ""}
    profiles_of = pl.DataFrame({"record_id": ["a", "b"], "profile_id": ["a", "b"]})
    evidence = reasons.Evidence(today, before, pl.DataFrame([link]), profiles_of)
    events = pl.DataFrame([("RK2", kind, "RK1")], schema=["resident_id", "kind", "other_id"], orient="row")
    founders = pl.DataFrame(schema={"resident_id": pl.String, "dept": pl.String, "source_table": pl.String, "role": pl.String})
    told = reasons.dated(events, founders, evidence, BORN)["reason"].to_list()
    assert len(told) == 1 and words in told[0] and "number changed in rs.insured" in told[0]
