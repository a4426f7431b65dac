"""The link stage on a night that changed little: last night's tables, brought up to date.

Only records that changed are collapsed again, only profiles that changed are keyed again, only their pairs are compared; the
rest is carried over. The same functions decide as in a full run, and the tables are those of a full run (ADR 0007). What
changed is small, so it needs no Spark; a night that changed much, or whose last night was made by another model, other
sources or other code, runs in full.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds

from jobs.linkage.blocking import Capped
from jobs.linkage.fresh import Rows, moved, score
from jobs.linkage.model import LinkModel, load_model
from jobs.linkage.nightly import engine_stamp
from jobs.linkage.row_keys import row_keys
from jobs.linkage.rows import encode
from jobs.linkage.weights import Weights, load_weights
from jobs.profiles.changes import Records, among, changed_records, remake
from jobs.profiles.collapse import Sources
from jobs.profiles.crowds_in_memory import NEAR, Touched, crowds_among, crowds_before
from jobs.profiles.kin import LISTS
from jobs.profiles.kin_changes import Nights, lists_anew
from jobs.profiles.kin_lists import STATED
from jobs.profiles.view import Crowds, view
from jobs.tables import LINKS, PROFILE_RECORDS, PROFILE_STAMPS, PROFILES, RECORDS, Table

if TYPE_CHECKING:
    from jobs.context import Context

HERE = Path(__file__).parent
MODELS = HERE / "linkage" / "models"
MOST_CHANGED = 0.1
"""Share of records beyond which a full run, spread over all workers, is no slower."""
CARRIED = (PROFILE_RECORDS, PROFILES, PROFILE_STAMPS, LINKS)


class Tables:
    """Last night's tables, and tonight's, which are written beside what goes on."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._beside = ThreadPoolExecutor(1)
        self._waiting: list[Future[int]] = []

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_: object) -> None:
        self._beside.shutdown()
        for each in self._waiting:
            each.result()  # raises what went wrong beside

    def was(self, table: Table) -> pl.LazyFrame:
        """Last night's version."""
        return pl.scan_parquet(self.context.files(table.name, previous=True)).select(table.schema.names)

    def write(self, table: Table, rows: pl.DataFrame) -> None:
        """Tonight's version."""
        self._waiting.append(self._beside.submit(self.context.write_polars, table, rows))


@dataclass(frozen=True)
class Tonight:
    """Ids of profiles that are no more, ids of those that are new or may be another, last night's profiles, and tonight's."""

    gone: pl.Series
    made: pl.Series
    before: pl.DataFrame
    profiles: pl.DataFrame


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
    with Tables(context) as tables:
        tonight = _profiles(tables, engine.sources)
        if tonight is not None:
            _links(tables, engine, tonight)
    return tonight is not None


def _known(context: Context, engine: Engine) -> bool:
    """Whether all of last night's tables stand, made by this very engine."""
    if not all(context.had(name) for name in ("records", *(t.name for t in CARRIED))):
        return False
    stamps = ds.dataset(context.files(PROFILE_STAMPS.name, previous=True), schema=PROFILE_STAMPS.schema)
    seen = stamps.to_table(columns=["engine"])["engine"].unique().to_pylist()
    return seen == [engine.stamp]


def _profiles(tables: Tables, sources: Sources) -> Tonight | None:
    """Write profiles and their records; None, with nothing written, where too much changed."""
    records = Records.of(pl.scan_parquet(tables.context.files(RECORDS.name)))
    was = tables.was(PROFILE_RECORDS).collect()
    changed = changed_records(records, tables.was(RECORDS), was)
    if len(changed.records) > MOST_CHANGED * len(was):
        return None
    tables.context.receipt.notes["records_changed"] = len(changed.records)
    remade = remake(changed, records, was, sources)
    where = pl.concat([was.filter(~among("met_by", remade.keys)), remade.where])
    tables.write(PROFILE_RECORDS, where)
    before, stays = tables.was(PROFILES).collect(), ~among("profile_id", remade.gone)
    after = pl.concat([before.select(STATED).filter(stays), remade.profiles.select(STATED)])
    wanted, lists = lists_anew(changed, remade, records, Nights(before, after, where))
    other = _other_lists(before.filter(among("profile_id", wanted) & stays), lists)
    anew = pl.concat([before.filter(among("profile_id", other)), remade.profiles]).drop(LISTS)
    nothing = pl.lit([], pl.List(pl.String))
    whole = anew.join(lists, on="profile_id", how="left").with_columns(pl.col(LISTS).fill_null(nothing))
    every = pl.concat([before.filter(stays & ~among("profile_id", other)), whole.select(PROFILES.schema.names)])
    tables.write(PROFILES, every)
    gone = remade.gone.filter(~remade.gone.is_in(whole["profile_id"].implode()))
    return Tonight(gone, whole["profile_id"], before, every)


def _other_lists(stay: pl.DataFrame, lists: pl.DataFrame) -> pl.Series:
    """Profiles taken over of which kin say something else than last night."""
    nothing = pl.lit([], pl.List(pl.String))
    both = stay.select("profile_id", *LISTS).join(lists, on="profile_id", how="left", suffix="_now")
    differ = [pl.col(n).ne_missing(pl.col(f"{n}_now").fill_null(nothing)) for n in LISTS]
    return both.filter(pl.any_horizontal(differ))["profile_id"]


def _links(tables: Tables, engine: Engine, tonight: Tonight) -> None:
    """Write profile_stamps and links."""
    model, weights, receipt = engine.model, engine.weights, tables.context.receipt
    was, seen = _crowds(tonight)
    prepare = partial(view, crowds=seen)
    ids = pl.concat([tonight.made, _beside(tonight.profiles, was, seen)]).unique()
    keys = row_keys(model, encode(model, prepare(_load(tonight.profiles, ids))), engine_stamp(model, weights))
    before = tables.was(PROFILE_STAMPS).rename({"profile_id": "row_id"}).collect()
    change = moved(model, before, tonight.gone, keys)
    new = change.rows.with_columns(engine=pl.lit(engine.stamp, pl.Int64)).select(before.columns)
    after = pl.concat([before.filter(~among("row_id", change.replaced)), new])
    tables.write(PROFILE_STAMPS, after.rename({"row_id": "profile_id"}))
    scored = score(Rows(model, weights, partial(_load, tonight.profiles), prepare), after, change)
    links = _after(tables.was(LINKS), scored.links, change.unsure, weights.version)
    tables.write(LINKS, links)
    receipt.rows_out = len(links)
    compared = {"pairs_compared": scored.compared, "profiles_compared": len(change.fresh)}
    receipt.notes |= facts(seen, change.capped) | compared | {"profiles": len(tonight.profiles)}


def _crowds(tonight: Tonight) -> tuple[Crowds, Crowds]:
    """Last night's and tonight's."""
    other = among("profile_id", pl.concat([tonight.gone, tonight.made]))
    touched = Touched.of(pl.concat([each.filter(other).select(NEAR) for each in (tonight.before, tonight.profiles)]))
    seen = crowds_among(tonight.profiles.select(NEAR))
    return crowds_before(tonight.before.select(NEAR), seen, touched), seen


def _after(before: pl.LazyFrame, scored: pa.Table, unsure: pl.Series, version: str) -> pl.DataFrame:
    """Tonight's links: last night's but for those of profiles of which we are unsure, and what was found of them."""
    found = cast(pl.DataFrame, pl.from_arrow(scored)).rename({"left": "profile_l", "right": "profile_r"})
    kept = before.filter(~among("profile_l", unsure) & ~among("profile_r", unsure)).collect()
    return pl.concat([kept, found.with_columns(model_version=pl.lit(version)).select(LINKS.schema.names)])


def _beside(tonight: pl.DataFrame, was: Crowds, seen: Crowds) -> pl.Series:
    """Profiles with a phone, a dwelling or a birth that is of many tonight and was not, or the other way round."""
    phones = pl.Series(sorted(was.phones ^ seen.phones), dtype=pl.String)
    homes = pl.Series(sorted((was.dwellings ^ seen.dwellings) | (was.buildings ^ seen.buildings)), dtype=pl.String)
    births = pl.Series(sorted(was.births ^ seen.births), dtype=pl.String)
    birth = pl.concat_str("mother_number", pl.lit("|"), pl.col("birth_date").dt.strftime("%Y%m%d"))
    parts = [tonight.drop_nulls("mother_number").filter(birth.is_in(births.implode()))["profile_id"]]
    for column, values in (("phones", phones), ("family_phones", phones), ("dwellings", homes), ("family_dwellings", homes)):
        each = tonight.select("profile_id", column).filter(pl.col(column).list.len() > 0).explode(column)
        parts.append(each.filter(among(column, values))["profile_id"])
    return pl.concat(parts).unique()


def _load(profiles: pl.DataFrame, ids: pl.Series) -> pa.Table:
    """Profiles of these ids."""
    frame = profiles.filter(among("profile_id", ids))
    return frame.to_arrow().select(PROFILES.schema.names).cast(PROFILES.schema)


def facts(seen: Crowds, capped: list[Capped]) -> dict[str, Any]:
    """What the receipt says of evidence that serves too many."""
    return {
        "phones_of_many": len(seen.phones),
        "dwellings_of_many": len(seen.dwellings),
        "births_of_several": len(seen.births),
        "capped_blocks": {c.name: {"blocks": c.blocks, "rows": c.rows, "windowed": c.windowed} for c in capped},
    }
