"""Names through time: newborns' provisional names until registered, legal changes of name (domain §3.8)."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample import names as namebook
from jobs.sample.assembly import Draft
from jobs.sample.hard_cases import Reserved
from jobs.sample.intervals import dated, in_time
from jobs.sample.papers import Papers
from jobs.sample.people import NONE
from jobs.sample.streams import Bools, Ints, Words, stream


def names_frame(draft: Draft, reserved: Reserved, papers: Papers) -> pl.DataFrame:
    """Names through time: newborns' provisional names until registered, legal changes of name."""
    rng = stream(draft.plan.seed, "name changes")
    count = len(draft)
    begin = draft.block.birth.copy()
    parts = []
    babies = (
        (draft.plan.today - draft.block.birth < 7 * 365)
        & (draft.block.mother >= 0)
        & (rng.random(count) < 0.05)
        & (draft.kind == 0)
    )
    babies[reserved.of("newborns")[:, 0]] = True
    rows = np.flatnonzero(babies)
    until = np.where(papers.registered[rows] < NONE, papers.registered[rows], NONE)
    parts.append(
        (
            rows,
            namebook.provisional(rng, papers.name[draft.block.mother[rows]], draft.block.sex[rows]),
            "provisional",
            begin[rows],
            until,
        )
    )
    begin[rows] = until
    changed = _changed(rng, draft, reserved, babies)
    day = draft.plan.start + rng.integers(20, draft.plan.today - draft.plan.start - 10, len(changed))
    former = _former_names(rng, draft, papers, changed)
    parts.append((changed, former, "legal", begin[changed], day.astype(np.int32)))
    begin[changed] = day
    legal = np.flatnonzero(begin < NONE)
    parts.append((legal, papers.name[legal], "legal", begin[legal], np.full(len(legal), NONE, dtype=np.int32)))
    return in_time(
        pl.concat(
            [
                dated("names", {"person_id": p, "name": n.tolist(), "kind": [k] * len(p)}, f, t)
                for p, n, k, f, t in parts
                if len(p)
            ]
        )
    )  # fmt: skip


def _changed(rng: np.random.Generator, draft: Draft, reserved: Reserved, babies: Bools) -> Ints:
    age = draft.age()
    natural = (rng.random(count := len(draft)) < 0.0014) & (draft.kind == 0) & (age > 5) & (draft.death == NONE) & ~babies
    natural &= ~reserved.marked(count, besides="name_changes")
    natural[reserved.of("name_changes")[:, 0]] = True
    return np.flatnonzero(natural).astype(np.int32)


def _former_names(rng: np.random.Generator, draft: Draft, papers: Papers, rows: Ints) -> Words:
    """The name before: mostly another given name, for some another surname."""
    given = namebook.draw_given(rng, draft.block.birth[rows], draft.block.sex[rows])
    other = namebook.draw_surnames(rng, np.zeros(len(rows), dtype=bool))
    surname = np.where(rng.random(len(rows)) < 0.12, other, papers.surname[rows])
    former = surname + given
    same = former == papers.name[rows]
    former[same] = surname[same] + "大" + given[same]
    return former
