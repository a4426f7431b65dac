"""The confidence against what is known later: visits after an earlier snapshot in the report, and the counts that make it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
import yaml

from jobs.calibrate import calibrate
from jobs.context import Context
from jobs.errors import UserError
from jobs.pool.nights import Night, Receipt
from jobs.quality import gates, night_calibration
from jobs.residence import calibration
from jobs.settings import Settings
from tests import literal_night as literal
from tests.literal_night import FIRST, SECOND, TOWNSHIPS, resident_id

VISITS = [("0", "S05", None), ("2", "N03", "found_gone"), ("5", "S05", None), ("1", "N03", "unknown_person"), ("3", "S05", None),
          ("3", "N03", "found_gone")]  # fmt: skip
"""Of residents present, present, away, present, absent for a while: one confirmed, two refuted, one not found by name, which says
nothing, and one of whom two visitors of a day say the contrary of each other."""


def second() -> literal.Rows:
    """The second night: visits since the first, and a new grid card of resident 4, who was taken to work here only."""
    rows = literal.tables(SECOND)
    one = {**rows["signs"][0], "from_date": SECOND, "to_date": None, "known_from": SECOND, "in_district": True}
    rows["signs"] += [
        {**one, "sign_id": f"v{n}", "record_id": f"zf-{who}", "sign": sign, "detail": detail}
        for n, (who, sign, detail) in enumerate(VISITS)
    ]
    card = {**rows["records"][-1], "record_id": "zf-9", "source_key": "9", "known_from": SECOND, "in_district": True}
    rows["records"].append(card)
    rows["resident_records"].append({"record_id": "zf-9", "resident_id": resident_id(4), "profile_id": "ga-4", "since": SECOND})
    return rows


def first() -> literal.Rows:
    rows = literal.tables(FIRST)
    for row in rows["residence"]:
        row |= {"nature": "LOCAL_HUKOU", "confidence": 0.75, "band": "medium"}
    return rows


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two nights, one visitor's word being enough to be told."""
    settings = literal.installation(tmp_path_factory.mktemp("confidence") / "home")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gates, "judge", lambda *asked, **options: [])
        patched.setattr(night_calibration, "ENOUGH", 1)
        literal.write(settings, FIRST, first())
        literal.write(settings, SECOND, second())
    return settings


def test_visits_since_an_earlier_snapshot_confirm_or_refute_it(pool: Settings):
    told = Context(pool, Night(pool.nights, SECOND), Receipt("x")).read_arrow("quality").to_pylist()
    figures = {(r["column"], r["metric"]): (r["value"], r["bound"]) for r in told if r["dimension"] == "calibration"}
    bound = f"4 since {FIRST}"
    assert figures == {
        (group, f"calibration.{name}"): (value, bound)
        for group in ("Σ", "medium", "60+ local 本地")
        for name, value in (("said", 0.75), ("confirmed", 0.25))
    }


def test_the_report_shows_them_or_says_why_not(pool: Settings):
    one, two = ((pool.reports / str(night) / "report.md").read_text(encoding="utf-8") for night in (FIRST, SECOND))
    assert night_calibration.TOO_FEW.split("。")[1].strip() in one
    rows = [line for line in two.split("Confidence against grid visits")[1].splitlines() if line.startswith("|")]
    assert rows[2] == f"| Σ | 0.75 | 0.25 | 4 since {FIRST} |"


def test_people_are_counted_once(pool: Settings, tmp_path: Path):
    """Persons 0 to 3 have the status told; 4 lives as 52, which 51 is not told apart from; 5 does not live as told."""
    truth = [
        {"dept": d, "source_table": t, "source_key": str(n), "role": "self", "person_id": n, "valid_from": FIRST}
        for d, t in (("ga", "czrk"), ("zf", "grid_person")) for n in range(6)
    ]  # fmt: skip
    codes = (*literal.CODES[:4], "52", "11")
    lives = [
        {"date": FIRST, "person_id": n, "status_code": c, "counts_usual": True, "township": TOWNSHIPS[0]}
        for n, c in enumerate(codes)
    ]
    folder = tmp_path / "truth"
    folder.mkdir()
    pl.DataFrame(truth).write_parquet(folder / "records.parquet")
    pl.DataFrame(lives).write_parquet(folder / "status.parquet")
    (tmp_path / "sample.yml").write_text("seed: 3\nresidents: 6\nrates: 2.0\n")
    out = tmp_path / "fresh.yml"
    told = calibrate(pool, Night(pool.nights, FIRST), tmp_path, out)
    assert told == {
        "source": "sample", "seed": 3, "residents": 6, "rates": 2.0, "date": FIRST, "rules": "test", "people": 6, "right": 5,
    }  # fmt: skip
    made = calibration.read(out)
    assert made.samples == [told] and made.steps == calibration.load().steps
    assert made.counts.group_by("code").agg(pl.col("people", "right").sum()).sort("code").rows() == [
        ("11", 1, 1), ("12", 1, 1), ("13", 1, 1), ("23", 1, 1), ("41", 1, 0), ("51", 1, 1),
    ]  # fmt: skip
    with pytest.raises(UserError, match="counted before"):
        calibrate(pool, Night(pool.nights, FIRST), tmp_path, out)
    (tmp_path / "sample.yml").write_text("seed: 4\nresidents: 6\nrates: 2.0\n")
    calibrate(pool, Night(pool.nights, FIRST), tmp_path, out)
    assert (
        int(calibration.read(out).counts["people"].sum()) == 12
        and len(yaml.safe_load(out.read_text(encoding="utf-8"))["samples"]) == 2
    )
    with pytest.raises(UserError, match="no truth"):
        calibrate(pool, Night(pool.nights, FIRST), tmp_path / "nowhere", out)


def test_a_snapshot_longer_ago_tells_nothing(pool: Settings, monkeypatch: pytest.MonkeyPatch):
    from jobs.quality.figures import Figures

    monkeypatch.setattr(night_calibration, "ENOUGH", 1)
    figures = Figures(Context(pool, Night(pool.nights, SECOND), Receipt("x")))
    assert night_calibration.figures(figures).num_rows == 6
    monkeypatch.setattr(night_calibration, "WITHIN", (SECOND - FIRST) // dt.timedelta(days=1) - 1)
    assert night_calibration.figures(figures).num_rows == 0
