"""Two tables under one model: other names, other types, ids that count from one in both."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from jobs.errors import UserError
from jobs.linkage.local import encode_tables
from jobs.linkage.model import LinkModel

MODEL = {
    "model": "m",
    "id": "id|nr",
    "fields": {"born": {"column": "born|dob", "type": "date_dmy"}, "code": {}},
    "comparisons": {"born": {"field": "born", "levels": ["exact"]}, "code": {"field": "code", "levels": ["exact"]}},
    "passes": [{"name": "p", "key": ["born"]}],
}
FIRST = pa.table({"id": [1, 2], "born": ["02/01/1990", "unknown"], "code": [4011.0, None]})
SECOND = pa.table({"nr": ["1", "3"], "dob": ["1990-01-02", "1 Feb 1991"], "code": ["4011", "12"]})


def model(**changes: object) -> LinkModel:
    return LinkModel.model_validate({**MODEL, **changes})


def test_other_names_types_and_spellings_meet() -> None:
    found = encode_tables(model(), [FIRST, SECOND])
    assert found.ids.to_pylist() == ["1:1", "1:2", "2:1", "2:3"]
    born = found.columns["born"]
    assert np.append(born.values, None)[born.codes].tolist() == ["19900102", None, "19900102", "19910201"]
    assert sorted(found.columns["code"].values) == ["12", "4011"]
    assert found.source is not None and found.source.tolist() == [0, 0, 1, 1]


def test_ids_of_their_own_stay_as_they_are() -> None:
    apart = SECOND.set_column(0, "nr", pa.array(["7", "3"]))
    assert encode_tables(model(), [FIRST, apart]).ids.to_pylist() == ["1", "2", "3", "7"]


def test_rows_can_be_numbered() -> None:
    found = encode_tables(model(id="#row"), [FIRST])
    assert found.ids.to_pylist() == ["000000001", "000000002"]


def test_ids_that_stand_twice_in_one_table_are_refused() -> None:
    twice = FIRST.set_column(0, "id", pa.array([1, 1]))
    with pytest.raises(UserError, match="ids that stand twice") as error:
        encode_tables(model(), [twice])
    assert "#row" in error.value.todo
    with pytest.raises(UserError, match="ids that stand twice"):
        encode_tables(model(), [twice, SECOND])


def test_a_missing_column_is_named() -> None:
    with pytest.raises(UserError, match=r"born\|dob, which the table lacks"):
        encode_tables(model(), [FIRST, SECOND.rename_columns(["nr", "birth", "code"])])
