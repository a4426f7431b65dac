"""What of a night can bear on one resident's status: the own evidence, the family's, the household's, and whatever derived
signs look at. Read by DuckDB from the night's part files, only the rows that match."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from jobs.residence.overrides import Override, read
from jobs.residence.parameters import Parameters
from jobs.residence.plain.world import ticked

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from jobs.pool.nights import Night
    from jobs.settings import Settings

Row = dict[str, Any]
TABLES = ("residents", "resident_records", "records", "signs", "ties", "residence")
RECORD = (
    *("record_id", "dept", "source_table", "role", "known_from", "closed_on", "dwelling_id", "township", "in_district"),
    *("id_type", "id_number", "id_grade", "name", "name_kind", "sex", "birth_date", "birth_date_basis", "ethnic"),
    *("nationality", "phone", "hukou_division", "hukou_active"),
)
"""The columns of RECORDS that the rules and the best values read."""
SIGN = (
    *("sign_id", "record_id", "sign", "dept", "source_table", "from_date", "to_date", "known_from", "place", "dwelling_id"),
    *("township", "in_district", "detail"),
)
FAMILY = ("mother_of", "father_of", "spouse_of", "guardian_of")
CROWD = 300
"""People with evidence at one dwelling who are read; where so many have some, more than a household lives there anyway."""
TIE = ("from_record", "to_record", "relation", "dept", "from_date", "to_date", "known_from")


@dataclass
class Around:
    """Rows of a night: residents in whole (`residents`), further people of whom only single signs matter (`bystanders`), every
    record with its resident, signs without the visits nobody made (`grp`: departments that copy one another), ties between the
    records, what was published, and all statuses ever decided by hand."""

    night: dt.date
    residents: list[Row] = field(default_factory=list)
    bystanders: set[str] = field(default_factory=set)
    records: dict[str, Row] = field(default_factory=dict)
    signs: list[Row] = field(default_factory=list)
    ties: list[Row] = field(default_factory=list)
    published: dict[str, Row] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)

    def of(self, resident_id: str) -> list[Row]:
        """The resident's records, by department, table and id."""
        mine = [r for r in self.records.values() if r["resident_id"] == resident_id]
        return sorted(mine, key=lambda r: (r["dept"], r["source_table"], r["record_id"]))


def around(settings: Settings, night: Night, residents: Iterable[str], p: Parameters) -> Around:
    """Everything of a finished night that bears on the status of these residents; ids that the night lacks are left out."""
    from jobs.pool import views

    con = views.connection(settings.home / "state" / "duckdb")
    try:
        _open(con, settings, night)
        _whole(con, list(residents))
        found = _read(con, night.date, p)
        found.overrides = read(settings.overrides)
        return found
    finally:
        con.close()


def _open(con: DuckDBPyConnection, settings: Settings, night: Night) -> None:
    """The night's tables as views; one that it lacks has no rows."""
    from jobs.pool.store import Store
    from jobs.tables import table_for

    pins, store = night.pins(), Store(settings.tables)
    for name in TABLES:
        _view(con, name, store.files(name, pins[name]) if name in pins else [], table_for(name).schema)


def _view(con: DuckDBPyConnection, name: str, files: list[str], schema: pa.Schema) -> None:
    """The declared columns; those that an older night did not keep are null."""
    import pyarrow.parquet as pq

    from jobs.pool import views

    if not files or set(schema.names) <= set(pq.read_schema(files[0]).names):
        views.add_view(con, name, files, schema)
        return
    con.register(f"no {name}", schema.empty_table())
    columns = ", ".join(f'"{c}"' for c in schema.names)
    con.execute(
        f'CREATE TEMP VIEW "{name}" AS SELECT {columns} FROM '
        f'(SELECT * FROM "no {name}" UNION ALL BY NAME SELECT * FROM {views.scan(files)})'
    )


def _whole(con: DuckDBPyConnection, asked: list[str]) -> None:
    """Temporary tables: `asked`, and `whole`: those asked for, their family, guardians, and who has evidence at their
    dwellings; `mine`: records of all these."""
    con.execute(
        "CREATE TEMP TABLE asked AS SELECT DISTINCT resident_id FROM residents WHERE resident_id IN (SELECT unnest(?))",
        [asked],
    )
    con.execute("CREATE TEMP TABLE own AS SELECT record_id FROM resident_records SEMI JOIN asked USING (resident_id)")
    con.execute(
        """CREATE TEMP TABLE homes AS
        SELECT dwelling_id FROM records SEMI JOIN own USING (record_id) WHERE dwelling_id IS NOT NULL
        UNION SELECT dwelling_id FROM signs SEMI JOIN own USING (record_id) WHERE dwelling_id IS NOT NULL"""
    )
    con.execute(
        f"""CREATE TEMP TABLE others AS
        WITH named AS (
            SELECT dwelling_id, record_id FROM records SEMI JOIN homes USING (dwelling_id)
            UNION SELECT dwelling_id, record_id FROM signs SEMI JOIN homes USING (dwelling_id)),
        people AS (SELECT DISTINCT dwelling_id, resident_id FROM named JOIN resident_records USING (record_id))
        SELECT resident_id FROM people
        QUALIFY row_number() OVER (PARTITION BY dwelling_id ORDER BY resident_id) <= {CROWD}"""
    )
    con.execute(
        f"""CREATE TEMP TABLE kin AS
        SELECT from_record AS record_id FROM ties SEMI JOIN own ON to_record = own.record_id WHERE relation IN {FAMILY}
        UNION SELECT to_record FROM ties SEMI JOIN own ON from_record = own.record_id WHERE relation IN {FAMILY}"""
    )
    con.execute(
        """CREATE TEMP TABLE whole AS
        SELECT resident_id FROM asked
        UNION SELECT resident_id FROM resident_records SEMI JOIN kin USING (record_id)
        UNION FROM others
        UNION SELECT unnest([mother_id, father_id, spouse_id]) FROM residents SEMI JOIN asked USING (resident_id)
        UNION SELECT resident_id FROM residents WHERE mother_id IN (FROM asked) OR father_id IN (FROM asked) OR spouse_id IN (FROM asked)"""
    )
    con.execute(
        "CREATE TEMP TABLE mine AS SELECT record_id FROM resident_records WHERE resident_id IN (FROM whole) UNION FROM own"
    )


def _read(con: DuckDBPyConnection, night: dt.date, p: Parameters) -> Around:
    """`further`: signs of other records that derived signs look at: tenancies of dwellings rented or owned, and enrolments of
    pupils."""
    sign, record, tie = (", ".join(columns) for columns in (SIGN, RECORD, TIE))
    con.execute(f"CREATE TEMP TABLE told AS SELECT {sign} FROM signs SEMI JOIN mine USING (record_id)")
    con.execute(f"CREATE TEMP TABLE tied AS SELECT {tie} FROM ties WHERE from_record IN (FROM mine) OR to_record IN (FROM mine)")
    con.execute(
        f"""CREATE TEMP TABLE further AS SELECT {sign} FROM signs ANTI JOIN mine USING (record_id)
        WHERE (sign = 'S06' AND dwelling_id IN (SELECT dwelling_id FROM told WHERE sign IN ('S06', 'S20')))
        OR (sign = 'S07' AND record_id IN (SELECT to_record FROM tied WHERE relation = 'guardian_of'))"""
    )
    con.execute("CREATE TEMP TABLE every AS SELECT record_id FROM mine UNION SELECT record_id FROM further")
    rows = _rows(
        con,
        f"SELECT {record}, resident_id FROM records SEMI JOIN every USING (record_id) JOIN resident_records USING (record_id)",
    )
    found = Around(night, residents=_rows(con, "SELECT * FROM residents SEMI JOIN whole USING (resident_id)"))
    found.records = {r["record_id"]: r for r in rows}
    in_whole = {r["resident_id"] for r in found.residents}
    found.bystanders = {r["resident_id"] for r in rows} - in_whole
    # whether a day's visits were ticks at a desk shows only in the district's numbers, not in those of one resident
    days = con.execute("SELECT from_date, count(*) FROM signs WHERE sign = 'S05' GROUP BY from_date").fetchall()
    bulk = ticked(dict(days), p)
    signs = _rows(con, "SELECT * FROM told UNION ALL SELECT * FROM further ORDER BY sign_id")
    sound = (s for s in signs if s["record_id"] in found.records and (s["sign"] != "S05" or s["from_date"] not in bulk))
    found.signs = [{**s, "grp": groups().get(s["dept"], s["dept"])} for s in sound]
    found.ties = [t for t in _rows(con, "FROM tied") if t["from_record"] in found.records and t["to_record"] in found.records]
    published = _rows(con, "SELECT * FROM residence SEMI JOIN whole USING (resident_id)")
    found.published = {r["resident_id"]: r for r in published}
    return found


@cache
def groups() -> dict[str, str]:
    """Department → the word under which it counts with those that copy it."""
    from jobs.departments.contract import all_contracts

    return {code: contract.group for code, contract in all_contracts().items() if contract.group}


def _rows(con: DuckDBPyConnection, sql: str) -> list[Row]:
    return con.execute(sql).to_arrow_table().to_pylist()
