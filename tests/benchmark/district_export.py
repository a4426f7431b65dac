"""What another linker is given of a night: its standardized records one by one, and its profiles, as Parquet files.

Nothing is left out that our own profiles are made of, and nothing is added: numbers, names and dates as cleaned, no truth.
Task: `home`, `date`, `out`. Leaves records.parquet, profiles.parquet and profile_records.parquet (record_id, profile_id).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from jobs.context import Context
from jobs.pool.nights import Night, Receipt
from jobs.profiles.collapse import NEEDED
from jobs.settings import Settings
from jobs.tables import PROFILES

LEFT_OUT = ("departments", "id_confirmed")  # no fields of a person
TABLES = {
    "records": NEEDED,
    "profiles": [c for c in PROFILES.schema.names if c not in LEFT_OUT],
    "profile_records": ["record_id", "profile_id"],
}


def newest(home: str, date: str) -> tuple[Settings, Night]:
    """The home's settings and its newest revision of that night, finished or not."""
    os.environ["RENKOU_HOME"] = home
    settings = Settings.from_environment()
    day = dt.date.fromisoformat(date)
    revisions = [int(p.name) for p in (settings.nights / date).glob("*") if p.name.isdigit()]
    if not revisions:
        raise SystemExit(f"{home} has no night of {date}")
    return settings, Night(settings.nights, day, max(revisions))


def main(task: dict[str, Any]) -> None:
    settings, night = newest(task["home"], task["date"])
    context, out = Context(settings, night, Receipt("export")), Path(task["out"])
    rows = {}
    for name, columns in TABLES.items():
        table = context.read_arrow(name, columns=columns).sort_by(columns[0])
        pq.write_table(table, out / f"{name}.parquet")
        rows[name] = table.num_rows
    (out / "measured.json").write_text(json.dumps({"rows": rows}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
