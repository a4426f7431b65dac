"""The generator's own small tables of facts, read from `data/`; the pipeline never reads them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

DATA = Path(__file__).parent / "data"
DISTRICT = "330110"
CITY_DISTRICTS = ("330102", "330105", "330106", "330108", "330109", "330110", "330111", "330112", "330113", "330114")
"""Hangzhou's urban districts; a hukou in another one of them is code 21 and needs no floating registration."""


@cache
def table(name: str) -> pl.DataFrame:
    """`data/{name}.csv`; codes stay text."""
    text = {"division": pl.String, "township": pl.String, "community": pl.String, "city": pl.String, "county": pl.String}
    return pl.read_csv(DATA / f"{name}.csv", schema_overrides=text).with_columns(pl.col(pl.String).fill_null(""))


@cache
def facts(name: str) -> dict[str, Any]:
    """`data/{name}.yml`."""
    loaded: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def origin_divisions(origin: int) -> tuple[list[str], list[float]]:
    """County codes that people of an origin come from, with weights (domain §7.1, origin shares for Hangzhou)."""
    codes = table("divisions")["division"].to_list()
    if origin == 2:
        picked = [c for c in CITY_DISTRICTS if c != DISTRICT]
        return picked, [1.0, 1.3, 2.5, 0.8, 0.9, 0.8, 0.9, 2.2, 0.5][: len(picked)]
    if origin == 3:
        picked = [c for c in codes if c.startswith("33") and c not in CITY_DISTRICTS]
        return picked, [3.0 if c.startswith("3301") else 1.0 for c in picked]
    picked = [c for c in codes if not c.startswith("33")]
    per_province = {p: sum(c.startswith(p) for c in picked) for p in {c[:2] for c in picked}}
    others = [p for p in per_province if p not in PROVINCE_SHARES]
    share = {**PROVINCE_SHARES, **{p: 3.0 / len(others) for p in others}}
    return picked, [share[c[:2]] / per_province[c[:2]] for c in picked]


PROVINCE_SHARES = {
    "34": 24.0, "41": 16.0, "36": 12.0, "42": 9.0, "52": 8.0, "51": 8.0, "43": 5.0, "32": 5.0, "37": 4.0, "50": 3.0, "53": 2.0,
    "62": 1.0,
}  # fmt: skip
