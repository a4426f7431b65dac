"""The evidence score by independent departments, and what else the rules read of a resident's signs (domain §1.3).

c = 1 − Π over departments (1 − its strongest sign tonight). Departments that copy one another count as one.
"""

from __future__ import annotations

import polars as pl

from jobs.residence.around import Evidence
from jobs.residence.days import earlier
from jobs.residence.explanation import counted, strongest_signs
from jobs.residence.figures import multiplied, rounded
from jobs.residence.home import chosen_home
from jobs.residence.parameters import Parameters
from jobs.residence.signs import OFFICIAL, enrolled, in_force, official, where


def scores(told: Evidence, records: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Per resident (`who`): c_pos, c_neg, c_open (negatives that no newer A sign answers), newest events, deaths, departures, the
    chosen dwelling, and the strongest sign of every department for the explanation. `records` tells the id of every `row`."""
    rows = told.rows
    parts = (_newest(rows, p), _scored(rows, p), _departures(rows, p), chosen_home(told, p), strongest_signs(rows, records))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.join(part, on="who", how="left")
    return whole


def _scored(rows: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """c_pos, c_neg and c_open; multiplied in sorted order, so that they never depend on row order."""
    value, visited = pl.col("value"), pl.col("sign") == "S10"
    lately = pl.col("since").filter(visited & (pl.col("since") > earlier("today", p.days.visits_window)))
    negative = pl.col("strength").is_null()
    unanswered = negative & (pl.col("since") > pl.col("newest_a")).fill_null(True) & ~pl.col("answered")
    more = (p.signs["S10"].three_visits or 0.0) / p.signs["S10"].weight
    parts = (
        rows.group_by("who", "grp")
        .agg(
            days=lately.n_unique(),
            visits=value.filter(visited & counted()).max(),
            others=value.filter(~visited & counted()).max(),
            neg=value.filter(negative).max(),
            open=value.filter(unanswered).max(),
        )
        .with_columns(visits=pl.col("visits") * pl.when(pl.col("days") >= 3).then(more).otherwise(1.0))
        .with_columns(pos=pl.max_horizontal("visits", "others"))
    )
    rests = {f"c_{name}": (1.0 - pl.col(name).drop_nulls()).sort(descending=True) for name in ("pos", "neg", "open")}
    whole = parts.group_by("who").agg(**rests)
    return whole.with_columns(rounded(1.0 - multiplied(whole, name), 4).alias(name) for name in rests)


def _newest(rows: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """Newest dates and flags of a resident's signs, each named for the rules."""
    sign, strength, here = pl.col("sign"), pl.col("strength"), pl.col("here").fill_null(False)
    event, last, since = pl.col("event"), pl.col("last"), pl.col("since")
    own = strength.is_in([*OFFICIAL, "B", "C"]) & here
    death, abroad = sign == "N09", sign == "N08"
    flags = {
        "in_force": official() & in_force(),
        "listed": sign.is_in(p.listed),
        "strong_death": death & pl.col("detail").is_in(p.strong_deaths).fill_null(False),
        "owns": (sign == "S20") & here & in_force(),
        "dwells": official(),
        "enrolled": enrolled(),
    }
    newest = {
        "newest_ab": event.filter(strength.is_in([*OFFICIAL, "B"]) & here),
        "newest_b": last.filter(strength == "B"),
        "newest_own": last.filter(own),
        "newest_event": event.filter(own),
        "newest_neg": since.filter(strength.is_null()),
        "newest_a": event.filter(official()),
        "any_on": last.filter(strength.is_not_null() & (sign != "S03")),
        "registered_on": since.filter(sign == "S03"),
        "worked_on": last.filter("work"),
        "insured_until": pl.col("ends").filter(sign == "S12"),
        "abroad_on": since.filter(abroad),
    }
    return rows.group_by("who").agg(
        *(told.any().alias(name) for name, told in flags.items()),
        *(days.max().alias(name) for name, days in newest.items()),
        firm_ab=pl.col("firm_ab").first(),
        death_on=since.filter(death).min(),
        death_sources=pl.col("grp").filter(death).n_unique().cast(pl.Int32),
    )


def _departures(rows: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """departed_on, left_on, stands, elsewhere_on, gone_on and abroad: what the unanswered negative signs say. left_on: the newest
    departure since which the person was not met."""
    gone, since = pl.col("leaving") & ~pl.col("answered"), pl.col("since")
    met = pl.when(pl.col("sign").is_in(p.two_sightings)).then("firm_ab").otherwise("own_ab")
    unmet = gone & (since > met).fill_null(True)
    crossing = pl.col("detail").filter(pl.col("sign") == "N08")
    return (
        rows.filter(pl.col("strength").is_null())
        .sort("who", "since", "detail")  # nulls first
        .group_by("who", maintain_order=True)
        .agg(
            departed_on=since.filter(gone).max(),
            left_on=since.filter(unmet).max(),
            left_at=where().filter(gone & (since == since.filter(gone).max())).max(),
            stands=(gone & pl.col("stands")).any(),
            elsewhere_on=since.filter(pl.col("elsewhere") & ~pl.col("answered")).max(),
            gone_on=_absent_since(unmet | (gone & pl.col("stands")), p),
            abroad=crossing.last(),
        )
    )


def _absent_since(counts: pl.Expr, p: Parameters) -> pl.Expr:
    """When the absence began: on the first day that a departure states; where a visitor found the person gone before any stated
    day, half the time between two visits earlier, but not before last met here."""
    found = ((pl.col("sign") == "N03") & pl.col("detail").is_in(p.found_gone)).fill_null(False)
    met = pl.when(pl.col("own_ab") <= pl.col("since")).then("own_ab").otherwise("firm_ab")
    before = pl.max_horizontal(earlier("since", p.days.found_gone_after), met)
    stated, visit = (pl.col("since").filter(counts & kind).min() for kind in (~found, found))
    return pl.when((stated <= visit).fill_null(stated.is_not_null())).then(stated).otherwise(before.filter(counts & found).min())
