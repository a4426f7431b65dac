"""Of whom kin may say something else than last night: those who share a source row with what changed, and the children of
parents whose profile did. For them alone the lists are asked again.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jobs.profiles.changes import Changed, Records, Remade, among
from jobs.profiles.kin import CERTIFICATE
from jobs.profiles.kin_lists import RECORD, kin_lists


@dataclass(frozen=True)
class Nights:
    """Profiles of last night and of tonight (kin_lists.STATED of them), and whose records are whose tonight (PROFILE_RECORDS)."""

    before: pl.DataFrame
    after: pl.DataFrame
    where: pl.DataFrame


def lists_anew(changed: Changed, remade: Remade, tonight: Records, nights: Nights) -> tuple[pl.Series, pl.DataFrame]:
    """The profiles whose lists may be others than last night's, and profile_id and LISTS of those of which kin say something."""
    moved = pl.concat([_signs(nights.before.filter(among("profile_id", remade.gone))), _signs(remade.profiles)])
    named = nights.where.filter(among("profile_id", _named(nights.after, moved)))
    rows = pl.concat([_rows_of(tonight, pl.concat([remade.where["stamp"], named["stamp"]])), changed.rows])
    owners = nights.where.filter(among("stamp", _on(tonight, rows)["stamp"]))["profile_id"]
    wanted = pl.concat([remade.profiles["profile_id"], owners, _children(nights.after, moved)]).unique()
    theirs = nights.where.filter(among("profile_id", wanted))["stamp"]
    near = _on(tonight, _rows_of(tonight, theirs))
    records = tonight.rows.select(RECORD).filter(among("record_id", near["record_id"])).collect()
    where = nights.where.filter(among("stamp", near["stamp"]))
    return wanted, kin_lists(nights.after.lazy(), where.lazy(), records.lazy(), wanted)


def _signs(profiles: pl.DataFrame) -> pl.DataFrame:
    """By what others' rows name these profiles: id_type and id_number."""
    return profiles.select("id_type", "id_number").drop_nulls("id_number")


def _children(profiles: pl.DataFrame, parents: pl.DataFrame) -> pl.Series:
    """Profiles that state one of these numbers as a parent's: its phones and dwellings are their family's."""
    numbers = parents.filter(pl.col("id_type") == "citizen")["id_number"]
    stating = among("mother_number", numbers) | among("father_number", numbers)
    return profiles.lazy().filter(stating).select("profile_id").collect()["profile_id"]


def _named(profiles: pl.DataFrame, certificates: pl.DataFrame) -> pl.Series:
    """Profiles that name one of these birth certificates: it says who their parents are."""
    alias = pl.concat_str("id_type", pl.lit(":"), "id_number")
    papers = certificates.filter(pl.col("id_type") == CERTIFICATE).select(alias).to_series()
    named = profiles.select("profile_id", "aliases").filter(pl.col("aliases").list.len() > 0).explode("aliases")
    return named.filter(among("aliases", papers))["profile_id"]


def _rows_of(tonight: Records, stamps: pl.Series) -> pl.Series:
    """The source rows that records stand on. A record's stamp is of its id too, so it stands for the record."""
    return tonight.index.filter(among("stamp", stamps))["row"]


def _on(tonight: Records, rows: pl.Series) -> pl.DataFrame:
    """record_id and stamp of the records on these source rows."""
    return tonight.index.filter(among("row", rows.unique())).select("record_id", "stamp")
