"""What is of many, counted from what changed, is what counting everything says."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

from jobs.profiles.crowds_in_memory import NEAR, Touched, crowds_among, crowds_before

KINDS = {"phones": pl.List(pl.String), "dwellings": pl.List(pl.String), "birth_date": pl.Date, "sex": pl.String}


def profile(draw: random.Random, number: int) -> dict[str, object]:
    """A profile among few values, so that most are of many."""
    return {
        "profile_id": str(number),
        "name": draw.choice([None, *(f"{s}{g}" for s in "王李赵钱孙" for g in "一二三四五六七")]),
        "phones": draw.sample(["p1", "p2", "p3", "p4", "p5"], draw.randrange(3)),
        "dwellings": draw.sample(["d1", "d2", "d3"], draw.randrange(3)),
        "mother_number": draw.choice([None, "m1", "m2", "m3"]),
        "birth_date": draw.choice([None, dt.date(2020, 1, 1), dt.date(2021, 5, 5)]),
        "id_type": draw.choice(["citizen", "birth_cert"]),
        "id_number": str(draw.randrange(6)),
        "sex": draw.choice([None, "M", "F"]),
        "birth_order": draw.choice([None, "1", "2"]),
    }


def frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    declared = {name: KINDS.get(name, pl.String) for name in ("profile_id", *NEAR)}
    return pl.DataFrame(rows, schema=declared)


@pytest.mark.parametrize("seed", range(12))
def test_last_nights_crowds_follow_from_tonights_and_what_changed(seed: int) -> None:
    draw = random.Random(seed)
    before = [profile(draw, number) for number in range(60)]
    changed = set(draw.sample(range(60), 6))
    after = [profile(draw, n) if n in changed else row for n, row in enumerate(before) if draw.random() > 0.02 or n in changed]
    after += [profile(draw, number) for number in range(60, 64)]
    gone = {row["profile_id"] for row in before} - {row["profile_id"] for row in after}
    other = gone | {str(n) for n in changed} | {str(n) for n in range(60, 64)}
    touched = Touched.of(frame([row for row in (*before, *after) if row["profile_id"] in other]).select(NEAR))
    was, seen = (crowds_among(frame(rows).select(NEAR)) for rows in (before, after))
    assert was.phones and was.births  # there is something to tell apart
    assert crowds_before(frame(before).select(NEAR), seen, touched) == was
