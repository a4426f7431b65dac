"""One bucket of residents with their evidence: everybody's facts and status, as far as they rest on the own evidence."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from jobs.residence.around import resident_wide
from jobs.residence.cards import ALL_CARDS, open_cards
from jobs.residence.events import hard_days
from jobs.residence.evidence import scores
from jobs.residence.facts import facts, own_status
from jobs.residence.moves import moved
from jobs.residence.nature import with_nature
from jobs.residence.parameters import Parameters
from jobs.residence.presence import presence
from jobs.residence.signs import evidence
from jobs.residence.split import Bucket


def own_facts(bucket: Bucket, p: Parameters, groups: Mapping[str, str]) -> pl.DataFrame:
    """One row a resident of the bucket: the facts that the rules read, without those of relatives; `own_code`; and for R-11 `moved`
    (moves.py) and `hard` (days of hard events, events.py)."""
    residents = bucket.residents.sort("resident_id").with_row_index("who")
    records = bucket.records.join(residents.select("who", "resident_id", "today"), on="resident_id")
    records = records.sort("record_id").with_row_index("row")
    natural = with_nature(residents.join(_registered(records, bucket.signs), on="who", how="left"), p)
    members = _members(natural, records, p)
    cards = open_cards(members, bucket.signs)
    says = {"known_here": pl.col("text_here"), "known_outside": ~pl.col("text_here")}
    known = members.filter("own_row").group_by("who").agg(told.any().alias(name) for name, told in says.items())
    listed = members.join(cards.select("who", *ALL_CARDS, carded=pl.lit(True)), on="who", how="left")
    listed = listed.drop("card", "own_row").with_columns(pl.col("carded").fill_null(False))
    told = resident_wide(evidence(bucket.signs, listed, p, groups), p)
    who = natural.join(cards.drop(ALL_CARDS), on="who", how="left").join(known, on="who", how="left")
    ids = records.select("row", "record_id")
    own = own_status(facts(who, presence(told, p), scores(told, ids, p), p), p)
    return own.join(moved(told, own, p), on="who", how="left").join(hard_days(told.rows, p), on="who", how="left")


def _registered(records: pl.DataFrame, signs: pl.DataFrame) -> pl.DataFrame:
    """Residents with `register_township`, by their active rows of the local hukou register: other departments' statements of a
    hukou place may be older, or coarser than a township. Nobody may be registered twice: of two active rows the first stands
    until the police cancel it."""
    began = (
        signs.filter((pl.col("sign") == "S03") & ~pl.col("derived")).group_by("record_id").agg(began=pl.col("from_date").min())
    )
    township = pl.col("hukou_division").str.slice(0, 9)
    told = records.filter("hukou_active").select("who", "record_id", "known_from", register_township=township)
    rows = told.filter(pl.col("register_township").str.len_chars() == 9).join(began, on="record_id", how="left")
    first = rows.with_columns(pl.coalesce("began", "known_from").alias("began")).sort("who", "began", "register_township")
    return first.unique("who", keep="first").select("who", "register_township")


def _members(residents: pl.DataFrame, records: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Every record with its resident, and what the record itself says of the dwelling."""
    table, own = pl.concat_str("dept", "source_table", separator="."), pl.col("role") == "self"
    # an open row of a list of people living here
    card = table.is_in(p.cards) & own & pl.col("closed_on").is_null() & pl.col("in_district")
    told = records.select(
        "record_id", "row", "who", "today", "closed_on", text_dwelling="dwelling_id", text_township="township",
        text_here="in_district", card=card.fill_null(False), own_row=own,
    )  # fmt: skip
    return told.join(residents.select("who", "local", "hukou_township"), on="who")
