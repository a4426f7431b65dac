"""A hand-made night: records, profiles, links and ties written straight into the state, without the stages before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs.context import Context
from jobs.pool.nights import Night, Receipt
from jobs.settings import Settings
from jobs.tables import LINKS, PROFILE_RECORDS, PROFILES, RECORDS, TIES, Table

FIRST = dt.date(2026, 11, 20)


@dataclass
class District:
    """What the stages before resolve would have written. Every record is its own profile unless `profile` says more."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    ties: list[dict[str, Any]] = field(default_factory=list)

    def record(self, record_id: str, place: str, role: str = "self", **values: Any) -> None:
        """`place` is dept.table.key; a profile of the same content comes with it, unless `profile` names one."""
        dept, table, key = place.split(".")
        profile = values.pop("profile", record_id)
        confirmed = values.pop("confirmed", False)
        self.records[record_id] = {
            "record_id": record_id, "dept": dept, "source_table": table, "source_key": key, "role": role, "known_from": FIRST,
            "id_type": "citizen" if values.get("id_number") else None, "id_grade": "OK" if values.get("id_number") else "MISSING",
            "name_kind": "han", "_profile": profile, **values,
        }  # fmt: skip
        alias = values.get("alias_number")
        own = self.profiles.setdefault(profile, {"profile_id": profile, "records": 0, "departments": []})
        own["records"] += 1
        own["departments"] = sorted({*own["departments"], dept})
        names = PROFILES.schema.names
        for name, value in self.records[record_id].items():
            if name in names and value is not None:
                own.setdefault(name, value)
        own["id_confirmed"] = own.get("id_confirmed", False) or confirmed
        own["aliases"] = [alias] if alias else own.get("aliases", [])

    def link(self, one: str, two: str, weight: float, grade: str = "auto", veto: str | None = None) -> None:
        low, high = sorted((one, two))
        self.links.append(
            {
                "profile_l": low, "profile_r": high, "weight": weight, "probability": 1 / (1 + 2**-weight), "grade": grade,
                "block": "number", "levels": f"number=exact:{weight - 2};name=exact:2.0", "veto": veto, "model_version": "test",
            }
        )  # fmt: skip

    def tie(self, one: str, relation: str, two: str, **values: Any) -> None:
        origin = {k: self.records[one][k] for k in ("dept", "source_table", "source_key")}
        self.ties.append({"from_record": one, "relation": relation, "to_record": two, "known_from": FIRST, **origin, **values})

    def drop(self, record_id: str) -> None:
        gone = self.records.pop(record_id)
        self.profiles.pop(gone["_profile"], None)
        self.links = [e for e in self.links if record_id not in (e["profile_l"], e["profile_r"])]
        self.ties = [t for t in self.ties if record_id not in (t["from_record"], t["to_record"])]


def settings_in(home: Path, key: str | None = "a test key") -> Settings:
    return Settings(home=home, sources=home / "sources.yml", spark="local[2]", partitions=2, id_key=key)


def night(settings: Settings, date: dt.date, district: District) -> Context:
    """A context whose night holds the district; `seal` it before the next."""
    context = Context(settings, Night(settings.nights, date), Receipt("link"))
    write(context, RECORDS, list(district.records.values()))
    write(context, PROFILES, list(district.profiles.values()))
    write(context, PROFILE_RECORDS, [{"record_id": r, "profile_id": v["_profile"]} for r, v in district.records.items()])
    write(context, LINKS, district.links)
    write(context, TIES, district.ties)
    context.night.put(context.receipt)
    return Context(settings, context.night, Receipt("resolve"))


def seal(context: Context) -> None:
    context.night.put(context.receipt)
    context.night.seal({"tables": context.night.pins()})


def write(context: Context, table: Table, rows: list[dict[str, Any]]) -> None:
    whole = [{name: row.get(name) for name in table.schema.names} for row in rows]
    context.write_arrow(table, pa.Table.from_pylist(whole, schema=table.schema))
