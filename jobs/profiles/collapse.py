"""Records to profiles: the same number, or the same account of a department, with an agreeing name. Nothing else.

Two numberless records are never taken together because they look alike: twins and namesakes do. The kernel gets whole
groups (all records of one collapse key) and is a pure function of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa

from jobs.linkage.encoding import Column, encode_column
from jobs.linkage.graphs import components_of
from jobs.linkage.levels import VALUE_LEVELS
from jobs.tables import PROFILES

NEEDED = [
    "record_id", "dept", "source_table",
    "known_from", "account", "id_type", "id_number", "id_grade", "id_raw", "alias_number", "name",
    "name_kind", "name_raw", "former_name", "sex", "birth_date", "birth_date_basis", "nationality", "phone",
    "dwelling_id", "address_level", "township", "hukou_active", "employer", "school", "birth_order", "mother_number",
    "father_number", "spouse_number",
]  # fmt: skip
"""Columns of records that profiles are made of."""
AGREEING = ("folded", "pinyin", "lookalike", "tokens")
"""Levels at which two names under one number are one name. One character apart is not: twins may share a typed number."""
DWELLING_LEVELS = ("room", "unit", "building")
MOST_NODES = 40
"""Distinct contents under one number beyond which only equal names are taken together (a number shared by hundreds)."""
CITIZEN_TYPES = ("citizen", "hkmt_residence", "foreigner_pr")
POLICE = "ga"
SCHEMA = pa.schema(
    [
        *PROFILES.schema,
        pa.field("members", pa.list_(pa.string())),
        pa.field("stamps", pa.list_(pa.int64())),
        pa.field("collapse_key", pa.string()),
    ]
)
"""Profiles with their member records, `record_stamp` of each, and the key they met by."""


@dataclass(frozen=True)
class Sources:
    """What the contracts say of departments: `voices` maps a department to the group that speaks with one voice
    (departments that copy one another); `sexed` are the dept.table that state the sex themselves."""

    voices: Mapping[str, str] = field(default_factory=dict)
    sexed: frozenset[str] = frozenset()


def record_stamp() -> pl.Expr:
    """Hash of all that profiles take from a record; where the row and the role differ, so does the record id."""
    return reduce(xor, [pl.col(name).hash(seed) for seed, name in enumerate(NEEDED)]).reinterpret(signed=True)


def collapse(records: pa.Table, sources: Sources) -> pa.Table:
    """Profiles with their member records (SCHEMA). `records`: NEEDED columns and `collapse_key`, null where nothing is shared."""
    frame = _frame(records).with_columns(pl.col("collapse_key").fill_null(pl.concat_str(pl.lit("r:"), "record_id")))
    frame = _assign(frame.with_columns(stamp=record_stamp()))
    return _contents(frame, sources).to_arrow().select(SCHEMA.names).cast(SCHEMA)


def _frame(table: pa.Table) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(table))


def _assign(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `profile_id`: the smallest record id among those of one key that are one person by name."""
    known = pl.col("name_kind").is_in(["masked", "damaged"])
    frame = frame.with_columns(
        shown=pl.coalesce("name", pl.when(known).then("name_raw")).fill_null(""), clear=pl.col("name").is_not_null()
    )
    content = ["collapse_key", "shown", "clear", "former_name", "sex", "birth_date"]
    nodes = frame.select(content).unique().sort(content, nulls_last=True).with_row_index("node")
    joined = frame.join(nodes, on=content, how="left", nulls_equal=True)
    part = _parts(nodes)
    joined = joined.with_columns(part=pl.Series(part)[joined["node"]])
    return joined.with_columns(profile_id=pl.col("record_id").min().over("part"))


def _parts(nodes: pl.DataFrame) -> np.ndarray:
    """Component of each distinct content: agreeing clear names first, then masked or missing ones that fit one only."""
    n = len(nodes)
    crowd = pl.len().over("collapse_key")
    pairs = _pairs(nodes.filter((crowd > 1) & (crowd <= MOST_NODES)))
    equal = _pairs(nodes.filter(crowd > MOST_NODES), ["collapse_key", "shown"])
    pairs = pl.concat([pairs, equal]) if len(equal) else pairs
    if not len(pairs):
        return np.arange(n)
    left, right = pairs["node"].to_numpy().astype(np.int64), pairs["node_right"].to_numpy().astype(np.int64)
    agree = _agree(nodes, left, right) & ~_contradict(nodes, left, right)
    clear = nodes["clear"].to_numpy()
    both = clear[left] & clear[right]
    part = components_of(n, left[agree & both], right[agree & both])
    return _attach(part, clear, left[agree & ~both], right[agree & ~both])


def _pairs(nodes: pl.DataFrame, on: list[str] | None = None) -> pl.DataFrame:
    some = nodes.select({"node", "collapse_key", *(on or [])})
    return some.join(some, on=on or ["collapse_key"]).filter(pl.col("node") < pl.col("node_right")).select("node", "node_right")


def _agree(nodes: pl.DataFrame, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Names equal, alike by AGREEING, a former name, a mask that fits; a missing name where the birth date is the same."""
    names = encode_column(pa.chunked_array([nodes["shown"].to_arrow().cast(pa.string())]), "name")
    former = encode_column(pa.chunked_array([nodes["former_name"].to_arrow().cast(pa.string())]), "name")
    i, j = names.codes[left], names.codes[right]
    present = (i >= 0) & (j >= 0)
    agree = present & (i == j)
    for level in (*AGREEING, "masked"):
        open_ = np.flatnonzero(present & ~agree)
        agree[open_] = VALUE_LEVELS[level].test(names, i[open_], j[open_], 1)
    agree |= _former(names, former, left, right)
    birth = nodes["birth_date"].to_physical().fill_null(-1_000_000).to_numpy()
    return agree | (~present & (birth[left] == birth[right]) & (birth[left] > -1_000_000))


def _former(names: Column, former: Column, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    now = np.append(names.hashes("fold"), np.uint64(0))[names.codes]
    then = np.append(former.hashes("fold"), np.uint64(0))[former.codes]
    return ((now[left] == then[right]) & (now[left] != 0)) | ((now[right] == then[left]) & (now[right] != 0))


def _contradict(nodes: pl.DataFrame, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Sex and birth date both differ."""
    sex = nodes["sex"].fill_null("").to_numpy()
    birth = nodes["birth_date"].to_physical().fill_null(-1_000_000).to_numpy()
    sexes = (sex[left] != sex[right]) & (sex[left] != "") & (sex[right] != "")
    births = (birth[left] != birth[right]) & (birth[left] > -1_000_000) & (birth[right] > -1_000_000)
    return np.asarray(sexes & births)


def _attach(part: np.ndarray, clear: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Join an unclear content to the component it fits, if it fits exactly one; else to equals of its own kind (none)."""
    dim = np.concatenate([left[~clear[left] & clear[right]], right[~clear[right] & clear[left]]])
    seen = np.concatenate([right[~clear[left] & clear[right]], left[~clear[right] & clear[left]]])
    fits = np.unique(np.column_stack([dim, part[seen]]), axis=0)
    who, often = np.unique(fits[:, 0], return_counts=True)
    only = np.isin(fits[:, 0], who[often == 1])
    result = part.copy()
    result[fits[only, 0]] = fits[only, 1]
    return result


def _contents(frame: pl.DataFrame, sources: Sources) -> pl.DataFrame:
    """One row per profile: the most frequent value, all values of what may be several, the newest of what moves.

    Profiles are numbered for the work: numbers are grouped sooner than ids.
    """
    frame = frame.join(_numbered(frame["profile_id"]), on="profile_id")
    origin = pl.concat_str("dept", pl.lit("."), "source_table")
    base = (
        frame.group_by("at")
        .agg(
            pl.col("profile_id").first(),
            records=pl.len().cast(pl.Int64),
            departments=pl.col("dept").unique().sort(),
            account=pl.col("account").drop_nulls().unique().sort(),
            aliases=pl.col("alias_number").drop_nulls().unique().sort(),
            phones=pl.col("phone").drop_nulls().unique().sort(),
            dwellings=pl.col("dwelling_id").filter(pl.col("address_level").is_in(DWELLING_LEVELS)).drop_nulls().unique().sort(),
            hukou_active=pl.col("hukou_active").fill_null(False).any(),
            sex_stated=(pl.col("sex").is_not_null() & origin.is_in(sorted(sources.sexed))).any(),
            birth_stated=(pl.col("birth_date_basis") == "stated").fill_null(False).any(),
            members=pl.col("record_id").sort(),
            stamps=pl.col("stamp").sort_by("record_id"),
            collapse_key=pl.col("collapse_key").first(),
        )
        .sort("at")
    )
    for column in (
        "id_number",
        "name",
        "sex",
        "birth_date",
        "nationality",
        "mother_number",
        "father_number",
        "spouse_number",
        "birth_order",
    ):
        base = base.join(_most_frequent(frame, column), on="at", how="left")
    for column in ("township", "employer", "school"):
        base = base.join(_newest(frame, column), on="at", how="left")
    kind = frame.filter(pl.col("id_number").is_not_null()).group_by("at").agg(pl.col("id_type").drop_nulls().min())
    text = pl.when(pl.col("id_number").is_null() & ~pl.col("id_grade").is_in(["MISSING", "PLACEHOLDER"])).then(
        _squeezed(pl.col("id_raw"))
    )
    return (
        base.join(kind, on="at", how="left")
        .join(_confirmed(frame, sources.voices), on="at", how="left")
        .join(_names(frame), on="at", how="left")
        .join(_most_frequent(frame.with_columns(id_text=text), "id_text"), on="at", how="left")
        .with_columns(
            pl.col("id_confirmed").fill_null(False),
            guardian_numbers=pl.lit([], pl.List(pl.String)),
            kin_numbers=pl.lit([], pl.List(pl.String)),
            parent_names=pl.lit([], pl.List(pl.String)),
            family_phones=pl.lit([], pl.List(pl.String)),
            family_dwellings=pl.lit([], pl.List(pl.String)),
        )
    )


def _squeezed(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().str.replace_all(r"[^0-9A-Z*]", "")


def _numbered(profiles: pl.Series) -> pl.DataFrame:
    """profile_id and its place among all, as `at`."""
    return profiles.unique().sort().to_frame().with_row_index("at")


def _most_frequent(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Ties go to the smallest value."""
    counted = frame.filter(pl.col(column).is_not_null()).group_by("at", column).len()
    often = counted.filter(pl.col("len") == pl.col("len").max().over("at"))
    return often.group_by("at").agg(pl.col(column).min())


def _newest(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Ties go to the smallest record id."""
    some = frame.filter(pl.col(column).is_not_null()).select("at", "known_from", "record_id", column)
    last = some.filter(pl.col("known_from") == pl.col("known_from").max().over("at"))
    return last.group_by("at").agg(pl.col(column).get(pl.col("record_id").arg_min()))


def _confirmed(frame: pl.DataFrame, groups: Mapping[str, str]) -> pl.DataFrame:
    """A citizen number stated by 公安, or by two departments that do not copy one another (design §5.5)."""
    voice = pl.col("dept").replace_strict(dict(groups), default=pl.col("dept"))
    sound = pl.col("id_number").is_not_null() & pl.col("id_type").is_in(CITIZEN_TYPES)
    return frame.filter(sound).group_by("at").agg(id_confirmed=(pl.col("dept") == POLICE).any() | (voice.n_unique() > 1))


def _names(frame: pl.DataFrame) -> pl.DataFrame:
    """name_kind and name_raw that go with the best name; all further and former names."""
    best = _most_frequent(frame, "name").rename({"name": "best"})
    with_best = frame.select("at", "name", "former_name", "name_raw", "name_kind").join(best, on="at", how="left")
    mine = pl.col("name").eq_missing(pl.col("best"))
    shown = (
        with_best.filter(mine)
        .select("at", "name_raw", "name_kind")
        .unique()
        .sort(["at", "name_raw", "name_kind"], nulls_last=True)
        .group_by("at", maintain_order=True)
        .agg(pl.col("name_kind").first(), pl.col("name_raw").first())
    )
    long = pl.concat([with_best.select("at", "best", other="name"), with_best.select("at", "best", other="former_name")])
    other = (
        long.filter(pl.col("other").is_not_null() & pl.col("other").ne_missing(pl.col("best")))
        .group_by("at")
        .agg(other_names=pl.col("other").unique().sort())
    )
    return shown.join(other, on="at", how="left").with_columns(pl.col("other_names").fill_null(pl.lit([], pl.List(pl.String))))


def hashed(key: str) -> pl.Expr:
    """A collapse key as the number that stands for it in tables: keys hold numbers of persons."""
    return pl.col(key).hash(len(NEEDED)).reinterpret(signed=True)


def collapse_batches(batches: Iterable[pa.RecordBatch], sources: Sources) -> Iterable[pa.RecordBatch]:
    """The kernel over one partition that holds whole keys; the profiles' `collapse_key` is the key's hash."""
    held = [b for b in batches if b.num_rows]
    if held:
        frame = cast(pl.DataFrame, pl.from_arrow(pa.Table.from_batches(held)))
        yield from collapse(frame.with_columns(hashed("collapse_key").cast(pl.String)).to_arrow(), sources).to_batches()
