"""The ways in which one dwelling is written down (domain §7.6): five variants a dwelling, and addresses elsewhere in China."""

from __future__ import annotations

import polars as pl

DISTRICT = "余杭区"


def variants(dwellings: pl.DataFrame) -> pl.Series:
    """All texts, variant after variant: text of dwelling `d` in variant `k` stands at `k * dwellings.height + d`."""
    texts = dwellings.select(official=_official(), short=_short(), historic=_historic(), dashes=_dashes(), no_unit=_no_unit())
    return pl.concat([texts[name].alias("text") for name in texts.columns])


def _is_village() -> pl.Expr:
    return pl.col("form") == "village"


def _text(*parts: pl.Expr | str) -> pl.Expr:
    return pl.concat_str([pl.lit(p) if isinstance(p, str) else p for p in parts])


def _with(column: str, suffix: str) -> pl.Expr:
    """`12幢`, or nothing where the column is null."""
    return pl.when(pl.col(column).is_not_null()).then(_text(pl.col(column).cast(pl.String), suffix)).otherwise(pl.lit(""))


def _village_name() -> pl.Expr:
    return pl.col("community_name").str.replace("村委会", "村")


def _village_tail() -> pl.Expr:
    return _text(_with("group", "组"), _with("house", "号"))


def _estate() -> pl.Expr:
    return pl.col("estate").fill_null("")


def _official() -> pl.Expr:
    """The address office's full text."""
    return pl.col("address")


def _short() -> pl.Expr:
    """What a resident writes: estate, building, unit, room; village, group, number."""
    flat = _text(_estate(), _with("building", "幢"), _with("unit", "单元"), _with("room", "室"))
    return pl.when(_is_village()).then(_text(_village_name(), _village_tail())).otherwise(flat)


def _historic() -> pl.Expr:
    """Old forms: 余杭市, 镇 for 街道, 号楼 or 栋 for 幢."""
    town = pl.col("township_name").str.replace("街道", "镇")
    flat = _text("余杭市", town, _estate(), _with("building", "号楼"), _with("unit", "单元"), _with("room", ""))
    return pl.when(_is_village()).then(_text("浙江省余杭市", town, _village_name(), _village_tail())).otherwise(flat)


def _dashes() -> pl.Expr:
    """`杭州市余杭区仓前街道西溪花园3-2-501`."""
    number = pl.concat_str(
        [pl.col("building").cast(pl.String), pl.col("unit").cast(pl.String), pl.col("room").cast(pl.String)],
        separator="-",
        ignore_nulls=True,
    )
    place = _text("杭州市", DISTRICT, pl.col("township_name"))
    flat = _text(place, _estate(), number)
    return pl.when(_is_village()).then(_text(place, _village_name(), _village_tail())).otherwise(flat)


def _no_unit() -> pl.Expr:
    """The unit left out, 栋 for 幢."""
    flat = _text(DISTRICT, pl.col("township_name"), _estate(), _with("building", "栋"), _with("room", "室"))
    return pl.when(_is_village()).then(_text(pl.col("township_name"), _village_name(), _with("house", "号"))).otherwise(flat)


def outside_texts(divisions: pl.DataFrame, division: pl.Series, village: pl.Series) -> pl.Series:
    """`安徽省阜阳市颍上县` and the village text, for six-digit divisions (null for unknown ones)."""
    named = divisions.select("division", head=pl.concat_str("province", "city", "county", ignore_nulls=True))
    wanted = pl.DataFrame({"division": division, "village": village})
    found = wanted.join(named.unique("division"), on="division", how="left", maintain_order="left")
    return found.select(pl.concat_str("head", pl.col("village").fill_null(""))).to_series()
