"""Phones through time, shared in families, and journeys home at Spring Festival."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample import numbers
from jobs.sample.assembly import Draft
from jobs.sample.hard_cases import Reserved
from jobs.sample.intervals import dates
from jobs.sample.people import NONE
from jobs.sample.streams import Ints, stream
from jobs.sample.work import Presence
from jobs.sample.world import shape_frame

SPRING_FESTIVALS = (
    "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26",
    "2029-02-13", "2030-02-03",
)  # fmt: skip
"""First days of the lunar years."""


def make_phones(draft: Draft, reserved: Reserved) -> pl.DataFrame:
    """Own phones from fourteen, changed by 12 % a year; children and a quarter of the old use a relative's."""
    rng = stream(draft.plan.seed, "phones")
    age, count = draft.age(), len(draft)
    holder, sharing = _holders(rng, draft, reserved)
    own = np.flatnonzero(holder == np.arange(count)).astype(np.int32)
    begin = np.maximum(draft.block.birth[own] + 13 * 365, draft.plan.today - rng.integers(1500, 5000, len(own))).astype(np.int32)
    end_of_life = np.minimum(draft.death[own], NONE)
    changed = rng.random(len(own)) < 0.38
    day = (np.minimum(draft.plan.today, end_of_life) - rng.integers(1, 1400, len(own))).astype(np.int32)
    changed &= day > begin
    extra = (rng.random(len(own)) < 0.05) & (age[own] > 20)
    total = len(own) + int(changed.sum()) + int(extra.sum())
    phone = numbers.phones(rng, total)
    late = np.where(changed, day, begin)
    parts = [
        (own, phone[: len(own)], late, np.full(len(own), NONE)),
        (own[changed], phone[len(own) : len(own) + int(changed.sum())], begin[changed], day[changed]),
        (own[extra], phone[len(own) + int(changed.sum()) :], begin[extra], np.full(int(extra.sum()), NONE)),
    ]
    person, value, start, end = (np.concatenate(x) for x in zip(*parts, strict=True))
    owned = pl.DataFrame(
        {"holder_id": person, "phone": value.tolist(), "from_date": dates(start), "to_date": dates(end)}
    ).with_columns(pl.col("holder_id").cast(pl.Int32))
    users = pl.DataFrame(
        {
            "person_id": np.arange(count, dtype=np.int32), "holder_id": holder.astype(np.int32),
            "sharing": pl.Series(sharing.tolist(), dtype=pl.String), "born": dates(draft.block.birth),
        }
    )  # fmt: skip
    joined = (
        users.join(owned, on="holder_id", how="inner")
        .with_columns(from_date=pl.max_horizontal("from_date", "born"))
        .filter(pl.col("to_date").is_null() | (pl.col("to_date") > pl.col("from_date")))
        .sort("person_id", "from_date", "phone")
    )
    return shape_frame("phones", {c: joined[c] for c in joined.columns if c != "born"})


def _holders(rng: np.random.Generator, draft: Draft, reserved: Reserved) -> tuple[Ints, np.ndarray]:
    """Whose phone each person uses."""
    block, age, count = draft.block, draft.age(), len(draft)
    everyone = np.arange(count, dtype=np.int64)
    parent = np.where((rng.random(count) < 0.66) & (block.mother >= 0) | (block.father < 0), block.mother, block.father)
    child_phone = (age < 14) & (parent >= 0)
    grown_child = np.full(count, -1, dtype=np.int64)
    for relation in (block.mother, block.father):
        has = np.flatnonzero((relation >= 0) & (age > 20))
        grown_child[relation[has]] = has
    old_phone = (age > 75) & (grown_child >= 0) & (rng.random(count) < 0.5)
    spouse_phone = (age > 60) & (block.sex == 2) & (block.spouse >= 0) & (rng.random(count) < 0.06)
    holder = np.select([child_phone, old_phone, spouse_phone], [parent, grown_child, block.spouse], everyone)
    sharing = np.select([child_phone, old_phone, spouse_phone], ["parent", "parent", "spouse"], "own").astype(object)
    holder = np.where((age < 14) & (parent < 0), -1, holder)
    for case, word in (("spouses_one_phone", "spouse"), ("father_son", "parent")):
        pairs = reserved.of(case)
        holder[pairs[:, 0]], sharing[pairs[:, 0]] = pairs[:, 0], "own"
        holder[pairs[:, 1]], sharing[pairs[:, 1]] = pairs[:, 0], word
    further = holder >= 0
    chained = further & (holder[np.maximum(holder, 0)] != holder)
    holder[chained] = np.where(age[chained] >= 14, everyone[chained], holder[holder[chained]])
    sharing[chained & (holder == everyone)] = "own"
    return holder.astype(np.int32), sharing


def make_absences(draft: Draft, presence: Presence) -> pl.DataFrame:
    """A third of the households from other provinces go home at Spring Festival for ten to forty days; short trips."""
    rng = stream(draft.plan.seed, "absences")
    home = draft.block.household
    begin, end = draft.plan.start, draft.plan.today
    parts = []
    for text in SPRING_FESTIVALS:
        day = int(np.datetime64(text).astype(int))
        if not begin - 30 <= day <= end + 20:
            continue
        goes = rng.random(len(draft.role)) < np.select([draft.origin == 4, draft.origin == 3], [0.35, 0.12], 0.02)
        leave = day - rng.integers(3, 19, len(draft.role))
        back = day + rng.integers(5, 22, len(draft.role))
        parts.append((np.flatnonzero(goes[home]), leave, back, "spring"))
    trips = np.flatnonzero(rng.random(len(draft)) < 0.03)
    start = begin + rng.integers(0, end - begin, len(draft.role))
    parts.append((trips, start, start + rng.integers(4, 26, len(draft.role)), "trip"))
    pupils = np.flatnonzero((draft.age() < 14) & (draft.age() > 4) & (rng.random(len(draft)) < 0.06))
    july = int(np.datetime64(f"{1970 + end // 365.2425:.0f}-07-05").astype(int))
    july = july if july + 50 < end else july - 365
    parts.append((pupils, np.full(len(draft.role), july), july + rng.integers(30, 50, len(draft.role)), "summer"))
    person = np.concatenate([p for p, _, _, _ in parts])
    leave = np.concatenate([a[home[p]] for p, a, _, _ in parts])
    back = np.concatenate([b[home[p]] for p, _, b, _ in parts])
    kind = np.concatenate([np.full(len(p), k, dtype=object) for p, _, _, k in parts])
    last = np.minimum(presence.last, draft.death)[person]
    ok = (presence.first[person] <= leave) & (last > back) & (leave <= end)
    order = np.lexsort((leave[ok], person[ok]))
    person, leave, back, kind = (x[ok][order] for x in (person, leave, back, kind))
    clash = np.r_[False, (person[1:] == person[:-1]) & (leave[1:] < back[:-1])]
    back = np.where(back > end, NONE, back)
    return shape_frame(
        "absences",
        {
            "person_id": person[~clash], "from_date": dates(leave[~clash]), "to_date": dates(back[~clash]),
            "kind": kind[~clash].tolist(),
        },
    )  # fmt: skip
