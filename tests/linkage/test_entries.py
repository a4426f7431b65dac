"""Lists thinned and gathered as entries are the lists that one would write row by row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from jobs.profiles.entries import Entries, gathered
from jobs.profiles.view import COLUMNS, Crowds, view
from jobs.tables import PROFILES

Lists = list[list[str] | None]


def lists(seed: int, rows: int = 300) -> Lists:
    draw = np.random.default_rng(seed)
    words = [f"{w}{k}" for w in ("手机", "a", "B:", "\U00020000") for k in range(40)]
    made: Lists = [sorted(set(draw.choice(words, int(draw.integers(0, 6))).tolist())) for _ in range(rows)]
    return [None if draw.random() < 0.05 else each for each in made]


def entries(values: list[Any], kind: pa.DataType) -> Entries:
    return Entries.of(pa.chunked_array([pa.array(values[:7], kind), pa.array(values[7:], kind)]))


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string())])
def test_gathered_values_stand_once_and_sorted(kind: pa.DataType) -> None:
    one, two, single = lists(1), lists(2), [each[0] if each else None for each in lists(3)]
    found = gathered([entries(one, kind), entries(two, kind), entries(single, pa.string())], 300).to_pylist()
    expected = [sorted({*(a or []), *(b or []), *([c] if c else [])}) for a, b, c in zip(one, two, single, strict=True)]
    assert found == expected


def test_crowded_values_are_left_out_in_place() -> None:
    one = lists(4)
    crowded = frozenset(["a1", "a2", "手机3"])
    found = entries(one, pa.list_(pa.string())).without(crowded).lists(300).to_pylist()
    assert found == [[v for v in each or [] if v not in crowded] for each in one]
    assert entries(one, pa.list_(pa.string())).without(frozenset()).lists(300).to_pylist() == [each or [] for each in one]


def test_no_entries_are_empty_lists() -> None:
    nothing = entries([None] * 9, pa.list_(pa.string()))
    assert nothing.lists(9).to_pylist() == gathered([nothing, nothing], 9).to_pylist() == [[]] * 9


def profile(**given: Any) -> dict[str, Any]:
    return dict.fromkeys(PROFILES.schema.names) | {"profile_id": "p", "records": 1} | given


def test_the_view_of_a_parent_and_of_a_newborn() -> None:
    mother = profile(
        id_type="citizen", id_number="330106199001010021", name="王小红", name_kind="chinese", phones=["13900000001", "13900000002"],
        dwellings=["330106001-x", "place"], aliases=["passport:E1"], kin_numbers=["330106199001010020"], township="330106002",
        id_confirmed=True, sex="F", birth_date=dt.date(1990, 1, 1), family_phones=["13900000003"],
    )  # fmt: skip
    child = profile(
        name_raw="王小红之子", name_kind="newborn", mother_number="330106199001010021", birth_date=dt.date(2026, 1, 2),
        guardian_numbers=["330106199001010021", "330106198001010020"], family_dwellings=["330106001-x"],
    )  # fmt: skip
    crowds = Crowds(phones=frozenset(["13900000001"]), dwellings=frozenset(["place"]))
    found = view(pa.Table.from_pylist([mother, child], PROFILES.schema), crowds)
    assert found.column_names == list(COLUMNS)
    one, two = found.to_pylist()
    assert one["numbers"] == ["citizen:330106199001010021", "passport:E1"]
    assert one["claimed"] == ["330106199001010020", "330106199001010021"]
    assert one["phones"] == ["13900000002"] and one["dwellings"] == ["330106001-x"]
    assert one["home"] == ["13900000002", "13900000003", "330106001-x", "place"]
    assert one["townships"] == ["330106001", "330106002"] and one["parents"] == []
    assert two["parents"] == ["330106198001010020", "330106199001010021"] and two["home"] == ["330106001-x"]
    assert two["name"] is None and two["provisional"] == "王小红之子" and two["numbers"] == []
    assert two["only_birth"] == "330106199001010021|20260102" and two["single"] and not two["multiple"]
