"""`renkou train`: learn the population model's weights from a night's records, without labels.

The weights are learned on records, not on profiles (what ten departments repeat counts ten times), with what relatives'
rows imply taken from the profiles. The result is the file that the link stage pins: copy it to
jobs/linkage/models/population.json to put it in force. `renkou train --expected` learns nothing: it counts what the weights in force
expect of their work on the night, for the model card.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
import pyarrow as pa

from jobs.errors import UserError
from jobs.linkage.encoding import Encoded
from jobs.linkage.expected import from_patterns
from jobs.linkage.local import encode_tables
from jobs.linkage.model import LinkModel, load_model
from jobs.linkage.patterns import candidate_patterns, possible_pairs
from jobs.linkage.second_opinion import second_opinion
from jobs.linkage.training import posterior
from jobs.linkage.training import train as learn
from jobs.linkage.weights import Weights, load_weights
from jobs.profiles.collapse import NEEDED, Sources, collapse
from jobs.profiles.kin import LISTS
from jobs.profiles.view import Crowds, view
from jobs.tables import PROFILE_RECORDS, PROFILES, RECORDS

if TYPE_CHECKING:
    from jobs.pool.nights import Night
    from jobs.settings import Settings

MODEL = Path(__file__).parent / "linkage" / "models" / "population.yml"
MOST_RECORDS = 1_000_000
SHARE_STEPS = 30


def train(settings: Settings, night: Night, out: Path) -> dict[str, Any]:
    """Write the model file to `out`; returns what was learned from. The night must have been linked once (by any model)."""
    model = load_model(MODEL)
    weights = train_on(model, *_rows(settings, night), night.date)
    weights.save(model, out)
    return {k: weights.facts[k] for k in ("rows", "pairs_compared", "patterns", "version", "warnings", "second_opinion")}


def count_expected(settings: Settings, night: Night, out: Path) -> dict[str, Any]:
    """Write the model file in force to `out`, with the errors it expects of itself on the night's records; returns those."""
    model = load_model(MODEL)
    weights = load_weights(model, MODEL.with_suffix(".json"))
    rows, seen = _rows(settings, night)
    encoded = encode_tables(model, [view(rows, seen)])
    expected = expected_of(model, weights, encoded)
    weights.facts["expected"] = expected | {"rows": len(encoded), "business_date": night.date.isoformat()}
    weights.save(model, out)
    return expected


def expected_of(model: LinkModel, weights: Weights, encoded: Encoded) -> dict[str, Any]:
    """What weights expect of rows they were not learned from: how many pairs are of each class is estimated anew, by EM on the
    shares alone, and the weights of the levels stay."""
    patterns = candidate_patterns(model, encoded)
    possible, share = possible_pairs(encoded), weights.prior.copy()
    for _ in range(SHARE_STEPS):
        each = posterior(weights, model, patterns, share) @ patterns.counts / possible
        share = np.append(each[:-1], 1 - each[:-1].sum())
    return from_patterns(model, posterior(weights, model, patterns, share)[0], patterns)


def _rows(settings: Settings, night: Night) -> tuple[pa.Table, Crowds]:
    """The night's records, each as a profile of its own, and who meets in crowds."""
    from jobs.context import Context
    from jobs.link import sources
    from jobs.pool.nights import Receipt
    from jobs.profiles.crowds import crowds

    context = Context(settings, night, Receipt("train"))
    records = context.read_arrow("records", RECORDS, NEEDED)
    where = context.read_arrow("profile_records", PROFILE_RECORDS)
    profiles = context.read_arrow("profiles", PROFILES)
    if records.num_rows > MOST_RECORDS:
        raise UserError(
            f"The night has {records.num_rows} records.", f"Train on a sample district of at most {MOST_RECORDS} records."
        )
    return single(records, where, profiles, sources()), crowds(context.read("profiles", PROFILES))


def train_on(model: LinkModel, rows: pa.Table, seen: Crowds, date: dt.date) -> Weights:
    """Weights from rows in the profiles' schema, one a record."""
    encoded = encode_tables(model, [view(rows, seen)])
    weights = learn(model, encoded)
    digest = hashlib.sha256("\n".join(encoded.ids.to_pylist()).encode()).hexdigest()
    weights.auto = float(model.thresholds.auto) if model.thresholds.auto != "expected" else weights.auto
    weights.facts |= {
        "version": f"{model.model}-{model.version}-{date.isoformat()}-{weights.fingerprint(model)}",
        "rows": len(encoded),
        "business_date": date.isoformat(),
        "data_hash": digest,
        "second_opinion": second_opinion(model, weights, encoded),
    }
    return weights


def single(records: pa.Table, where: pa.Table, profiles: pa.Table, sources: Sources) -> pa.Table:
    """Each record as a profile of its own, with what its profile knows of kin and confirmation."""
    alone = records.append_column("collapse_key", pa.nulls(records.num_rows, pa.string()))
    own = cast(pl.DataFrame, pl.from_arrow(collapse(alone, sources)))
    link = cast(pl.DataFrame, pl.from_arrow(where)).rename({"profile_id": "of", "record_id": "profile_id"})
    kin = cast(pl.DataFrame, pl.from_arrow(profiles.select(["profile_id", *LISTS]))).rename({"profile_id": "of"})
    joined = own.drop(LISTS).join(link, on="profile_id", how="left").join(kin, on="of", how="left")
    return joined.select(PROFILES.schema.names).to_arrow().cast(PROFILES.schema)
