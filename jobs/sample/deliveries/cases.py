"""Hard cases that are faults on rows: the people whom the world reserved for them suffer them for certain (domain §4).

| case | where | what |
|---|---|---|
| children_without_number | every department but 公安 | the child's number is missing |
| parent_number_on_child | 卫健, 教育, half of the time 医保 | the child's number is the mother's |
| wrong_valid_number | one or two departments a person, all their tables | another number, valid by its check |
| masked | 住建, 市监 and one more department a person | number masked, half of the time the name |
| dead_active | 医保 | visits after death (`visits_after_death`) |
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jobs.sample.deliveries import characters as ch
from jobs.sample.deliveries import numbers as no
from jobs.sample.deliveries.facts import Facts
from jobs.sample.deliveries.faults import Damage, Hits, Mention

HANDLING = ("rs", "yb", "zf", "gjj", "jy", "wj")  # departments among which a wrong number or a mask falls
Places = NDArray[np.int64]
Bools = NDArray[np.bool_]


def apply_cases(facts: Facts, dept: str, mention: Mention, text: pl.DataFrame) -> tuple[pl.DataFrame, Hits]:
    """Do to a role's cells what its persons' cases demand in this department."""
    hits: Hits = []
    if dept == "ga" or not facts.world.cases.height or not mention.number:
        return text, hits
    pid = text[mention.person]
    number = mention.number
    places = _of(facts, "children_without_number", None, pid)
    text, hits = _set(text, hits, (mention.role, number, "number_missing"), places, [None] * len(places))
    places = _of(facts, "parent_number_on_child", "child", pid) if dept in ("wj", "jy", "yb") else places[:0]
    places = places[(facts.chance(pid.gather(pl.Series(places)), 301) < (0.5 if dept == "yb" else 1.1)).to_numpy()]
    relative = text[f"_relative_{mention.role}"].gather(pl.Series(places)).to_list()
    text, hits = _set(text, hits, (mention.role, number, "number_relative"), places, relative)
    for case, column, damage, kind in _damages(mention):
        places = _of(facts, case, None, pid)
        places = places[_falls_here(facts, dept, case, kind, pid.gather(pl.Series(places)))]
        text, hits = _set(
            text, hits, (mention.role, column, kind), places, _damaged(text[column], facts.pick(pid, 306, 10**6), places, damage)
        )
    return text, hits


def _damages(mention: Mention) -> list[tuple[str, str, Damage, str]]:
    found = [("wrong_valid_number", mention.number or "", no.wrong_valid, "number_wrong_valid")]
    found += [("masked", mention.number or "", no.masked, "number_masked")]
    return found + ([("masked", mention.name, ch.masked_name, "name_masked")] if mention.name else [])


def _falls_here(facts: Facts, dept: str, case: str, kind: str, pid: pl.Series) -> Bools:
    """Whether this department is one of the person's departments for the case."""
    chosen = [facts.pick(pid, salt, len(HANDLING)) for salt in ((302, 303) if case == "wrong_valid_number" else (304,))]
    mine = HANDLING.index(dept) if dept in HANDLING else -1
    here = np.zeros(len(pid), dtype=bool)
    for pick in chosen:
        here |= pick.to_numpy() == mine
    if case == "masked":
        here |= dept in ("zj", "sj")
    return here & (facts.chance(pid, 305).to_numpy() < 0.5) if kind == "name_masked" else here


def _of(facts: Facts, case: str, note: str | None, pid: pl.Series) -> Places:
    """Row positions of the persons of a case."""
    people = facts.world.in_case(case)
    if note is not None:
        people = people.filter(pl.col("note") == note)
    return np.nonzero(pid.is_in(people["person_id"].implode()).fill_null(False).to_numpy())[0]


def _damaged(column: pl.Series, picks: pl.Series, places: Places, damage: Damage) -> list[str | None]:
    """What the damage makes of the values at these places; None where it cannot happen."""
    there = pl.Series(places)
    values, chosen = column.gather(there).to_list(), picks.gather(there).to_list()
    return [damage(v, p) if v else None for v, p in zip(values, chosen, strict=True)]


def _set(
    text: pl.DataFrame, hits: Hits, what: tuple[str, str, str], places: Places, values: list[str | None]
) -> tuple[pl.DataFrame, Hits]:
    """Write values at places (a None only for a missing number) and note what changed."""
    role, column, kind = what
    if not len(places):
        return text, hits
    before = text[column].gather(pl.Series(places)).to_list()
    keep = np.array([(v is not None or kind == "number_missing") and b is not None for v, b in zip(values, before, strict=True)])
    done = places[keep]
    if not len(done):
        return text, hits
    changed = text[column].scatter(pl.Series(done), [v for v, k in zip(values, keep, strict=True) if k])
    return text.with_columns(changed.alias(column)), [*hits, (done, role, column, kind)]


def visits_after_death(facts: Facts) -> pl.DataFrame:
    """Visits that somebody makes with a dead person's card: person_id, number of the visit, day."""
    dead = (
        facts.world.in_case("dead_active")
        .select("person_id")
        .with_columns(died=facts.person("death_date", facts.world.in_case("dead_active")["person_id"]))
    )
    parts = [
        dead.with_columns(number=pl.lit(4000 + n, dtype=pl.Int64), when=pl.col("died") + pl.duration(days=10 + 17 * n))
        for n in range(3)
    ]
    return pl.concat(parts).filter(pl.col("when") <= facts.world.last_night).select("person_id", "number", "when")
