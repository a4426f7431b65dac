"""Learning without labels: known weights are found again, seeds and row order decide nothing, the file comes back as it went."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from jobs.errors import UserError
from jobs.linkage.local import encode_tables, expected_cut, score_all
from jobs.linkage.model import LinkModel
from jobs.linkage.training import train
from jobs.linkage.weights import Weights, load_weights

MODEL = LinkModel.model_validate(
    {
        "model": "m",
        "id": "id",
        "fields": {f: {} for f in ("a", "b", "c", "d")},
        "comparisons": {f: {"field": f, "levels": ["exact"]} for f in ("a", "b", "c", "d")},
        "passes": [{"name": f, "key": [f], "cap": 2000} for f in ("a", "b", "c")],
    }
)
AGREE = {"a": 0.95, "b": 0.9, "c": 0.8, "d": 0.7}
VALUES = {"a": 400, "b": 300, "c": 500, "d": 10}


def town(seed: int = 5, persons: int = 1500) -> tuple[pa.Table, set[tuple[str, str]]]:
    """Two rows a person; each field of the second is drawn anew, or is missing, as often as AGREE says."""
    draw = np.random.default_rng(seed)
    columns: dict[str, list[str | None]] = {f: [] for f in VALUES}
    for field, count in VALUES.items():
        first = draw.integers(0, count, persons)
        second = np.where(draw.random(persons) < AGREE[field], first, (first + draw.integers(1, count, persons)) % count)
        missing = draw.random(persons) < 0.1
        columns[field] = [str(v) for v in first] + [None if m else str(v) for v, m in zip(second, missing, strict=True)]
    ids = [f"x{i:05d}" for i in draw.permutation(2 * persons)]
    truth = {(min(ids[i], ids[i + persons]), max(ids[i], ids[i + persons])) for i in range(persons)}
    return pa.table({"id": ids, **columns}), truth


@pytest.fixture(scope="module")
def learned() -> tuple[Weights, pa.Table, set[tuple[str, str]]]:
    table, truth = town()
    return train(MODEL, encode_tables(MODEL, [table])), table, truth


def test_known_probabilities_are_found_again(learned: tuple[Weights, pa.Table, set[tuple[str, str]]]) -> None:
    weights, table, _ = learned
    for field, agree in AGREE.items():
        same, strangers = weights.levels[field][0, 0], weights.levels[field][-1, 0]
        assert same == pytest.approx(agree, abs=0.05), field
        assert strangers == pytest.approx(1 / VALUES[field], rel=0.15), field
    pairs = table.num_rows * (table.num_rows - 1) / 2
    assert weights.prior[0] == pytest.approx(1500 / pairs, rel=0.15)


def test_the_cut_chosen_without_labels_serves(learned: tuple[Weights, pa.Table, set[tuple[str, str]]]) -> None:
    weights, table, truth = learned
    links = score_all(MODEL, weights, encode_tables(MODEL, [table])).links
    probability = links["probability"].to_numpy()
    chosen = links.filter(pa.array(probability >= expected_cut(probability)))
    found = set(zip(chosen["left"].to_pylist(), chosen["right"].to_pylist(), strict=True))
    every = set(zip(links["left"].to_pylist(), links["right"].to_pylist(), strict=True))
    f1 = 2 * len(found & truth) / (len(found) + len(truth))
    worse = 2 * len(every & truth) / (len(every) + len(truth))
    assert f1 > 0.85 and f1 > worse


def test_row_order_decides_nothing(learned: tuple[Weights, pa.Table, set[tuple[str, str]]]) -> None:
    weights, table, _ = learned
    shuffled = table.take(pa.array(np.random.default_rng(1).permutation(table.num_rows)))
    again = train(MODEL, encode_tables(MODEL, [shuffled]))
    for field in AGREE:
        np.testing.assert_array_equal(again.levels[field], weights.levels[field])
    np.testing.assert_array_equal(again.prior, weights.prior)


def test_a_model_file_comes_back(tmp_path: Path, learned: tuple[Weights, pa.Table, set[tuple[str, str]]]) -> None:
    weights = learned[0]
    weights.save(MODEL, tmp_path / "w.json")
    back = load_weights(MODEL, tmp_path / "w.json")
    for field in AGREE:
        np.testing.assert_allclose(back.levels[field], weights.levels[field], rtol=1e-4)
    other = MODEL.model_copy(update={"comparisons": {"a": MODEL.comparisons["a"]}})
    with pytest.raises(UserError, match="trained for other comparisons"):
        load_weights(other, tmp_path / "w.json")
    with pytest.raises(UserError, match="no model file"):
        load_weights(MODEL, tmp_path / "nothing.json")


def test_a_household_takes_no_weight_for_what_it_shares() -> None:
    """Relatives share the phone and not the name: with the third class a shared phone alone is no match."""
    draw = np.random.default_rng(3)
    rows: list[dict[str, str]] = []
    for home in range(800):
        for person in range(3):
            name = str(draw.integers(0, 3000))
            for record in range(2):
                shown = name if draw.random() < 0.97 else str(draw.integers(0, 3000))
                phone = str(home) if draw.random() < 0.9 else f"n{draw.integers(0, 10**6)}"
                rows.append(
                    {
                        "id": f"{home:04d}-{person}-{record}",
                        "name": shown,
                        "phone": phone,
                        "year": str(draw.integers(0, 2) if record else 0),
                    }
                )
    spec = MODEL.model_dump() | {
        "household": True,
        "fields": {"name": {}, "phone": {}, "year": {}},
        "comparisons": {
            "name": {"field": "name", "levels": ["exact"]},
            "phone": {"field": "phone", "levels": ["exact"], "shared": True},
            "year": {"field": "year", "levels": ["exact"]},
        },
        "passes": [{"name": "phone", "key": ["phone"]}, {"name": "name", "key": ["name"]}],
    }
    model = LinkModel.model_validate(spec)
    encoded = encode_tables(model, [pa.Table.from_pylist(rows)])
    weights = train(model, encoded)
    links = score_all(model, weights, encoded).links
    sure = links.filter(pa.array(links["probability"].to_numpy() > 0.9))
    right = [
        a.rsplit("-", 1)[0] == b.rsplit("-", 1)[0]
        for a, b in zip(sure["left"].to_pylist(), sure["right"].to_pylist(), strict=True)
    ]
    assert len(right) > 1500 and np.mean(right) > 0.98


def test_doubtful_tables_are_refused() -> None:
    empty = pa.table({f: pa.array([], pa.string()) for f in ("id", "a", "b", "c", "d")})
    with pytest.raises(UserError, match="empty"):
        encode_tables(MODEL, [empty])
    twice = pa.table({"id": ["1", "1"], "a": ["x", "y"], "b": ["x", "y"], "c": ["x", "y"], "d": ["x", "y"]})
    with pytest.raises(UserError, match="twice"):
        encode_tables(MODEL, [twice])
    with pytest.raises(UserError, match="names the column a"):
        encode_tables(MODEL, [twice.drop_columns(["a"])])
    nulls = pa.table({"id": ["1", "2"], **{f: pa.nulls(2, pa.string()) for f in "abcd"}})
    with pytest.raises(UserError, match="empty in every row"):
        encode_tables(MODEL, [nulls])
    apart = pa.table({"id": ["1", "2"], **{f: [f"{f}1", f"{f}2"] for f in "abcd"}})
    with pytest.raises(UserError, match="No pass"):
        train(MODEL, encode_tables(MODEL, [apart]))
