"""Quality without truth, against synthetic truth: intervals hold about as often as they say, groups are kept apart."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from jobs.quality.blind_trial import Trial
from jobs.quality.estimates import Found, bins, calibrate, of_decisions, of_links, of_trial, table
from jobs.quality.hidden_records import STRATUM, weigh

pytestmark = pytest.mark.slow

SEEDS = range(1000, 1040)
RIGHT = {("auto", 2.0): 0.93, ("auto", 12.0): 0.99, ("auto", 25.0): 0.999, ("review", 2.0): 0.2, ("review", 12.0): 0.6}
"""How often a link of this grade and these bits is one person, whatever the model believes."""


def links(draw: np.random.Generator, count: int) -> pl.DataFrame:
    """Links whose probability by the model is too sure, with their truth."""
    kinds = list(RIGHT)
    kind = draw.choice(len(kinds), count, p=[0.02, 0.25, 0.68, 0.03, 0.02])
    same = draw.random(count) < np.array([RIGHT[k] for k in kinds])[kind]
    return pl.DataFrame(
        {
            "grade": [kinds[k][0] for k in kind], "bits": [kinds[k][1] for k in kind], "same": same,
            "probability": np.full(count, 0.9999), "numbered": np.zeros(count, bool),
            "departments": [["ga"] if k % 2 else ["ga", "zf"] for k in kind], "age": ["18-59"] * count, "sex": ["F"] * count,
            "local": ["yes"] * count,
        }
    )  # fmt: skip


def only(found: list[Found], name: str, dept: str = "", column: str = "") -> Found:
    return next(f for f in found if (f.name, f.dept, f.column) == (name, dept, column))


def test_calibrated_links_cover_the_truth() -> None:
    """The trial judges 1,500 links; the night has 20,000 of the same kinds, of which nobody knows the truth."""
    held = {"link_precision": 0, "link_recall": 0}
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        judged = links(draw, 1_500).rename({"same": "right"}).with_columns(stands=pl.lit(1.0))
        night = links(draw, 20_000)
        auto = night.filter(pl.col("grade") == "auto")
        truth = {"link_precision": auto["same"].mean(), "link_recall": auto["same"].sum() / night["same"].sum()}
        found = of_links(night.drop("same"), calibrate(judged))
        for name, true in truth.items():
            estimate = only(found, name).estimate
            held[name] += estimate.low <= true <= estimate.high
            assert abs(estimate.value - true) < 0.02
    assert min(held.values()) / len(SEEDS) >= 0.85  # 0.93 over 300 seeds


def test_equal_numbers_keep_the_models_probability() -> None:
    draw = np.random.default_rng(5)
    judged = links(draw, 500).rename({"same": "right"}).with_columns(stands=pl.lit(1.0), right=pl.lit(False))
    night = links(draw, 500).with_columns(numbered=pl.lit(True))
    assert only(of_links(night, calibrate(judged)), "link_precision").estimate.value == pytest.approx(0.9999)


def test_decisions_are_a_stratified_sample() -> None:
    held = 0
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        night = links(draw, 4_000).with_row_index("profile_l").with_columns(profile_r=pl.lit(-1))
        place = bins(night).to_numpy()
        asked = np.concatenate([draw.choice(np.flatnonzero(place == b), 40, replace=False) for b in np.unique(place)])
        judged = night[asked].select("profile_l", "profile_r", "same")
        estimate = only(of_decisions(night.drop("same"), judged), "reviewed_precision").estimate
        held += estimate.low <= night.filter(pl.col("grade") == "auto")["same"].mean() <= estimate.high
    assert held / len(SEEDS) >= 0.92


def test_no_decision_gives_no_figure() -> None:
    night = links(np.random.default_rng(1), 200).with_row_index("profile_l").with_columns(profile_r=pl.lit(-1))
    assert of_decisions(night.drop("same"), night.head(0).select("profile_l", "profile_r", "same")) == []


def trial(draw: np.random.Generator, count: int, recall: dict[str, float]) -> tuple[Trial, pl.DataFrame]:
    dept = draw.choice(sorted(recall), count)
    right = draw.random(count) < np.array([recall[d] for d in dept])
    records = pl.DataFrame(
        {
            "record_id": [f"r{i:05d}" for i in range(count)], "dept": dept, "weight": np.where(dept == "ga", 1.0, 3.0),
            "own": np.ones(count),
            "partner": np.ones(count, bool), "attached": right, "right": right,
            "passes": (draw.random((count, 4)) < 0.7) @ (1 << np.arange(4)),
        }
    )  # fmt: skip
    persons = records.select(
        "record_id", age=pl.lit("0-6"), sex=pl.when(pl.Series(right)).then(pl.lit("F")).otherwise(pl.lit("M")), local=pl.lit("no")
    )
    return Trial(records, pl.DataFrame()), persons


def test_a_trial_tells_all_and_each_group() -> None:
    recall = {"ga": 0.99, "zf": 0.9}
    held, by_dept = 0, 0
    for seed in SEEDS:
        made, persons = trial(np.random.default_rng(seed), 1_600, recall)
        found = of_trial(made, persons)
        all_, zf = only(found, "numberless_recall").estimate, only(found, "numberless_recall", "zf").estimate
        held += all_.low <= (0.99 + 3 * 0.9) / 4 <= all_.high
        by_dept += zf.low <= 0.9 <= zf.high
    assert held / len(SEEDS) >= 0.9 and by_dept / len(SEEDS) >= 0.9
    assert only(found, "numberless_recall", column="sex:F").estimate.value == 1.0
    met, again = only(found, "pairs_met").estimate, only(found, "pairs_met_recapture").estimate
    assert met.value == pytest.approx(1 - 0.3**4, abs=0.006) and again.value == pytest.approx(1 - 0.3**4, abs=0.006)


def test_small_groups_get_no_figure() -> None:
    made, persons = trial(np.random.default_rng(1), 40, {"ga": 1.0, "zf": 1.0})
    assert {f.dept for f in of_trial(made, persons)} <= {"", "ga"} | {"zf"}
    made, persons = trial(np.random.default_rng(1), 20, {"ga": 1.0})
    assert [f for f in of_trial(made, persons) if f.name != "pairs_met_recapture"] == []


def test_hidden_records_stand_for_the_numberless() -> None:
    """Weights add up to the numberless records of every stratum that has a stand-in, alike in age and missing fields."""
    kinds = pl.DataFrame(
        {
            "dept": ["ga", "ga", "zf", "wj"], "source_table": ["a", "a", "b", "c"], "role": ["self"] * 4, "relative": [False] * 4,
            "age": ["0-6", "18-59", "0-6", "60+"], "named": [True] * 4, "reached": [True] * 4, "wanted": [10, 20, 5, 7],
        }
    )  # fmt: skip
    picked = pl.DataFrame({"record_id": ["1", "2", "3"]}).hstack(kinds[[0, 0, 1]].select(STRATUM))
    weights = weigh(picked, kinds).sort("record_id")["weight"].to_list()
    assert weights == [5 + 2.5, 5 + 2.5, 20]  # 5 of zf aged 0-6 are stood for by ga's; nobody stands for wj's 60+


def test_rows_of_quality() -> None:
    made, persons = trial(np.random.default_rng(2), 300, {"ga": 0.95, "zf": 0.95})
    rows = table(of_trial(made, persons)).to_pylist()
    keys = [(r["metric"], r["dept"], r["source_table"], r["column"]) for r in rows]
    assert len(set(keys)) == len(keys)
    assert all(r["passed"] and r["severity"] == "info" and r["dimension"] == "linkage" for r in rows)
    assert all(r["bound"].startswith("95%: ") and 0 <= r["value"] <= 1 for r in rows)
