"""Run steps of a night: which revision they belong to, in what order, and what is said about each."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable
from pathlib import Path

from jobs import plan
from jobs.context import Context, run_step
from jobs.errors import DeliveryHeld, GateRefused, UserError
from jobs.pool.nights import Night, Receipt
from jobs.settings import Settings

MODULES = {stage.name: f"jobs.{stage.name}" for stage in plan.STAGES} | {"residence": "jobs.residence.stage"}
Say = Callable[[str], None]


def night_for(settings: Settings, date: dt.date, step: str) -> Night:
    """The revision a step works on: the newest one; extracting a finished night opens the next revision."""
    folder = settings.nights / date.isoformat()
    revisions = [int(p.name) for p in folder.glob("*") if p.name.isdigit()] if folder.exists() else []
    night = Night(settings.nights, date, max(revisions, default=0))
    if night.manifest() is None or step == "publish":
        return night
    if plan.order(step)[0] == 0:
        return Night(settings.nights, date, night.revision + 1)
    raise UserError(
        f"Night {night.label} is finished; {step} would change it.",
        f"Start a new revision: renkou run --date {date.isoformat()}.",
    )


def do_step(settings: Settings, date: dt.date, step: str, department: str | None = None, full: bool = False) -> Receipt:
    """Run one step (`standardize`, `gate.records`, or `extract` with a department). `full`: link takes nothing over."""
    name = f"{step}.{department}" if department else step
    night = night_for(settings, date, name)
    if step.startswith("gate."):
        layer = step.removeprefix("gate.")
        return run_step(settings, night, step, lambda context: _gate(context, layer))
    work = importlib.import_module(MODULES[step]).run
    return run_step(settings, night, name, work, department=department, full=full)


def do_mapped(settings: Settings, date: dt.date, step: str, say: Say) -> None:
    """A mapped stage for every department, each with its own receipt: one that is held does not undo the others."""
    held = []
    for department in plan.departments():
        try:
            say(line(do_step(settings, date, step, department)))
        except DeliveryHeld as error:
            held.append(error.what)
    if held:
        raise DeliveryHeld(
            " ".join(held), "The other departments were taken; run the night again when the delivery has been sent."
        )


def _gate(context: Context, layer: str) -> None:
    from jobs.validate import gate

    gate(context, layer)


def steps() -> list[str]:
    """All steps of a night in order, gates included."""
    return [s for stage in plan.STAGES for s in (stage.name, f"gate.{stage.gate}" if stage.gate else None) if s]


def run_night(settings: Settings, date: dt.date, say: Say) -> None:
    """All steps in one process; a failed step marks the pool stale and its sentence goes on to the caller."""
    mapped = {stage.name for stage in plan.STAGES if stage.mapped}
    try:
        for step in steps():
            if step in mapped:
                do_mapped(settings, date, step, say)
            else:
                say(line(do_step(settings, date, step)))
    except UserError as error:
        keep_yesterday(settings, date, error.what)
        raise


def line(receipt: Receipt) -> str:
    """One line about a finished step."""
    if receipt.step.startswith("gate."):
        return f"  {receipt.step:<18} {'passed':>43} {receipt.seconds:>7.1f} s"
    return (
        f"  {receipt.step:<18} {receipt.rows_in:>11,} in {receipt.rows_out:>11,} out {receipt.rejected:>7,} rejected"
        f" {receipt.seconds:>7.1f} s"
    )


def keep_yesterday(settings: Settings, date: dt.date, why: str) -> str:
    """Say in the pool that its current snapshot is stale and why; returns that sentence."""
    from jobs.pool.current import mark_stale

    return mark_stale(settings.pool, date, why)


def hold(settings: Settings, date: dt.date) -> None:
    """Airflow's last word on a failed night: the pool is marked stale, and this task is red with the reason."""
    why = failure(settings, date) or f"The night of {date.isoformat()} did not finish."
    raise GateRefused(keep_yesterday(settings, date, why), "Open the failed task's log, mend the cause and run the night again.")


def remember_failure(settings: Settings, date: dt.date, sentence: str) -> None:
    """Keep a failed step's sentence where the night's last task finds it."""
    file = _failure_file(settings, date)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(sentence)


def failure(settings: Settings, date: dt.date) -> str | None:
    """Why the night of this date failed last, or None."""
    file = _failure_file(settings, date)
    return file.read_text() if file.exists() else None


def _failure_file(settings: Settings, date: dt.date) -> Path:
    return settings.logs / f"failed-{date.isoformat()}.txt"
