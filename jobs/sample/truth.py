"""The truth that only `renkou evaluate` reads: everybody's status on every night by the legal definitions.

From true dwelling and hukou intervals alone (domain §1.1, code meanings §1.3), never by the parameters of rules. "Half a
year" is six calendar months. It counts from leaving the township of one's hukou, not from arriving here; people from
outside the border count from arriving. An infant who never lived at the place of its hukou counts as its mother does. A
short absence from a home that is kept changes nothing.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from jobs.sample.facts import CITY_DISTRICTS, DISTRICT
from jobs.sample.world import World

USUAL = ("11", "12", "13", "14", "21", "22", "23", "24")
"""Codes counted as 常住; 25 and 26 are reported separately."""
PRESENT = ("11", "12", "21", "22", "23", "24", "25", "26", "31", "32")
"""Codes counted as 实有."""
HALF_YEAR = "-6mo"


def status_on(night: date, world: World) -> pl.DataFrame:
    """person_id, status_code, counts_usual, counts_present, township, dwelling_id of everyone the district ever had to do with.

    People not yet born, and people who come later and have no tie yet, have no row.
    """
    people = world.persons.select("person_id", "birth_date", "death_date", "kind", "mother_id", "role").filter(
        pl.col("birth_date") <= night
    )
    facts = (
        people.join(_home(night, world), on="person_id", how="left")
        .join(_past(night, world), on="person_id", how="left")
        .join(_registered(night, world), on="person_id", how="left")
        .join(_work(night, world), on="person_id", how="left")
        .join(_permanent(night, world), on="person_id", how="left")
        .with_columns(pl.col("lived_here", "was_local", "works_here", "is_permanent").fill_null(False))
    )
    facts = _with_mother(facts)
    long_enough = pl.lit(night).dt.offset_by(HALF_YEAR)
    coded = facts.with_columns(status_code=_code(night, long_enough)).filter(pl.col("status_code").is_not_null())
    township = pl.when(pl.col("status_code").is_in(["13", "14"])).then("hukou_township").otherwise("township")
    return coded.select(
        "person_id",
        "status_code",
        counts_usual=pl.col("status_code").is_in(USUAL),
        counts_present=pl.col("status_code").is_in(PRESENT),
        township=pl.when(pl.col("status_code") != "91").then(township),
        dwelling_id=pl.when(pl.col("status_code") != "91").then("dwelling_id"),
    ).sort("person_id")


def _in_force(night: date) -> pl.Expr:
    return (pl.col("from_date") <= night) & (pl.col("to_date").is_null() | (pl.col("to_date") > night))


def _home(night: date, world: World) -> pl.DataFrame:
    """Where the person lives tonight: here (township, dwelling) or outside, and abroad for what."""
    return world.stays.filter(_in_force(night)).select(
        "person_id", "township", "dwelling_id", "abroad_purpose", is_here=pl.col("township").is_not_null()
    )


def _past(night: date, world: World) -> pl.DataFrame:
    """Since when away from the hukou place, since when here or gone from here without a break; whether ever lived here."""
    begun = world.stays.filter(pl.col("from_date") <= night)
    until = pl.col("to_date").filter(pl.col("to_date") <= night)
    here = pl.col("township").is_not_null()
    return begun.group_by("person_id").agg(
        left_hukou=pl.col("to_date").filter(pl.col("at_hukou_place") & (pl.col("to_date") <= night)).max(),
        outside_until=until.filter(here.filter(pl.col("to_date") <= night).not_()).max(),
        here_until=until.filter(here.filter(pl.col("to_date") <= night)).max(),
        first_here=pl.col("from_date").filter(here).min(),
        lived_here=here.any(),
    )


def _registered(night: date, world: World) -> pl.DataFrame:
    """Tonight's hukou (a duplicate second one left aside), and whether the person ever had one in the district."""
    true = world.hukou.filter(~pl.col("is_duplicate"))
    now = true.filter(_in_force(night)).select("person_id", "division", local_since="from_date", hukou_township="township")
    was = true.filter((pl.col("division") == DISTRICT) & (pl.col("from_date") <= night)).select("person_id").unique()
    return now.join(was.with_columns(was_local=True), on="person_id", how="full", coalesce=True)


def _work(night: date, world: World) -> pl.DataFrame:
    here = world.jobs.filter(pl.col("in_district") & (pl.col("from_date") <= night))
    current = (pl.col("to_date").is_null() | (pl.col("to_date") > night)) & (pl.col("is_insured") | pl.col("is_self_employed"))
    return here.group_by("person_id").agg(works_here=current.any(), worked_here=pl.lit(True).first())


def _permanent(night: date, world: World) -> pl.DataFrame:
    cards = world.documents.filter(pl.col("kind").is_in(["pr_old", "pr_new"]) & _in_force(night))
    return cards.select("person_id").unique().with_columns(is_permanent=True)


def _with_mother(facts: pl.DataFrame) -> pl.DataFrame:
    """`away_since`: left the hukou place; never there: as the mother, if she lives here, else since birth."""
    mothers = facts.filter(pl.col("is_here")).select(mother_id="person_id", mother_away=pl.coalesce("left_hukou", "birth_date"))
    return facts.join(mothers, on="mother_id", how="left").with_columns(
        away_since=pl.coalesce("left_hukou", pl.min_horizontal("mother_away", "birth_date"))
    )


def _code(night: date, long_enough: pl.Expr) -> pl.Expr:
    """The code of one person from the facts of tonight; the first condition that holds decides."""
    local, here = pl.col("division") == DISTRICT, pl.col("is_here").fill_null(False)
    outsider = pl.col("kind") != "mainland"
    here_since = pl.coalesce("outside_until", "birth_date")
    gone_since = pl.max_horizontal("here_until", "local_since")
    by_origin = (
        pl.when(pl.col("division").is_in(CITY_DISTRICTS)).then(pl.lit("21"))
        .when(pl.col("division").str.starts_with("33")).then(pl.lit("22"))
        .otherwise(pl.lit("23"))
    )  # fmt: skip
    half_year_here = (here_since <= long_enough) | pl.col("is_permanent")
    has_tie = pl.col("works_here") | pl.col("worked_here").fill_null(False) | (pl.col("role") != "resident")
    return (
        pl.when((pl.col("death_date") <= night) & (pl.col("lived_here") | pl.col("was_local") | has_tie)).then(pl.lit("91"))
        .when(pl.col("death_date") <= night).then(None)
        .when(local & here & (pl.col("township") == pl.col("hukou_township"))).then(pl.lit("11"))
        .when(local & here).then(pl.lit("12"))
        .when(local & pl.col("abroad_purpose").is_not_null()).then(pl.lit("14"))
        .when(local & (gone_since > long_enough)).then(pl.lit("13"))
        .when(local).then(pl.lit("41"))
        .when(here & (pl.col("kind") == "foreign") & half_year_here).then(pl.lit("26"))
        .when(here & outsider & half_year_here).then(pl.lit("25"))
        .when(here & outsider).then(pl.lit("32"))
        .when(here & pl.col("division").is_null()).then(pl.lit("24"))
        .when(here & (pl.col("away_since") <= long_enough)).then(by_origin)
        .when(here).then(pl.lit("31"))
        .when(pl.col("lived_here") | pl.col("was_local")).then(pl.lit("53"))
        .when(pl.col("works_here")).then(pl.lit("51"))
        .when(has_tie).then(pl.lit("52"))
    )  # fmt: skip


def write_truth(world: World, folder: Path) -> dict[date, pl.DataFrame]:
    """Write persons, documents, status, dwellings, hukou and cases below `folder`; gives residents by status per night."""
    folder.mkdir(parents=True, exist_ok=True)
    counts, nights = {}, []
    for night in world.night_dates:
        status = status_on(night, world)
        counts[night] = status.group_by("status_code").agg(persons=pl.len()).sort("status_code")
        nights.append(status.insert_column(0, pl.lit(night).alias("date")))
    addresses = world.dwellings.select("dwelling_id", "std_addr_id")
    pl.concat(nights).join(addresses, on="dwelling_id", how="left", maintain_order="left").rename(
        {"std_addr_id": "dwelling"}
    ).write_parquet(folder / "status.parquet")
    born_recently = pl.col("birth_date") > pl.lit(world.last_night).dt.offset_by("-7y")
    world.persons.with_columns(
        twin=pl.col("twin_order") > 0, foreign=pl.col("kind") == "foreign", hkmt=pl.col("kind").is_in(["hk", "mo", "tw"]),
        under_7=born_recently, no_number=pl.col("number").is_null(),
    ).write_parquet(folder / "persons.parquet")  # fmt: skip
    world.documents.write_parquet(folder / "documents.parquet")
    world.names.write_parquet(folder / "names.parquet")
    world.stays.join(addresses, on="dwelling_id", how="left", maintain_order="left").write_parquet(folder / "dwellings.parquet")
    world.hukou.write_parquet(folder / "hukou.parquet")
    world.cases.write_parquet(folder / "cases.parquet")
    return counts
