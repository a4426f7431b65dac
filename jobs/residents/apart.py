"""What a register, a row, a birth or a number says of two sides that the weights might join: facts, told in words.

The same rules as the clusters obey (jobs/residents/constraints.py), on the few rows at hand.
"""

from __future__ import annotations

import polars as pl

from jobs.residents import constraints

RELATED = {
    "mother_of": "mother and child 母子",
    "father_of": "father and child 父子",
    "spouse_of": "husband and wife 夫妻",
    "guardian_of": "guardian and child 监护",
}
SAME_ROW = "one source row mentions both, in two roles 同一行两角色"
ONE_BIRTH = "children of one birth, with different birth orders 同胎不同胎次"
TWO_CONFIRMED = "two different confirmed citizen numbers 两个经核实的公民身份号码"
TWO_HUKOU = "two active hukou rows under different numbers 两条有效户籍"
OTHER_NAME = "one number under two names, at other phones and homes 同号异名异址"
FACTS = (*RELATED.values(), SAME_ROW, ONE_BIRTH)
"""What shows two persons whatever a number says; the other reasons may rest on a wrong number."""


def reasons_apart(profiles: pl.DataFrame, records: pl.DataFrame, ties: pl.DataFrame, side: pl.DataFrame) -> pl.DataFrame:
    """a, b, why: sides that are two persons, a < b, and by which rule.

    `profiles`, `records`, `ties` as their tables, of the sides' rows only; `side`: record_id, profile_id, side.
    """
    profiles = profiles.sort("profile_id")
    place = profiles.select("profile_id", at=pl.int_range(pl.len()))
    where = side.join(place, on="profile_id")
    at = where.select("record_id", "at")
    found = [(why, constraints.tied_pairs(ties.filter(pl.col("relation") == name), at)) for name, why in RELATED.items()]
    found += [
        (SAME_ROW, constraints.same_row_pairs(records, at, profiles)),
        (ONE_BIRTH, constraints.sibling_pairs(profiles)),
        (OTHER_NAME, constraints.other_name_pairs(profiles)),
    ]
    home = where.select("at", "side").unique()
    left, right = home.rename({"at": "l", "side": "a"}), home.rename({"at": "r", "side": "b"})
    lifted = [
        pairs.select("l", "r").cast(pl.Int64).join(left, on="l").join(right, on="r").select("a", "b", why=pl.lit(why))
        for why, pairs in found
    ]
    codes = zip((TWO_CONFIRMED, TWO_HUKOU), constraints.number_codes(profiles), strict=True)
    for why, code in codes:
        coded = home.join(pl.DataFrame({"at": pl.int_range(len(profiles), eager=True), "code": code}), on="at")
        coded = coded.filter(pl.col("code") >= 0).select("side", "code").unique()
        if coded["side"].n_unique() == 2:  # only two sides are compared by their numbers; a queue knows the veto instead
            both = coded.join(coded, how="cross", suffix="_b").filter(
                (pl.col("side") < pl.col("side_b")) & (pl.col("code") != pl.col("code_b"))
            )
            lifted.append(both.select(a="side", b="side_b", why=pl.lit(why)))
    whole = pl.concat(lifted).filter(pl.col("a") != pl.col("b"))
    ordered = whole.select(pl.min_horizontal("a", "b").alias("a"), pl.max_horizontal("a", "b").alias("b"), "why")
    return ordered.unique().sort("a", "b", "why")
