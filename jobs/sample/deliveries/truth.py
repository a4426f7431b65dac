"""The truth beside the deliveries: who is meant by every mention, and every injected fault. Only `renkou evaluate` reads it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

RECORDS: dict[str, type[pl.DataType]] = {
    "dept": pl.String,
    "source_table": pl.String,
    "source_key": pl.String,
    "role": pl.String,
    "valid_from": pl.Date,
    "person_id": pl.Int32,
}
FAULTS: dict[str, type[pl.DataType]] = {
    "dept": pl.String,
    "source_table": pl.String,
    "source_key": pl.String,
    "role": pl.String,
    "column": pl.String,
    "fault": pl.String,
}


class Stream:
    """A Parquet file written piece by piece; an empty one still has its columns."""

    def __init__(self, file: Path, schema: dict[str, type[pl.DataType]]) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.schema = schema
        self.arrow: pa.Schema = self._shape(pl.DataFrame(schema=schema)).schema
        self.writer = pq.ParquetWriter(file, self.arrow, compression="zstd")

    def add(self, rows: pl.DataFrame) -> None:
        """Append rows (columns in any order)."""
        if rows.height:
            self.writer.write_table(self._shape(rows).cast(self.arrow))

    def _shape(self, rows: pl.DataFrame) -> pa.Table:
        shaped = rows.select(pl.col(c).cast(t) for c, t in self.schema.items()).to_arrow()
        plain = [pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in shaped.schema]
        return shaped.cast(pa.schema(plain))

    def close(self) -> None:
        """Finish the file."""
        self.writer.close()


class Truth:
    """records.parquet and faults.parquet of one sample."""

    def __init__(self, folder: Path) -> None:
        self.records = Stream(folder / "records.parquet", RECORDS)
        self.faults = Stream(folder / "faults.parquet", FAULTS)

    def close(self) -> None:
        """Finish both files."""
        self.records.close()
        self.faults.close()
