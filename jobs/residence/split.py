"""The night's evidence split into buckets of residents, so that a bucket fits into memory whatever the night's size.

A resident's records and signs, with the signs that follow from other people's, are all in one bucket. Which one, its id
alone decides; no result depends on how many there are.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl

from jobs.residence.derived import believed, with_derived
from jobs.residence.inputs import Inputs
from jobs.residence.parameters import Parameters

SIGNS_EACH = 1_500_000
"""Signs of one bucket: some 2 GB while they are decided."""
RESIDENT = [
    *("resident_id", "today", "id_type", "id_number", "name", "birth_date", "nationality", "hukou_division", "hukou_active"),
    *("mother_id", "father_id", "spouse_id", "not_counted"),
]
"""What the rules read of a resident."""
RECORD = [
    *("record_id", "dept", "source_table", "role", "known_from", "closed_on", "dwelling_id", "township", "in_district"),
    *("hukou_division", "hukou_active"),
]
"""What the rules read of a record."""


class Bucket(NamedTuple):
    """Residents with all their records (and the `resident_id` of each) and signs (`derived`: those that follow from others')."""

    residents: pl.DataFrame
    records: pl.DataFrame
    signs: pl.DataFrame


def buckets_for(signs: int) -> int:
    """How many buckets so many signs need."""
    return max(1, -(-signs // SIGNS_EACH))


def bucket_of(buckets: int) -> pl.Expr:
    """The bucket of a `resident_id`: its last eight bytes as a number, mixed by two rounds of odd multiples and shifts. Neither
    engine nor version has a say in it."""
    number = pl.concat_str(pl.lit("0" * 8), "resident_id").cast(pl.Binary).bin.slice(-8, 8).bin.reinterpret(dtype=pl.UInt64)
    for odd in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9):
        number = number * pl.lit(odd, pl.UInt64)
        number = number ^ (number // (1 << 32))
    return (number % buckets).cast(pl.UInt32)


def split(inputs: Inputs, p: Parameters, folder: Path, buckets: int) -> None:
    """Write every bucket's residents, records and signs below the folder."""
    whose = inputs.resident_records.select("record_id", "resident_id", bucket=bucket_of(buckets))
    told = with_derived(believed(inputs.signs, p), inputs)
    parts = {
        "residents": inputs.residents.select(*RESIDENT, bucket=bucket_of(buckets)).join(
            inputs.overrides.select("resident_id", by_hand=pl.struct(pl.exclude("resident_id"))), on="resident_id", how="left"
        ),
        "records": inputs.records.select(RECORD).join(whose, on="record_id"),
        "signs": told.join(whose.select("record_id", "bucket"), on="record_id"),
    }
    for name, rows in parts.items():
        by = pl.PartitionBy(folder / name, key="bucket", include_key=False)
        rows.sink_parquet(by, compression="lz4", mkdir=True, maintain_order=False)
        (folder / name).mkdir(exist_ok=True)
        columns = pl.DataFrame(schema=rows.collect_schema()).drop("bucket")  # for buckets without a row
        columns.write_parquet(folder / f"{name}.parquet")


def bucket(folder: Path, number: int) -> Bucket:
    """One bucket as `split` wrote it."""
    return Bucket(*(_part(folder, name, number) for name in Bucket._fields))


def _part(folder: Path, name: str, number: int) -> pl.DataFrame:
    files = sorted((folder / name / f"bucket={number}").glob("*.parquet"))
    return pl.read_parquet([*files, folder / f"{name}.parquet"], hive_partitioning=False)


def guardian_pairs(inputs: Inputs) -> pl.DataFrame:
    """(child, parent) of listed guardians."""
    whose = inputs.resident_records
    listed = inputs.ties.filter(pl.col("relation") == "guardian_of").select("from_record", "to_record")
    child, parent = (
        whose.select(to_record="record_id", child="resident_id"),
        whose.select(from_record="record_id", parent="resident_id"),
    )
    return listed.join(child, on="to_record").join(parent, on="from_record").select("child", "parent").collect(engine="streaming")
