"""The night as a list: which stage reads and writes what, and which gate stands behind it.

The DAG, the flow diagram, the command line and the check that refuses to start without an input all follow this one
declaration. It needs no Spark, Great Expectations or DuckDB, so that parsing a DAG stays light.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

DEPARTMENTS = Path(__file__).parent / "departments"


@dataclass(frozen=True)
class Stage:
    """One stage. `reads` and `writes` name tables (`source_current/*` means one a contract table); `gate` is the layer
    whose suites must pass before the next stage; `mapped` means one task a department."""

    name: str
    meaning: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    gate: str | None = None
    mapped: bool = False


STAGES: tuple[Stage, ...] = (
    Stage(
        "extract", "take each department's delivery as it is", (), ("landing/*", "source_current/*", "deliveries/*"),
        gate="landing", mapped=True,
    ),
    Stage(
        "standardize", "source rows to records, signs and ties", ("source_current/*", "deliveries/*"),
        ("records", "signs", "ties", "rejected_rows", "cell_issues"), gate="records",
    ),
    Stage("link", "score pairs of profiles", ("records",), ("profiles", "profile_records", "profile_stamps", "links"), gate="links"),
    Stage(
        "resolve", "one resident per person, with a lasting id", ("records", "ties", "profiles", "profile_records", "links"),
        ("residents", "resident_records", "resident_events"), gate="residents",
    ),
    Stage(
        "residence", "one status per resident, with reasons; who lives together",
        ("residents", "resident_records", "signs", "ties", "records"),
        ("residence", "dwellings", "households", "household_members", "resident_ties", "residency_index"), gate="residence",
    ),
    Stage(
        "validate", "changes, balance and every figure of quality", ("residents", "resident_records", "resident_events", "residence"),
        ("changes", "balance", "quality"),
    ),
    Stage(
        "publish", "add to the history, then move the pool to the new snapshot",
        ("residents", "residence", "changes", "balance", "quality"), ("status_history",),
    ),
)  # fmt: skip


def stage(name: str) -> Stage:
    """The stage of that name."""
    return next(s for s in STAGES if s.name == name)


def order(step: str) -> tuple[int, str]:
    """Sort key of a step: `extract.ga` belongs to extract, `gate.records` stands right behind its stage."""
    for index, each in enumerate(STAGES):
        if step == each.name or step.startswith(f"{each.name}."):
            return 2 * index, step
        if step == f"gate.{each.gate}":
            return 2 * index + 1, step
    raise ValueError(f"no such step: {step}")


@cache
def departments() -> tuple[str, ...]:
    """Codes of all departments, by their files' names."""
    return tuple(sorted(p.stem for p in DEPARTMENTS.glob("*.yml")))


def command(step: str, date: str, department: str | None = None) -> list[str]:
    """The words after `renkou` that run a step: the same by hand, in Airflow and on a cluster."""
    if step == "hold":
        return ["hold", "--date", date]
    if step.startswith("gate."):
        return ["validate", "--date", date, "--layer", step.removeprefix("gate.")]
    words = [step, "--date", date]
    return [*words, "--department", department] if department else words


def diagram() -> str:
    """The flow as a Mermaid diagram: stages, the tables between them, and gates (docs/flow.md shows it)."""
    lines = ["flowchart LR"]
    for index, each in enumerate(STAGES):
        lines.append(f"  {each.name}[{each.name}]")
        if index:
            before = STAGES[index - 1]
            label = f"|gate {before.gate}|" if before.gate else ""
            lines.append(f"  {before.name} -->{label} {each.name}")
    return "\n".join(lines)


def table_of_stages() -> str:
    """The stages as a Markdown table: meaning, what is read and written (docs/flow.md shows it)."""
    rows = [f"| {s.name} | {s.meaning} | {', '.join(s.reads) or '–'} | {', '.join(s.writes) or 'the pool'} |" for s in STAGES]
    return "\n".join(["| stage | what it does | reads | writes |", "|---|---|---|---|", *rows])
