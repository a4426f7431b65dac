"""Deliveries read back by plain libraries: shapes as the contracts say, values and faults as the truth says."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import sqlite3
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import python_calamine
from fake_world import LAST, fake_world

from jobs.departments.clauses import Contract, TableSpec
from jobs.departments.contract import FOLDER, contract_for
from jobs.sample.deliveries.office import touched_by
from jobs.sample.deliveries.write import TABLES, write_deliveries

DEPARTMENTS = sorted({t.dept for t in TABLES})


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    write_deliveries(fake_world(), folder, 0.0, 1)
    return folder


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faulty")
    write_deliveries(fake_world(), folder, 4.0, 1)
    return folder


def rows_of(folder: Path, dept: str, table: str, night: str = "2026-11-20") -> list[dict[str, str | None]]:
    """All rows of one table and night, read with plain libraries, by delivered column name."""
    contract = contract_for(dept)
    spec = contract.tables[table]
    manner = spec.manner or contract.manner
    day = night.replace("-", "")
    if manner == "database":
        with sqlite3.connect(folder / dept / f"{night}.sqlite") as connection:
            cursor = connection.execute(f'SELECT * FROM "{spec.source}"')
            return [dict(zip([d[0] for d in cursor.description], r, strict=True)) for r in cursor]
    if manner == "rest":
        with sqlite3.connect(folder / "api" / f"{dept}.sqlite") as connection:
            name = spec.source.rsplit("/", 1)[-1]
            return [
                json.loads(b)
                for (b,) in connection.execute(f'SELECT body FROM "{name}" WHERE updated < ? ORDER BY seq', (night + "~",))
            ]
    files = sorted((folder / dept).glob(spec.source.replace("{date}", day).replace("{iso}", night)))
    if manner == "workbook":
        return [row for file in files for row in workbook_rows(file, spec)]
    return [row for file in files for row in text_rows(file, spec)]


def workbook_rows(file: Path, spec: TableSpec) -> list[dict[str, str | None]]:
    sheet = python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_name(spec.format["sheet"])
    lines = sheet.to_python(skip_empty_area=False)
    head = lines[spec.format["header_rows"] - 1]
    body = [line for line in lines[spec.format["header_rows"] :] if line[0] != "合计"]
    assert lines[-1][0] == "合计" and lines[-1][1] == len(body)
    return [{str(h): (v if v != "" else None) for h, v in zip(head, line, strict=True)} for line in body]


def text_rows(file: Path, spec: TableSpec) -> list[dict[str, str | None]]:
    if file.suffix == ".txt":
        order = spec.format["order"]
        lines = file.read_bytes().decode("gbk").split("\r\n")[:-1]
        return [dict(zip(order, (v or None for v in line.split("|~|")), strict=True)) for line in lines]
    text = gzip.decompress(file.read_bytes()).decode("gb18030")
    return [{k: (None if v == r"\N" else v) for k, v in row.items()} for row in csv.DictReader(text.splitlines())]


def physical(contract: Contract, spec: TableSpec) -> list[str]:
    return list(spec.format.get("order") or [*spec.columns, *spec.ignored, *spec.refused])


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t.dept}.{t.name}")
def test_the_generator_knows_the_contracts_shapes(table):
    contract = contract_for(table.dept)
    spec = contract.tables[table.name]
    assert list(table.columns) == physical(contract, spec)
    assert list(table.key) == spec.key
    known = {r.format(n=n + 1) if "{n}" in r else r for r, s in spec.records.items() for n in range(s.count)}
    assert {m.role for m in table.mentions} <= known


def test_every_table_of_every_contract_is_delivered():
    wanted = {(f.stem, t) for f in FOLDER.glob("*.yml") for t in contract_for(f.stem).tables}
    assert wanted == {(t.dept, t.name) for t in TABLES}


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t.dept}.{t.name}")
def test_rows_read_back_have_the_delivered_columns(clean, table):
    rows = rows_of(clean, table.dept, table.name)
    assert rows, "the first night delivers every table"
    assert set(rows[0]) == set(table.columns)
    spec = contract_for(table.dept).tables[table.name]
    for column in spec.key:
        assert all(r[column] for r in rows), f"{column} is a key"
    keys = [tuple(r[k] for k in spec.key) for r in rows]
    assert len(set(keys)) == len(keys)


def truth(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "truth" / "records.parquet")


MENTIONS = [(t, m) for t in TABLES for m in t.mentions if m.number]


@pytest.mark.parametrize(("table", "mention"), MENTIONS, ids=lambda x: getattr(x, "role", None) or f"{x.dept}.{x.name}")
def test_without_faults_every_mention_is_the_person_the_truth_says(clean, table, mention):
    people, papers = fake_world().persons, fake_world().documents
    numbers = dict(zip(papers["person_id"], papers["number"], strict=True))
    names = dict(zip(people["person_id"], people["name"], strict=True))
    known = truth(clean).filter(
        (pl.col("dept") == table.dept) & (pl.col("source_table") == table.name) & (pl.col("role") == mention.role)
    )
    meant = dict(zip(known["source_key"], known["person_id"], strict=True))
    seen = 0
    for row in rows_of(clean, table.dept, table.name):
        key = "|".join(str(row[k]) for k in table.key)
        if row[mention.number] is None:
            assert key not in meant or row[mention.name] == names[meant[key]] or table.name == "vaccination"
            continue
        stated = row[mention.number]
        if len(stated) == 15:  # a forgotten second account
            stated = numbers[meant[key]][:6] + numbers[meant[key]][8:17] and numbers[meant[key]]
        assert stated == numbers[meant[key]]
        assert row[mention.name] == names[meant[key]]
        seen += 1
    assert seen or mention.role.startswith(("father", "guardian_2", "member", "spouse"))


def test_without_rates_no_cell_is_damaged(clean):
    kinds = set(pl.read_parquet(clean / "truth" / "faults.parquet")["fault"])
    assert not {k for k in kinds if k.startswith(("number_", "phone_", "birth_", "sex_"))}
    assert "test_row" not in kinds and "duplicate_exact" not in kinds


def test_truth_has_a_row_for_every_mention_and_faults_only_for_known_rows(faulty):
    records, faults = truth(faulty), pl.read_parquet(faulty / "truth" / "faults.parquet")
    assert records.schema["person_id"] == pl.Int32 and records["valid_from"].null_count() == 0
    cells = faults.filter(pl.col("column") != "").filter(~pl.col("fault").is_in(["fabricated_visit"]))
    orphans = cells.join(records, on=["dept", "source_table", "source_key", "role"], how="anti")
    assert orphans.height == 0
    tests = faults.filter(pl.col("fault") == "test_row")
    named = tests.join(records, on=["dept", "source_table", "source_key", "role"])
    assert named["person_id"].null_count() == named.height


def test_every_damaged_number_is_in_the_truth(faulty):
    _people, papers = fake_world().persons, fake_world().documents
    numbers = dict(zip(papers["person_id"], papers["number"], strict=True))
    faults = pl.read_parquet(faulty / "truth" / "faults.parquet")
    for dept, table, column in (
        ("ga", "czrk", "GMSFHM"),
        ("zf", "grid_person", "id_no"),
        ("yb", "psn_insu", "certno"),
        ("yb", "setl", "certno"),
    ):
        noted = set(
            faults.filter((pl.col("dept") == dept) & (pl.col("source_table") == table) & pl.col("column").is_in([column, ""]))[
                "source_key"
            ]
        )
        known = truth(faulty).filter((pl.col("dept") == dept) & (pl.col("source_table") == table) & (pl.col("role") == "self"))
        meant = dict(zip(known["source_key"], known["person_id"], strict=True))
        wrong = 0
        key = contract_for(dept).tables[table].key
        for row in rows_of(faulty, dept, table):
            source_key = "|".join(str(row[k]) for k in key)
            if meant[source_key] is not None and row[column] != numbers[meant[source_key]]:
                assert source_key in noted
                wrong += 1
        assert wrong or dept == "ga"


def test_settlements_repeat_the_registers_errors(faulty):
    listed = {r["psn_no"]: (r["certno"], r["psn_name"]) for r in rows_of(faulty, "yb", "psn_insu")}
    same = [listed[r["psn_no"]] == (r["certno"], r["psn_name"]) for r in rows_of(faulty, "yb", "setl") if r["psn_no"] in listed]
    assert sum(same) > 0.99 * len(same)


def test_grid_copies_errors_of_the_police(faulty):
    faults = pl.read_parquet(faulty / "truth" / "faults.parquet")
    assert faults.filter((pl.col("dept") == "zf") & (pl.col("fault").str.ends_with("_copied"))).height > 0


def test_delta_nights_hold_only_rows_of_the_last_days(clean):
    for view in ("V_CZRK", "V_LDRK", "V_JWRY"):
        with sqlite3.connect(clean / "ga" / "2026-11-22.sqlite") as connection:
            stamps = [s for (s,) in connection.execute(f"SELECT GXSJ FROM {view}")]
        assert all("20261119" <= s[:8] <= "20261122" for s in stamps)
    first = len(rows_of(clean, "ga", "ldrk"))
    assert 0 < len(rows_of(clean, "ga", "ldrk", "2026-11-22")) < first / 5


def test_full_lists_come_whole_every_night(clean):
    first, last = rows_of(clean, "yb", "psn_insu"), rows_of(clean, "yb", "psn_insu", f"{LAST}")
    assert len(last) >= len(first) > 500


def test_csv_parts_are_sealed_and_counted(clean):
    for ready in (clean / "yb").glob("*.ok"):
        for line in ready.read_text().splitlines():
            name, rows = line.split(" ")
            file = ready.parent / name
            assert hashlib.md5(file.read_bytes()).hexdigest() == (ready.parent / f"{name}.md5").read_text().split()[0]
            text = gzip.decompress(file.read_bytes()).decode("gb18030")
            assert text.count("\r\n") == int(rows) + 1


def test_schools_order_their_columns_differently(clean):
    heads = set()
    for file in sorted((clean / "jy" / "2026-11-20").glob("*.xlsx")):
        lines = python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_name("学籍").to_python(skip_empty_area=False)
        heads.add(tuple(lines[1]))
    assert len(heads) == 2


def digest(folder: Path) -> str:
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    total = hashlib.sha256()
    for name in names:
        total.update(name.encode())
        total.update((folder / name).read_bytes())
    return total.hexdigest()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path, faulty):
    write_deliveries(fake_world(), tmp_path / "again", 4.0, 1)
    assert digest(tmp_path / "again") == digest(faulty)
    write_deliveries(fake_world(), tmp_path / "other", 4.0, 2)
    assert digest(tmp_path / "other") != digest(faulty)


@pytest.mark.parametrize(
    ("night", "touched"),
    [(date(2026, 11, 22), date(2026, 11, 1)), (date(2026, 11, 1), date(2026, 11, 1)), (date(2026, 10, 31), date(2026, 1, 5)),
     (date(2026, 1, 5), date(2026, 1, 5)), (date(2026, 1, 4), date(2025, 3, 11)), (date(2025, 3, 10), None)],
)  # fmt: skip
def test_a_repeated_confirmation_is_the_newest_up_to_the_night(night: date, touched: date | None) -> None:
    """The last one on 1 November 2026, every 300 days before, down to the registration on 10 March 2025."""
    master = pl.DataFrame({"_met": [date(2025, 3, 10)], "_touched": [date(2026, 11, 1)], "_every": [300]})
    assert touched_by(master, night)["_touched"].to_list() == [touched]
    assert touched_by(master.drop("_every"), night)["_touched"].to_list() == [date(2026, 11, 1)]
