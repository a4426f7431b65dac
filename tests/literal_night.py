"""A small whole night written by hand: every table of a night, small enough to read, consistent unless a test spoils it.

Six residents, two departments with one table each. A test takes `tables(date)`, changes one row and runs what it tests; no
Spark is needed.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs.context import Context, run_step
from jobs.pool.nights import Night
from jobs.publish import run as publish
from jobs.settings import Settings
from jobs.tables import Table, table_for
from jobs.validate import LAYERS, gate
from jobs.validate import run as validate

Row = dict[str, Any]
Rows = dict[str, list[Row]]

FIRST, SECOND = dt.date(2026, 11, 21), dt.date(2026, 11, 22)
TOWNSHIPS = ("330110001", "330110002")
NAMES = ("王秀兰", "李建国", "陈思雨", "张伟", "刘洋", "赵敏")
CODES = ("11", "12", "23", "13", "51", "41")
FLAGS = {
    "11": ("R", True, True, True), "12": ("R", True, True, True), "13": ("R", True, False, True), "23": ("R", True, True, False),
    "31": ("T", False, True, False), "41": ("A", False, False, True), "51": ("N", False, False, False),
    "53": ("N", False, False, False), "91": ("D", False, False, False), "99": ("X", False, False, False),
}  # fmt: skip

CONTRACT = """
code: {code}
version: "1"
name: {{zh: 试验部门, en: Test department}}
manner: database
lawful: {{legal_basis: 试验, purpose: test, sharing: conditional, level: L2, retention_days: 30, assessment: T-1}}
tables:
  {table}:
    title: {{zh: 试验表, en: test table}}
    source: V_TEST
    key: [BH]
    mode: full
    due: daily
    late: {late}
    rows: {{min: 500, max: 2000}}
    columns:
      BH: {{zh: 编号, clean: key, required: true}}
      XM: {{zh: 姓名, clean: person_name}}
    records:
      self:
        fields: {{name: XM}}
"""


def installation(home: Path) -> Settings:
    """An empty installation of a district of six, with two contracts."""
    contracts = home / "contracts"
    contracts.mkdir(parents=True)
    (contracts / "ga.yml").write_text(CONTRACT.format(code="ga", table="czrk", late="{stop: true}"), encoding="utf-8")
    (contracts / "zf.yml").write_text(CONTRACT.format(code="zf", table="grid_person", late="{carry_days: 3}"), encoding="utf-8")
    (home / "sources.yml").write_text("residents: 6\ndepartments: {}\n")
    return Settings(home, home / "sources.yml", "local[2]", 2, "test-key")


def resident_id(n: int) -> str:
    """An id of the right form."""
    return f"RK{n:012}0"


def tables(date: dt.date = FIRST) -> Rows:
    """All tables of a sound night."""
    found: Rows = {}
    for dept, table in (("ga", "czrk"), ("zf", "grid_person")):
        found[f"deliveries/{dept}"] = [_delivery(dept, table, date)]
        found[f"landing/{dept}/{table}"] = []
        found[f"source_current/{dept}/{table}"] = [_source_row(dept, table, n, date) for n in range(6)]
    found["records"] = [_record(d, t, n, date) for d, t in (("ga", "czrk"), ("zf", "grid_person")) for n in range(6)]
    found["signs"] = [_sign(n, date) for n in range(6)]
    found["ties"] = [_tie(date)]
    found["rejected_rows"] = []
    found["cell_issues"] = [_issue(date)]
    found["profiles"] = [_profile(n) for n in range(6)]
    found["profile_records"] = [{"record_id": f"{d}-{n}", "profile_id": f"ga-{n}"} for d in ("ga", "zf") for n in range(6)]
    found["links"] = [_link(0, 1)]
    found["residents"] = [_resident(n, date) for n in range(6)]
    found["resident_records"] = [
        {"record_id": f"{d}-{n}", "resident_id": resident_id(n), "profile_id": f"ga-{n}", "since": FIRST}
        for d in ("ga", "zf")
        for n in range(6)
    ]
    found["resident_events"] = [event(n, FIRST, "created") for n in range(6)]
    found["residence"] = [residence(n, CODES[n], TOWNSHIPS[n % 2]) for n in range(6)]
    return found


TOLD = {"ga.czrk": {"rows": 6, "rejected": 0}, "zf.grid_person": {"rows": 6, "rejected": 0}}
"""What the standardize stage of a sound night says of itself."""


def event(n: int, date: dt.date, kind: str, other: str = "") -> Row:
    """Something that happened to an id."""
    return {"resident_id": resident_id(n), "date": date, "kind": kind, "other_id": other, "reason": "a test says so"}


def residence(n: int, code: str, township: str) -> Row:
    """A status whose flags agree with its code."""
    cls, usual, present, hukou = FLAGS[code]
    return {
        "resident_id": resident_id(n), "status_code": code, "status_class": cls, "counts_usual": usual, "counts_present": present,
        "counts_hukou": hukou, "confidence": 0.9, "evidence_score": 0.8, "band": "high", "rule_id": "R-05b", "rule_version": "test",
        "dwelling_id": f"d{n}", "township": township, "explanation": "{}",
    }  # fmt: skip


def write(settings: Settings, date: dt.date, data: Rows, through: str = "publish", revision: int = 0, **options: Any) -> Night:
    """Run a night whose tables are these rows, up to a stage or gate (`records` stops behind that gate)."""
    night = Night(settings.nights, date, revision)
    given = {"engine": "pandas", "contracts": settings.home / "contracts", **options}
    for step, names in STEPS:
        if step == "validate":
            run_step(settings, night, "validate", validate, **given)
        elif step == "publish":
            run_step(settings, night, "publish", publish, **given)
        else:
            run_step(settings, night, step, writer(data, names), **given)
            layer = LAYERS[[s for s, _ in STEPS].index(step)]
            run_step(settings, night, f"gate.{layer}", lambda c, layer=layer: gate(c, layer), **given)
            if through == layer:
                return night
        if through == step:
            return night
    return night


def forget(settings: Settings) -> None:
    """Throw everything away but the contracts."""
    for name in ("state", "pool", "reports"):
        shutil.rmtree(settings.home / name, ignore_errors=True)


LIVING = ("dwellings", "households", "household_members", "resident_ties", "residency_index")
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("extract", ("deliveries", "landing", "source_current")),
    ("standardize", ("records", "signs", "ties", "rejected_rows", "cell_issues")),
    ("link", ("profiles", "profile_records", "links")),
    ("resolve", ("residents", "resident_records", "resident_events")),
    ("residence", ("residence", *LIVING)),
    ("validate", ()),
    ("publish", ()),
)


def writer(data: Rows, names: tuple[str, ...]) -> Callable[[Context], None]:
    def work(context: Context) -> None:
        made = living(data["residence"]) if "residence" in names and "residence" in data else {}
        for name, rows in {**made, **data}.items():
            if name.split("/")[0] in names:
                context.write_arrow(_declared(name), frame(_declared(name), rows), name)
                context.receipt.rows_out += len(rows)
        if "records" in names:
            context.receipt.notes["tables"] = data["told"][0] if "told" in data else TOLD

    return work


def living(residence_rows: list[Row]) -> Rows:
    """The tables of living together, in which everybody present keeps house alone."""
    present = {r["resident_id"]: r["dwelling_id"] for r in residence_rows if r["counts_present"] and r["dwelling_id"]}
    homes = sorted(set(present.values()))
    people = [sum(d == home for d in present.values()) for home in homes]
    one = {"basis": "alone", "confidence": 0.9}
    index = {"basis": "own", "signs": ["S05"], "index_version": "test"}
    return {
        "dwellings": [
            {"dwelling_id": d, "kind": "home", "people": n, "usual": n, "households": n}
            for d, n in zip(homes, people, strict=True)
        ],
        "households": [
            {"household_id": r, "dwelling_id": d, "members": 1, "usual": 1, "minors": 0, "aged": 0, "aged_alone": False, **one}
            for r, d in present.items()
        ],
        "household_members": [
            {"resident_id": r, "household_id": r, "dwelling_id": d, "since": FIRST, **one} for r, d in present.items()
        ],
        "resident_ties": [],
        "residency_index": [
            {"resident_id": r["resident_id"], "residency_index": 0.5, "evidence": 0.5, "resident_by_index": True, **index}
            for r in residence_rows
        ],
    }


def frame(table: Table, rows: list[Row]) -> pa.Table:
    """Rows as the declared table; what is not said is null."""
    return pa.Table.from_pylist([{c: r.get(c) for c in table.schema.names} for r in rows], schema=table.schema)


def _declared(name: str) -> Table:
    if name.startswith("landing/"):
        from jobs.departments.clauses import TableSpec
        from jobs.departments.landing import landing_table

        columns = {"BH": {"clean": "key"}, "XM": {"clean": "person_name"}}
        spec = {"title": {"zh": "试", "en": "t"}, "source": "V", "key": ["BH"], "mode": "full", "columns": columns}
        _, dept, table = name.split("/")
        return landing_table(dept, table, TableSpec.model_validate(spec))
    return table_for(name)


def _delivery(dept: str, table: str, date: dt.date) -> Row:
    return {
        "delivery_id": f"{dept}.{table}.{date}.1", "dept": dept, "source_table": table, "business_date": date, "sequence": 1,
        "taken_on": date, "files": ["/somewhere/file"], "sha256": "ab", "rows": 7, "rows_landed": 6, "mode": "full",
        "rejected": ["KEY_REPEATED=1@3"], "contract_version": "1", "state": "on_time", "drift": [],
    }  # fmt: skip


def _source_row(dept: str, table: str, n: int, date: dt.date) -> Row:
    return {
        "source_key": f"{n}", "delivery_id": f"{dept}.{table}.{date}.1", "position": n, "known_from": FIRST, "row_hash": f"{n}",
        "values": [f"{n}", NAMES[n]],
    }  # fmt: skip


def _record(dept: str, table: str, n: int, date: dt.date) -> Row:
    person = {
        "name": NAMES[n], "sex": "MF"[n % 2], "birth_date": dt.date(1950 + n, 1, 1), "phone": f"1380571000{n}",
        "id_number": f"33011019{50 + n}01010{n}1X",
    }  # fmt: skip
    return person | {
        "record_id": f"{dept}-{n}", "dept": dept, "source_table": table, "source_key": f"{n}", "role": "self",
        "known_from": FIRST, "id_type": "citizen", "id_grade": "OK", "name_kind": "han", "township": TOWNSHIPS[n % 2],
    }  # fmt: skip


def _sign(n: int, date: dt.date) -> Row:
    return {
        "sign_id": f"s{n}", "record_id": f"zf-{n}", "sign": "S05", "dept": "zf", "source_table": "grid_person",
        "source_key": f"{n}", "from_date": dt.date(2026, 10, 1), "to_date": dt.date(2026, 11, 1), "known_from": FIRST,
        "place": "dwelling", "township": TOWNSHIPS[n % 2],
    }  # fmt: skip


def _tie(date: dt.date) -> Row:
    return {
        "from_record": "ga-0", "to_record": "ga-1", "relation": "spouse_of", "dept": "ga", "source_table": "czrk",
        "source_key": "0", "known_from": FIRST,
    }  # fmt: skip


def _issue(date: dt.date) -> Row:
    return {
        "row_id": "x", "dept": "zf", "source_table": "grid_person", "source_key": "0", "column": "XM", "reason": "NAME_REPAIRED",
        "repaired": True, "known_from": FIRST,
    }  # fmt: skip


def _profile(n: int) -> Row:
    return {"profile_id": f"ga-{n}", "records": 2, "departments": ["ga", "zf"], "name": NAMES[n]}


def _link(left: int, right: int) -> Row:
    return {
        "profile_l": f"ga-{left}", "profile_r": f"ga-{right}", "weight": -1.0, "probability": 0.3, "grade": "review",
        "block": "name", "levels": "name=equal:8.0", "model_version": "m1",
    }  # fmt: skip


def _resident(n: int, date: dt.date) -> Row:
    return {
        "resident_id": resident_id(n), "records": 2, "departments": ["ga", "zf"], "name": NAMES[n], "sex": "MF"[n % 2],
        "birth_date": dt.date(1950 + n, 1, 1), "phone": f"1380571000{n}", "id_number": f"33011019{50 + n}01010{n}1X",
        "spouse_id": {0: resident_id(1), 1: resident_id(0)}.get(n),
    }  # fmt: skip
