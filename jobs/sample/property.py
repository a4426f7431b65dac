"""Who owns and who rents: the frames `ownerships` and `tenancies`, and the owner of each dwelling."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample.assembly import OTHER_TIE, RESIDENT, Draft
from jobs.sample.homes import OWNER, RENTED
from jobs.sample.households import heads
from jobs.sample.intervals import dates
from jobs.sample.lives import Lives
from jobs.sample.people import NONE
from jobs.sample.streams import Ints, stream, weighted
from jobs.sample.world import shape_frame

OWNER_TIE = 0


def make_property(draft: Draft, lives: Lives, dwellings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Ownerships, tenancies, and the dwellings with their owners."""
    rng = stream(draft.plan.seed, "property")
    spells, head = lives.spells, heads(draft)
    owned = np.flatnonzero(spells.tenure == OWNER)
    owner = head[spells.home[owned]]
    bought = spells.start[owned] - rng.integers(0, 400, len(owned)).astype(np.int32)
    before = np.full(int(spells.dwelling.max()) + 1, -NONE, dtype=np.int32)
    order = np.lexsort((spells.start[owned], spells.dwelling[owned]))
    same = np.r_[False, spells.dwelling[owned][order][1:] == spells.dwelling[owned][order][:-1]]
    previous_end = np.r_[-NONE, spells.end[owned][order][:-1]]
    floor = np.full(len(owned), -NONE, dtype=np.int32)
    floor[order[same]] = previous_end[same]
    bought = np.maximum(bought, floor)
    landlords = np.flatnonzero(
        (draft.role == OTHER_TIE) & (draft.tie == OWNER_TIE) | (draft.role == RESIDENT) & (draft.nature < 2)
    )
    weights = np.where(draft.role[landlords] == OTHER_TIE, 3.0, 0.5)
    has_owner = np.zeros(len(before), dtype=bool)
    has_owner[spells.dwelling[owned]] = True
    let = np.unique(spells.dwelling[spells.tenure == RENTED])
    let = let[~has_owner[let] & (rng.random(len(let)) < 0.82)]
    landlord = head[landlords[weighted(rng, weights, len(let))]]
    since = (draft.plan.today - rng.integers(2600, 7000, len(let))).astype(np.int32)
    dwelling = np.r_[spells.dwelling[owned], let].astype(np.int32)
    owners = np.r_[owner, landlord].astype(np.int32)
    begin, end = np.r_[bought, since].astype(np.int32), np.r_[spells.end[owned], np.full(len(let), NONE)].astype(np.int32)
    spouse = draft.block.spouse[owners]
    co_owner = np.where((spouse >= 0) & (rng.random(len(owners)) < 0.55), spouse, -1)
    ownerships = shape_frame(
        "ownerships",
        {
            "dwelling_id": dwelling, "owner_id": owners, "co_owner_id": pl.Series(co_owner).replace(-1, None),
            "from_date": dates(begin), "to_date": dates(end),
        },
    ).sort("dwelling_id", "from_date")  # fmt: skip
    current = np.full(len(before), -1, dtype=np.int32)
    current[dwelling[end == NONE]] = owners[end == NONE]
    with_owner = dwellings.with_columns(pl.Series("owner_id", current).replace(-1, None).cast(pl.Int32))
    return ownerships, _tenancies(rng, draft, lives, head, current), with_owner


def _tenancies(rng: np.random.Generator, draft: Draft, lives: Lives, head: Ints, owner: Ints) -> pl.DataFrame:
    spells = lives.spells
    rows = np.flatnonzero(spells.tenure == RENTED)
    start, end = spells.start[rows], spells.end[rows]
    quiet = (draft.nature[spells.home[rows]] == 2) & (rng.random(len(rows)) < 0.03)
    filed = (rng.random(len(rows)) < 0.58) & ~quiet
    years = np.maximum(1, np.ceil((np.minimum(end, draft.plan.today + 1) - start) / 365)).astype(np.int64)
    filed_on = start + rng.integers(0, 25, len(rows))
    filed &= filed_on <= np.minimum(end, draft.plan.today)
    lessor = owner[spells.dwelling[rows]]
    lessor = np.where(lessor == head[spells.home[rows]], -1, lessor)
    return shape_frame(
        "tenancies",
        {
            "tenancy_id": np.arange(len(rows)), "dwelling_id": spells.dwelling[rows], "household_id": spells.home[rows],
            "lessee_id": head[spells.home[rows]], "lessor_id": pl.Series(lessor).replace(-1, None), "from_date": dates(start),
            "to_date": dates(end), "is_filed": filed, "filed_date": dates(np.where(filed, filed_on, NONE)),
            "contract_end": dates((start + 365 * years).astype(np.int32)),
        },
    )  # fmt: skip
