"""What no resident may be, whatever the weights say (domain §4, design §5.5).

No two different confirmed citizen numbers (unless an authority states both on one row), no two active hukou rows with
different numbers, no two members of one marriage, parenthood or source row, no two children of one birth. All frames
of pairs hold profile positions `l`, `r`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from jobs.linkage.graphs import components_of

Ints = npt.NDArray[np.int64]
CITIZEN = "citizen"
TWO_PERSONS = ("mother_of", "father_of", "spouse_of", "guardian_of")
"""Relations that nobody can have to himself."""
ROW_SEED = 20_261_122
MOST_NAMED = 60
"""Profiles of one number beyond which it is a placeholder, which no pass compares in full."""


def number_codes(profiles: pl.DataFrame) -> tuple[Ints, Ints]:
    """(code of the confirmed citizen number, code of the number of an active hukou row) of each profile, -1 for none.

    Numbers that one row states together (an authority's alias) share a code, so a corrected number is no conflict.
    """
    code = _same_person_numbers(profiles)
    numbered = profiles.select("id_type", "id_number", "id_confirmed", "hukou_active").with_columns(
        code=pl.when(pl.col("id_type") == CITIZEN).then(
            pl.col("id_number").replace_strict(code, default=-1, return_dtype=pl.Int64)
        )
    )
    confirmed = pl.when(pl.col("id_confirmed")).then("code").fill_null(-1)
    hukou = pl.when(pl.col("hukou_active")).then("code").fill_null(-1)
    both = numbered.select(confirmed=confirmed, hukou=hukou)
    return both["confirmed"].to_numpy(), both["hukou"].to_numpy()


def _same_person_numbers(profiles: pl.DataFrame) -> dict[str, int]:
    """Citizen number → code; numbers joined by an alias share one."""
    own = profiles.filter((pl.col("id_type") == CITIZEN) & pl.col("id_number").is_not_null())
    alias = own.select("id_number", other="aliases").explode("other").filter(pl.col("other").str.starts_with(f"{CITIZEN}:"))
    alias = alias.with_columns(pl.col("other").str.strip_prefix(f"{CITIZEN}:"))
    numbers = pl.concat([own["id_number"], alias["other"]]).unique().sort()
    place = pl.DataFrame({"number": numbers}).with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    joined = alias.join(place, left_on="id_number", right_on="number").join(
        place, left_on="other", right_on="number", suffix="_other"
    )
    group = components_of(len(numbers), joined["at"].to_numpy(), joined["at_other"].to_numpy())
    return dict(zip(numbers.to_list(), group.tolist(), strict=True))


def tied_pairs(ties: pl.DataFrame, where: pl.DataFrame) -> pl.DataFrame:
    """Profiles whose records stand in a relation that needs two persons. `where`: record_id, at (profile position)."""
    return (
        ties.filter(pl.col("relation").is_in(TWO_PERSONS))
        .join(where, left_on="from_record", right_on="record_id")
        .join(where, left_on="to_record", right_on="record_id", suffix="_to")
        .select(l="at", r="at_to")
        .pipe(_distinct)
    )


def same_row_pairs(records: pl.DataFrame, where: pl.DataFrame, profiles: pl.DataFrame) -> pl.DataFrame:
    """Profiles that one source row mentions in two roles: two persons, unless name and birth date say it lists one twice.

    `records`: record_id, dept, source_table, source_key, role.
    """
    row = pl.concat_str("dept", "source_table", "source_key", separator="|").hash(seed=ROW_SEED)
    keyed = records.select("record_id", row=row).filter(pl.len().over("row") > 1).join(where, on="record_id").select("row", "at")
    pairs = (
        keyed.join(keyed, on="row", suffix="_to").filter(pl.col("at") < pl.col("at_to")).select(l="at", r="at_to").pipe(_distinct)
    )
    who = profiles.select("name", "birth_date").with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    both = pairs.join(who, left_on="l", right_on="at").join(who, left_on="r", right_on="at", suffix="_r")
    twice = (pl.col("name") == pl.col("name_r")) & (pl.col("birth_date") == pl.col("birth_date_r"))
    return both.filter(~twice.fill_null(False)).select("l", "r")


def sibling_pairs(profiles: pl.DataFrame) -> pl.DataFrame:
    """Children of one mother born on one day with different birth orders: twins."""
    born = (
        profiles.with_row_index("at")
        .select(pl.col("at").cast(pl.Int64), "mother_number", "birth_date", "birth_order")
        .drop_nulls()
        .filter(pl.col("birth_order").n_unique().over("mother_number", "birth_date") > 1)
    )
    pairs = born.join(born, on=["mother_number", "birth_date"], suffix="_to")
    return pairs.filter(pl.col("birth_order") < pl.col("birth_order_to")).select(l="at", r="at_to").pipe(_distinct)


def other_name_pairs(profiles: pl.DataFrame) -> pl.DataFrame:
    """Profiles under one number whose names have no character in common, at other phones and dwellings: a number that two
    persons use (domain §4). A nameless row under it would else stand for both and make them one.

    `profiles`, by position: id_type, id_number, name, other_names, phones, dwellings.
    """
    told = ["id_number", "name", "other_names", "phones", "dwellings"]
    who = profiles.with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    several = (pl.col("name").n_unique().over("id_number") > 1) & (pl.len().over("id_number") <= MOST_NAMED)
    some = who.filter((pl.col("id_type") == CITIZEN) & pl.col("name").is_not_null()).filter(several).select("at", *told)
    both = some.join(some, on="id_number", suffix="_r").filter(pl.col("at") < pl.col("at_r"))
    letters = [pl.col(name).str.split("") for name in ("name", "name_r")]
    apart = letters[0].list.set_intersection(letters[1]).list.len() == 0
    for column in ("phones", "dwellings"):
        apart &= pl.col(column).list.set_intersection(f"{column}_r").list.len().fill_null(0) == 0
    known = pl.col("other_names").list.contains(pl.col("name_r")) | pl.col("other_names_r").list.contains(pl.col("name"))
    return both.filter(apart & ~known.fill_null(False)).select(l="at", r="at_r").pipe(_distinct)


def judged_pairs(verdicts: Mapping[tuple[str, str], str], verdict: str, where: pl.DataFrame) -> pl.DataFrame:
    """Profiles of records that people judged so; a judgement on a record that is gone rests."""
    pairs = [pair for pair, word in verdicts.items() if word == verdict]
    frame = pl.DataFrame(pairs, schema={"a": pl.String, "b": pl.String}, orient="row")
    joined = frame.join(where, left_on="a", right_on="record_id").join(where, left_on="b", right_on="record_id", suffix="_b")
    return joined.select(l="at", r="at_b").pipe(_distinct)


def as_array(*frames: pl.DataFrame) -> Ints:
    """All pairs as one array of two columns."""
    return pl.concat([f.select("l", "r").cast(pl.Int64) for f in frames]).to_numpy().reshape(-1, 2)


def _distinct(pairs: pl.DataFrame) -> pl.DataFrame:
    ordered = pairs.select(l=pl.min_horizontal("l", "r"), r=pl.max_horizontal("l", "r"))
    return ordered.filter(pl.col("l") != pl.col("r")).unique().sort("l", "r")
