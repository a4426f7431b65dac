"""`make run`: a sample district, its nights through the real DAG, and a short account of what came out."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from jobs import airflow_local, plan
from jobs.errors import GateRefused, UserError
from jobs.pool.nights import Night, Receipt
from jobs.run import failure, line
from jobs.settings import Settings

LAST_NIGHT = dt.date(2026, 11, 22)


def demo(settings: Settings, residents: int, nights: int, seed: int) -> None:
    """Make the district, run its nights, print the account. Everything lies below the home folder and replaces an earlier demo."""
    started = time.monotonic()
    sample = settings.home / "sample"
    _clear(settings.home, sample)
    print(f"▶ sample district: {residents:,} residents, {nights} nights, seed {seed}", flush=True)
    from jobs.sample.make import make_sample

    make_sample(sample, residents, nights, seed, LAST_NIGHT, 1.0, None, lambda text: print(f"  {text}", flush=True))
    shutil.copy(sample / "sources.yml", settings.sources)
    airflow_local.migrate(settings)
    dates = [LAST_NIGHT - dt.timedelta(days=nights - 1 - n) for n in range(nights)]
    from jobs.sample.server import serve

    with serve(sample) as url:
        os.environ["RENKOU_SAMPLE_API"] = url
        _through_airflow(settings, dates)
    print(account(settings, dates, sample / "truth"))
    print(f"\n{time.monotonic() - started:.0f} s in all. Try next:")
    for words in _next_commands(settings):
        print(f"  {words}")


def _clear(home: Path, sample: Path) -> None:
    """Remove an earlier demo; refuse to touch a home folder that holds anything else."""
    if (home / "state").exists() and not (sample / "sample.yml").exists():
        raise UserError(f"{home} holds nights that no demo made.", "Set RENKOU_HOME to another folder and run again.")
    for part in ("sample", "state", "pool", "reports", "logs", "airflow"):
        shutil.rmtree(home / part, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)


def _through_airflow(settings: Settings, dates: list[dt.date]) -> None:
    """Run the DAG in a process of its own and say each step as its receipt appears."""
    log = settings.logs / "airflow.log"
    with log.open("w") as out:
        words = [sys.executable, "-m", "jobs.airflow_local", *(d.isoformat() for d in dates)]
        child = subprocess.Popen(words, env=airflow_local.environment(settings), stdout=out, stderr=out)
        said: set[tuple[str, str]] = set()
        while child.poll() is None:
            _say_new(settings, dates, said)
            time.sleep(0.3)
    _say_new(settings, dates, said)
    if child.returncode:
        raise GateRefused(_failure(settings, dates), f"The tasks' log: {log}")


def _say_new(settings: Settings, dates: list[dt.date], said: set[tuple[str, str]]) -> None:
    for date in dates:
        for receipt in Night(settings.nights, date).receipts():
            mark = (date.isoformat(), receipt.step)
            if mark not in said:
                if not any(d == mark[0] for d, _ in said):
                    print(f"▶ night of {date} through Airflow", flush=True)
                said.add(mark)
                print(line(receipt), flush=True)


def _failure(settings: Settings, dates: list[dt.date]) -> str:
    for date in dates:
        why = failure(settings, date)
        if why is not None:
            return f"The night of {date.isoformat()} failed: {why}"
    return "Airflow did not run the nights."


def account(settings: Settings, dates: list[dt.date], truth: Path) -> str:
    """Per stage rows and seconds, residents by status, accuracy against the truth, gates, and where things lie."""
    last = Night(settings.nights, dates[-1])
    lines = ["", f"Stages · 各阶段, {len(dates)} nights (rows of the last)", _stage_table(settings, dates)]
    lines += ["", "Residents by status · 居住状态", _by_status(settings)]
    lines += [
        "",
        "Against the known truth · 与真值比较",
        _accuracy(settings, last, truth),
    ]
    gates = [r for r in last.receipts() if r.step.startswith("gate.")]
    lines += ["", f"Gates · 质量门: {len(gates)} passed, snapshot {last.label} published"]
    lines += [f"Snapshot: {settings.pool}", f"Report:   {settings.reports / last.label}"]
    return "\n".join(lines)


def _accuracy(settings: Settings, night: Night, truth: Path) -> str:
    """The figures of `renkou evaluate` without the groups."""
    from jobs import evaluate

    text = evaluate.render(evaluate.evaluate(settings, night, truth, status_baseline=False))
    blocks = [b for b in text.split("\n\n") if not b.startswith(("by group", "hard cases"))]
    return "\n\n".join(blocks)


def _stage_table(settings: Settings, dates: list[dt.date]) -> str:
    nights = [Night(settings.nights, d) for d in dates]
    head = f"  {'stage':<12}{'rows in':>12}{'rows out':>12}{'rejected':>10}" + "".join(
        f"{d:%m-%d}".rjust(8) + " s" for d in dates
    )
    rows = [_stage_row(stage.name, nights) for stage in plan.STAGES]
    gates = [sum(r.seconds for r in n.receipts() if r.step.startswith("gate.")) for n in nights]
    rows.append(f"  {'gates':<12}{'':>34}" + "".join(f"{s:>9.1f} " for s in gates))
    return "\n".join([head, *rows])


def _stage_row(stage: str, nights: list[Night]) -> str:
    of_night = [_sum([r for r in n.receipts() if r.step == stage or r.step.startswith(f"{stage}.")]) for n in nights]
    last = of_night[-1]
    seconds = "".join(f"{r.seconds:>9.1f} " for r in of_night)
    return f"  {stage:<12}{last.rows_in:>12,}{last.rows_out:>12,}{last.rejected:>10,}{seconds}"


def _sum(receipts: list[Receipt]) -> Receipt:
    total = Receipt("sum")
    for each in receipts:
        total.rows_in += each.rows_in
        total.rows_out += each.rows_out
        total.rejected += each.rejected
        total.seconds += each.seconds
    return total


def _by_status(settings: Settings) -> str:
    from jobs import query

    rows: list[Any] = query.query(settings, "SELECT status_code, count(*) FROM resident GROUP BY 1 ORDER BY 1")[1]
    cells = [f"{code} {count:>7,}" for code, count in rows]
    return "\n".join("  " + "   ".join(cells[i : i + 5]) for i in range(0, len(cells), 5))


def _program() -> str:
    """How `renkou` can be called from here as it stands: by its name, or by its path where the environment is not activated."""
    if shutil.which("renkou"):
        return "renkou"
    beside = Path(sys.executable).with_name("renkou")
    return os.path.relpath(beside) if beside.exists() else "renkou"


def _next_commands(settings: Settings) -> list[str]:
    from jobs import query

    one = query.query(settings, "SELECT min(resident_id) FROM resident WHERE status_code = '23'")[1][0][0]
    program = _program()
    return [
        f'{program} query "SELECT township, count(*) FROM resident WHERE counts_usual GROUP BY 1 ORDER BY 2 DESC"',
        f"{program} explain {one}",
        f"{program} digest --date {LAST_NIGHT}",
    ]
