"""What is kept of earlier nights: only new rows go through the kernel, and no result depends on what is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from jobs import standardize
from jobs.context import Context, run_step
from jobs.departments.contract import all_contracts
from jobs.pool.nights import Night, Receipt
from jobs.records import kept
from jobs.records.across import by_kind
from jobs.records.kept import IDENTITY, Kept
from jobs.records.kernel import standardize_batch
from jobs.records.plan import all_plans
from jobs.settings import Settings
from jobs.tables import CELL_ISSUES, RECORDS, REJECTED_ROWS, SIGNS, SOURCE_ROWS, TIES
from tests.standardize.source import Row, batch, row

FIRST = dt.date(2026, 11, 1)
MADE = (RECORDS, SIGNS, TIES, REJECTED_ROWS, CELL_ISSUES)


def resident(key: int, name: str, room: int, **changed: Any) -> Row:
    """A migrant's registration under a key, with a hash of its values as extract gives it."""
    made = row(
        "ga", "ldrk", DJBH=f"r{key}", GMSFHM="330110200501011236", ZJLX="111", XM=name, XZDZ=f"西溪花园3幢2单元{room}室",
        DJRQ="20260301", ZXBS="0", GXSJ="20261101000000",
    )  # fmt: skip
    made["row_hash"] = hashlib.md5(repr(made["values"]).encode(), usedforsecurity=False).hexdigest()
    return {**made, **changed}


def run(home: Path, night: dt.date, rows: list[Row]) -> tuple[Receipt, dict[str, pl.DataFrame]]:
    """Standardize the rows as the source tables of a night."""
    settings = Settings(home, home / "sources.yml", "local[1]", 2, "test-key")

    def deliver(context: Context) -> None:
        for contract in all_contracts().values():
            for table in contract.tables:
                mine = [{k: r[k] for k in SOURCE_ROWS.schema.names} for r in rows if (contract.code, table) == _of(r)]
                data = pa.Table.from_pylist(mine, schema=SOURCE_ROWS.schema)
                context.write_arrow(SOURCE_ROWS, data, f"source_current/{contract.code}/{table}")

    one = Night(settings.nights, night)
    run_step(settings, one, "extract.ga", deliver)
    receipt = run_step(settings, one, "standardize", standardize.run)
    context = Context(settings, one, receipt)
    frames = {t.name: pl.DataFrame(context.read_arrow(t.name)) for t in MADE}
    return receipt, {name: f.sort(f.columns) for name, f in frames.items()}


def _of(r: Row) -> tuple[str, str]:
    return r["dept"], r["source_table"]


@pytest.mark.slow
def test_nights_that_take_over_what_is_kept_leave_the_tables_of_nights_that_do_not(tmp_path: Path) -> None:
    """Rows come, change, close, reopen and go; every night equals the same night in an empty home."""
    chance, names = random.Random(7), ["张伟", "王芳", "测试", "李娜", "赵磊", ""]
    rows = {k: resident(k, chance.choice(names), 500 + k % 4) for k in range(30)}
    for number in range(4):
        night = FIRST + dt.timedelta(number)
        for key in chance.sample(range(34), 8):
            closed = night if chance.random() < 0.3 else None
            rows[key] = resident(key, chance.choice(names), 500 + key % 5, closed_on=closed, delivery_id=f"ga.ldrk.{night}.1")
        rows.pop(chance.choice(sorted(rows)))
        nightly, kept_tables = run(tmp_path / "kept", night, list(rows.values()))
        alone, fresh_tables = run(tmp_path / f"fresh-{number}", night, list(rows.values()))
        assert {name: f.rows() for name, f in kept_tables.items()} == {name: f.rows() for name, f in fresh_tables.items()}
        assert nightly.rows_out == alone.rows_out > 0
        assert alone.notes["rows_new"] == len(rows)
        assert 0 < nightly.notes["rows_new"] <= (8 if number else len(rows))


def of(rows: list[Row]) -> pl.DataFrame:
    """The identities of rows."""
    return pl.DataFrame(batch(*rows)).select(IDENTITY)


def fill(book: Kept, rows: list[Row]) -> None:
    book.add(of(rows), by_kind([standardize_batch(all_plans(), batch(*rows))]))


def names(parts: list[dict[str, pl.DataFrame]]) -> list[str]:
    return sorted(name for part in parts for name in part["record"]["name"])


def test_only_rows_of_the_very_same_version_are_taken(tmp_path: Path) -> None:
    book = Kept(tmp_path / "ga.ldrk")
    zhang, wang = resident(1, "张伟", 501), resident(2, "王芳", 502)
    fill(book, [zhang, wang])
    closed = resident(1, "张伟", 501, closed_on=FIRST)
    other = resident(2, "王芬", 502)
    found, unknown = book.take(of([zhang, other]))
    assert names(found) == ["张伟"]
    assert unknown["source_key"].to_list() == ["r2"]
    assert book.take(of([closed]))[0] == []


def test_a_row_kept_twice_is_taken_once(tmp_path: Path) -> None:
    """As after a crash between writing the new part and removing the old ones."""
    book = Kept(tmp_path / "ga.ldrk")
    rows = [resident(1, "张伟", 501), resident(2, "王芳", 502)]
    fill(book, rows)
    fill(book, rows[:1])
    assert names(book.take(of(rows))[0]) == ["张伟", "王芳"]


def test_a_part_not_finished_is_never_read(tmp_path: Path) -> None:
    book = Kept(tmp_path / "ga.ldrk")
    fill(book, [resident(1, "张伟", 501)])
    (done,) = book.folder.glob("part-*")
    done.rename(book.folder / "draft-0")
    found, unknown = book.take(of([resident(1, "张伟", 501)]))
    assert (found, unknown.height) == ([], 1)


def test_a_notebook_of_mostly_old_versions_is_written_anew(tmp_path: Path) -> None:
    book = Kept(tmp_path / "ga.ldrk")
    fill(book, [resident(k, "张伟", 501) for k in range(5)])
    fill(book, [resident(1, "王芳", 501)])
    tonight = [resident(1, "王芳", 501), resident(2, "张伟", 501)]
    book.tidy(of(tonight))
    assert len(list(book.folder.glob("part-*"))) == 1
    found, unknown = book.take(of(tonight))
    assert (names(found), unknown.height) == (["张伟", "王芳"], 0)
    assert book.take(of([resident(4, "张伟", 501)]))[1].height == 1


def test_what_other_code_made_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [resident(1, "张伟", 501)]
    assert run(tmp_path, FIRST, rows)[0].notes["rows_new"] == 1
    assert run(tmp_path, FIRST + dt.timedelta(1), rows)[0].notes["rows_new"] == 0
    monkeypatch.setattr(kept, "stamp", lambda: "another")
    assert run(tmp_path, FIRST + dt.timedelta(2), rows)[0].notes["rows_new"] == 1
    assert [p.name for p in (tmp_path / "state" / "standardized").iterdir()] == ["another"]
