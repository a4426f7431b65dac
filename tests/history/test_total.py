"""The interval of the total holds the truth as often as it says, in districts whose truth is known."""

from __future__ import annotations

import polars as pl
import pytest

from jobs.quality.night_total import words
from jobs.quality.total import Doubles, Rates, doubles, drift, measured, rates, shipped, totals
from tests.history.districts import DOUBLES, DRIFT, District

MEASURED, JUDGED = 6, 120


@pytest.fixture(scope="module")
def judged() -> pl.DataFrame:
    """Many times over: some districts measured, then another one told of. Columns: township, estimate, low, high, truly."""
    found = []
    for seed in range(JUDGED):
        known = rates([District(1_000 * seed + n).sample for n in range(1, MEASURED + 1)])
        one = District(1_000 * seed)
        told = totals(one.cells, one.provisional, known, Doubles(DOUBLES, 0.0))
        found.append(told.with_columns(truly=pl.col("township").replace_strict(one.truly, return_dtype=pl.Int64)))
    return pl.concat(found)


def test_the_interval_holds_the_truth_as_often_as_it_says(judged: pl.DataFrame):
    inside = pl.col("truly").is_between(pl.col("low"), pl.col("high"))
    coverage = dict(judged.group_by("township").agg(inside.mean()).iter_rows())
    assert set(coverage) == {"330110001", "330110002", "330110003", "Σ"}
    assert all(0.91 <= share <= 0.985 for share in coverage.values()), coverage


def test_the_estimate_has_no_bias_where_the_count_has(judged: pl.DataFrame):
    whole = judged.filter(pl.col("township") == "Σ")
    assert abs(float((whole["estimate"] / whole["truly"]).mean()) - 1) < 0.002  # type: ignore[arg-type]
    assert abs(float((whole["counted"] / whole["truly"]).mean()) - 1) > 0.02  # type: ignore[arg-type]


def test_townships_sum_to_the_district(judged: pl.DataFrame):
    whole = pl.col("township") == "Σ"
    assert judged.filter(whole)["estimate"].sum() == pytest.approx(judged.filter(~whole)["estimate"].sum())


def test_an_interval_without_drift_would_be_too_narrow(judged: pl.DataFrame):
    """Districts differ by more than chance: leaving that out, the interval would hold the truth far less often than it says."""
    known = rates([District(7_000_000 + n).sample for n in range(60)])
    narrow = Rates(known.cells, 0.0, known.misplaced, known.unseen, known.samples, known.rules)
    inside = 0
    for seed in range(60):
        one = District(1_000 * seed)
        told = totals(one.cells, one.provisional, narrow, Doubles(DOUBLES, 0.0)).row(-1, named=True)
        inside += told["low"] <= one.truly["Σ"] <= told["high"]
    assert inside / 60 < 0.85
    assert known.drift == pytest.approx(DRIFT, rel=0.25)
    assert known.misplaced == pytest.approx(0.02, rel=0.05)
    assert known.unseen == pytest.approx(0.01, rel=0.05)


def test_districts_that_differ_by_chance_alone_have_no_drift():
    table = [District(n, drift=0.0).sample for n in range(40)]
    assert rates(table).drift < 0.002
    assert rates(table[:1]).drift == 0.1


def test_what_was_never_measured():
    """A band not seen takes its code's rate; a code not seen may be anything."""
    told = pl.DataFrame([{"sample": 0, "code": "11", "band": "high", "n": 99.0, "usual": 89.5}])
    known = Rates(measured(told), drift(told), 0.0, 0.0, 1, ("x",))
    row = {"township": "330110001", "numberless": 0, "counted": 0, "residents": 100}
    cells = pl.DataFrame([row | {"code": "11", "band": "low"}, row | {"code": "77", "band": "low"}])
    nobody = pl.DataFrame(
        schema={"township": pl.String, "code": pl.String, "band": pl.String, "alone": pl.Float64, "spread": pl.Float64}
    )
    assert totals(cells, nobody, known, Doubles())["estimate"].to_list() == pytest.approx([140.0, 140.0])


def test_residents_of_no_known_township_are_spread():
    known = Rates(pl.DataFrame([{"code": "11", "band": "high", "rate": 0.5}]), 0.0, 0.0, 0.0, 1, ("x",))
    base = {"code": "11", "band": "high", "numberless": 0}
    cells = pl.DataFrame(
        [base | {"township": t, "residents": n, "counted": n} for t, n in ((None, 40), ("330110001", 300), ("330110002", 100))]
    )
    nobody = pl.DataFrame(
        schema={"township": pl.String, "code": pl.String, "band": pl.String, "alone": pl.Float64, "spread": pl.Float64}
    )
    told = totals(cells, nobody, known, Doubles())
    assert dict(told.select("township", "estimate").iter_rows()) == {"330110001": 165.0, "330110002": 55.0, "Σ": 220.0}
    assert told["counted"].to_list() == [300, 100, 440]


def test_doubles_of_the_trial():
    """900 records without a number found their person, a tenth did not: 100; 40 of them are set aside, 60 of 200 are left."""
    assert doubles(900, 0.9, 0.0081, 40, 200) == pytest.approx((0.3, 900 * 0.0081 / 0.81 / 200))
    assert doubles(900, 1.0, 0.0, 40, 200) == Doubles(0.0, 0.0)
    assert doubles(900, 0.9, 0.01, 40, 0) == doubles(0, 0.0, 0.0, 0, 5) == Doubles()


def test_shipped_rates_and_what_is_said_of_them():
    known = shipped()
    assert known.samples >= 3 and 0 < known.drift < 0.02
    rate = {(c, b): r for c, b, r in known.cells.select("code", "band", "rate").iter_rows()}
    assert rate[("11", "high")] > 0.95 > 0.05 > rate[("51", "high")]
    assert "⚠" not in words(known.rules)
    assert "⚠ 本夜规则 1999.1" in words(["1999.1"])
