"""From days since 1970 to dates, and frames of what held for a person from one day to another."""

from __future__ import annotations

import numpy as np
import polars as pl

from jobs.sample.people import NONE
from jobs.sample.streams import Ints, Words
from jobs.sample.world import shape_frame


def dates(days: Ints) -> pl.Series:
    """Days since 1970 as dates, `NONE` as null."""
    series = pl.Series(np.asarray(days, dtype=np.int32))
    known = pl.Series(np.abs(np.asarray(days)) < NONE)
    return pl.select(pl.when(known).then(series).cast(pl.Int32).cast(pl.Date)).to_series()


def dated(frame: str, columns: dict[str, object], begin: Ints, end: Ints) -> pl.DataFrame:
    """Columns as the frame of that name, from `begin` to `end` (days since 1970)."""
    return shape_frame(frame, {**columns, "from_date": dates(begin), "to_date": dates(end)})


def held(person: Ints, number: Words, kind: Words, country: Words, begin: Ints, end: Ints) -> pl.DataFrame:
    """Rows of the frame `documents`: one that each of these people held, from one day to another."""
    columns: dict[str, object] = {
        "person_id": person, "number": number.tolist(), "kind": kind.tolist(), "country": country.tolist(),
    }  # fmt: skip
    return dated("documents", columns, begin, end)


def in_time(frame: pl.DataFrame) -> pl.DataFrame:
    """Person by person, in the order of time."""
    return frame.sort("person_id", "from_date", "kind")
