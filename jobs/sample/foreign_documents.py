"""Documents of people who are no mainland citizens: passports, residence cards, travel permits (domain §3.2)."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample import numbers
from jobs.sample.assembly import Draft
from jobs.sample.facts import facts
from jobs.sample.hard_cases import Reserved
from jobs.sample.intervals import held
from jobs.sample.people import NONE
from jobs.sample.streams import Ints, Words, stream, weighted


def foreign_documents(draft: Draft, reserved: Reserved) -> list[pl.DataFrame]:
    """Passports, renewed on the way; a few permanent residence cards, old and new."""
    rng = stream(draft.plan.seed, "passports")
    rows = np.flatnonzero(draft.kind == 4).astype(np.int32)
    country = nationalities(draft)[rows]
    renewed = np.zeros(len(draft), dtype=bool)
    renewed[reserved.of("foreigners_new_passport")[:, 0]] = True
    renewed = renewed[rows] | (rng.random(len(rows)) < 0.12)
    day = (draft.plan.start + rng.integers(60, draft.plan.today - draft.plan.start - 40, len(rows))).astype(np.int32)
    issued = day - rng.integers(3000, 3650, len(rows)).astype(np.int32)
    both = numbers.passports(rng, 2 * len(rows))
    first, second = both[: len(rows)], both[len(rows) :]
    nothing = np.full(len(rows), NONE, dtype=np.int32)
    passport = np.full(len(rows), "passport", dtype=object)
    end = np.where(renewed, day, NONE).astype(np.int32)
    parts = [
        held(rows, first, passport, country, np.where(renewed, issued, day - 700).astype(np.int32), end),
        held(rows[renewed], second[renewed], passport[renewed], country[renewed], day[renewed], nothing[renewed]),
    ]
    cards = rows[rng.random(len(rows)) < 0.06]
    return parts + _residence_cards(rng, draft, cards)


def _residence_cards(rng: np.random.Generator, draft: Draft, rows: Ints) -> list[pl.DataFrame]:
    """The 15-character card and the 18-character one of 2023 that prints the old number."""
    country = nationalities(draft)[rows]
    born = numbers.yyyymmdd(draft.block.birth[rows])
    serial = numbers.as_text(rng.integers(900, 996, len(rows)), 3)
    old = np.array(
        [f"{c}3301{b % 1_000_000:06d}{s[1:]}" for c, b, s in zip(country, born.tolist(), serial, strict=True)], dtype=object
    )
    body = [int(f"933{840 if c == 'USA' else 410:03d}{b}{s}") for c, b, s in zip(country, born.tolist(), serial, strict=True)]
    new = numbers.with_check(np.array(body, dtype=np.int64)) if len(rows) else np.zeros(0, dtype=object)
    switch = np.full(len(rows), int(np.datetime64("2024-03-01").astype(int)), dtype=np.int32)
    nothing = np.full(len(rows), NONE, dtype=np.int32)
    china = np.full(len(rows), "CHN", dtype=object)
    if not len(rows):
        return []
    return [
        held(rows, old, np.full(len(rows), "pr_old", dtype=object), china, switch - 1500, switch),
        held(rows, new, np.full(len(rows), "pr_new", dtype=object), china, switch, nothing),
    ]


def hkmt_documents(draft: Draft, reserved: Reserved) -> list[pl.DataFrame]:
    """Travel permits; some hold the 18-character residence permit too."""
    rng = stream(draft.plan.seed, "permits")
    rows = np.flatnonzero((draft.kind > 0) & (draft.kind < 4)).astype(np.int32)
    kinds = np.array(["", "hk", "mo", "tw"], dtype=object)[draft.kind[rows]]
    nothing = np.full(len(rows), NONE, dtype=np.int32)
    begin = draft.plan.today - rng.integers(400, 3000, len(rows)).astype(np.int32)
    names = np.where(kinds == "tw", "tw_pass", "hk_pass").astype(object)
    country = np.full(len(rows), "CHN", dtype=object)
    both = np.zeros(len(draft), dtype=bool)
    both[reserved.of("hkmt_two_documents")[:, 0]] = True
    second = both[rows] | (rng.random(len(rows)) < 0.25)
    area = (80 + draft.kind[rows[second]].astype(np.int64)) * 10_000
    permit = numbers.citizen_numbers(rng, area[:, None], draft.block.birth[rows[second]], draft.block.sex[rows[second]])
    parts = [held(rows, numbers.travel_permits(rng, kinds), names, country, begin.astype(np.int32), nothing)]
    if second.any():
        permits = np.full(len(permit), "hkmt_permit", dtype=object)
        parts.append(held(rows[second], permit, permits, country[second], begin[second].astype(np.int32) + 200, nothing[second]))
    return parts


def nationalities(draft: Draft) -> Words:
    """ISO alpha-3 by person; Hong Kong, Macao and Taiwan are CHN."""
    rng = stream(draft.plan.seed, "nationalities")
    countries = facts("given_names")["countries"]
    drawn = np.array(list(countries), dtype=object)[weighted(rng, list(countries.values()), len(draft))]
    return np.where(draft.kind == 4, drawn, "CHN").astype(object)
