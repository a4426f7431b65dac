"""Free truth: records whose valid number is hidden from the model, linked again, and judged by that number.

The night's model, passes and rules look for each hidden record's person (jobs/quality/hidden_records.py) among all profiles.
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
from jobs.profiles.view import view
from jobs.quality.hidden_records import FEWEST, MOST, STRATUM, Night, chosen, hidden, remaining
from jobs.tables import PROFILES

MARGIN = 2.0
"""Bits by which the best candidate must beat one of another number: as the clusters demand."""
CHUNK = 200_000


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
