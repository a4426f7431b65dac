"""R-06, R-07 and R-10's doubt: people without a local hukou, from inland and from outside the border."""

from __future__ import annotations

import polars as pl

from jobs.residence.codes import CODES
from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts, inland_code, newer, outside_code, present, yes


def rule_outside(f: Facts, p: Parameters) -> pl.Expr:
    """R-07: people from outside the border; a permanent-residence card needs no half year beside dwelling evidence."""
    stays = yes(f.half_year) | (f.permanent & yes(f.dwells))
    outside = f.nature.is_in(["HKMT", "FOREIGN"]) & present(f, p)
    return pl.when(outside).then(pl.when(stays).then(outside_code(f)).otherwise(pl.lit("32")))


def rule_usual(f: Facts, p: Parameters) -> pl.Expr:
    """R-06a."""
    undated = f.carded & f.last_run.is_null()
    code = pl.when(f.nature == "NO_HUKOU").then(pl.lit("24")).when(yes(f.half_year) | undated).then(inland_code(f))
    return pl.when(present(f, p)).then(code)


def rule_temporary(f: Facts, p: Parameters) -> pl.Expr:
    """R-06b."""
    return pl.when(present(f, p)).then(pl.lit("31"))


def once_here(f: Facts) -> pl.Expr:
    """Some sign or row of the person's own tells of living here at some time."""
    listed = f.carded | yes(f.listed) | yes(f.known_here)
    return f.last_run.is_not_null() | f.departed_on.is_not_null() | f.registered_on.is_not_null() | listed


def rule_with_kin(f: Facts, p: Parameters) -> pl.Expr:
    """R-06f: silent, nothing tells of leaving or, of one never here, of a dwelling elsewhere, and spouse, parent or child is here:
    here as well, the half year as theirs."""
    left = (f.stands | f.left_on.is_not_null() | newer(f.elsewhere_on, f.last_seen)) & ~f.stays_with
    code = pl.when(f.kin_here.is_in(["31", "32"])).then(pl.lit("31")).otherwise(inland_code(f))
    apart = f.known_outside & ~once_here(f)
    return pl.when(inland_code(f).is_not_null() & f.kin_here.is_not_null() & ~left & ~apart).then(code)


def rule_lapsed(f: Facts, p: Parameters) -> pl.Expr:
    """R-06c."""
    return pl.when(once_here(f)).then(pl.lit("53"))


def rule_tie(f: Facts, p: Parameters) -> pl.Expr:
    """R-06d."""
    return pl.when(yes(f.worked_on >= f.before(p.days.work_in_force))).then(pl.lit("51")).otherwise(pl.lit("52"))


def thin(code: pl.Expr, score: pl.Expr, p: Parameters) -> pl.Expr:
    """R-10: a non-local counted as living here on an evidence score below the bound is 62, unless settled: few signs
    are expected of people from the city's other districts, whom nobody registers."""
    here = code.is_in([c for c, s in CODES.items() if s.kind in ("R", "T")])
    return ~pl.col("local") & ~pl.col("settled") & here & (score < p.scores.low)
