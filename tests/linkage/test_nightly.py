"""Comparing only what changed gives what comparing everything gives, whatever came, went, changed or was reordered."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.linkage.encoding import Encoded
from jobs.linkage.local import distinct_links, score_all, stamps
from jobs.linkage.model import LinkModel
from jobs.linkage.rows import encode
from jobs.linkage.weights import blank

MODEL = LinkModel.model_validate(
    {
        "model": "m",
        "id": "id",
        "fields": {"a": {}, "b": {}, "c": {"type": "list"}},
        "comparisons": {
            "a": {"field": "a", "levels": ["exact"]},
            "b": {"field": "b", "levels": ["exact", "surname"]},
            "c": {"field": "c", "levels": ["any_common"]},
        },
        "passes": [
            {"name": "a", "key": ["a"], "cap": 4, "refine": ["b"]},
            {"name": "b", "key": ["b"], "cap": 3},
            {"name": "c", "key": ["c"], "cap": 5, "refine": ["a", "b"]},
        ],
        "thresholds": {"review": 1e-9},
    }
)
"""Caps so small that blocks are refined and windowed all the time."""
ROW = st.tuples(
    st.sampled_from(["x", "y", "z", None]),
    st.sampled_from(["王一", "王二", "李三", None]),
    st.lists(st.sampled_from("1234"), max_size=3, unique=True).map(sorted),
)
TABLE = st.dictionaries(st.integers(0, 30), ROW, min_size=2, max_size=24)


def encoded(rows: dict[int, tuple]) -> Encoded:
    ordered = sorted(rows.items(), key=lambda item: f"r{item[0]:02}")
    columns = {"id": [f"r{i:02}" for i, _ in ordered]} | {n: [r[k] for _, r in ordered] for k, n in enumerate("abc")}
    schema = pa.schema([("id", pa.string()), ("a", pa.string()), ("b", pa.string()), ("c", pa.list_(pa.string()))])
    return encode(MODEL, pa.table(columns, schema))


def tonight(before: dict[int, tuple], after: dict[int, tuple]) -> tuple[pa.Table, int]:
    """Links of `after` from those of `before` and the pairs with a changed row; and how many pairs were compared."""
    weights = blank(MODEL)
    old, new = encoded(before), encoded(after)
    was, now = stamps(MODEL, weights, old), stamps(MODEL, weights, new)
    same = now.index.isin(was.index) & (now.to_numpy() == was.reindex(now.index, fill_value=0).to_numpy())
    found = score_all(MODEL, weights, new, fresh=~same)
    kept_ids = pa.array(now.index[same].tolist(), pa.string())
    links = score_all(MODEL, weights, old).links
    kept = links.filter(pc.and_(pc.is_in(links["left"], kept_ids), pc.is_in(links["right"], kept_ids)))
    return distinct_links(pa.concat_tables([kept, found.links])), found.compared


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(TABLE, TABLE, st.sets(st.integers(0, 30)))
def test_the_night_equals_a_full_rebuild(before: dict, other: dict, touched: set[int]) -> None:
    after = {i: r for i, r in before.items() if i not in touched} | {i: r for i, r in other.items() if i in touched}
    if len(after) < 2:
        return
    links, compared = tonight(before, after)
    full = score_all(MODEL, blank(MODEL), encoded(after))
    assert links.equals(full.links)
    assert compared <= full.compared


def test_nothing_changed_nothing_compared() -> None:
    rows = {i: ("xyz"[i % 3], ["王一", "王二", "李三"][i % 3], ["1"]) for i in range(12)}
    links, compared = tonight(rows, rows)
    assert compared == 0 and links.num_rows > 0


def test_one_changed_row_is_compared_with_its_blocks_alone() -> None:
    rows: dict[int, tuple] = {i: (f"k{i // 2}", None, []) for i in range(30)}
    _, compared = tonight(rows, rows | {4: ("k2", "王一", [])})
    assert compared == 1


def test_another_model_compares_everything_again() -> None:
    table = encoded({i: ("x", "王一", ["1"]) for i in range(4)})
    other = MODEL.model_copy(update={"version": "2"})
    assert not np.isin(stamps(MODEL, blank(MODEL), table), stamps(other, blank(other), table)).any()


def test_a_stamp_does_not_depend_on_the_other_rows() -> None:
    few = {1: ("x", "王一", ["1"]), 2: ("y", None, [])}
    more = few | {3: ("z", "李三", ["1", "2", "3"])}  # a longer list widens the column
    assert (stamps(MODEL, blank(MODEL), encoded(more))[:2] == stamps(MODEL, blank(MODEL), encoded(few))).all()


def test_who_stands_beside_whom_in_a_crowd_changes_with_the_crowd() -> None:
    before: dict[int, tuple] = {
        i: (f"k{i}", "王一", []) for i in range(10)
    }  # one block of ten, each compared with the next three
    after = {i: r for i, r in before.items() if i != 4}
    links, _ = tonight(before, after)
    assert links.equals(score_all(MODEL, blank(MODEL), encoded(after)).links)
    assert {"left": "r03", "right": "r07"} in links.select(["left", "right"]).to_pylist()
