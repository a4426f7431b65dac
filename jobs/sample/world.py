"""The synthetic district as it truly is: people, homes, jobs, schools and their changes, before any department sees them.

`World` holds one polars frame per subject; schemas.py says every column's type and meaning. All intervals are
half-open, [from, to): `to` is the first day on which it no longer holds, null = still holds on the last night. Dates
after `last_night` never occur, except planned ends. Ids are dense integers: `person_id` 0…P-1 is also the row number of
`persons`, likewise `dwelling_id`, `employer_id`, `school_id`. Whatever a department states wrongly, late or not at all
is not here: that is made by `jobs.sample.deliveries`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property

import polars as pl

from jobs.errors import RenkouError
from jobs.sample.schemas import SCHEMAS


class WorldError(RenkouError):
    """The generator made a frame that is not what `SCHEMAS` promises."""


@dataclass(frozen=True)
class World:
    """The true district up to `last_night`. Frames are described in `SCHEMAS`; nothing here is ever delivered as it is."""

    seed: int
    residents: int
    last_night: date
    nights: int
    history_start: date  # 24 months before the first night, but for a month at most
    persons: pl.DataFrame
    names: pl.DataFrame
    documents: pl.DataFrame
    marriages: pl.DataFrame
    hukou: pl.DataFrame
    stays: pl.DataFrame
    absences: pl.DataFrame
    dwellings: pl.DataFrame
    ownerships: pl.DataFrame
    tenancies: pl.DataFrame
    phones: pl.DataFrame
    employers: pl.DataFrame
    jobs: pl.DataFrame
    schools: pl.DataFrame
    enrolments: pl.DataFrame
    hospitals: pl.DataFrame
    births: pl.DataFrame
    registrations: pl.DataFrame
    foreign_stays: pl.DataFrame
    insurance: pl.DataFrame
    pensions: pl.DataFrame
    dibao: pl.DataFrame
    cases: pl.DataFrame
    divisions: pl.DataFrame

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name in SCHEMAS:
                check_frame(field.name, getattr(self, field.name))

    @cached_property
    def night_dates(self) -> list[date]:
        """The delivered business dates in order, ending with `last_night`."""
        from datetime import timedelta

        return [self.last_night - timedelta(days=self.nights - 1 - k) for k in range(self.nights)]

    def in_case(self, case: str) -> pl.DataFrame:
        """Reserved people of one hard case: case_id, person_id, note."""
        return self.cases.filter(pl.col("case") == case).drop("case").sort("case_id", "note", "person_id")


def shape_frame(name: str, columns: dict[str, object]) -> pl.DataFrame:
    """Columns (arrays, series or scalars) as the frame `name`: cast to its schema; a missing column becomes null."""
    schema = SCHEMAS[name]
    unknown = set(columns) - set(schema)
    if unknown:
        raise WorldError(f"frame {name}: unknown columns {sorted(unknown)}")
    frame = pl.DataFrame(columns)
    return frame.select(
        pl.col(column).cast(dtype) if column in columns else pl.lit(None, dtype=dtype).alias(column)
        for column, (dtype, _) in schema.items()
    )


def check_frame(name: str, frame: pl.DataFrame) -> None:
    """Stop if a frame's columns or types differ from its schema."""
    expected = {column: dtype for column, (dtype, _) in SCHEMAS[name].items()}
    if dict(frame.schema) != expected:
        wrong = {c for c in {*expected, *frame.columns} if frame.schema.get(c) != expected.get(c)}
        raise WorldError(f"frame {name}: columns differ from the schema: {sorted(wrong)}")
