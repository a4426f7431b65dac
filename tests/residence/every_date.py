"""R-11 by brute force: everybody decided anew on every date; the check on the few that jobs/residence/hysteresis.py asks again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from jobs.residence import hysteresis
from jobs.residence.children import NARROW, relatives
from jobs.residence.decide import family_pass, first_pass
from jobs.residence.hysteresis import FAMILY, Tonight, kept_back
from jobs.residence.inputs import Inputs
from jobs.residence.own import own_facts
from jobs.residence.parameters import Parameters
from jobs.residence.past import _restored, as_of
from jobs.residence.split import bucket, guardian_pairs, split
from tests.residence.people import GROUPS


def both_ways(inputs: Inputs, p: Parameters, groups: dict[str, str] = GROUPS) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """HELD as the stage makes it, HELD with everybody asked on every date, and (resident_id, back, usual) of the latter."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        split(inputs, p, folder, 1)
        narrow, guardians = first_pass(folder, 0, p, groups), guardian_pairs(inputs)
        family_pass(folder, narrow, guardians, p, 1)
        quick = kept_back(Tonight(folder, 1), narrow, guardians, p, groups)
        told = every_date(folder, guardians, p, groups)
    edges, everybody = hysteresis._edges(narrow, guardians), told.select("resident_id").unique()
    first = pl.col("back") < p.days.hysteresis
    near = hysteresis._with_family(told.filter(first), edges, everybody)
    far = hysteresis._with_family(told.filter(~first), edges.head(0), everybody)
    slow = hysteresis._rows(hysteresis._decided(pl.concat([near, far]), p), p)
    return quick.sort("resident_id"), slow.sort("resident_id"), told


def every_date(folder: Path, guardians: pl.DataFrame, p: Parameters, groups: dict[str, str]) -> pl.DataFrame:
    """What the rules say of everybody on every date that R-11 may look at."""
    one = bucket(folder, 0)
    told, family = [], pl.DataFrame()
    for back in range(p.days.hysteresis_search):
        pairs = one.residents.select("resident_id", back=pl.lit(back, pl.Int32))
        facts = _restored(own_facts(as_of(one, pairs), p, groups))
        if back < p.days.hysteresis:
            family = relatives(facts.select(NARROW), guardians, p).select("resident_id", *FAMILY)
        told.append(hysteresis.said(facts, family, back, p))
    return pl.concat(told)
