"""Make a synthetic district: its people, what ten departments deliver about them night by night, and the truth."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml

from jobs.errors import UserError
from jobs.sample.build import build_world
from jobs.sample.deliveries.putting import CLIENT
from jobs.sample.deliveries.write import write_deliveries
from jobs.sample.hard_cases import KINDS, check_cases
from jobs.sample.truth import write_truth

API = "${RENKOU_SAMPLE_API:-http://127.0.0.1:8711}"
PARTS = ("ga", "wj", "rs", "yb", "mz", "jy", "zj", "gjj", "zf", "sj", "api", "truth")
LEAST = 200
"""Fewer residents than this cannot fill twelve townships."""


def make_sample(
    out: Path,
    residents: int,
    nights: int,
    seed: int,
    last_night: date,
    rates: float = 1.0,
    cases: dict[str, int] | None = None,
    progress: Callable[[str], Any] = print,
) -> None:
    """Write a sample into `out`, replacing a sample that stands there.

    `rates` multiplies every fault rate of the deliveries; `cases` asks for hard cases by count (`all` means every kind).
    """
    if residents < LEAST or nights < 1 or rates < 0:
        raise UserError(f"A sample needs at least {LEAST} residents, one night and rates of 0 or more.", "Ask for more.")
    wanted = _expand(cases or {})
    check_cases(wanted)
    began = perf_counter()
    out = out.resolve()
    _clear(out)
    world = build_world(residents, nights, seed, last_night, wanted, progress)
    counts = write_truth(world, out / "truth")
    progress(f"  sample: truth of {nights} nights ({perf_counter() - began:.1f} s)")
    rows = write_deliveries(world, out, rates, seed, lambda line: None)
    progress(f"  sample: {sum(rows.values()):,} rows delivered ({perf_counter() - began:.1f} s)")
    status = dict(counts[last_night].iter_rows())
    _write_yaml(out / "sources.yml", _sources(out, residents, seed))
    parameters = {
        "residents": residents, "nights": nights, "seed": seed, "last_night": last_night, "rates": rates, "cases": wanted,
        "synthetic": True, "people": world.persons.height, "status_on_last_night": status, "rows": rows,
    }  # fmt: skip
    _write_yaml(out / "sample.yml", parameters)


def _expand(cases: dict[str, int]) -> dict[str, int]:
    every = cases.get("all")
    named = {k: v for k, v in cases.items() if k != "all"}
    return named if every is None else {**dict.fromkeys(KINDS, every), **named}


def _clear(out: Path) -> None:
    """Make room: a former sample is removed, anything else is left alone."""
    if out.exists() and any(out.iterdir()):
        if not any((out / name).exists() for name in ("sample.yml", "truth")):
            raise UserError(f"The folder {out} is not empty and is no sample.", "Give an empty folder with --out.")
        for part in PARTS:
            shutil.rmtree(out / part, ignore_errors=True)
        for name in ("sources.yml", "sample.yml"):
            (out / name).unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)


def _sources(out: Path, residents: int, seed: int) -> dict[str, Any]:
    """Connections to everything in the sample; the REST server is found by RENKOU_SAMPLE_API."""

    def database(dept: str) -> dict[str, Any]:
        return {"database": {"url": f"sqlite:///{out}/{dept}/{{date}}.sqlite"}}

    def folder(dept: str) -> dict[str, Any]:
        return {"url": f"file://{out}/{dept}"}

    def rest(dept: str) -> dict[str, Any]:
        return {"url": f"{API}/{dept}", **CLIENT}

    return {
        "id_key": hashlib.sha256(f"renkou sample {seed}".encode()).hexdigest(),
        "residents": residents,
        "departments": {
            **{dept: database(dept) for dept in ("ga", "rs", "zj", "zf")},
            "wj": {"rest": rest("wj")}, "sj": {"rest": rest("sj")}, "yb": {"files": folder("yb")},
            "gjj": {"files": folder("gjj")},
            "jy": {"workbook": folder("jy")}, "mz": {"workbook": folder("mz"), "rest": rest("mz")},
        },
    }  # fmt: skip


def _write_yaml(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
