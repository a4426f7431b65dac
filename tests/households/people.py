"""Small districts of literal people for the tests of living together."""

from __future__ import annotations

import polars as pl

from jobs.households.stated import Stated

PEOPLE = {
    "resident_id": pl.String, "dwelling_id": pl.String, "township": pl.String, "evidence": pl.Float64,
    "counts_usual": pl.Boolean, "age": pl.Int64, "surname": pl.String, "county": pl.String, "married": pl.Boolean,
}  # fmt: skip
TIES = {
    "resident_id": pl.String, "relative_id": pl.String, "relation": pl.String, "departments": pl.Int64,
    "stated_by": pl.List(pl.String), "from_date": pl.Date, "to_date": pl.Date,
}  # fmt: skip
KEYS = {"resident_id": pl.String, "household": pl.String, "register": pl.Boolean}
TENANCIES = {"resident_id": pl.String, "contract": pl.String}
TEXTS = {"dwelling_id": pl.String, "text": pl.String}


def person(name: str, dwelling: str = "d1", **said: object) -> dict[str, object]:
    """Somebody of forty, present for sure; a surname and a county of their own unless said."""
    usual = {
        "township": "330110001", "evidence": 0.9, "counts_usual": True, "age": 40, "surname": name, "county": name,
        "married": False,
    }  # fmt: skip
    return {"resident_id": name, "dwelling_id": dwelling, **usual, **said}


def tie(one: str, other: str, relation: str = "spouse_of", **said: object) -> dict[str, object]:
    """A tie that 公安 alone states."""
    return {"resident_id": one, "relative_id": other, "relation": relation, "departments": 1, "stated_by": ["ga"], **said}


def key(name: str, household: str, register: bool = False) -> dict[str, object]:
    """A department's household key at the person's dwelling."""
    return {"resident_id": name, "household": household, "register": register}


def told(
    people: list[dict[str, object]],
    ties: tuple[dict[str, object], ...] = (),
    keys: tuple[dict[str, object], ...] = (),
    contracts: tuple[tuple[str, str], ...] = (),
    texts: tuple[tuple[str, str], ...] = (),
) -> Stated:
    """What a night states."""
    return Stated(
        pl.DataFrame(people, schema=PEOPLE),
        pl.DataFrame(list(ties), schema=TIES),
        pl.DataFrame(list(keys), schema=KEYS),
        pl.DataFrame([{"resident_id": n, "contract": c} for n, c in contracts], schema=TENANCIES),
        pl.DataFrame([{"dwelling_id": d, "text": t} for d, t in texts], schema=TEXTS),
    )
