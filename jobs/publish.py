"""Stage publish: build the snapshot, check those very files, seal the night, and let readers see it.

The order is the protocol (ADR 0004): files → gate on the files → name → seal → catalog → current. Killed anywhere, it runs
again to the same result; readers see the old snapshot or the new one. Published twice, it only repairs what is missing.
"""

from __future__ import annotations

import hashlib
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pyarrow.parquet as pq

from jobs.context import Context
from jobs.errors import GateRefused, MissingInput
from jobs.history import log
from jobs.pool import catalog, current, faults, snapshots
from jobs.pool.nights import Night, sealed
from jobs.quality import gates, report
from jobs.quality.figures import Figures
from jobs.tables import QUALITY, STATUS_HISTORY

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT_FIGURES = "part-snapshot.parquet"
"""Part of the snapshot's quality table: the figures of the gate on the files themselves."""
NEEDS = ("residents", "residence", "resident_records", "resident_events", "records", "deliveries/*")


def run(context: Context) -> None:
    """Publish the night of this context."""
    _require(context)
    target = snapshots.folder(context.settings.pool, context.night.label)
    described = snapshots.describe(target) if context.night.manifest() else None
    if described is None:
        described = _make(context, target)
    context.receipt.rows_in = context.receipt.rows_out = described["tables"]["resident"]
    _show(context)


def _require(context: Context) -> None:
    """What is published was made tonight: a table inherited from the night before is no result of this one."""
    have = context.night.manifest() or {"tables": context.night.own()}
    missing = [n for n in ("residents", "residence", "changes", "balance", "quality") if n not in have["tables"]]
    if missing:
        raise MissingInput(
            f"Night {context.night.label} has not made {missing[0]}.", f"Run the stages before: renkou run --date {context.date}."
        )


def _make(context: Context, target: Path) -> dict[str, Any]:
    """Build, check, name and seal. A sealed night whose folder was lost is built again from its pins, with its old seal."""
    made = snapshots.building(context.settings.pool, context.night.label)
    figures = Figures(context)
    figures.prepare(NEEDS)
    snapshots.build(context.files, figures.con, made)
    facts = {"label": context.night.label, "date": context.date.isoformat(), "revision": context.night.revision}
    facts |= {"history": _history(context, figures, made)}
    if context.night.manifest():
        if context.has("quality/snapshot"):
            shutil.copy2(context.files("quality/snapshot")[0], made / "quality" / SNAPSHOT_FIGURES)
        return snapshots.finish(made, target, facts)
    _gate(context, made)
    faults.point("snapshot-gate")
    described = snapshots.finish(made, target, facts)
    context.night.seal(manifest(context, facts | {"snapshot": described["tables"]}))
    faults.point("sealed")
    return described


def _history(context: Context, figures: Figures, made: Path) -> int | None:
    """Put the history up to this night into the snapshot; returns its version, None for a night sealed before there was one."""
    if context.night.manifest() is None:
        log.add(context, figures.con)
    pinned = (context.night.pins() | context.receipt.writes).get(STATUS_HISTORY.name)
    if pinned is not None:
        snapshots.link(context.store.files(STATUS_HISTORY.name, pinned), made / STATUS_HISTORY.name, STATUS_HISTORY.schema)
    return pinned


def _gate(context: Context, made: Path) -> None:
    """Judge the files as readers would get them; the figures join the snapshot's own quality table."""
    files = {f"snap_{table}": parts for table, parts in snapshots.parts(made).items()}
    findings = gates.judge(context, "snapshot", files)
    figures = gates.figures_table(findings, "snapshot")
    context.write_arrow(QUALITY, figures, "quality/snapshot")
    try:
        gates.refuse(context, "snapshot", findings)
    except GateRefused as refused:
        sentences = [(f.sentence("zh"), f.sentence("en")) for f in findings if f.refuses]
        report.refused(context, "snapshot", figures, sentences)
        current.mark_stale(context.settings.pool, context.date, refused.what)
        shutil.rmtree(made)
        raise
    pq.write_table(figures, made / "quality" / SNAPSHOT_FIGURES, compression="zstd")


def _show(context: Context) -> None:
    """What readers look at, each by one rename, and each safe to repeat: catalog, current.json, status, report."""
    settings, night = context.settings, context.night
    label = current.newest(settings.pool, night.label, context.date, night.revision)
    catalog.build(settings.pool, published(settings.nights, settings.pool), label)
    faults.point("catalogued")
    if label == night.label:
        current.move(settings.pool, label, context.date, night.revision)
    current.clear_stale(settings.pool, context.date)
    faults.point("current")
    report.published(settings, night)


def published(nights: Path, pool: Path) -> list[catalog.Published]:
    """Sealed nights whose snapshot still lies in the pool (retention removes old ones)."""
    return [
        catalog.Published(n.label, n.date.isoformat(), n.revision)
        for n in sealed(nights)
        if snapshots.describe(snapshots.folder(pool, n.label))
    ]


def manifest(context: Context, facts: dict[str, Any]) -> dict[str, Any]:
    """The seal: versions of every table, code, parameters, hashes of what was taken, counts of what came out."""
    night = context.night
    return facts | {
        "tables": night.pins() | context.receipt.writes,
        "code": code_version(),
        "parameters": _parameters(context),
        "inputs": _inputs(context),
        "counts": {r.step: {"in": r.rows_in, "out": r.rows_out, "rejected": r.rejected} for r in night.receipts()},
        "predecessor": _label(night.predecessor()),
    }


def code_version() -> str:
    """Package version and a hash over the code, contracts, parameters, tables and suites that made the night."""
    hashed = hashlib.sha256()
    for file in sorted(
        p for top in ("jobs", "expectations") for p in (ROOT / top).rglob("*") if p.suffix in (".py", ".yml", ".csv")
    ):
        hashed.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    try:
        release = version("renkou")
    except PackageNotFoundError:
        release = "unreleased"
    return f"{release}+{hashed.hexdigest()[:12]}"


def _parameters(context: Context) -> dict[str, Any]:
    """Versions of the residence rules and of the linkage model that the night's rows name."""
    named = {"residence": ("residence", "rule_version"), "model": ("links", "model_version")}
    found = {}
    for what, (table, column) in named.items():
        rows = context.read_arrow(table, columns=[column])[column].unique().to_pylist() if context.has(table) else []
        found[what] = sorted(v for v in rows if v)
    return found


def _inputs(context: Context) -> dict[str, str]:
    """Delivery → hash over its bytes, for every delivery this night took."""
    files = [f for name in context.pinned("deliveries/") for f in context.files(name)]
    if not files:
        return {}
    rows = ds.dataset(files).to_table(columns=["delivery_id", "sha256", "taken_on"]).to_pylist()
    return {r["delivery_id"]: r["sha256"] for r in rows if r["taken_on"] == context.date and r["sha256"]}


def _label(night: Night | None) -> str | None:
    return night.label if night else None
