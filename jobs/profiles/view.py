"""Profiles as the linkage engine sees them: the columns that the population model (models/population.yml) names."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from jobs.linkage.encoding import THREADS
from jobs.profiles.entries import Entries, gathered

MOST_NAMES, MOST_SURNAMES = 5, 2
"""A phone used under more names or surnames is an agent's, a landlord's, a clinic's: no evidence (domain §3.7)."""
MOST_IN_DWELLING = 12
"""A dwelling with more names is a dormitory or a whole building: no evidence."""
MOST_IN_BUILDING = 60
"""Up to this many names a dwelling still supports an equal name, beside `home`'s other evidence."""
NUMBER_TYPES = ("citizen", "hkmt_residence")
"""Numbers kept for life; passports, permits and cards are renewed under other numbers."""
UNNAMED = ("newborn", "placeholder", "missing")
LISTED = (
    "aliases", "kin_numbers", "other_names", "phones", "dwellings", "family_phones", "family_dwellings", "guardian_numbers",
    "parent_names", "account",
)  # fmt: skip
"""Columns of profiles that hold lists."""
COLUMNS = (
    "profile_id", "citizen", "document", "own", "aliases", "numbers", "kin", "claimed", "name", "provisional", "other_names", "sex",
    "townships", "birth_date", "nationality", "foreign", "phones", "dwellings", "home", "mother_number", "parents", "parent_names",
    "spouse_number", "employer", "school", "account", "birth_order", "confirmed", "unnumbered", "multiple", "single", "only_birth",
)  # fmt: skip


@dataclass(frozen=True)
class Crowds:
    """What no longer says who somebody is: phones and dwellings of many; and births (mother|date) of more than one child."""

    phones: frozenset[str] = frozenset()
    dwellings: frozenset[str] = frozenset()
    buildings: frozenset[str] = frozenset()  # those of the dwellings that are beyond MOST_IN_BUILDING too
    births: frozenset[str] = frozenset()


def view(profiles: pa.Table, crowds: Crowds) -> pa.Table:
    """One row per profile, in the same order."""
    single = _single_values(cast(pl.DataFrame, pl.from_arrow(profiles)), crowds).to_arrow()
    lists = _lists(profiles, single, crowds)
    return pa.table({name: lists[name] if name in lists else single[name] for name in COLUMNS})


def _single_values(frame: pl.DataFrame, crowds: Crowds) -> pl.DataFrame:
    """The columns that hold one value a row."""
    number, text = pl.col("id_number"), pl.col("id_text")
    citizen = pl.col("id_type").is_in(NUMBER_TYPES) & number.is_not_null()
    own = pl.when(number.is_not_null()).then(pl.concat_str(pl.col("id_type").fill_null("other"), pl.lit(":"), number))
    dim = pl.when(pl.col("name_kind").is_in(["masked", "damaged"])).then("name_raw")
    named = pl.when(~pl.col("name_kind").is_in(UNNAMED)).then(pl.coalesce("name", dim))
    birth = pl.concat_str("mother_number", pl.lit("|"), pl.col("birth_date").dt.strftime("%Y%m%d"))
    several = birth.is_in(sorted(crowds.births)).fill_null(False)
    return frame.select(
        "profile_id",
        pl.when(citizen).then(number).otherwise(pl.when(text.str.len_chars() >= 8).then(text)).alias("citizen"),
        pl.when(citizen).then(number).alias("lasting"),
        pl.when(~citizen).then(own).alias("document"),
        own.alias("own"),
        named.alias("name"),
        _provisional().alias("provisional"),
        pl.when(pl.col("sex_stated") | pl.col("id_confirmed") | ~citizen).then("sex").alias("sex"),
        pl.when(pl.col("birth_stated") | pl.col("id_confirmed") | ~citizen).then("birth_date").alias("birth_date"),
        "nationality",
        pl.when(pl.col("nationality") != "CHN").then("nationality").alias("foreign"),
        "mother_number",
        "spouse_number",
        "employer",
        "school",
        "birth_order",
        pl.col("id_confirmed").alias("confirmed"),
        (~citizen).alias("unnumbered"),
        several.alias("multiple"),
        (birth.is_not_null() & ~several).alias("single"),
        pl.when(~several).then(birth).alias("only_birth"),
    )


def _lists(profiles: pa.Table, single: pa.Table, crowds: Crowds) -> dict[str, pa.Array]:
    """The columns that hold lists."""
    count = profiles.num_rows
    listed = {name: Entries.of(profiles[name]) for name in LISTED}
    aliases, kin, dwellings = listed["aliases"], listed["kin_numbers"], listed["dwellings"]
    phones = listed["phones"].without(crowds.phones)
    homes = [listed[name].without(crowds.buildings) for name in ("dwellings", "family_dwellings")]
    parents = [Entries.of(profiles[name]) for name in ("mother_number", "father_number")]
    several = {
        "home": [*homes, phones, listed["family_phones"].without(crowds.phones)],
        "numbers": [Entries.of(single["own"]), aliases],
        "claimed": [Entries.of(single["lasting"]), kin],
        "parents": [*parents, listed["guardian_numbers"]],
        "townships": [_townships(dwellings), Entries.of(profiles["township"])],
    }
    with ThreadPoolExecutor(THREADS) as pool:  # sorting needs no lock of Python's
        made = pool.map(lambda parts: gathered(parts, count), several.values())
        gathered_lists = dict(zip(several, made, strict=True))
    return {
        **{name: listed[name].lists(count) for name in ("aliases", "other_names", "parent_names", "account")},
        "kin": kin.lists(count),
        "phones": phones.lists(count),
        "dwellings": dwellings.without(crowds.dwellings).lists(count),
        **gathered_lists,
    }


def _townships(dwellings: Entries) -> Entries:
    """The first nine digits of those that begin with a division's code."""
    coded = dwellings.where(pc.match_substring_regex(dwellings.texts, r"^\d{9}"))
    return Entries(coded.rows, pc.utf8_slice_codeunits(coded.texts, 0, 9))


def _provisional() -> pl.Expr:
    """A newborn's name that holds its parent's full name: 王小红之子. 张某之女 or 宝宝 name nobody."""
    text = pl.coalesce("name", "name_raw")
    return pl.when((pl.col("name_kind") == "newborn") & text.str.contains(r"^[^某无XＸ×*]{2,4}之[子女]$")).then(text)
