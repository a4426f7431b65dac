"""Write what the ten departments deliver on every night of a world, and the truth behind it.

Departments come in an order in which those that copy errors follow those copied from (公安 → 网格, 人社 → 医保 → 公积金).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jobs.sample.deliveries import ga, gjj, jy, mz, rs, sj, wj, yb, zf, zj
from jobs.sample.deliveries.facts import Facts
from jobs.sample.deliveries.office import Office, Table
from jobs.sample.deliveries.truth import Truth
from jobs.sample.world import World

TABLES: tuple[Table, ...] = (
    *ga.TABLES, *zf.TABLES, *rs.TABLES, *yb.TABLES, *gjj.TABLES, *wj.TABLES, *mz.TABLES, *jy.TABLES, *zj.TABLES, *sj.TABLES,
)  # fmt: skip


def write_deliveries(
    world: World, out: Path, rates: float, seed: int, progress: Callable[[str], None] = lambda line: None
) -> dict[str, int]:
    """Write every delivery below `out` and the truth below `out/truth`; give rows written by `dept.table`.

    `rates` multiplies every fault rate; 0 delivers the truth as it is (late and incomplete, as departments are).
    """
    truth = Truth(out / "truth")
    office = Office(Facts(world, seed), out, rates, seed, truth)
    try:
        for table in TABLES:
            office.deliver(table)
            progress(f"{table.dept}.{table.name}: {office.counts.get(f'{table.dept}.{table.name}', 0):,} rows")
    finally:
        truth.close()
    return office.counts
