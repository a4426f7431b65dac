"""The link stage on a night that changed little: last night's tables, brought up to date.

Only records that changed are collapsed again, only profiles that changed are keyed again, only their pairs are compared; the
rest is carried over. The same functions decide as in a full run, and the tables are those of a full run (ADR 0007). What
changed is small, so it needs no Spark; a night that changed much, or whose last night was made by another model, other
sources or other code, runs in full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds

from jobs.linkage.blocking import Capped
from jobs.linkage.fresh import Moved, Rows, moved, score
from jobs.linkage.model import LinkModel, load_model
from jobs.linkage.nightly import engine_stamp
from jobs.linkage.row_keys import row_keys
from jobs.linkage.rows import encode
from jobs.linkage.weights import Weights, load_weights
from jobs.profiles.changes import Remade, changed_records, remake
from jobs.profiles.collapse import Sources
from jobs.profiles.compare_now import NEAR, crowds_among
from jobs.profiles.kin import LISTS
from jobs.profiles.kin_lists import kin_lists
from jobs.profiles.view import Crowds, view
from jobs.tables import LINKS, PROFILE_RECORDS, PROFILE_STAMPS, PROFILES, Table

if TYPE_CHECKING:
    from jobs.context import Context

HERE = Path(__file__).parent
MODELS = HERE / "linkage" / "models"
MOST_CHANGED = 0.1
"""Share of records beyond which a full run, spread over all workers, is no slower."""
CARRIED = (PROFILE_RECORDS, PROFILES, PROFILE_STAMPS, LINKS)


Carry = Callable[[Table, ds.Expression, pl.DataFrame], None]
"""Writes last night's version of a table without some rows and with others, beside what goes on (Context.carry)."""


@dataclass(frozen=True)
class Tonight:
    """What was collapsed anew, the ids of profiles that are new or may be another, and all of tonight's profiles."""

    remade: Remade
    made: pl.Series
    profiles: pl.LazyFrame


@dataclass(frozen=True)
class Engine:
    """All that makes tables of records; `stamp` is another as soon as any of it, its code or the sources change."""

    model: LinkModel
    weights: Weights
    sources: Sources
    stamp: int


def engine_for(sources: Sources) -> Engine:
    """The population's model and weights as they stand."""
    model = load_model(MODELS / "population.yml")
    weights = load_weights(model, MODELS / "population.json")
    return Engine(model, weights, sources, _stamp(engine_stamp(model, weights), sources))


def _stamp(linkage: np.uint64, sources: Sources) -> int:
    """Of linkage, sources, the code of profiles, the libraries that hash, and how they hash on this machine."""
    libraries = [version(name) for name in ("polars", "pandas", "numpy", "pyarrow")]
    probe = pl.select(pl.lit("renkou").hash(1)).item()
    told = [int(linkage), sorted(sources.voices.items()), sorted(sources.sexed), libraries, probe]
    digest = hashlib.sha256(repr(told).encode())
    tables = [HERE / "tables" / f"{name}.py" for name in ("columns", "records", "linkage")]
    for file in sorted([*(HERE / "profiles").glob("*.py"), *HERE.glob("link*.py"), *tables]):
        digest.update(file.read_bytes())
    return int.from_bytes(digest.digest()[:8], "big", signed=True)


def follow(context: Context, engine: Engine) -> bool:
    """Write the stage's tables from last night's; False, with nothing written, where a full run must."""
    if context.options.get("full") or not _known(context, engine):
        return False
    records = pl.scan_parquet(context.files("records"))
    before, where = _was(context, "records"), _was(context, PROFILE_RECORDS.name)
    changed = changed_records(records, where)
    if len(changed) > MOST_CHANGED * _count(where):
        return False
    remade = remake(changed, records, before, where, engine.sources)
    waiting: list[Future[int]] = []
    with ThreadPoolExecutor(1) as beside:  # whole tables are copied while their changes are worked out

        def carry(table: Table, gone: ds.Expression, new: pl.DataFrame) -> None:
            waiting.append(beside.submit(context.carry, table, gone, new.to_arrow()))

        carry(PROFILE_RECORDS, ds.field("met_by").isin(remade.keys.to_arrow()), remade.where)
        made, tonight = _profiles(context, remade, records, carry)
        _links(context, engine, Tonight(remade, made, tonight), carry)
    for each in waiting:
        each.result()  # raises what went wrong beside
    context.receipt.notes |= {"records_changed": len(changed)}
    return True


def _known(context: Context, engine: Engine) -> bool:
    """Whether all of last night's tables stand, made by this very engine."""
    if not all(context.had(name) for name in ("records", *(t.name for t in CARRIED))):
        return False
    stamps = ds.dataset(context.files(PROFILE_STAMPS.name, previous=True), schema=PROFILE_STAMPS.schema)
    seen = stamps.to_table(columns=["engine"])["engine"].unique().to_pylist()
    return seen == [engine.stamp]


def _was(context: Context, name: str) -> pl.LazyFrame:
    """Last night's version."""
    return pl.scan_parquet(context.files(name, previous=True))


def _count(frame: pl.LazyFrame) -> int:
    return int(frame.select(pl.len()).collect().item())


def _profiles(context: Context, remade: Remade, records: pl.LazyFrame, carry: Carry) -> tuple[pl.Series, pl.LazyFrame]:
    """Write profiles; returns the ids of those that are new or may be another than last night's, and tonight's profiles."""
    before = _was(context, PROFILES.name).select(PROFILES.schema.names)
    stay = before.filter(~pl.col("profile_id").is_in(remade.gone.implode()))
    tonight = pl.concat([stay, remade.profiles.lazy()])
    kept = _was(context, PROFILE_RECORDS.name).filter(~pl.col("met_by").is_in(remade.keys.implode()))
    where = pl.concat([kept.select(PROFILE_RECORDS.schema.names), remade.where.lazy()])
    lists = kin_lists(tonight, where, records)
    other = _other_lists(stay, lists)
    anew = tonight.filter(pl.col("profile_id").is_in(pl.concat([other, remade.profiles["profile_id"]]).implode())).drop(LISTS)
    nothing = pl.lit([], pl.List(pl.String))
    whole = anew.collect().join(lists, on="profile_id", how="left").with_columns(pl.col(LISTS).fill_null(nothing))
    gone = pl.concat([remade.gone, other])
    carry(PROFILES, ds.field("profile_id").isin(gone.to_arrow().cast(pa.string())), whole)
    left = before.filter(~pl.col("profile_id").is_in(gone.implode()))
    every = pl.concat([left, whole.lazy().select(PROFILES.schema.names)])
    context.receipt.notes["profiles"] = _count(every)
    return whole["profile_id"], every


def _other_lists(stay: pl.LazyFrame, lists: pl.DataFrame) -> pl.Series:
    """Profiles taken over of which kin say something else than last night."""
    nothing = pl.lit([], pl.List(pl.String))
    both = stay.select("profile_id", *LISTS).join(lists.lazy(), on="profile_id", how="left", suffix="_now")
    differ = [pl.col(n).ne_missing(pl.col(f"{n}_now").fill_null(nothing)) for n in LISTS]
    return both.filter(pl.any_horizontal(differ)).select("profile_id").collect()["profile_id"]


def _links(context: Context, engine: Engine, tonight: Tonight, carry: Carry) -> None:
    """Write profile_stamps and links."""
    model, weights, remade = engine.model, engine.weights, tonight.remade
    was, seen = (crowds_among(f.select(NEAR).collect()) for f in (_was(context, PROFILES.name), tonight.profiles))
    prepare = partial(view, crowds=seen)
    ids = pl.concat([tonight.made, _beside(tonight.profiles, was, seen)]).unique()
    keys = row_keys(model, encode(model, prepare(_load(tonight.profiles, ids))), engine_stamp(model, weights))
    gone = remade.gone.filter(~remade.gone.is_in(remade.profiles["profile_id"].implode()))
    change = moved(model, _was(context, PROFILE_STAMPS.name).rename({"profile_id": "row_id"}), gone, keys)
    after = _stamps(context, engine, change, carry)
    scored = score(Rows(model, weights, partial(_load, tonight.profiles), prepare), after, change)
    unsure = change.unsure.to_arrow().cast(pa.string())
    found = scored.links.rename_columns(["profile_l", "profile_r", *scored.links.column_names[2:]])
    found = found.append_column("model_version", pa.array([weights.version] * found.num_rows, pa.string()))
    fallen = ds.field("profile_l").isin(unsure) | ds.field("profile_r").isin(unsure)
    context.receipt.rows_out = context.carry(LINKS, fallen, found)
    compared = {"pairs_compared": scored.compared, "profiles_compared": len(change.fresh)}
    context.receipt.notes |= facts(seen, change.capped) | compared


def _stamps(context: Context, engine: Engine, change: Moved, carry: Carry) -> pl.LazyFrame:
    """Write profile_stamps; returns tonight's, by row_id."""
    new = change.rows.rename({"row_id": "profile_id"}).with_columns(engine=pl.lit(engine.stamp, pl.Int64))
    carry(PROFILE_STAMPS, ds.field("profile_id").isin(change.replaced.to_arrow().cast(pa.string())), new)
    names = PROFILE_STAMPS.schema.names
    kept = _was(context, PROFILE_STAMPS.name).filter(~pl.col("profile_id").is_in(change.replaced.implode())).select(names)
    return pl.concat([kept, new.lazy().select(names)]).rename({"profile_id": "row_id"})


def _beside(tonight: pl.LazyFrame, was: Crowds, seen: Crowds) -> pl.Series:
    """Profiles with a phone, a dwelling or a birth that is of many tonight and was not, or the other way round."""
    phones = pl.Series(sorted(was.phones ^ seen.phones), dtype=pl.String)
    homes = pl.Series(sorted((was.dwellings ^ seen.dwellings) | (was.buildings ^ seen.buildings)), dtype=pl.String)
    births = pl.Series(sorted(was.births ^ seen.births), dtype=pl.String)
    birth = pl.concat_str("mother_number", pl.lit("|"), pl.col("birth_date").dt.strftime("%Y%m%d"))
    parts = [tonight.filter(birth.is_in(births.implode())).select("profile_id")]
    for column, values in (("phones", phones), ("family_phones", phones), ("dwellings", homes), ("family_dwellings", homes)):
        each = tonight.select("profile_id", column).explode(column)
        parts.append(each.filter(pl.col(column).is_in(values.implode())).select("profile_id"))
    return pl.concat(parts).unique().collect()["profile_id"]


def _load(profiles: pl.LazyFrame, ids: pl.Series) -> pa.Table:
    """Profiles of these ids."""
    frame = profiles.filter(pl.col("profile_id").is_in(ids.implode())).collect()
    return frame.to_arrow().select(PROFILES.schema.names).cast(PROFILES.schema)


def facts(seen: Crowds, capped: list[Capped]) -> dict[str, Any]:
    """What the receipt says of evidence that serves too many."""
    return {
        "phones_of_many": len(seen.phones),
        "dwellings_of_many": len(seen.dwellings),
        "births_of_several": len(seen.births),
        "capped_blocks": {c.name: {"blocks": c.blocks, "rows": c.rows, "windowed": c.windowed} for c in capped},
    }
