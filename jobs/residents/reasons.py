"""Why an id changed: the new, changed or removed evidence behind each event, in a sentence without personal values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from jobs.linkage.identities import CREATED, MERGED, RETIRED, SPLIT
from jobs.residents.outweighed import RULE, VETO

KINDS = (
    ("number", "号码", ("id_type", "id_number", "id_grade")),
    ("second number", "别号", ("alias_number",)),
    ("name", "姓名", ("name", "name_kind", "former_name")),
    ("birth date", "出生日期", ("birth_date",)),
    ("sex", "性别", ("sex",)),
    ("relatives' numbers", "亲属号码", ("mother_number", "father_number", "spouse_number")),
    ("birth order", "胎次", ("birth_order",)),
    ("phone", "电话", ("phone",)),
    ("dwelling", "住址", ("dwelling_id",)),
    ("employer or school", "单位或学校", ("employer", "school")),
    ("hukou", "户籍", ("hukou_active", "hukou_division")),
    ("end of the row", "记录终止", ("closed_on",)),
)
"""Kinds of evidence on a record, strongest first: English, Chinese, columns of records."""
COLUMNS = ("record_id", "dept", "source_table", "role", *(c for _, _, columns in KINDS for c in columns))
LINK_COLUMNS = ("profile_l", "profile_r", "weight", "grade", "veto", "likely", "levels")
"""What of a link is needed here."""
SHOWN = 3
"""At most so many pieces of evidence are named."""


@dataclass(frozen=True)
class Evidence:
    """What the sentences are made from.

    `today` and `before`: records (COLUMNS) of affected residents with resident_id; `links`: scored pairs of profiles
    with grade, veto, levels; `profiles`: record_id, profile_id of today's affected records. `new_model`: the linkage
    model is not yesterday's.
    """

    today: pl.DataFrame
    before: pl.DataFrame
    links: pl.DataFrame
    profiles: pl.DataFrame
    new_model: bool = False


def affected(events: pl.DataFrame) -> list[str]:
    """Residents whose records the sentences need: all but those newly created."""
    some = events.filter(pl.col("kind") != CREATED)
    return sorted({*some["resident_id"], *some["other_id"]} - {""})


def dated(events: pl.DataFrame, founders: pl.DataFrame, evidence: Evidence, date: dt.date) -> pl.DataFrame:
    """Events with date and reason. `founders`: resident_id, dept, source_table, role of a new resident's first record."""
    created = events.filter(pl.col("kind") == CREATED).join(founders, on="resident_id", how="left")
    place = pl.concat_str("dept", pl.lit("."), "source_table", pl.lit(" ("), "role", pl.lit(")"))
    first = created.select(
        "resident_id", "kind", "other_id", reason=pl.concat_str(pl.lit("first mention in "), place, pl.lit("；首次出现"))
    )
    rest = events.filter(pl.col("kind") != CREATED)
    rows = [_sentence(kind, resident, other, evidence) for resident, kind, other in rest.iter_rows()]
    told = rest.with_columns(pl.Series("reason", rows, pl.String))
    return pl.concat([first, told.select(first.columns)]).with_columns(date=pl.lit(date)).sort("resident_id", "kind", "other_id")


def _sentence(kind: str, resident: str, other: str, evidence: Evidence) -> str:
    """The sentence of one event."""
    ids = [i for i in (resident, other) if i]
    before = evidence.before.filter(pl.col("resident_id").is_in(ids))
    today = evidence.today.filter(pl.col("resident_id").is_in(ids))
    if kind == RETIRED:
        gone = "、".join(_places(before))
        return f"all its records are gone: {gone}；记录已全部撤除"
    moved = before.filter(pl.col("resident_id") == (resident if kind == MERGED else other))["record_id"]
    new_home = other if kind == MERGED else resident
    here = today.filter((pl.col("resident_id") == new_home) & pl.col("record_id").is_in(moved.implode()))
    rest = today.filter(~pl.col("record_id").is_in(here["record_id"].implode()))
    bridge = _bridge(kind, here, rest, evidence)
    changes = _changes(before, evidence.today, today, evidence.before)
    changes += ["the linkage model was retrained (模型更新)"] if evidence.new_model else []
    because = "; ".join(changes) or "evidence on related records changed (关联证据变化)"
    verb = "one person now" if kind == MERGED else "no longer one person"
    zh = "合并" if kind == MERGED else "拆分"
    assert kind in (MERGED, SPLIT)
    return f"{verb}: {because}{bridge}；{zh}"


def _changes(before: pl.DataFrame, all_today: pl.DataFrame, today: pl.DataFrame, all_before: pl.DataFrame) -> list[str]:
    """Evidence that differs between the nights: changed records, new ones, removed ones, strongest first."""
    found: list[tuple[int, str]] = []
    both = before.join(all_today, on="record_id", how="inner", suffix="_new")
    for strength, (word, zh, columns) in enumerate(KINDS):
        differs = pl.any_horizontal(*(pl.col(c).ne_missing(pl.col(f"{c}_new")) for c in columns))
        found += [(strength, f"{word} changed in {place} ({zh}变更)") for place in _places(both.filter(differs))]
    new = today.join(all_before, on="record_id", how="anti")
    found += [(4, f"new record in {place} (新增记录)") for place in _places(new)]
    gone = before.join(all_today, on="record_id", how="anti")
    found += [(4, f"record removed from {place} (撤除记录)") for place in _places(gone)]
    return [text for _, text in sorted(found)[:SHOWN]]


def _bridge(kind: str, here: pl.DataFrame, rest: pl.DataFrame, evidence: Evidence) -> str:
    """What joins the moved records to the others, or the veto that keeps them apart. A veto between records that merged was
    lifted: by the authority's number, or by a person, whose decision the ledger has."""
    side = {
        name: evidence.profiles.filter(pl.col("record_id").is_in(part["record_id"].implode()))["profile_id"].implode()
        for name, part in (("here", here), ("rest", rest))
    }
    left, right = pl.col("profile_l"), pl.col("profile_r")
    across = (left.is_in(side["here"]) & right.is_in(side["rest"])) | (left.is_in(side["rest"]) & right.is_in(side["here"]))
    links = evidence.links.filter(across).sort("weight", "profile_l", "profile_r", descending=[True, False, False])
    may_join = (pl.col("grade") == "auto") | pl.col("likely").is_not_null()
    joined = links.filter(may_join & pl.col("veto").is_null())
    if len(joined):
        return f"; joined by {', '.join(strongest(joined['levels'][0]))}"
    vetoed = links.filter(pl.col("veto").is_not_null())
    outweighed = vetoed.filter((pl.col("veto") == VETO) & (pl.col("likely") == RULE))
    if kind == MERGED and len(outweighed):
        return "; joined although two numbers are stated, 公安 knows one of them or a person decided (以公安号码或人工判定为准)"
    return f"; kept apart by {vetoed['veto'][0]}" if len(vetoed) else ""


def strongest(levels: str | None, count: int = SHOWN) -> list[str]:
    """Names of the comparisons that speak most for a link (`comparison=level:weight;…`)."""
    parsed = []
    for part in (levels or "").split(";"):
        name, _, rest = part.partition("=")
        weight = rest.rpartition(":")[2]
        if weight:
            parsed.append((-float(weight), name))
    return [name for weight, name in sorted(parsed)[:count] if weight < 0]


def _places(records: pl.DataFrame) -> Iterable[str]:
    """The tables of records as dept.table, sorted."""
    return sorted(set(records.select(pl.concat_str("dept", pl.lit("."), "source_table")).to_series()))
