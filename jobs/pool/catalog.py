"""The inside catalog: `catalog.duckdb`, a file of views that any DuckDB client opens read-only from anywhere.

It holds no data, only views over the part files of published snapshots, with absolute paths: after moving the pool, build
it again. It is made beside and renamed into place, so a client that holds the old one keeps reading the old snapshot.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.pool import faults, history_views, living_views, snapshots, views

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VIEWS = {
    "resident": "one row a person: best attributes, age, status · 每人一行：最优属性、年龄、状态",
    "residence": "status with rule, dates and explanation · 居住状态、规则、日期与说明",
    "resident_records": "which record belongs to whom · 记录归属",
    "resident_events": "created, merged, split, retired ids · 编号的产生、合并、拆分、停用",
    "dwellings": "people and households per dwelling · 每套住房的人数与户数",
    "households": "who keeps house together, how sure · 共同居住的户及可信度",
    "household_members": "which household a resident belongs to · 居民所属的户",
    "resident_ties": "spouses, parents, guardians, landlords · 亲属与租赁关系",
    "residency_index": "a second opinion beside the rules · 规则之外的居住指数",
    "changes": "what differs from the snapshot before · 与上一快照的差异",
    "balance": "population account per township · 各镇街人口账",
    "quality": "figures of quality with bounds and verdicts · 质量指标、界限与结论",
    "lineage": "resident → record → source row · 从居民追溯到源数据行",
    "deliveries": "what each department sent · 各部门交付情况",
}
DATED = ("resident", "residence", "changes", "balance", "quality")
"""Tables with a macro `{name}_as_of(date)`: the snapshot in force on that date."""


HISTORY = {
    "status_history": "what each night said anew of a status · 各夜新说的居住状态",
    "status_intervals": "status from/to, and since/until when so known · 居住状态区间，及其已知区间",
}
"""Views of the history, and the macro `population_as_of(date, known)` beside them: absent while no snapshot has a history."""


@dataclass(frozen=True)
class Published:
    """One published snapshot: its label, business date and revision."""

    label: str
    date: str
    revision: int


def build(pool: Path, published: list[Published], label: str) -> Path:
    """Write the catalog of all published snapshots with `label` as the current one, and move it into place."""
    import duckdb

    target = pool / "catalog.duckdb"
    temporary = pool / f".catalog-{uuid.uuid4().hex[:8]}.duckdb"
    for left in pool.glob(".catalog-*"):
        left.unlink()
    con = duckdb.connect(str(temporary))
    try:
        _snapshots(con, pool, published, label)
        _views(con, snapshots.parts(snapshots.folder(pool, label)))
        _dated(con, pool, sorted(published, key=lambda p: p.date))
        _history(con, pool, published)
    finally:
        con.close()
    temporary.chmod(snapshots.FILE_MODE)
    faults.point("catalog")
    temporary.replace(target)
    return target


def _snapshots(con: DuckDBPyConnection, pool: Path, published: list[Published], label: str) -> None:
    con.execute("CREATE TABLE snapshots (label VARCHAR, date DATE, revision INTEGER, residents BIGINT, is_current BOOLEAN)")
    for each in sorted(published, key=lambda p: p.date):
        facts = snapshots.describe(snapshots.folder(pool, each.label)) or {"tables": {}}
        row = [each.label, each.date, each.revision, facts["tables"].get("resident"), each.label == label]
        con.execute("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?)", row)
    con.execute("COMMENT ON TABLE snapshots IS 'every published snapshot · 已发布的快照'")


def _views(con: DuckDBPyConnection, parts: dict[str, list[str]]) -> None:
    for name, meaning in VIEWS.items():
        if name in snapshots.LIVING and name not in parts:
            continue  # a snapshot published before there were these
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM {views.scan(parts[name])}")
        con.execute(f"COMMENT ON VIEW {name} IS {views.literal(meaning)}")
    if parts.keys() >= set(snapshots.LIVING):
        living_views.create(con)
    con.execute("CREATE MACRO trace(id) AS TABLE SELECT * FROM lineage WHERE resident_id = id")


def _dated(con: DuckDBPyConnection, pool: Path, ordered: list[Published]) -> None:
    """One arm a snapshot, valid from its date to the next one's: a literal date leaves a single arm to read."""
    folders = [snapshots.parts(snapshots.folder(pool, p.label)) for p in ordered]
    ends = [*(p.date for p in ordered[1:]), "9999-12-31"]
    for name in DATED:
        arms = [
            f"SELECT * FROM {views.scan(parts[name])}"
            f" WHERE CAST(d AS DATE) >= DATE '{each.date}' AND CAST(d AS DATE) < DATE '{end}'"
            for each, end, parts in zip(ordered, ends, folders, strict=True)
        ]
        con.execute(f"CREATE MACRO {name}_as_of(d) AS TABLE " + " UNION ALL BY NAME ".join(arms))


def _history(con: DuckDBPyConnection, pool: Path, published: list[Published]) -> None:
    """The history as the night published last left it: a late revision of an earlier date may be newer than the current one."""
    folders = [snapshots.folder(pool, p.label) for p in published]
    having = [f for f in folders if (snapshots.describe(f) or {}).get("history") is not None]
    if not having:
        return
    newest = max(having, key=lambda f: int((snapshots.describe(f) or {})["history"]))
    files = snapshots.parts(newest)["status_history"]
    con.execute(f"CREATE VIEW status_history AS SELECT * FROM {views.scan(files)}")
    con.execute(history_views.INTERVALS)
    for name, meaning in HISTORY.items():
        con.execute(f"COMMENT ON VIEW {name} IS {views.literal(meaning)}")
    con.execute(history_views.POPULATION)
