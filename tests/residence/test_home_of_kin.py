"""Where a person lives of whom no card or contract tells it: with kin of whom one does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobs.residence.decide import decide
from jobs.residence.parameters import load
from jobs.residence.plain.relatives import World
from tests.residence.people import GROUPS, add, tables
from tests.residence.plain_world import inputs

TABLE = """
| case | date | who | evidence |
|---|---|---|---|
| wife | 2026-11-22 | hukou=安徽 card=w/径山 | S01 2026-01-01 @w/径山 |
| old address | 2026-11-22 | hukou=安徽 home=五常 spouse=wife | S10 2026-10-30 |
| no address | 2026-11-22 | hukou=安徽 spouse=wife | S07 2026-01-10 |
| own contract | 2026-11-22 | hukou=安徽 spouse=wife | S06 2026-01-01..2027-01-01 @own/五常 |
| contract long ended | 2026-11-22 | hukou=安徽 spouse=wife | S06 2022-01-01..2023-01-01 @own/五常; S10 2026-10-30 |
| wife unsure | 2026-11-22 | hukou=安徽 home=仓前 | S10 2026-10-30 |
| both unsure | 2026-11-22 | hukou=安徽 home=五常 spouse=wife_unsure | S10 2026-10-30 |
"""


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str | None, str | None, str | None]]:
    file: Path = tmp_path_factory.mktemp("homes") / "homes.md"
    file.write_text(TABLE, encoding="utf-8")
    world = World([], {}, [], [])
    blank = {"status": "", "rule": "", "basis": "", "here_since": "", "score": "", "why": ""}
    cases = [add(world, "homes", row | blank) for row in tables(file)]
    rows = {r["resident_id"]: r for r in decide(inputs(world), load(), GROUPS).iter_rows(named=True)}
    found = {c.name: rows[c.resident_id] for c in cases}
    return {n: (r["township"], r["dwelling_id"], json.loads(r["explanation"]).get("home_of")) for n, r in found.items()}


@pytest.mark.parametrize("who", ["old address", "no address", "contract long ended"])
def test_lives_where_the_wife_lives(lives: dict[str, tuple[str | None, ...]], who: str) -> None:
    assert lives[who] == (*lives["wife"][:2], "homes/wife/2026-11-22")
    assert lives["wife"][0] == "330110109" and lives["wife"][2] is None


def test_a_contract_of_ones_own_tells_better(lives: dict[str, tuple[str | None, ...]]) -> None:
    assert lives["own contract"][0] == "330110005" and lives["own contract"][2] is None


def test_kin_whose_own_home_is_an_old_address_tell_nothing(lives: dict[str, tuple[str | None, ...]]) -> None:
    assert lives["both unsure"][0] == "330110005" and lives["both unsure"][2] is None
