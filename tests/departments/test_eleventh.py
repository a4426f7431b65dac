"""An eleventh department is one file: nothing else is touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jobs.departments.contract import FOLDER, all_contracts, load
from jobs.errors import DeliveryHeld

from .conftest import NIGHT, Office, day, department, table
from .test_files import lines

CL = """\
code: cl
version: "1"
name: {zh: 残疾人联合会, en: Disabled Persons' Federation}
manner: files
lawful: {legal_basis: 残疾人保障法, purpose: presence, sharing: conditional, level: L3, retention_days: 365, assessment: PIA-11}
tables:
  card:
    title: {zh: 残疾人证, en: cards}
    source: "CL_{date}.csv"
    key: [card_no]
    mode: full
    due: monthly
    columns:
      card_no: {clean: key, required: true}
      name: {clean: person_name}
      number: {clean: citizen_number}
    refused: [kind, grade]
    records:
      self: {fields: {name: name, id_number: number, id_type: {const: citizen}}}
"""


def test_one_file_adds_a_department(office: Office, tmp_path: Path) -> None:
    for file in FOLDER.glob("*.yml"):
        shutil.copy(file, office.contracts)
    (office.contracts / "cl.yml").write_text(CL, encoding="utf-8")
    assert len(all_contracts(office.contracts)) == 11
    drop = tmp_path / "cl"
    drop.mkdir()
    (drop / "CL_20261120.csv").write_text(
        lines("9,甲,330110199001011234,1,2", head="card_no,name,number,kind,grade"), encoding="utf-8"
    )
    office.sources = {"cl": {"files": {"url": f"file://{drop}"}}}
    office.write_sources()
    receipt = office.extract(NIGHT, only="cl")
    assert (receipt.step, receipt.rows_in, receipt.rows_out) == ("extract.cl", 1, 1)
    assert office.current(NIGHT, "card", "cl")["9"][0] == ["9", "甲", "330110199001011234"]
    (row,) = office.rows(NIGHT, "deliveries/cl")
    assert row["sentence"] == "Refused columns were dropped: grade, kind."


def test_a_department_without_source_is_held_alone(office: Office, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "x_20261120.csv").write_text(lines("1,甲,a"), encoding="utf-8")
    office.add(department("files", {"people": table(source="x_{date}.csv", due="weekly")}), {"url": f"file://{drop}"})
    office.add(department("files", {"people": table(source="x_{date}.csv")}, code="yy"), {"url": f"file://{drop}"})
    del office.sources["yy"]
    office.write_sources()
    office.extract(NIGHT, only="xx")
    assert set(office.current(NIGHT)) == {"1"}
    with pytest.raises(
        DeliveryHeld, match=r"sources.yml names no files connection for department yy. Add departments.yy.files.url to it"
    ):
        office.extract(NIGHT, only="yy", seal=False)


def test_a_contract_may_change_its_columns(office: Office, tmp_path: Path) -> None:
    (office.contracts / "cl.yml").write_text(CL, encoding="utf-8")
    head = "card_no,name,number,kind,grade"
    for date, rows in {"20261120": ["8,丙,1,1,2", "9,甲,2,1,2"], "20261121": ["9,甲,2,1,2"]}.items():
        (tmp_path / f"CL_{date}.csv").write_text(lines(*rows, head=head), encoding="utf-8")
    office.sources = {"cl": {"files": {"url": f"file://{tmp_path}"}}}
    office.write_sources()
    office.extract(NIGHT)
    changed = CL.replace("      name: {clean: person_name}\n", "      kind: {clean: code}\n      name: {clean: person_name}\n")
    (office.contracts / "cl.yml").write_text(changed.replace("[kind, grade]", "[grade]"), encoding="utf-8")
    load.cache_clear()
    office.extract(day(1))
    current = office.current(day(1), "card", "cl")
    assert current["9"] == (["9", "1", "甲", "2"], day(1), None)
    assert current["8"] == (["8", None, "丙", "1"], NIGHT, day(1))
    (landed,) = office.rows(day(1), "landing/cl/card")
    assert landed["kind"] == "1"
    assert len(office.rows(NIGHT, "landing/cl/card")) == 2
    load.cache_clear()
