"""Numbers that an authority contradicts: two departments agree on one, the register of numbers knows the person by another.

A number that two departments state counts as confirmed, and two confirmed numbers are two persons. But departments take numbers
from the same paper, the same mouth, the same form. Where 公安 itself has somebody of that very name, birth date and home under
another number, and nobody else, its word goes before theirs: the other number is taken as one more number of that person,
as if the authority had stated both on one row (domain §4, case 4).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.residents.constraints import Ints

VETO, RULE = "two_confirmed_numbers", "two_numbers"


def outweighed(links: pl.DataFrame, profiles: pl.DataFrame, codes: Ints, police: pl.Series) -> pl.DataFrame:
    """code, authority: confirmed codes that count as another one, and that other one, which 公安 states.

    `links`: l, r, veto, likely. `profiles`, by position: name, birth_date, id_number. `codes`: of the confirmed number, −1
    for none; `police`: whether 公安 mentions the profile.
    """
    who = profiles.select("name", "birth_date").with_columns(at=pl.int_range(pl.len()), code=pl.Series(codes), police=police)
    known = who.filter(pl.col("code") >= 0)
    stated = known.filter("police")["code"].unique()
    suspected = links.filter((pl.col("veto") == VETO) & (pl.col("likely") == RULE)).select("l", "r")
    both = suspected.join(known, left_on="l", right_on="at").join(known, left_on="r", right_on="at", suffix="_r")
    same = both.filter((pl.col("name") == pl.col("name_r")) & (pl.col("birth_date") == pl.col("birth_date_r")))
    ends = pl.concat([same.select("code", authority="code_r"), same.select(code="code_r", authority="code")]).filter(
        ~pl.col("code").is_in(stated.implode()) & pl.col("authority").is_in(stated.implode())
    )
    return ends.unique().filter(pl.len().over("code") == 1).sort("code")


def recoded(codes: Ints, found: pl.DataFrame) -> Ints:
    """The codes with every outweighed one replaced by its authority's."""
    table = np.arange(int(codes.max(initial=-1)) + 2)
    table[-1] = -1
    table[found["code"].to_numpy()] = found["authority"].to_numpy()
    return table[codes]
