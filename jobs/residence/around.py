"""What one sign must know of its owner's other signs: departures since, support, and whether a departure was only a move."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from jobs.residence.days import between, earlier, later
from jobs.residence.parameters import Parameters
from jobs.residence.signs import OFFICIAL, at_desk, enrolled, in_force, official, where


class Evidence(NamedTuple):
    """A bucket's signs, cut where a departure ended them, and what concerns all signs of a resident.

    `rows`: the signs, with `supported` (a dwelling sign or an open grid card lets work, school and visits create presence), `own_ab`
    (newest A or B event), `firm_ab` (the newest of them that does not stand alone), `newest_a`, `leaving` (a departure sign) and
    `answered` (it was only a move inside the district).
    `leaves`: who, since, dwelling of departure signs. `breaks`: who, since of those that end the chain outside the hukou township.
    `outside`: who, since, ends of longer stays elsewhere.
    """

    rows: pl.DataFrame
    leaves: pl.DataFrame
    breaks: pl.DataFrame
    outside: pl.DataFrame


def resident_wide(told: pl.DataFrame, p: Parameters) -> Evidence:
    """The signs beside their owner's other signs."""
    leaves = told.filter("leaving").select("who", "since", dwelling=where())
    cut = _cut(told, leaves)
    away = pl.col("strength").is_in([*OFFICIAL, "C"]) & ~pl.col("in_district").fill_null(True)
    long = between("ends", "since") > p.days.elsewhere_breaks
    outside = cut.filter(away & long).select("who", "since", "ends")
    lives = pl.when(official()).then(pl.col("event"))
    rows = cut.with_columns(lives=lives, stays=pl.when(in_force()).then(lives))
    mine = rows.group_by("who").agg(
        near=(dwells() & (pl.col("ends") > earlier("today", p.days.support))).any(),
        own_ab=pl.col("event").filter(pl.col("strength").is_in([*OFFICIAL, "B"]) & pl.col("here")).max(),
        firm_ab=_firm(),
        newest_a=pl.col("lives").max(),
        enrolled=enrolled().any(),
        stay=pl.col("stays").max(),
        stay_named=pl.col("stays").filter(pl.col("dwelling_id").is_not_null()).max(),
    )
    wide = rows.join(mine, on="who", how="left").with_columns(supported=pl.col("near") | pl.col("carded"))
    answered = _answers(wide, p)
    known = wide.join(answered, on="number", how="left").with_columns(pl.col("answered").fill_null(False))
    moved = pl.col("sign").is_in(p.from_dwelling) & pl.col("answered")
    breaks = known.filter(pl.col("leaving") & ~moved).select("who", "since")
    return Evidence(known.drop("near", "enrolled", "stay", "stay_named", "lives", "stays"), leaves, breaks, outside)


def _firm() -> pl.Expr:
    """The newest A or B event that does not stand alone: a registration, permit or contract, or the second newest day of all; the
    only one there is."""
    event = pl.col("event").filter(pl.col("strength").is_in([*OFFICIAL, "B"]) & pl.col("here"))
    lasting = pl.col("event").filter(official() & pl.col("continuing")).max()
    second = event.unique().sort(descending=True).get(1, null_on_oob=True)
    return pl.max_horizontal(lasting, pl.coalesce(second, event.max()))


def latest_leave(rows: pl.DataFrame, leaves: pl.DataFrame, dwelling: pl.Expr, name: str) -> pl.DataFrame:
    """Rows with the newest day on which their resident left that dwelling; null where it did not, or no dwelling is named."""
    at = leaves.drop_nulls("dwelling").group_by("who", asked="dwelling").agg(pl.col("since").max().alias(name))
    return rows.with_columns(asked=dwelling).join(at, on=["who", "asked"], how="left").drop("asked")


def _cut(told: pl.DataFrame, leaves: pl.DataFrame) -> pl.DataFrame:
    """A departure sign ends what carry alone presumes, at the same dwelling or where a dwelling is unknown."""
    newest = leaves.group_by("who").agg(
        left_any=pl.col("since").max(), left_unnamed=pl.col("since").filter(pl.col("dwelling").is_null()).max()
    )
    rows = latest_leave(told, leaves, where(), "left_there").join(newest, on="who", how="left")
    left = pl.when(where().is_null()).then("left_any").otherwise(pl.max_horizontal("left_there", "left_unnamed"))
    presumed = later("last", 1)
    ends = pl.when((pl.col("ends") > presumed) & (left > pl.col("last"))).then(presumed).otherwise("ends")
    return rows.with_columns(ends=ends).drop("left_any", "left_unnamed", "left_there").with_row_index("number")


def dwells() -> pl.Expr:
    """A dwelling-type sign: A or A−, a passive sign naming a dwelling here, or a row whose dwelling text lies here."""
    strength = pl.col("strength")
    named = (strength == "D") & (pl.col("place") == "dwelling") & pl.col("in_district")
    told = strength.is_in(["B", "C", "D"]) & pl.col("text_here") & (pl.col("sign") != "S19")
    return official() | ((named.fill_null(False) | told.fill_null(False)) & ~at_desk())


def _answers(wide: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """(number, answered) of departures. One from a dwelling is a move inside the district when an open grid card or a sign in
    force names another one, the sign later than anything named the first; what the grid says of leaving counts only while the grid
    has no other open card of the person; a school left or a tenancy ended says nothing while an A sign stands; what stands is answered
    by a newer A sign alone."""
    gone, met = wide.filter("departure"), wide.drop_nulls("lives")
    of_record = met.group_by("row").agg(left_record=pl.col("lives").max())
    of_dwelling = met.drop_nulls("dwelling_id").group_by("who", "dwelling_id").agg(left_dwelling=pl.col("lives").max())
    gone = gone.join(of_record, on="row", how="left").join(of_dwelling, on=["who", "dwelling_id"], how="left")
    stay = pl.when(pl.col("dwelling_id").is_null()).then("stay").otherwise("stay_named")
    later_stay = stay.is_not_null() & (stay > pl.max_horizontal("left_record", "left_dwelling")).fill_null(True)
    other_door = (pl.col("card_first") != where()) | (pl.col("card_last") != where())
    other_card = (pl.col("card_row_first") != pl.col("row")) | (pl.col("card_row_last") != pl.col("row"))
    other = pl.when(pl.col("sign").is_in(p.two_sightings)).then(other_card).otherwise(other_door)
    card = (pl.col("sign") != "N05") & other.fill_null(False)
    ended = pl.col("sign").is_in(["N05", "N06"]) & pl.col("stay").is_not_null()
    schooled = pl.col("sign").is_in(p.two_sightings) & pl.col("enrolled")
    stood = (pl.col("newest_a") > pl.col("since")).fill_null(False)
    return gone.select("number", answered=pl.when("stands").then(stood).otherwise(ended | schooled | later_stay | card))
