"""The calibrated confidence: counts in, probabilities out, the same for rows and for one person; and honest on other people."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from jobs.quality import calibration as judged
from jobs.residence.calibration import LEVELS, Calibration, Case, from_residence, load, schema

TODAY = dt.date(2026, 11, 22)
BORN = dt.date(1990, 1, 1)
CELL = ("23", "R-06a", "≥0.85", "yes", "–", "<91", "≥366")
SEEN = Case("23", "R-06a", 0.91, True, None, TODAY, TODAY - dt.timedelta(days=3), dt.date(2024, 1, 1), None)


def calibration(*cells: tuple[tuple[str, ...], int, int]) -> Calibration:
    """One made of these cells: (features, people, right)."""
    rows = [(*name, people, right) for name, people, right in cells]
    return replace(load(), counts=pl.DataFrame(rows, schema=schema(), orient="row"))


def table(cases: list[Case]) -> pl.DataFrame:
    """The cases as published rows."""
    rows = pl.DataFrame([c._asdict() for c in cases], infer_schema_length=None)
    return rows.rename({"code": "status_code", "rule": "rule_id"})


def people(n: int, seed: int) -> list[Case]:
    """Made-up decided persons of every kind the shipped counts know, and some they do not."""
    rng, known = np.random.default_rng(seed), load().counts
    codes, rules, signs = (known[c].unique().sort().to_list() for c in ("code", "rule", "against"))

    def day() -> dt.date | None:
        return None if rng.random() < 0.2 else TODAY - dt.timedelta(days=int(rng.choice([0, 90, 91, 183, 184, 366, 731, 4000])))

    return [
        Case(
            str(rng.choice([*codes, "98"])), str(rng.choice([*rules, "R-77"])), float(rng.choice([0.0, 0.3499, 0.35, 0.6, 0.85, 1.0])),
            bool(rng.random() < 0.5), None if (s := str(rng.choice([*signs, "N77"]))) == "–" else s, TODAY, day(), day(), day(),
        )
        for _ in range(n)
    ]  # fmt: skip


def test_rows_and_one_person_agree():
    known = load()
    cases = people(4000, 7)
    assert table(cases).select(p=known.expression())["p"].to_list() == [known.of(c) for c in cases]


def test_made_up_people_reach_cells_of_every_width():
    cells = load().cells
    named = [tuple(row) for row in load().labelled(table(people(4000, 8))).rows()]
    widths = {max(d for d in range(len(LEVELS) + 1) if name[:d] in cells) for name in named}
    assert widths >= {0, 1, 2, 3, 4, 5}


def test_a_cell_says_its_share_leaning_on_the_wider_one():
    """With a pull of 4: all people of the code lean on a half, those with a card on them."""
    known = calibration((CELL, 1000, 990), ((*CELL[:3], "no", *CELL[4:]), 100, 40))
    code = (1030 + 4 * 0.5) / 1104
    assert known.pull == 4 and known.prior == 0.5
    assert known.cells[("23",)] == pytest.approx(code, abs=5e-5)
    assert known.of(SEEN) == pytest.approx((990 + 4 * code) / 1004, abs=5e-5)
    assert known.of(SEEN._replace(carded=False)) == pytest.approx((40 + 4 * code) / 104, abs=5e-5)


def test_a_feature_that_tells_nobody_apart_changes_nothing():
    known = calibration((CELL, 10, 3))
    assert {known.cells[CELL[:n]] for n in range(1, 8)} == {round((3 + 4 * 0.5) / 14, 4)}


def test_a_small_cell_hardly_leaves_the_wider_one():
    known = calibration((CELL, 1000, 950), ((*CELL[:4], "N03", *CELL[5:]), 1, 0))
    assert known.of(SEEN._replace(against="N03")) == pytest.approx(0.95 * 4 / 5, abs=0.005)
    assert known.of(SEEN) == pytest.approx(0.95, abs=0.001)


OTHERS = ("53", "R-06c", "<0.35", "no", "N03", "–", "–")
NESTED = [(CELL, 100, 60), *(((*CELL[:n], *OTHERS[n:]), 50, 5 * n) for n in range(7))]
"""One cell, and beside each wider one of it people who are not in the narrower."""


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        ({"against": "N04"}, CELL[:4]),
        ({"evidence_score": 0.8499}, CELL[:2]),
        ({"evidence_score": 0.85}, CELL),
        ({"rule": "R-77"}, CELL[:1]),
        ({"code": "98"}, ()),
        ({"last_seen": TODAY - dt.timedelta(days=91)}, CELL[:5]),
        ({"last_seen": TODAY - dt.timedelta(days=90)}, CELL),
        ({"last_seen": None}, (*CELL[:5], "–")),
        ({"here_since": TODAY - dt.timedelta(days=365)}, CELL[:6]),
        ({"here_since": None}, (*CELL[:6], "–")),
        ({"here_since": TODAY - dt.timedelta(days=366)}, CELL),
        ({"here_since": TODAY, "away_since": TODAY - dt.timedelta(days=366)}, CELL),
    ],
)
def test_people_of_no_cell_take_the_wider_one(change: dict[str, object], cell: tuple[str, ...]):
    known = calibration(*NESTED)
    assert known.of(SEEN._replace(**change)) == known.cells[cell]  # type: ignore[arg-type]
    assert len({known.cells[CELL[:n]] for n in range(8)}) == 8


def test_the_explanation_tells_card_and_strongest_negative():
    told = ['{"card":"ab12","negative":[{"sign":"N03","w":0.8},{"sign":"N04"}]}', '{"positive":[{"sign":"S05"}]}']
    rows = from_residence(pl.DataFrame({"explanation": told}), TODAY)
    assert rows.select("carded", "against", "today").rows() == [(True, "N03", TODAY), (False, None, TODAY)]


def test_the_shipped_counts_are_those_of_the_samples():
    known = load()
    assert int(known.counts["people"].sum()) == sum(s["people"] for s in known.samples) > 100_000
    assert int(known.counts["right"].sum()) == sum(s["right"] for s in known.samples)
    assert len({(s["seed"], s["rates"]) for s in known.samples}) == len(known.samples) >= 4
    assert len({s["rates"] for s in known.samples}) > 1
    assert known.counts.filter(pl.col("right") > pl.col("people")).is_empty()


def test_whoever_certainly_left_is_sure_though_no_evidence_is_left():
    """The very point: a low evidence score, a high confidence. And 62 says that nothing is known."""
    gone = Case("53", "R-04d", 0.05, False, "N03", TODAY, TODAY - dt.timedelta(days=200), None, None)
    assert load().of(gone) > 0.9
    assert load().of(gone._replace(code="62", rule="R-10", against=None)) < 0.35


def _district(n: int, seed: int, worse: float = 0.0) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(told, homes, truth) of persons whose codes are right with a probability of their own."""
    rng = np.random.default_rng(seed)
    sure = rng.choice([0.2, 0.5, 0.7, 0.9, 0.97], n)
    right = rng.random(n) < sure - worse
    ids = [f"RK{i}" for i in range(n)]
    bands = np.select([sure >= 0.85, sure >= 0.6, sure >= 0.35], ["high", "medium", "low"], "none")
    told = pl.DataFrame(
        {"resident_id": ids, "status_code": "23", "nature": "OUT_HUKOU", "confidence": sure, "band": bands, "birth_date": BORN}
    )
    truth = pl.DataFrame({"person_id": range(n), "status_code": np.where(right, "23", "53"), "date": TODAY})
    return told, pl.DataFrame({"person": range(n), "resident_id": ids}), truth


def test_honest_confidence_is_found_honest_and_boasting_is_not():
    honest, boasting = judged.judge(*_district(20_000, 1)), judged.judge(*_district(20_000, 1, worse=0.1))
    assert honest["largest_distance"] < 0.03 and honest["expected_error"] < 0.015
    assert boasting["largest_distance"] > 0.08 and boasting["expected_error"] == pytest.approx(0.1, abs=0.015)
    assert honest["brier"] < boasting["brier"] and honest["brier"] < honest["brier_of_one"]
    assert [b["band"] for b in honest["bands"]] == ["high", "medium", "low", "none"]
    assert [(g["age"], g["origin"]) for g in honest["groups"]] == [("16–59", "elsewhere 省外")]


def test_codes_of_evidence_are_judged_as_the_lives_they_are_about():
    told, homes, truth = _district(3, 1)
    told = told.with_columns(status_code=pl.Series(["52", "42", "61"]))
    truth = truth.with_columns(status_code=pl.Series(["51", "41", "23"]))
    assert sum(b["right"] * b["persons"] for b in judged.judge(told, homes, truth)["bands"]) == 2


@pytest.mark.parametrize(
    ("born", "group"),
    [(dt.date(2019, 11, 23), "0–6"), (dt.date(2019, 11, 22), "7–15"), (dt.date(2010, 11, 22), "16–59"), (dt.date(1966, 11, 22), "60+"),
     (dt.date(1966, 11, 23), "16–59"), (None, "?")],
)  # fmt: skip
def test_age_groups(born: dt.date | None, group: str):
    one = pl.DataFrame({"born": [born], "day": [TODAY]}, schema={"born": pl.Date, "day": pl.Date})
    assert one.select(judged.age_group(pl.col("born"), pl.col("day"))).item() == group


def test_figures_are_told_and_none_are_said_to_be_none():
    lines = judged.lines(judged.judge(*_district(2_000, 2)))
    assert "Brier" in lines[0] and any("high" in line for line in lines)
    told, homes, truth = _district(5, 2)
    assert judged.lines(judged.judge(told.with_columns(confidence=pl.lit(None, pl.Float64)), homes, truth)) == [
        "Confidence 置信度: none was published on this night"
    ]
