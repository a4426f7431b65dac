"""Lasting ids of clusters: today's clusters take over yesterday's ids one to one, new ones get a keyed hash.

Anchor records (the register that founds identity) decide first, then the number of records in common, then the older
id. A new id is `RK`, twelve base-32 characters of an HMAC of the founding record's id, and a check character: a rerun
gives the same id, nobody without the key can compute it, and it says nothing about any number of the person.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Container, Iterable
from dataclasses import dataclass

import polars as pl

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O and U, which are misread or spell words."""
PREFIX, LENGTH = "RK", 12

CREATED, MERGED, SPLIT, RETIRED = "created", "merged_into", "split_from", "retired"


@dataclass(frozen=True)
class Identities:
    """What became of the ids.

    `residents`: record_id, resident_id. `events`: resident_id, kind, other_id (empty for created and retired); a
    `merged_into` id is redirected to the other; `split_from` says that records of the other id now stand here.
    """

    residents: pl.DataFrame
    events: pl.DataFrame


def assign(records: pl.DataFrame, before: pl.DataFrame, history: pl.DataFrame, key: bytes) -> Identities:
    """Give every cluster its resident id.

    `records`: record_id, cluster (any labels), anchor (bool). `before`: yesterday's record_id, resident_id. `history`:
    resident_id, since for every id ever given (the day it was first given); it settles ties and is never given again.
    """
    named = records.join(_founders(records), on="cluster", how="left").select("record_id", "anchor", "founder")
    overlap = _overlap(named, before, history)
    kept = _one_to_one(overlap)
    founders = named.select("founder").unique().join(kept, on="founder", how="left").sort("founder")
    fresh = founders.filter(pl.col("resident_id").is_null())["founder"].to_list()
    used = set(history["resident_id"]) | set(before["resident_id"])
    new = pl.DataFrame(
        {"founder": fresh, "fresh_id": new_ids(fresh, used, key)}, schema={"founder": pl.String, "fresh_id": pl.String}
    )
    ids = founders.join(new, on="founder", how="left").select(
        "founder", resident_id=pl.coalesce("resident_id", "fresh_id"), fresh=pl.col("resident_id").is_null()
    )
    residents = named.join(ids, on="founder", how="left").select("record_id", "resident_id")
    return Identities(residents.sort("record_id"), _events(ids, overlap, before))


def _founders(records: pl.DataFrame) -> pl.DataFrame:
    """The founding record of each cluster: the smallest anchor record, else the smallest record."""
    anchor = pl.col("record_id").filter(pl.col("anchor")).min()
    return records.group_by("cluster").agg(founder=pl.coalesce(anchor, pl.col("record_id").min()))


def _overlap(named: pl.DataFrame, before: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """Yesterday's ids against today's clusters, the strongest claim first."""
    since = history.group_by("resident_id").agg(pl.col("since").min())
    shared = named.join(before, on="record_id", how="inner").group_by("resident_id", "founder")
    claims = shared.agg(anchors=pl.col("anchor").sum(), records=pl.len()).join(since, on="resident_id", how="left")
    order = ["anchors", "records", "since", "resident_id", "founder"]
    return claims.sort(order, descending=[True, True, False, False, False], nulls_last=True).with_row_index("place")


def _one_to_one(overlap: pl.DataFrame) -> pl.DataFrame:
    """resident_id, founder: each id and each cluster at most once, strongest claims first."""
    rivals = overlap.with_columns(ids=pl.len().over("founder"), parts=pl.len().over("resident_id"))
    plain = rivals.filter((pl.col("ids") == 1) & (pl.col("parts") == 1)).select("resident_id", "founder")
    contested = rivals.filter((pl.col("ids") > 1) | (pl.col("parts") > 1)).sort("place")
    taken_ids: set[str] = set()
    taken: dict[str, str] = {}
    for old, founder in contested.select("resident_id", "founder").iter_rows():
        if old not in taken_ids and founder not in taken:
            taken_ids.add(old)
            taken[founder] = old
    won = pl.DataFrame({"resident_id": list(taken.values()), "founder": list(taken)}, schema=plain.schema)
    return pl.concat([plain, won])


def _events(ids: pl.DataFrame, overlap: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """What happened to ids, in a fixed order."""
    claims = overlap.rename({"resident_id": "old"}).join(ids, on="founder", how="left")
    alive = claims.filter(pl.col("old") == pl.col("resident_id")).select("old")
    gone = claims.join(alive, on="old", how="anti")
    merged = gone.sort("place").unique("old", keep="first", maintain_order=True)
    moved = claims.filter(pl.col("old") != pl.col("resident_id")).join(
        merged.select("old", "resident_id"), on=["old", "resident_id"], how="anti"
    )
    created = ids.filter("fresh").join(claims.select("founder"), on="founder", how="anti")
    retired = before.select("resident_id").unique().join(overlap.select("resident_id"), on="resident_id", how="anti")
    parts = [
        created.select("resident_id", kind=pl.lit(CREATED), other_id=pl.lit("")),
        merged.select(resident_id="old", kind=pl.lit(MERGED), other_id="resident_id"),
        moved.select("resident_id", kind=pl.lit(SPLIT), other_id="old"),
        retired.select("resident_id", kind=pl.lit(RETIRED), other_id=pl.lit("")),
    ]
    return pl.concat(parts).sort("resident_id", "kind", "other_id")


def new_ids(founders: Iterable[str], used: Container[str], key: bytes) -> list[str]:
    """An id never given before for each founding record; a taken one is passed over for the next of its series."""
    given: set[str] = set()
    result = []
    for founder in founders:
        turn = 0
        while (made := _id_of(founder, turn, key)) in used or made in given:
            turn += 1
        given.add(made)
        result.append(made)
    return result


def _id_of(founder: str, turn: int, key: bytes) -> str:
    message = founder if turn == 0 else f"{founder}|{turn}"
    number = int.from_bytes(hmac.digest(key, message.encode(), hashlib.sha256)[:8], "big") >> 4
    body = "".join(ALPHABET[(number >> shift) & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
    return f"{PREFIX}{body}{check_character(body)}"


def check_character(body: str) -> str:
    """ISO/IEC 7064 hybrid system (MOD 33,32): finds every single wrong character and nearly every swapped pair."""
    rest = 32
    for character in body:
        rest = (rest + ALPHABET.index(character)) % 32 or 32
        rest = rest * 2 % 33
    return ALPHABET[(33 - rest) % 32]


def is_resident_id(text: str) -> bool:
    """Whether the text is a well-formed resident id with a right check character."""
    body = text[len(PREFIX) : -1]
    well_formed = text.startswith(PREFIX) and len(body) == LENGTH and all(c in ALPHABET for c in text[len(PREFIX) :])
    return well_formed and text[-1] == check_character(body)


def redirects(events: pl.DataFrame) -> dict[str, str]:
    """Merged id → the id that stands for it now, chains followed. Events need resident_id, date, kind, other_id."""
    merged = events.filter(pl.col("kind") == MERGED).sort("date", "resident_id")
    step = dict(merged.select("resident_id", "other_id").iter_rows())
    final = {}
    for old in step:
        seen, now = {old}, step[old]
        while now in step and now not in seen:
            seen.add(now)
            now = step[now]
        final[old] = now
    return final
