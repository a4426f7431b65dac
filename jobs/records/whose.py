"""Whose a record is, as two numbers: for joining tens of millions of signs, ties and records with their residents."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl


class Whose(NamedTuple):
    """`rows`: record (a number that tells the residents' records apart), who (the resident's number). `seed` makes the former."""

    rows: pl.LazyFrame
    seed: int

    def number(self, column: str) -> pl.Expr:
        """The number of the record that a column names; one without a resident may have anybody's."""
        return pl.col(column).hash(self.seed)


def whose(resident_records: pl.LazyFrame, who: pl.DataFrame) -> Whose:
    """`who`: resident_id, who. Joins by 8 bytes are as sure as by the id of 20 characters, in a third of the memory, as long as
    no two records share the number; should two ever, the next seed is tried. ValueError when a record stands twice."""
    named = resident_records.select("record_id", "resident_id").join(who.lazy().select("resident_id", "who"), on="resident_id")
    for seed in range(8):
        made = named.select("who", record=pl.col("record_id").hash(seed)).collect(engine="streaming")
        if made["record"].n_unique() == made.height:
            return Whose(made.lazy(), seed)
    raise ValueError("A record stands twice in resident_records.")
