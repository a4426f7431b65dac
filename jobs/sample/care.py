"""Hospitals and births, floating-population registrations, foreigners' registrations, aid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from jobs.sample.assembly import OTHER_TIE, RESIDENT, Draft
from jobs.sample.facts import CITY_DISTRICTS
from jobs.sample.hard_cases import Reserved
from jobs.sample.homes import DORMITORY, OWNER, RELATIVES
from jobs.sample.intervals import dates
from jobs.sample.lives import HERE, Lives, Stays
from jobs.sample.names import birth_years
from jobs.sample.numbers import as_text, distinct
from jobs.sample.papers import Papers
from jobs.sample.people import NONE
from jobs.sample.places import townships
from jobs.sample.streams import Ints, stream, weighted, where_known
from jobs.sample.work import Presence
from jobs.sample.world import shape_frame

BIRTH_TIE = 2
HOSPITALS = (
    ("余杭区第一人民医院", 6, True), ("余杭区良渚医院", 2, True), ("余杭区中医院", 5, True),
    ("仓前街道社区卫生服务中心", 4, True), ("瓶窑镇社区卫生服务中心", 8, True),
    ("闲林街道社区卫生服务中心", 3, True), ("仁和街道社区卫生服务中心", 1, True),
    ("杭州市妇幼保健医院", -1, False), ("浙江省妇产专科医院", -1, False), ("外地医院", -1, False),
)  # fmt: skip
MATERNITY = (0, 1, 2)


def make_hospitals() -> pl.DataFrame:
    """The hospitals of the district and three outside."""
    town = [None if t < 0 else townships()[t] for _, t, _ in HOSPITALS]
    return shape_frame(
        "hospitals",
        {
            "hospital_id": list(range(len(HOSPITALS))),
            "code": [f"H3301{10 if i else 6}{k:05d}" for k, (_, _, i) in enumerate(HOSPITALS)],
            "name": [n for n, _, _ in HOSPITALS], "in_district": [i for _, _, i in HOSPITALS],
            "township": pl.Series(town, dtype=pl.String),
        },
    )  # fmt: skip


def make_births(draft: Draft, presence: Presence, reserved: Reserved, papers: Papers) -> pl.DataFrame:
    """Births of the last seven years whose mother is a person of the world."""
    rng = stream(draft.plan.seed, "births")
    block = draft.block
    child = np.flatnonzero((draft.plan.today - block.birth < 7 * 365) & (block.mother >= 0) & (draft.kind == 0)).astype(np.int32)
    child = child[np.lexsort((block.twin[child], block.mother[child]))]
    mother = block.mother[child]
    here = (presence.first[mother] <= block.birth[child]) & (presence.last[mother] > block.birth[child])
    tie = (draft.role[block.household[child]] == OTHER_TIE) & (draft.tie[block.household[child]] == BIRTH_TIE)
    case = np.isin(child, reserved.of("newborns")[:, 0])
    inside = tie | case | (here & (rng.random(len(child)) < 0.62))
    hospital = np.where(inside, rng.integers(0, len(MATERNITY), len(child)), np.where(here, rng.integers(7, 9, len(child)), 9))
    order = np.maximum(block.twin[child], 1)
    second = np.flatnonzero(order == 2)
    hospital[second] = hospital[second - 1]
    minute = rng.integers(0, 1440, len(child))
    minute[second] = np.minimum(minute[second - 1] + 7, 1439)
    issue = np.minimum(block.birth[child] + rng.integers(0, 12, len(child)), draft.plan.today)
    letters = np.array(list("NOPQRSTUVWXYZ"), dtype=object)
    letter = letters[np.clip(birth_years(block.birth[child]) - 2014, 0, len(letters) - 1)]
    serial = distinct(rng, 2 * len(child), 10_000_000)
    registered = papers.registered[child]
    renamed = ((rng.random(len(child)) < 0.03) | (case & (rng.random(len(child)) < 0.3))) & (registered < draft.plan.today - 20)
    new_number = letter + "33" + as_text(serial[len(child) :], 7)
    reissue = np.where(renamed, np.maximum(issue + 1, registered - 2), NONE)
    return shape_frame(
        "births",
        {
            "child_id": child, "mother_id": mother, "father_id": pl.Series(block.father[child]).replace(-1, None),
            "hospital_id": hospital, "in_district": hospital < 7, "birth_minute": minute,
            "weeks": np.clip(rng.normal(39.2 - 2.5 * (order == 2), 1.3, len(child)), 28, 42).round(),
            "weight": np.clip(rng.normal(3300, 420, len(child)), 900, 5200).round(), "plurality_order": order,
            "certificate_no": (letter + "33" + as_text(serial[: len(child)], 7)).tolist(), "issue_date": dates(issue),
            "reissued_no": pl.Series(where_known(renamed, new_number).tolist(), dtype=pl.String),
            "reissue_date": dates(reissue), "hukou_date": dates(registered),
        },
    ).sort("child_id")  # fmt: skip


@dataclass(frozen=True)
class _Episodes:
    person: Ints
    dwelling: Ints
    arrived: Ints
    until: Ints
    tenure: Ints


def _episodes(draft: Draft, lives: Lives, wanted: np.ndarray) -> _Episodes:
    stays: Stays = lives.stays
    rows = np.flatnonzero((stays.place == HERE) & wanted[stays.person])
    spell = stays.spell[rows]
    return _Episodes(
        stays.person[rows],
        lives.spells.dwelling[spell].astype(np.int32),
        stays.start[rows],
        stays.end[rows],
        lives.spells.tenure[spell],
    )


def make_registrations(draft: Draft, lives: Lives, presence: Presence, local_from: Ints, papers: Papers) -> pl.DataFrame:
    """Episodes of the floating register: only for hukou outside Hangzhou's urban area (domain §1.1), 75-90 % of them, with lags;
    ended truly, automatically, or never."""
    rng = stream(draft.plan.seed, "registrations")
    in_city = np.isin(lives.division, CITY_DISTRICTS)
    old_law = rng.random(len(draft)) < 0.04
    wanted = (draft.kind == 0) & (~in_city | old_law) & ~presence.is_grid_only & ~presence.is_silent & (papers.registered < NONE)
    e = _episodes(draft, lives, wanted)
    chance = np.select([e.tenure == OWNER, e.tenure == RELATIVES, e.tenure == DORMITORY], [0.6, 0.5, 0.92], 0.88)
    chance *= np.where(draft.age()[e.person] < 16, 0.7, 1.0)
    lag = np.where(rng.random(len(e.person)) < 0.6, rng.integers(0, 4, len(e.person)), rng.exponential(35, len(e.person)))
    registered = (e.arrived + lag).astype(np.int32)
    keep = (
        (rng.random(len(e.person)) < chance)
        & (registered <= draft.plan.today)
        & (registered < e.until)
        & (e.arrived < local_from[e.person])
    )
    e = _Episodes(*(getattr(e, f)[keep] for f in _Episodes.__dataclass_fields__))
    registered = registered[keep]
    ended, reason = _endings(rng, draft, e, registered, local_from[e.person])
    lapsed = (reason == 2) & (ended + 40 < np.minimum(e.until, draft.plan.today)) & (rng.random(len(ended)) < 0.65)
    again = (ended + rng.integers(5, 120, len(ended)))[lapsed]
    return _registration_frame(rng, draft, e, (registered, ended, reason), (np.flatnonzero(lapsed), again.astype(np.int32)))


def _endings(rng: np.random.Generator, draft: Draft, e: _Episodes, registered: Ints, local_from: Ints) -> tuple[Ints, Ints]:
    """Day and reason of the cancellation as the register has it; NONE = open."""
    count = len(registered)
    gone = e.until < NONE
    died = gone & (e.until == draft.death[e.person])
    drawn = rng.random(count)
    soon = rng.random(count) < 0.6  # people, landlords and employers report a departure as they report an arrival (domain §7.8)
    cancelled = e.until.astype(np.int64) + np.where(soon, rng.integers(0, 6, count), rng.exponential(25, count)).astype(np.int64)
    automatic = e.until.astype(np.int64) + rng.integers(60, 330, count)
    early = (drawn > 0.78) & (np.minimum(e.until, draft.plan.today) - registered > 400)
    lapse = registered.astype(np.int64) + rng.integers(180, 400, count)
    settled = (local_from < e.until) & (local_from > registered)
    ended = np.select(
        [early, settled, died, gone & (drawn < 0.42), gone & (drawn < 0.75)],
        [lapse, local_from + rng.integers(0, 40, count), cancelled + 10, cancelled, automatic],
        NONE,
    )
    reason = np.select([early, settled, died, gone & (drawn < 0.42), gone & (drawn < 0.75)], [2, 4, 3, 1, 2], 0)
    open_still = ended > draft.plan.today
    return np.where(open_still, NONE, ended).astype(np.int32), np.where(open_still, 0, reason).astype(np.int32)


def _registration_frame(
    rng: np.random.Generator, draft: Draft, e: _Episodes, first: tuple[Ints, Ints, Ints], second: tuple[Ints, Ints]
) -> pl.DataFrame:
    rows = np.r_[np.arange(len(e.person)), second[0]]
    registered = np.r_[first[0], second[1]]
    ended = np.r_[first[1], np.full(len(second[0]), NONE)]
    reason = np.r_[first[2], np.zeros(len(second[0]), dtype=np.int64)]
    keep = registered <= draft.plan.today
    rows, registered, ended, reason = rows[keep], registered[keep], ended[keep], reason[keep]
    count = len(rows)
    known_until = np.minimum(np.minimum(ended, e.until[rows]), draft.plan.today)
    confirmed = np.maximum(registered, known_until - rng.integers(0, 300, count))
    stays_on = known_until - registered >= 200
    permit = stays_on & (rng.random(count) < 0.45) & (draft.age()[e.person[rows]] > 16)
    permit_from = registered + 183 + rng.integers(0, 200, count)
    permit &= permit_from < known_until
    years = np.maximum(1, np.ceil((known_until - permit_from) / 365)).astype(np.int64)
    age = draft.age()[e.person[rows]]
    purpose = np.where(age < 18, np.where(age < 6, 3, 2), weighted(rng, [80, 10, 0.001, 7, 3], count))
    permit_no = "3301" + as_text(rng.integers(0, 10**10, count), 12)
    words = np.array(["work", "trade", "study", "family", "other"], dtype=object)
    return shape_frame(
        "registrations",
        {
            "registration_id": np.arange(count), "person_id": e.person[rows], "dwelling_id": e.dwelling[rows],
            "arrived": dates(e.arrived[rows]), "registered": dates(registered), "confirmed": dates(confirmed),
            "planned_leave": dates(registered + 365), "ended": dates(ended),
            "end_reason": pl.Series(reason).replace(0, None), "purpose": words[purpose].tolist(),
            "channel": np.where(e.tenure[rows] == DORMITORY, 4, weighted(rng, [45, 15, 30, 10], count) + 1),
            "permit_no": pl.Series(where_known(permit, permit_no).tolist(), dtype=pl.String),
            "permit_from": dates(np.where(permit, permit_from, NONE)),
            "permit_to": dates(np.where(permit, permit_from + 365 * years, NONE)),
        },
    )  # fmt: skip


def make_foreign_stays(draft: Draft, lives: Lives, documents: pl.DataFrame) -> pl.DataFrame:
    """One row a dwelling and document shown; after a renewal the next registration shows the new passport."""
    rng = stream(draft.plan.seed, "foreign stays")
    e = _episodes(draft, lives, draft.kind > 0)
    count = len(e.person)
    frame = pl.DataFrame(
        {
            "person_id": pl.Series(e.person, dtype=pl.Int32), "dwelling_id": e.dwelling, "arrived": dates(e.arrived),
            "ended": dates(np.where(e.until < draft.plan.today - 40, e.until + 3, NONE)), "lag": rng.integers(0, 3, count),
            "before": rng.integers(0, 60, count), "years": rng.integers(1, 4, count),
        }
    )  # fmt: skip
    shown = documents.filter(pl.col("kind").is_in(["passport", "hk_pass", "tw_pass", "hkmt_permit", "pr_new"]))
    shown = shown.select("person_id", document="number", document_kind="kind", valid_from="from_date", valid_to="to_date")
    last = pl.lit(draft.plan.today).cast(pl.Int32).cast(pl.Date)
    joined = (
        frame.join(shown, on="person_id", how="inner")
        .with_columns(
            registered=pl.max_horizontal(
                pl.col("arrived") + pl.duration(days=pl.col("lag")), pl.col("valid_from") + pl.duration(days=9)
            )
        )
        .filter(
            (pl.col("registered") < pl.coalesce(pl.col("ended"), last + pl.duration(days=1)))
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("registered")))
            & (pl.col("registered") <= last)
        )
        .with_columns(
            entered=pl.col("arrived") - pl.duration(days=pl.col("before")),
            permit_to=pl.when(pl.col("document_kind") != "pr_new").then(
                pl.col("registered") + pl.duration(days=365 * pl.col("years"))
            ),
        )
        .with_columns(planned_leave=pl.col("permit_to"))
        .sort("person_id", "registered", "document")
    )
    return shape_frame("foreign_stays", {c: joined[c] for c in joined.columns if c in FOREIGN_COLUMNS})


FOREIGN_COLUMNS = (
    "person_id", "dwelling_id", "document", "document_kind", "entered", "arrived", "registered", "planned_leave", "permit_to",
    "ended",
)  # fmt: skip


def make_dibao(draft: Draft) -> pl.DataFrame:
    """Poor local households with up to eight members."""
    rng = stream(draft.plan.seed, "aid")
    listed = (draft.nature < 2) & (draft.role == RESIDENT) & (rng.random(len(draft.role)) < 0.008)
    person = np.flatnonzero(listed[draft.block.household] & (draft.death == NONE) & (draft.kind == 0)).astype(np.int32)
    person = person[np.lexsort((draft.block.birth[person], draft.block.household[person]))]
    home = draft.block.household[person]
    first = np.r_[True, home[1:] != home[:-1]] if len(home) else np.zeros(0, dtype=bool)
    start_of = np.maximum.accumulate(np.where(first, np.arange(len(home)), 0)) if len(home) else np.zeros(0, dtype=np.int64)
    member = np.arange(len(home)) - start_of
    keep = member <= 8
    began = (draft.plan.today - rng.integers(60, 2500, len(draft.role)))[home]
    return shape_frame(
        "dibao",
        {
            "household_id": home[keep], "head_id": person[start_of][keep], "person_id": person[keep], "member_no": member[keep],
            "from_date": dates(began[keep].astype(np.int32)), "to_date": dates(np.full(int(keep.sum()), NONE)),
        },
    )  # fmt: skip
