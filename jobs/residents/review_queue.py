"""Which pairs of residents are worth a person's time, most informative first.

First come residents that are in no count until somebody decides. Then by doubt times stake: doubt is the entropy of the
probability, or, where the weights say "one" and a rule says "two", the probability itself; stake grows with the records
behind the smaller of the two. One pair of residents is asked once, by its strongest link. What a relation, a source row or
a birth shows to be two, and what somebody has judged, is not asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import polars as pl

from jobs.residents.apart import FACTS, reasons_apart

if TYPE_CHECKING:
    from jobs.residents.finder import Finder

ASKED_VETOES = ("two_confirmed_numbers",)
"""Vetoes that may rest on a wrong number; the others (twins, sex and birth) are facts nobody can better from two rows."""
MOST = 5_000
"""Cases looked at, best first, before facts are read."""
LINK = ["profile_l", "profile_r", "weight", "probability", "grade", "block", "veto", "likely"]
PROVISIONAL, CONFLICT, KEPT, OPEN, NAMED = "provisional", "conflict", "kept", "open", "named"
WHY = {
    PROVISIONAL: "in no count until decided: probably one person 待并，未计入",
    CONFLICT: "the weights say one person, a rule says two 权重与规则相左",
    KEPT: "strong evidence, yet its groups stay apart 证据强而未并",
    OPEN: "the evidence leaves it open 证据两可",
    NAMED: "somebody asks for this pair 指定审核",
}
TIES = ["from_record", "to_record", "relation"]


def ranked(links: pl.DataFrame, homes: pl.DataFrame, residents: pl.DataFrame) -> pl.DataFrame:
    """One row a pair of residents, best first: LINK, resident_l, resident_r, kind, score.

    `homes`: profile_id, resident_id. `residents`: resident_id, records, provisional_of.
    """
    between = (
        links.filter(pl.col("veto").is_null() | pl.col("veto").is_in(ASKED_VETOES) | pl.col("likely").is_not_null())
        .join(homes.rename({"profile_id": "profile_l", "resident_id": "resident_l"}), on="profile_l")
        .join(homes.rename({"profile_id": "profile_r", "resident_id": "resident_r"}), on="profile_r")
        .filter(pl.col("resident_l") != pl.col("resident_r"))
    )
    known = residents.select("resident_id", "records", of="provisional_of")
    left, right = known.select(pl.all().name.suffix("_l")), known.select(pl.all().name.suffix("_r"))
    sized = between.join(left, left_on="resident_l", right_on="resident_id_l")
    sized = sized.join(right, left_on="resident_r", right_on="resident_id_r")
    waiting = (pl.col("of_l") == pl.col("resident_r")).fill_null(False) | (pl.col("of_r") == pl.col("resident_l")).fill_null(
        False
    )
    kind = (
        pl.when(waiting).then(pl.lit(PROVISIONAL))
        .when(pl.col("veto").is_not_null()).then(pl.lit(CONFLICT))
        .when(pl.col("grade") == "auto").then(pl.lit(KEPT))
        .otherwise(pl.lit(OPEN))
    )  # fmt: skip
    scored = sized.with_columns(kind=kind).with_columns(score=(_doubt() * _stake()).round(6))
    pair = [pl.min_horizontal("resident_l", "resident_r"), pl.max_horizontal("resident_l", "resident_r")]
    scored = scored.with_columns(first=pair[0], second=pair[1])
    strongest = scored.sort(pl.col("likely").is_null(), -pl.col("weight"), "profile_l", "profile_r")
    once = strongest.unique(["first", "second"], keep="first", maintain_order=True)
    ordered = once.sort(pl.col("kind") != PROVISIONAL, -pl.col("score"), "first", "second")
    return ordered.select(*LINK, "resident_l", "resident_r", "kind", "score")


def _doubt() -> pl.Expr:
    """Bits that an answer would give: 1 at even odds; a conflict of weights and rules is as doubtful as the weights are sure."""
    p = pl.col("probability").clip(1e-9, 1 - 1e-9)
    entropy = -(p * p.log(2) + (1 - p) * (1 - p).log(2))
    return pl.when(pl.col("kind").is_in([CONFLICT, KEPT])).then(p).otherwise(entropy)


def _stake() -> pl.Expr:
    """1 for a resident of one record, 2 for two, 3 for four …: how much a wrong answer would misplace."""
    return 1 + pl.min_horizontal("records_l", "records_r").cast(pl.Float64).log(2)


def queue(
    find: Finder, judged: Mapping[tuple[str, str], str], unsure: Collection[tuple[str, str]], limit: int | None = None
) -> pl.DataFrame:
    """The night's cases (see `ranked`), without those judged; unsure ones come last. Judgements are by pairs of records."""
    import pyarrow.dataset as ds

    homes = find.frame("resident_records", ["profile_id", "resident_id"], where=ds.field("record_id") == ds.field("profile_id"))
    residents = find.frame("residents", ["resident_id", "records", "provisional_of"])
    cases = ranked(find.frame("links", LINK), homes, residents)
    cases = cases.join(_pairs(find, judged), on=["resident_l", "resident_r"], how="anti")
    later = _pairs(find, unsure).with_columns(unsure=pl.lit(True))
    cases = cases.join(later, on=["resident_l", "resident_r"], how="left", maintain_order="left").sort(
        pl.col("unsure").fill_null(False), maintain_order=True
    )
    cases = cases.drop("unsure").head(MOST)
    facts = known_to_be_two(find, cases)
    asked = cases.join(facts, on=["resident_l", "resident_r"], how="anti", maintain_order="left")
    return asked if limit is None else asked.head(limit)


def known_to_be_two(find: Finder, cases: pl.DataFrame) -> pl.DataFrame:
    """resident_l, resident_r in both orders of pairs that a fact shows to be two persons."""
    ids = pl.concat([cases["resident_l"], cases["resident_r"]]).unique()
    side = _rows(find, "resident_records", "resident_id", ids).select("record_id", "profile_id", side="resident_id")
    profiles = _rows(find, "profiles", "profile_id", side["profile_id"].unique())
    records = _rows(find, "records", "record_id", side["record_id"])
    ties = _rows(find, "ties", "from_record", side["record_id"]).select(TIES)
    found = reasons_apart(profiles, records.select("record_id", "dept", "source_table", "source_key", "role"), ties, side)
    return _both_orders(found.filter(pl.col("why").is_in(FACTS)).select("a", "b"))


def _pairs(find: Finder, records: Collection[tuple[str, str]]) -> pl.DataFrame:
    """Residents of pairs of records, in both orders."""
    said = pl.DataFrame(list(records), schema={"x": pl.String, "y": pl.String}, orient="row")
    home = _rows(find, "resident_records", "record_id", pl.concat([said["x"], said["y"]]).unique())
    home = home.select("record_id", "resident_id")
    both = said.join(home.rename({"record_id": "x", "resident_id": "a"}), on="x")
    return _both_orders(both.join(home.rename({"record_id": "y", "resident_id": "b"}), on="y").select("a", "b"))


def _both_orders(pairs: pl.DataFrame) -> pl.DataFrame:
    there = pairs.select(resident_l="a", resident_r="b")
    return pl.concat([there, pairs.select(resident_l="b", resident_r="a")]).unique()


def _rows(find: Finder, name: str, column: str, values: pl.Series) -> pl.DataFrame:
    import pyarrow.dataset as ds

    return find.frame(name, where=ds.field(column).isin(values.drop_nulls().cast(pl.String).to_arrow()))
