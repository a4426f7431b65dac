"""Stage resolve: one resident per person, with a lasting id, the best value of each attribute, and why ids changed.

Profiles and links come as narrow columns, of which clusters are made; the wide records are read part by part of the residents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import yaml

from jobs.errors import UserError
from jobs.linkage import decisions, identities
from jobs.linkage.clusters import Clusters, Edges, Rules, cluster_pairs
from jobs.linkage.model import load_model
from jobs.residents import constraints, kinship, outweighed, provisional, reasons
from jobs.tables import RESIDENT_EVENTS, RESIDENT_RECORDS, RESIDENTS, table_for

if TYPE_CHECKING:
    from jobs.context import Context

CUT = 0.0
"""Average match weight, prior included, that a cluster must reach: even odds."""
NOT_AUTO = -0.01
"""A pair that is not graded auto never joins by itself: its weight counts as at most this."""
MARGIN = 2.0
"""Bits by which one of two exclusive candidates must beat the other; else the record stays alone."""
ROUNDS = 2
"""Rounds of evidence that needs clusters: parents by their children, then those parents' other children; sole candidates."""
ANCHOR = "ga"
"""The department whose register founds identity."""
ORIGIN = ["record_id", "dept", "source_table", "source_key", "role"]
MODEL = Path(__file__).parent / "linkage" / "models" / "population.yml"
PROFILE_COLUMNS = [
    "profile_id", "id_type", "id_number", "id_confirmed", "aliases", "name", "birth_date", "birth_order", "mother_number",
    "hukou_active", "other_names", "phones", "dwellings",
]  # fmt: skip


def run(context: Context) -> None:
    """Clusters of profiles become residents that take over yesterday's ids."""
    profiles = _load(context, "profiles", PROFILE_COLUMNS).sort("profile_id")
    records = _load(context, "records", ORIGIN)
    where = _profile_of(context, profiles)
    links = _links(context, profiles)
    apart = _apart(context, profiles, records, where)
    links, apart = _outweigh(links, apart, profiles, records, where)
    clusters = _cluster(context, profiles, where, links, apart)
    found = _identify(context, profiles, records, where.with_columns(cluster=pl.Series(clusters.leader)[where["at"]]))
    doubles = _provisional(links, apart, profiles, found.residents.join(where, on="record_id"))
    rows = context.write_arrow(RESIDENTS, _residents(context, doubles))
    context.receipt.rows_in, context.receipt.rows_out = len(records), rows
    counts = dict(found.events.group_by("kind").len().iter_rows())
    context.receipt.notes.update(
        created=counts.get(identities.CREATED, 0), merged=counts.get(identities.MERGED, 0),
        split=counts.get(identities.SPLIT, 0), retired=counts.get(identities.RETIRED, 0),
        provisional=len(doubles), components_refined=clusters.refined, components_over_cap=list(clusters.oversize[:10]),
        pairs_undecided=len(clusters.undecided), rules_overruled_by_decisions=clusters.contradictions,
    )  # fmt: skip


def id_key(context: Context) -> bytes:
    """The secret behind resident ids: RENKOU_ID_KEY, else `id_key` of the sources file."""
    key = context.settings.id_key
    if not key and context.settings.sources.exists():
        key = (yaml.safe_load(context.settings.sources.read_text(encoding="utf-8")) or {}).get("id_key")
    if not key:
        raise UserError(
            "There is no key for resident ids.", "Set RENKOU_ID_KEY, or id_key in the sources file, once and for ever."
        )
    return str(key).encode()


@dataclass(frozen=True)
class _Apart:
    """Pairs of profiles that are two persons whatever the weights say, what people judged, and which pairs (l, r, weight) an
    authority's word joins."""

    pairs: pl.DataFrame
    must: pl.DataFrame
    codes: tuple[constraints.Ints, constraints.Ints]
    stated: constraints.Ints
    outweighed: pl.DataFrame


def _apart(context: Context, profiles: pl.DataFrame, records: pl.DataFrame, where: pl.DataFrame) -> _Apart:
    ledger = decisions.read(context.settings.home / "state" / "decisions.jsonl")
    verdicts = decisions.in_force(ledger, context.date)
    ties = _load(context, "ties", ["from_record", "to_record", "relation"])
    at = where.select("record_id", "at")
    pairs = [
        constraints.tied_pairs(ties, at),
        constraints.same_row_pairs(records, at, profiles),
        constraints.sibling_pairs(profiles),
        constraints.other_name_pairs(profiles),
        constraints.judged_pairs(verdicts, "different", at),
    ]
    every = pl.concat([p.select("l", "r").cast(pl.Int64) for p in pairs]).unique().sort("l", "r")
    codes = constraints.number_codes(profiles)
    nothing = pl.DataFrame(schema={"l": pl.Int64, "r": pl.Int64, "weight": pl.Float64})
    return _Apart(every, constraints.judged_pairs(verdicts, "same", at), codes, codes[0], nothing)


def _outweigh(
    links: pl.DataFrame, apart: _Apart, profiles: pl.DataFrame, records: pl.DataFrame, where: pl.DataFrame
) -> tuple[pl.DataFrame, _Apart]:
    """Links and codes after the authority's word: what it outweighs is no veto any more, and joins as a sole candidate."""
    anchored = records.filter(pl.col("dept") == ANCHOR).join(where, on="record_id")["at"]
    police = pl.Series(np.isin(np.arange(len(profiles)), anchored.to_numpy()))
    confirmed, hukou = apart.codes
    found = outweighed.outweighed(links, profiles, confirmed, police)
    code = outweighed.recoded(confirmed, found)
    ends = links.select(l=pl.col("l"), r=pl.col("r"))
    left, right = code[ends["l"].to_numpy()], code[ends["r"].to_numpy()]
    freed = pl.Series((left == right) & (left >= 0)) & (links["veto"] == outweighed.VETO)
    pairs = links.filter(freed).select("l", "r", weight=pl.lit(provisional.SOLE))
    stated = np.where(np.isin(confirmed, found["code"].to_numpy()), -1, confirmed)
    unbound = links.with_columns(veto=pl.when(freed).then(None).otherwise("veto"))
    return unbound, replace(apart, codes=(code, hukou), stated=stated, outweighed=pairs)


def _cluster(context: Context, profiles: pl.DataFrame, where: pl.DataFrame, links: pl.DataFrame, apart: _Apart) -> Clusters:
    """Clusters of profiles (positions in `profiles`) under the rules of a population."""
    ties = _load(context, "ties", ["from_record", "to_record", "relation"])
    cannot = constraints.as_array(links.filter(pl.col("veto").is_not_null()).select("l", "r"), apart.pairs)
    rules = Rules(must=constraints.as_array(apart.must), cannot=cannot, differ=apart.codes, margin=MARGIN)
    free = links.filter(pl.col("veto").is_null())
    known = free.select("l", "r", weight=_pull())
    ids = profiles["profile_id"].to_arrow()
    found = cluster_pairs(ids, _edges(known), CUT, rules)
    sole = {r.name for r in load_model(MODEL).likely if r.sole}
    numbered = profiles.select(pl.col("id_number").is_not_null() & (pl.col("id_type") == constraints.CITIZEN)).to_series()
    for _ in range(ROUNDS):
        leader = pl.Series(found.leader)
        clustered = where.select("record_id", "at", cluster=leader[where["at"]])
        kin = kinship.kin_pairs(ties, clustered, profiles).select("l", "r", weight=pl.lit(kinship.WEIGHT))
        alone = provisional.sole_candidates(free, leader, numbered, sole)
        if not len(kin) and not len(alone) and not len(apart.outweighed):
            break
        shown = pl.concat([kin, apart.outweighed])
        known = pl.concat([known, provisional.lifted(shown, free, leader, apart.stated), alone])
        found = cluster_pairs(ids, _edges(known), CUT, rules)
    return found


def _provisional(links: pl.DataFrame, apart: _Apart, profiles: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Residents that probably are another one. `members`: record_id, resident_id, at."""
    confirmed, _ = apart.codes
    sizes = members.group_by("resident_id").agg(records=pl.len())
    codes = pl.DataFrame({"at": pl.int_range(len(profiles), eager=True), "confirmed": confirmed})
    residents = members.select("at", "resident_id").unique().join(sizes, on="resident_id").join(codes, on="at")
    return provisional.provisional(links, residents, apart.pairs)


def _pull() -> pl.Expr:
    """The weight of a link: only one graded auto may join."""
    return pl.when(pl.col("grade") == "auto").then("weight").otherwise(pl.min_horizontal("weight", pl.lit(NOT_AUTO)))


def _edges(known: pl.DataFrame) -> Edges:
    return Edges(known["l"].to_numpy(), known["r"].to_numpy(), known["weight"].to_numpy())


def _links(context: Context, profiles: pl.DataFrame) -> pl.DataFrame:
    """Links with positions `l`, `r` of their profiles."""
    place = profiles.select("profile_id", at=pl.int_range(pl.len()))
    links = _load(context, "links", ["profile_l", "profile_r", "weight", "probability", "grade", "veto", "likely"])
    return (
        links.join(place, left_on="profile_l", right_on="profile_id")
        .join(place, left_on="profile_r", right_on="profile_id", suffix="_r")
        .select("weight", "probability", "grade", "veto", "likely", l="at", r="at_r")
    )


def _profile_of(context: Context, profiles: pl.DataFrame) -> pl.DataFrame:
    """record_id, profile_id, at: the position of the record's profile."""
    place = profiles.select("profile_id", at=pl.int_range(pl.len()))
    return _load(context, "profile_records", ["record_id", "profile_id"]).join(place, on="profile_id", how="inner")


def _identify(context: Context, profiles: pl.DataFrame, records: pl.DataFrame, where: pl.DataFrame) -> identities.Identities:
    """Give ids, write resident_records and resident_events."""
    member = records.join(where, on="record_id", how="left")
    if member["cluster"].null_count():
        raise RuntimeError(f"{member['cluster'].null_count()} records have no profile")
    anchor = (pl.col("dept") == ANCHOR) & (pl.col("role") == "self")
    clustered = member.select("record_id", "cluster", anchor=anchor)
    before = _previous(context, "resident_records", ["record_id", "resident_id", "since"])
    history = _previous(context, "resident_events", ["resident_id", "date", "kind"])
    born = history.filter(pl.col("kind").is_in([identities.CREATED, identities.SPLIT])).select("resident_id", since="date")
    found = identities.assign(clustered, before.select("record_id", "resident_id"), born, id_key(context))
    stayed = found.residents.join(before, on=["record_id", "resident_id"], how="left")
    rows = stayed.join(where.select("record_id", "profile_id"), on="record_id", how="left").with_columns(
        pl.col("since").fill_null(context.date)
    )
    context.write_polars(RESIDENT_RECORDS, rows.sort("record_id"))
    events = _told(context, found, member, before)
    context.write_arrow(RESIDENT_EVENTS, events.to_arrow(), append=True)
    return found


def _told(context: Context, found: identities.Identities, member: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The night's events with their reasons."""
    named = member.join(found.residents, on="record_id", how="left")
    anchor = (pl.col("dept") == ANCHOR) & (pl.col("role") == "self")
    first = named.sort(~anchor, "record_id").unique("resident_id", keep="first", maintain_order=True)
    ids = reasons.affected(found.events)
    today = named.filter(pl.col("resident_id").is_in(ids)).select("record_id", "resident_id", "profile_id")
    yesterday = before.filter(pl.col("resident_id").is_in(ids)).select("record_id", "resident_id")
    wanted = pl.concat([today["record_id"], yesterday["record_id"]]).unique()
    evidence = reasons.Evidence(
        today=_some(context, "records", reasons.COLUMNS, wanted).join(today.select("record_id", "resident_id"), on="record_id"),
        before=_some(context, "records", reasons.COLUMNS, wanted, previous=True).join(yesterday, on="record_id"),
        links=_some(context, "links", reasons.LINK_COLUMNS, today["profile_id"].unique()),
        profiles=today.select("record_id", "profile_id"),
        new_model=bool(ids) and _models(context) != _models(context, previous=True),
    )
    founders = first.select("resident_id", "dept", "source_table", "role")
    return reasons.dated(found.events, founders, evidence, context.date)


def _models(context: Context, previous: bool = False) -> set[str]:
    """Versions of the model behind a night's links."""
    read = _previous if previous else _load
    return set(read(context, "links", ["model_version"])["model_version"].unique())


def _residents(context: Context, doubles: pl.DataFrame) -> pa.Table:
    """Best values and relatives, from the membership just written."""
    from jobs.context import scan
    from jobs.residents.assemble import assemble

    files = context.store.files("resident_records", context.receipt.writes["resident_records"])
    made = assemble(context.scan("records"), context.scan("ties"), scan(files, RESIDENT_RECORDS), context.date, doubles)
    return made.to_arrow(compat_level=pl.CompatLevel.oldest())


def _load(context: Context, name: str, columns: list[str]) -> pl.DataFrame:
    return frame_of(context.read_arrow(name, columns=columns))


def _previous(context: Context, name: str, columns: list[str]) -> pl.DataFrame:
    """A table of the night before; empty on night one."""
    if not context.had(name):
        return frame_of(table_for(name).schema.empty_table().select(columns))
    return frame_of(context.read_arrow(name, columns=columns, previous=True))


def _some(context: Context, name: str, columns: tuple[str, ...], ids: pl.Series, previous: bool = False) -> pl.DataFrame:
    """Rows whose first column is among the ids, without reading the rest into memory."""
    table = table_for(name)
    if not len(ids) or (previous and not context.had(name)):
        return frame_of(table.schema.empty_table().select(list(columns)))
    data = ds.dataset(context.files(name, previous), schema=table.schema)
    return frame_of(data.to_table(columns=list(columns), filter=ds.field(columns[0]).isin(ids.to_arrow())))


def frame_of(table: pa.Table) -> pl.DataFrame:
    """An Arrow table as a polars frame."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
