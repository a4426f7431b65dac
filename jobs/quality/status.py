"""Residence status against the truth: accuracy, confusion, and the population counts.

Codes that describe evidence, not lives, are judged as what they are about (design §9): 42 as 41, 92 as 91, 51 and 52 as
one; 61 and 62 say that nothing is known and are wrong. Beside that strict accuracy stands a second one, by the fact that
61 and 62 claim: they are right there when their counts_usual is the truth's.
"""

from __future__ import annotations

from typing import Any

import polars as pl

SAME_LIFE = {"42": "41", "92": "91", "52": "51"}
TO_VERIFY = ("61", "62")
"""Codes without a truth of their own: they claim no life, only whether the person counts as a usual resident."""
NONE = "none"
"""A person whom no resident stands for."""


def judge(residence: pl.DataFrame, homes: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Any]:
    """Accuracy over persons that have records and a true status on the night.

    `residence`: resident_id, status_code, counts_usual, township. `homes`: person, resident_id (the resident that
    stands for the person). `truth`: person_id, status_code, counts_usual, of one night.
    """
    true = truth.select(
        person=pl.col("person_id").cast(pl.Int64), true=pl.col("status_code").cast(pl.String), lives_here="counts_usual"
    )
    joined = true.join(homes.join(residence, on="resident_id"), on="person", how="left")
    known = joined.filter(pl.col("status_code").is_not_null()).with_columns(
        said=pl.col("status_code").replace(SAME_LIFE), true=pl.col("true").replace(SAME_LIFE)
    )
    right = int((known["said"] == known["true"]).sum())
    counted_rightly = (pl.col("counts_usual") == pl.col("lives_here")).fill_null(False)
    claimed = known.filter((pl.col("said") == pl.col("true")) | (pl.col("said").is_in(TO_VERIFY) & counted_rightly)).height
    usual = known.filter(counted_rightly).height
    counted, really = int(residence["counts_usual"].sum()), int(true["lives_here"].sum())
    wrong = known.filter(pl.col("said") != pl.col("true")).group_by("true", "said").agg(persons=pl.len())
    by_status = _by_status(known)
    given, lives = pl.col("counts_usual"), pl.col("lives_here")
    return {
        "persons": len(known), "persons_without_records": len(joined) - len(known),
        "accuracy": right / len(known) if len(known) else None,
        "accuracy_of_claims": claimed / len(known) if len(known) else None,
        "usual_right": usual / len(known) if len(known) else None,
        "usual_residents": counted, "usual_residents_true": really,
        "usual_error": counted / really - 1 if really else None,
        "macro_f1": macro_f1(by_status),
        "wrongly_included": known.filter(given & ~lives).height / really if really else None,
        "wrongly_excluded": known.filter(~given & lives).height / really if really else None,
        "by_status": by_status,
        "confusion": wrong.sort("persons", "true", "said", descending=[True, False, False]).to_dicts(),
    }  # fmt: skip


def macro_f1(by_status: list[dict[str, Any]]) -> float | None:
    """The plain mean of the F1 of all true codes; a code never given, or never rightly, counts as 0."""
    true = [row for row in by_status if row["persons"]]
    each = [2 * row["recall"] * row["persons"] / (row["persons"] + (row["given"] or 0)) for row in true]
    return sum(each) / len(each) if each else None


def _by_status(known: pl.DataFrame) -> list[dict[str, Any]]:
    """Per true code: persons, share found in that code; and of those given the code, the share that has it."""
    right = pl.col("said") == pl.col("true")
    recall = known.group_by(code="true").agg(persons=pl.len(), recall=right.mean())
    precision = known.group_by(code="said").agg(given=pl.len(), precision=right.mean())
    return recall.join(precision, on="code", how="full", coalesce=True).sort("code").to_dicts()
