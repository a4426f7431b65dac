"""A department made up for each test: its contract, its folder of deliveries, and nights that extract it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs import extract
from jobs.context import Context, run_step
from jobs.departments.current import ORDER
from jobs.pool.nights import Night, Receipt
from jobs.settings import Settings

NIGHT = dt.date(2026, 11, 20)


def day(offset: int) -> dt.date:
    """The business date some days after the first night."""
    return NIGHT + dt.timedelta(days=offset)


def table(**words: Any) -> dict[str, Any]:
    """A table's contract: key id, columns id, name, updated."""
    base: dict[str, Any] = {
        "title": {"zh": "表", "en": "table"},
        "source": "people",
        "key": ["id"],
        "mode": "delta",
        "columns": {"id": {"clean": "key", "required": True}, "name": {"clean": "person_name"}, "updated": {"clean": "datetime"}},
        "updated": "updated",
    }
    return base | words


def department(manner: str, tables: dict[str, Any], code: str = "xx", **words: Any) -> dict[str, Any]:
    """A department's contract."""
    lawful = {
        "legal_basis": "law",
        "purpose": "test",
        "sharing": "conditional",
        "level": "L3",
        "retention_days": 10,
        "assessment": "PIA-0",
    }
    base = {"code": code, "version": "1", "name": {"zh": "某局", "en": "Office"}, "manner": manner, "lawful": lawful}
    return base | {"tables": tables} | words


class Office:
    """The contracts, the sources and the nights of one test."""

    def __init__(self, folder: Path) -> None:
        self.contracts = folder / "contracts"
        self.contracts.mkdir()
        self.settings = Settings(folder / "home", folder / "sources.yml", "local[2]", 4, None)
        self.sources: dict[str, Any] = {}

    def add(self, contract: dict[str, Any], source: dict[str, Any], manner: str | None = None) -> None:
        """Write a contract and where its deliveries lie."""
        code = contract["code"]
        (self.contracts / f"{code}.yml").write_text(
            yaml.safe_dump(contract, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
        self.sources.setdefault(code, {})[manner or contract["manner"]] = source
        self.write_sources()

    def write_sources(self, residents: int = 1000) -> None:
        """Write sources.yml."""
        content = {"id_key": "00", "residents": residents, "departments": self.sources}
        self.settings.sources.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def extract(self, date: dt.date, only: str | None = None, seal: bool = True) -> Receipt:
        """Extract a night and, as publishing would, seal it."""
        night = Night(self.settings.nights, date)
        step = f"extract.{only}" if only else "extract"
        receipt = run_step(self.settings, night, step, extract.run, department=only, contracts=str(self.contracts))
        if seal:
            night.seal({"tables": night.pins()})
        return receipt

    def rows(self, date: dt.date, name: str) -> list[dict[str, Any]]:
        """A table of a sealed or open night, by its first column or the source rows' order."""
        context = Context(self.settings, Night(self.settings.nights, date), Receipt("test"))
        import pyarrow.dataset as ds

        files = context.files(name)
        rows = ds.dataset(files).to_table().to_pylist() if files else []
        return sorted(rows, key=lambda r: str([r.get(c) for c in (*ORDER[:1], "delivery_id", "position")]))

    def current(self, date: dt.date, table: str = "people", code: str = "xx") -> dict[str, tuple[Any, ...]]:
        """source key → (values, known_from, closed_on)."""
        return {
            r["source_key"]: (r["values"], r["known_from"], r["closed_on"])
            for r in self.rows(date, f"source_current/{code}/{table}")
        }

    def states(self, date: dt.date, code: str = "xx") -> dict[tuple[str, dt.date], str]:
        """(table, business date) → state."""
        return {(r["source_table"], r["business_date"]): r["state"] for r in self.rows(date, f"deliveries/{code}")}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An installation without departments."""
    return Office(tmp_path)
