"""Deliveries with known errors on the first night that the department corrects on the second, and what is then true.

In the register of insured persons (rs.ac01) some rows lack number, phone and address and carry a wrong birth date, so that nothing
ties them to their person; others carry the whole identity of somebody else. The second night delivers the true rows.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import polars as pl

TABLE = "AC01"
KEY, NUMBER, CARD, NAME, SEX, BIRTH, MOBILE, PHONE, UPDATED = (
    "AAC001", "AAC147", "AAC002", "AAC003", "AAC004", "AAC006", "AAC067", "AAE005", "AAE036",
)  # fmt: skip
WORDS = {
    "number": (NUMBER,), "second number": (CARD,), "name": (NAME,), "birth date": (BIRTH,), "sex": (SEX,), "phone": (MOBILE, PHONE),
    "dwelling": ("AAC010", "AAE006"), "hukou": ("AAC009", "AAC010"),
}  # fmt: skip
"""What a reason calls a change, and the delivered columns of which one must then have changed."""
Row = dict[str, str | None]


@dataclass(frozen=True)
class Corrected:
    """True persons whose rows were wrong: `late` without a number, `borrowed` under another's identity; and the rows by
    source key as delivered first and as corrected."""

    late: tuple[int, ...]
    borrowed: dict[int, int]
    wrong: dict[str, Row]
    right: dict[str, Row]

    def changed(self, key: str, word: str) -> bool:
        """Whether the delivered row really differs in what a reason calls by that word."""
        return any(self.wrong[key][c] != self.right[key][c] for c in WORDS[word])


def spoil_and_correct(sample: Path, first: dt.date, second: dt.date, count: int) -> Corrected:
    """Spoil `count` rows of each kind in the first night's file and put the true rows into the second's."""
    people = _insured(sample, first)
    chosen = people[: 3 * count]
    late, borrowers, lenders = chosen[:count], chosen[count : 2 * count], chosen[2 * count :]
    wrong: dict[str, Row] = {}
    for _, row in late:
        year = int(str(row[BIRTH])[:4])
        empty: Row = dict.fromkeys((NUMBER, CARD, MOBILE, PHONE, "AAC010", "AAE006"))
        wrong[str(row[KEY])] = row | empty | {BIRTH: f"{year - 1}0317"}
    for (_, row), (_, other) in zip(borrowers, lenders, strict=True):
        wrong[str(row[KEY])] = row | {c: other[c] for c in (NUMBER, CARD, NAME, SEX, BIRTH, PHONE)}
    right = {str(row[KEY]): row | {UPDATED: f"{first} 23:10:00"} for _, row in (*late, *borrowers)}
    _write(sample / "rs" / f"{first}.sqlite", wrong, replace=True)
    _write(sample / "rs" / f"{second}.sqlite", right, replace=False)
    borrowed = {person: other for (person, _), (other, _) in zip(borrowers, lenders, strict=True)}
    return Corrected(tuple(p for p, _ in late), borrowed, wrong, right)


def _insured(sample: Path, first: dt.date) -> list[tuple[int, Row]]:
    """(true person, row) of adults whose row is without fault and who are known to other departments too, in key order."""
    truth = sample / "truth"
    records = pl.read_parquet(truth / "records.parquet").filter(pl.col("role") == "self")
    known = records.group_by("person_id").agg(pl.col("dept").n_unique()).filter(pl.col("dept") > 2)
    numbers = (
        pl.read_parquet(truth / "persons.parquet").filter(pl.col("kind") == "mainland").select("person_id", "number", "name")
    )
    mine = records.filter((pl.col("dept") == "rs") & (pl.col("source_table") == "ac01"))
    people = mine.join(known, on="person_id", how="semi").join(numbers, on="person_id").unique("person_id", keep="none")
    whose = {
        key: (person, number, name)
        for key, person, number, name in people.select("source_key", "person_id", "number", "name").iter_rows()
    }
    with sqlite3.connect(sample / "rs" / f"{first}.sqlite") as database:
        database.row_factory = sqlite3.Row
        rows: list[Row] = [dict(r) for r in database.execute(f"SELECT * FROM {TABLE} ORDER BY {KEY}")]
    sound = [(whose[str(r[KEY])], r) for r in rows if str(r[KEY]) in whose]
    return [(person, row) for (person, number, name), row in sound if row[NUMBER] == number and row[NAME] == name]


def _write(file: Path, rows: dict[str, Row], replace: bool) -> None:
    with sqlite3.connect(file) as database:
        for key, row in rows.items():
            if replace:
                database.execute(f"DELETE FROM {TABLE} WHERE {KEY} = ?", (key,))
            marks = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO {TABLE} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
