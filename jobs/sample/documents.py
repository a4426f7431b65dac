"""Documents through time: everybody's, and how a citizen's numbers change (domain §3.1, §3.2)."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample import names as namebook
from jobs.sample import numbers
from jobs.sample.assembly import Draft
from jobs.sample.foreign_documents import foreign_documents, hkmt_documents
from jobs.sample.hard_cases import Reserved
from jobs.sample.intervals import held, in_time
from jobs.sample.papers import Papers
from jobs.sample.people import NONE
from jobs.sample.streams import Ints, Words, stream


def documents_frame(draft: Draft, reserved: Reserved, papers: Papers) -> pl.DataFrame:
    """All documents through time."""
    return in_time(
        pl.concat(
            [
                *_citizen_documents(draft, reserved, papers),
                *foreign_documents(draft, reserved),
                *hkmt_documents(draft, reserved),
            ]
        )
    )


def _citizen_documents(draft: Draft, reserved: Reserved, papers: Papers) -> list[pl.DataFrame]:
    rng = stream(draft.plan.seed, "second numbers")
    with_number = np.flatnonzero(papers.number != "").astype(np.int32)
    begin = papers.registered.copy()
    natural = np.flatnonzero((rng.random(len(draft)) < 0.0002) & (papers.number != "") & (draft.age() > 25))
    natural = natural[~reserved.marked(len(draft))[natural]]
    second = np.r_[reserved.of("two_numbers")[:, 0], natural].astype(np.int32)
    corrected = np.arange(len(second)) % 2 == 0
    numbers_of = _second_numbers(rng, draft, papers, second)
    since = np.full(len(second), draft.plan.today - 400, dtype=np.int32) - rng.integers(0, 3000, len(second)).astype(np.int32)
    since = np.maximum(since, begin[second] + 1)
    old_from = begin[second].copy()
    begin[second[corrected]] = since[corrected]
    short = with_number[namebook.birth_years(draft.block.birth[with_number]) < 1985]
    until = np.full(len(short), int(np.datetime64("2013-01-01").astype(int)), dtype=np.int32)
    nothing = np.full(len(with_number), NONE, dtype=np.int32)
    kinds = np.where(corrected, "id18_old", "id18_second").astype(object)
    to = np.where(corrected, since, NONE)
    frm = np.where(corrected, old_from, since)
    parts = [
        (with_number, papers.number[with_number], np.full(len(with_number), "id18", dtype=object), begin[with_number], nothing),
        (
            short,
            numbers.old_form(papers.number[short]),
            np.full(len(short), "id15", dtype=object),
            papers.registered[short],
            until,
        ),
        (second, numbers_of, kinds, frm, to),
    ]
    return [held(p, n, k, np.full(len(p), "CHN", dtype=object), f, t) for p, n, k, f, t in parts if len(p)]


def _second_numbers(rng: np.random.Generator, draft: Draft, papers: Papers, rows: Ints) -> Words:
    """Another valid number: half with another sequence code, half with another birth date too; unlike any in use."""
    used = set(papers.number.tolist())
    result = []
    for row, wrong_date in zip(rows.tolist(), (rng.random(len(rows)) < 0.5).tolist(), strict=True):
        body = papers.number[row][:17]
        while True:
            date = body[6:14]
            if wrong_date:
                date = date[:4] + f"{int(rng.integers(1, 13)):02d}{int(rng.integers(1, 29)):02d}"
            sequence = 900 + 2 * int(rng.integers(48)) + (draft.block.sex[row] == 1)
            found = str(numbers.with_check(np.array([int(body[:6] + date + f"{sequence:03d}")]))[0])
            if found not in used:
                break
            wrong_date = True  # on a full day no sequence code of it may be left
        used.add(found)
        result.append(found)
    return np.array(result, dtype=object)
