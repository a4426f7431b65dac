"""The reasons kept beside a status: which signs decided, which spoke against, what was bridged (domain §1.3, auditors).

Only record ids, codes, dates and figures: never a name, a number or an address.
"""

from __future__ import annotations

import polars as pl

from jobs.residence.days import between
from jobs.residence.figures import multiplied, rounded
from jobs.residence.json_text import array, plain, text, whole
from jobs.residence.parameters import Parameters

KEPT = 6
"""Signs told on each side, one a department, strongest first."""
STRENGTH = ["value", "since", "sign", "dept", "record_id", "until"]
"""What the signs of a department are compared by, and then the departments."""


def counted() -> pl.Expr:
    """A positive sign, unless its place is known to lie outside the district."""
    return pl.col("strength").is_not_null() & pl.col("in_district").fill_null(True)


def strongest_signs(rows: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Per resident (`who`) the signs for it and against it, one a department, strongest first: `positive` and `negative` (JSON
    texts of lists), `strongest` (the highest value) and `without_strongest` (the score without that sign; further signs of its
    department are not promoted)."""
    for_it = _listed(rows.filter(counted()), records).rename({"text": "positive"})
    against = _listed(rows.filter(pl.col("strength").is_null()), records).select("who", negative="text")
    everybody = rows.select(pl.col("who").unique())
    told = everybody.join(for_it, on="who", how="left").join(against, on="who", how="left")
    return told.with_columns(pl.col("positive").fill_null("[]"))


def _listed(rows: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """(who, text, strongest, without_strongest) of the strongest sign of every department."""
    rank = (pl.col("value") * 1e6).round().cast(pl.Int64) * (1 << 25) + pl.col("since").cast(pl.Int64)
    told = rows.select("who", "grp", "row", "value", "since", "sign", "dept", "until", "weight", "decay", rank=rank)
    near = told.filter(pl.col("rank") == pl.col("rank").max().over("who", "grp")).join(records, on="row", how="left")
    best = near.sort("who", *STRENGTH, descending=[False] + [True] * len(STRENGTH), nulls_last=True)
    one = best.unique(["who", "grp"], keep="first", maintain_order=True)
    lists = one.group_by("who", maintain_order=True).agg(
        text=_sign().head(KEPT).str.join(","), strongest=pl.col("value").first(), rests=(1.0 - pl.col("value")).slice(1)
    )
    rest = rounded(1.0 - multiplied(lists, "rests"), 2)
    return lists.select("who", "strongest", text=array("text"), without_strongest=rest)


def _sign() -> pl.Expr:
    ids = text("sign", "sign"), text("dept", "dept"), text("record", "record_id")
    return whole(*ids, text("from", "since"), text("to", "until"), plain("w", "weight"), plain("decay", "decay"))


def explanation(p: Parameters) -> pl.Expr:
    """JSON of the deciding facts."""
    newborn = between("today", "birth_date") < (p.signs["S18"].carry or 0)
    child, rule = pl.col("rule_id") == "R-08", pl.col("rule_id")
    derived = pl.concat_str(
        pl.when(child & newborn).then(pl.lit('"S18"')),
        pl.when("lives_with").then(pl.lit('"S21"')),
        separator=",",
        ignore_nulls=True,
    )
    follows = pl.when(child).then("parent_id").when(rule.is_in(["R-06f", "R-05c-household"])).then("kin_id")
    said = pl.col("by_hand").struct
    by_hand = whole(*(text(n, said.field(n)) for n in ("override_id", "on", "until")))
    alarm = pl.when("misuse").then(pl.lit("activity after death: possible misuse of the identity"))
    return whole(
        text("status", pl.col("status_code")),
        text("rule", rule),
        text("version", pl.col("rule_version")),
        text("as_of", pl.col("today")),
        text("nature", pl.col("nature")),
        pl.when("hukou_from_id").then(pl.lit('"hukou_from_id":true')),
        text("basis", pl.col("basis")),
        text("here_since", pl.col("here_since")),
        plain("days_365", pl.col("days_365")),
        text("last_seen", pl.col("last_seen")),
        plain("gaps", array("gaps")),
        plain("positive", pl.col("positive")),
        plain("negative", pl.col("negative")),
        plain("derived", pl.when(derived != "").then(array(derived))),
        text("follows", follows),
        text("home_of", pl.col("home_of")),
        text("card", pl.col("card")),
        plain("by_hand", pl.when(rule == "R-03").then(by_hand)),
        text("alarm", alarm),
        plain("without_strongest", pl.col("without_strongest")),
    )
