"""Townships and groups whose count differs from the truth."""

from __future__ import annotations

import polars as pl

from jobs.quality.status_groups import groups, townships


def people(*counts: tuple[str | None, bool, int]) -> pl.DataFrame:
    rows = [{"township": t, "counts_usual": usual} for t, usual, n in counts for _ in range(n)]
    return pl.DataFrame(rows, schema={"township": pl.String, "counts_usual": pl.Boolean})


def test_a_township_may_differ_by_two_percent_or_fifteen_people() -> None:
    true = people(("330110001", True, 100), ("330110002", True, 1000), ("330110003", True, 1000), ("330110003", False, 50))
    said = people(
        ("330110001", True, 115), ("330110002", True, 979), ("330110003", True, 1020), ("330110004", True, 16), (None, True, 3)
    )
    told = {row["township"][-1]: (row["error"], row["within"]) for row in townships(said, true)}
    assert told == {"1": (15, True), "2": (-21, False), "3": (20, True), "4": (16, False)}


def test_groups_by_age_and_origin() -> None:
    rows = [(6, "LOCAL_HUKOU", True, True), (6, "LOCAL_HUKOU", True, False), (7, "LOCAL_HUKOU", True, True),
            (30, "OUT_HUKOU", False, True), (44, "OUT_HUKOU", True, True), (29, "OUT_HUKOU", False, True), (80, "HKMT", True, True),
            (None, "FOREIGN", True, False)]  # fmt: skip
    known = pl.DataFrame(rows, schema=["age", "nature", "lives_here", "counts_usual"], orient="row")
    told = {(r["origin"].split()[0], r["age"]): (r["lives"], r["included"], r["excluded"]) for r in groups(known)}
    assert told == {
        ("local", "0–6"): (2, 0, 1),
        ("local", "7–15"): (1, 0, 0),
        ("other", "30–44"): (1, 1, 0),
        ("outside", "60+"): (1, 0, 0),
        ("outside", None): (1, 0, 1),
    }
