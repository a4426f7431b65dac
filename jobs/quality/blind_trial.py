"""Free truth: records whose valid number is hidden from the model, linked again, and judged by that number.

A sample of confirmed numbered records, made up like the night's records without a number (table and role, age, what is
missing), loses its number and what came from it: the birth date and sex that only the number told, kin that named it. The
person's other records stay behind as the profile they make without it. Then the night's model, passes and rules look for
the hidden record's person among all profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from jobs.linkage.blocking import NO_KEY, depth_keys
from jobs.linkage.encoding import Encoded, Hashes
from jobs.linkage.local import score_all
from jobs.linkage.model import LinkModel
from jobs.linkage.rows import encode
from jobs.linkage.weights import Weights
from jobs.profiles.collapse import DWELLING_LEVELS, NEEDED, Sources, collapse
from jobs.profiles.kin import LISTS
from jobs.profiles.view import Crowds, view
from jobs.tables import PROFILES

MOST = 4_000
"""Records hidden in one trial: a share near 0.98 is then known to half a point."""
FEWEST = 200
"""Records that could be hidden, below which there is no trial."""
MARGIN = 2.0
"""Bits by which the best candidate must beat one of another number: as the clusters demand."""
CHUNK = 200_000
COARSE = ["relative", "age", "named", "reached"]
STRATUM = ["dept", "source_table", "role", *COARSE]
RELATIVE = pl.col("role").is_in(["mother", "father"]) | pl.col("role").str.starts_with("guardian")
"""A parent or guardian named on somebody else's row."""
ROW = ["dept", "source_table", "source_key"]
COLUMNS = [*dict.fromkeys(["record_id", *ROW, "role", *NEEDED])]


@dataclass(frozen=True)
class Night:
    """What a trial reads: records (COLUMNS), profile_records and profiles, the crowds among these, contracts' sources."""

    records: pl.LazyFrame
    where: pl.LazyFrame
    profiles: pl.LazyFrame
    crowds: Crowds
    sources: Sources
    year: int


def described(records: pl.LazyFrame, night: Night) -> pl.LazyFrame:
    """Add STRATUM's parts, as they are once the number is hidden."""
    born = pl.when(pl.col("birth_date_basis") == "stated").then("birth_date")
    years = night.year - born.dt.year()
    reached = pl.col("phone").is_not_null() | (
        pl.col("dwelling_id").is_not_null() & pl.col("address_level").is_in(DWELLING_LEVELS)
    )
    return records.with_columns(
        relative=RELATIVE, age=age_band(years), named=pl.col("name").is_not_null(), reached=reached.fill_null(False)
    )


def age_band(years: pl.Expr) -> pl.Expr:
    """0–6, 7–17, 18–59, 60+, unknown."""
    bands = pl.when(years < 7).then(pl.lit("0-6")).when(years < 18).then(pl.lit("7-17")).when(years < 60).then(pl.lit("18-59"))
    return bands.when(years >= 60).then(pl.lit("60+")).otherwise(pl.lit("unknown"))


def chosen(night: Night, most: int = MOST) -> pl.DataFrame:
    """The records to hide: COLUMNS, STRATUM, profile_id, `weight` (numberless records each stands for); empty if too few."""
    told = described(night.records, night)
    sought = told.filter(pl.col("id_number").is_null()).group_by(STRATUM).agg(wanted=pl.len()).collect()
    confirmed = night.profiles.filter("id_confirmed").select("profile_id")
    able = (
        told.filter((pl.col("id_type") == "citizen") & (pl.col("id_grade") == "OK"))
        .select("record_id", *STRATUM)
        .join(night.where, on="record_id")
        .join(confirmed, on="profile_id", how="semi")
        .sort(pl.col("record_id").str.reverse())  # record ids are hashes: their order is a draw
        .collect()
    )
    if len(able) < FEWEST or not len(sought):
        return able.head(0).with_columns(weight=pl.lit(0.0), own=pl.lit(0.0))
    picked = _picked(able, sought, most / float(sought["wanted"].sum()))
    rows = told.join(picked.lazy(), on="record_id").collect()
    return rows.join(weigh(rows.select("record_id", *STRATUM), sought), on="record_id").sort("record_id")


def _picked(able: pl.DataFrame, sought: pl.DataFrame, share: float) -> pl.DataFrame:
    """record_id, profile_id: from each sought stratum its share; where nobody of a stratum can be hidden, from all records alike
    in age and missing fields. One record a profile, and of a profile's records the one that its stratum needs most."""
    strata = sought.join(able.select(STRATUM).unique(), on=STRATUM, how="semi").with_columns(
        among=pl.concat_str(STRATUM, separator="|")
    )
    others = sought.join(able.select(STRATUM).unique(), on=STRATUM, how="anti").group_by(COARSE).agg(pl.col("wanted").sum())
    own = able.join(strata.select(*STRATUM, "among", "wanted"), on=STRATUM)
    alike = able.join(others, on=COARSE).with_columns(among=pl.concat_str(COARSE, separator="|"))
    every = pl.concat([own, alike.select(own.columns)]).with_columns(quota=(pl.col("wanted") * share).ceil())
    place = pl.int_range(pl.len()).over("among")
    needed = every.with_columns(need=place / pl.col("quota")).sort("need", maintain_order=True)
    single = needed.unique("profile_id", keep="first", maintain_order=True)
    return single.filter(place < pl.col("quota")).select("record_id", "profile_id")


def weigh(picked: pl.DataFrame, sought: pl.DataFrame) -> pl.DataFrame:
    """record_id, weight, `own` (that of its own stratum alone): sampled records stand for the numberless ones of their
    stratum; strata without a sampled record are stood for by those alike in kinship, age and missing fields."""
    sampled = picked.group_by(STRATUM).agg(n=pl.len())
    both = sought.join(sampled, on=STRATUM, how="left").with_columns(pl.col("n").fill_null(0))
    orphan = both.filter(pl.col("n") == 0).group_by(COARSE).agg(extra=pl.col("wanted").sum())
    near = picked.group_by(COARSE).agg(near=pl.len())
    return (
        picked.join(both.select(*STRATUM, "wanted", "n"), on=STRATUM, how="left")
        .join(orphan.join(near, on=COARSE), on=COARSE, how="left")
        .select(
            "record_id",
            own=(pl.col("wanted") / pl.col("n")).fill_null(0.0),
            weight=(pl.col("wanted") / pl.col("n")).fill_null(0.0) + (pl.col("extra") / pl.col("near")).fill_null(0.0),
        )
    )


def hidden(rows: pl.DataFrame, night: Night) -> pa.Table:
    """The chosen records as profiles of their own, without the number and what came from it."""
    null = pl.lit(None, pl.String)
    origin = pl.concat_str("dept", pl.lit("."), "source_table")
    blind = rows.with_columns(
        id_type=null,
        id_number=null,
        id_raw=null,
        id_grade=pl.lit("MISSING"),
        alias_number=pl.when(~pl.col("alias_number").str.starts_with("citizen:")).then("alias_number"),
        birth_date=pl.when(pl.col("birth_date_basis") == "stated").then("birth_date"),
        sex=pl.when(origin.is_in(sorted(night.sources.sexed))).then("sex"),
        collapse_key=null,
    )
    alone = cast(pl.DataFrame, pl.from_arrow(collapse(blind.select(*NEEDED, "collapse_key").to_arrow(), night.sources)))
    elders = _elders(rows, night)
    empty = pl.lit([], pl.List(pl.String))
    lists = alone.drop("guardian_numbers", "parent_names").join(elders, left_on="profile_id", right_on="record_id", how="left")
    return (
        lists.with_columns(pl.col("guardian_numbers", "parent_names").fill_null(empty)).select(PROFILES.schema.names).to_arrow()
    )


def _elders(rows: pl.DataFrame, night: Night) -> pl.DataFrame:
    """record_id of a child's record, with numbers and names of parents and guardians on the same source row."""
    child = rows.filter(pl.col("role") == "self").select("record_id", *ROW)
    beside = night.records.filter(RELATIVE).select(*ROW, "id_type", "id_number", "name").join(child.lazy(), on=ROW).collect()
    numbered = pl.col("id_number").filter(pl.col("id_type") == "citizen").drop_nulls().unique().sort()
    return beside.group_by("record_id").agg(guardian_numbers=numbered, parent_names=pl.col("name").drop_nulls().unique().sort())


def remaining(rows: pl.DataFrame, night: Night) -> pa.Table:
    """What the hidden records' profiles are without them; those that stood on one record alone are gone."""
    touched = rows.select("profile_id").unique()
    members = (
        night.where.join(touched.lazy(), on="profile_id")
        .join(rows.lazy().select("record_id"), on="record_id", how="anti")
        .join(night.records, on="record_id")
        .collect()
    )
    if not len(members):
        return PROFILES.schema.empty_table()
    keyed = members.with_columns(collapse_key=pl.col("profile_id")).select(*NEEDED, "collapse_key")
    made = cast(pl.DataFrame, pl.from_arrow(collapse(keyed.to_arrow(), night.sources)))
    kin = night.profiles.join(touched.lazy(), on="profile_id").select(pl.col("profile_id").alias("of"), *LISTS).collect()
    whose = members.select("record_id", of="profile_id")
    lists = made.drop(LISTS).join(whose, left_on="profile_id", right_on="record_id").join(kin, on="of")
    return lists.select(PROFILES.schema.names).to_arrow().cast(PROFILES.schema)


def neighbours(model: LinkModel, blind: Encoded, night: Night, gone: pl.DataFrame) -> pa.Table:
    """All profiles that share a key of any pass with a hidden record, whole blocks of them; read piece by piece."""
    keys = [np.unique(depth_keys(model, blind, p)[0]) for p in range(len(model.passes))]
    found = [PROFILES.schema.empty_table()]
    others = night.profiles.join(gone.lazy().select("profile_id").unique(), on="profile_id", how="anti")
    rows = others.select(pl.len()).collect().item()
    parts = rows // CHUNK + 1
    for at in range(parts):
        few = others.filter(pl.col("profile_id").hash() % parts == at) if parts > 1 else others
        part = few.select(PROFILES.schema.names).collect().to_arrow().cast(PROFILES.schema)
        encoded = encode(model, view(part, night.crowds))
        meet = np.zeros(len(encoded), bool)
        for position, mine in enumerate(keys):
            matrix = depth_keys(model, encoded, position)[0]
            meet |= (np.isin(matrix, mine) & (matrix != NO_KEY)).any(axis=1)
        found.append(part.filter(pa.array(meet)))
    return pa.concat_tables(found).sort_by("profile_id")


@dataclass(frozen=True)
class Trial:
    """`records`: one row a hidden record (STRATUM, weight, own, partner, met, attached, right, passes: bits in which it meets its
    person). `links`: its links to numbered profiles: record_id, profile_id, bits, probability, grade,
    veto, right, stands. `covers`: share of the night's numberless records that the hidden ones stand for."""

    records: pl.DataFrame
    links: pl.DataFrame
    covers: float = 1.0


def trial(model: LinkModel, weights: Weights, night: Night, most: int = MOST) -> Trial | None:
    """Hide, link, judge. None where too few records could be hidden."""
    rows = chosen(night, most)
    if len(rows) < FEWEST // 2:
        return None
    blind = hidden(rows, night)
    near = pa.concat_tables([remaining(rows, night), neighbours(model, encode(model, view(blind, night.crowds)), night, rows)])
    whole = pa.concat_tables([blind.cast(PROFILES.schema), near.set_column(0, "profile_id", _marked(near))])
    encoded = encode(model, view(whole, night.crowds))
    fresh = np.arange(len(encoded)) < len(blind)
    scored = score_all(model, weights, encoded, fresh)
    numbers = cast(pl.DataFrame, pl.from_arrow(near.select(["profile_id", "id_type", "id_number", "id_confirmed"])))
    truth = rows.select("record_id", "profile_id", number="id_number", **{n: pl.col(n) for n in [*STRATUM, "weight", "own"]})
    links = _judged(cast(pl.DataFrame, pl.from_arrow(scored.links)), truth, numbers)
    numberless = night.records.filter(pl.col("id_number").is_null()).select(pl.len()).collect().item()
    covers = float(rows["weight"].sum()) / max(numberless, 1)
    return Trial(_outcomes(truth, links, numbers, _meeting(model, encoded, rows, numbers)), links, covers)


MARK = "p:"
"""Before a profile's id, which is also a record's."""


def _marked(near: pa.Table) -> pa.Array:
    return pa.array([MARK + v for v in near["profile_id"].to_pylist()], pa.string())


def _judged(links: pl.DataFrame, truth: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Links between a hidden record and a numbered profile, with whether the numbers are the same.

    Another number that nobody confirmed may be the same person's, mistyped: it proves nothing and is left out.
    """
    first = pl.col("left").str.starts_with(MARK)
    second = pl.col("right").str.starts_with(MARK)
    sided = links.filter(first != second).select(
        record_id=pl.when(first).then("right").otherwise("left"),
        profile_id=pl.when(first).then("left").otherwise("right").str.strip_prefix(MARK),
        bits="weight", probability="probability", grade="grade", veto="veto",
    )  # fmt: skip
    known = numbers.filter((pl.col("id_type") == "citizen") & pl.col("id_number").is_not_null())
    return (
        sided.join(known.select("profile_id", "id_confirmed", theirs="id_number"), on="profile_id")
        .join(truth.select("record_id", "number", stands="weight"), on="record_id")
        .with_columns(right=pl.col("theirs") == pl.col("number"))
        .filter(pl.col("right") | pl.col("id_confirmed"))
        .sort("record_id", pl.col("bits").neg(), "profile_id")
    )


def _outcomes(truth: pl.DataFrame, links: pl.DataFrame, numbers: pl.DataFrame, met: pl.DataFrame) -> pl.DataFrame:
    """Where each hidden record goes: to its best automatic candidate, unless one of another number comes near."""
    auto = links.filter((pl.col("grade") == "auto") & pl.col("veto").is_null())
    best = auto.group_by("record_id", maintain_order=True).agg(
        theirs=pl.col("theirs").first(), bits=pl.col("bits").first(), right=pl.col("right").first()
    )
    rival = (
        auto.join(best.select("record_id", first="theirs"), on="record_id")
        .filter(pl.col("theirs") != pl.col("first"))
        .group_by("record_id")
        .agg(rival=pl.col("bits").max())
    )
    clear = pl.col("rival").is_null() | (pl.col("bits") - pl.col("rival") >= MARGIN)
    attached = best.join(rival, on="record_id", how="left").filter(clear).select("record_id", "right", attached=pl.lit(True))
    partners = numbers.filter(pl.col("id_type") == "citizen").select(number="id_number", partner=pl.lit(True)).unique()
    return (
        truth.join(attached, on="record_id", how="left")
        .join(partners, on="number", how="left")
        .join(met, on="record_id", how="left")
        .with_columns(pl.col("attached", "right", "partner").fill_null(False), pl.col("passes").fill_null(0))
        .drop("number")
        .sort("record_id")
    )


def _meeting(model: LinkModel, encoded: Encoded, rows: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """record_id, passes: bits of the passes in which a hidden record meets a profile of its own number."""
    place = pl.DataFrame({"id": encoded.ids.to_pylist()}).with_row_index("at")
    theirs = numbers.filter(pl.col("id_type") == "citizen").select(id=MARK + pl.col("profile_id"), number="id_number")
    pairs = (
        rows.select(id="record_id", number="id_number")
        .join(place, on="id")
        .join(theirs.join(place, on="id").select("number", there="at"), on="number")
    )
    left, right = pairs["at"].to_numpy().astype(np.int64), pairs["there"].to_numpy().astype(np.int64)
    bits = np.zeros(len(left), np.int64)
    for position in range(len(model.passes)):
        keys = depth_keys(model, encoded, position)[0]
        bits |= _share(keys[left], keys[right]).astype(np.int64) << position
    # of several profiles of one number any will do
    return (
        pairs.select(record_id="id").with_columns(passes=pl.Series(bits)).group_by("record_id").agg(pl.col("passes").bitwise_or())
    )


def _share(left: Hashes, right: Hashes) -> npt.NDArray[np.bool_]:
    same = (left[:, :, None] == right[:, None, :]) & (left[:, :, None] != NO_KEY)
    return np.asarray(same.any(axis=(1, 2)))
