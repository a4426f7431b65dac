"""R-06, R-07 and R-10's doubt: people without a local hukou, from inland and from outside the border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.codes import CODES
from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts, inland_code, newer, outside_code, present, yes

if TYPE_CHECKING:
    from pyspark.sql import Column


def rule_outside(f: Facts, p: Parameters) -> Column:
    """R-07: people from outside the border; a permanent-residence card needs no half year beside dwelling evidence."""
    stays = yes(f.half_year) | (f.permanent & yes(f.dwells))
    return F.when(f.nature.isin("HKMT", "FOREIGN") & present(f, p), F.when(stays, outside_code(f)).otherwise("32"))


def rule_usual(f: Facts, p: Parameters) -> Column:
    """R-06a."""
    undated = f.carded & f.last_run.isNull()
    code = F.when(f.nature == "NO_HUKOU", "24").when(yes(f.half_year) | undated, inland_code(f))
    return F.when(present(f, p), code)


def rule_temporary(f: Facts, p: Parameters) -> Column:
    """R-06b."""
    return F.when(present(f, p), "31")


def once_here(f: Facts) -> Column:
    """Some sign or row of the person's own tells of living here at some time."""
    listed = f.carded | yes(f.listed) | yes(f.known_here)
    return f.last_run.isNotNull() | f.departed_on.isNotNull() | f.registered_on.isNotNull() | listed


def rule_with_kin(f: Facts, p: Parameters) -> Column:
    """R-06f: silent, once here, nothing tells of leaving, and spouse, parent or child is here: here as well, the half year as
    theirs."""
    left = f.stands | newer(f.departed_on, f.newest_ab) | newer(f.elsewhere_on, f.last_seen)
    code = F.when(f.kin_here.isin("31", "32"), "31").otherwise(inland_code(f))
    return F.when(inland_code(f).isNotNull() & f.kin_here.isNotNull() & once_here(f) & ~left, code)


def rule_lapsed(f: Facts, p: Parameters) -> Column:
    """R-06c."""
    return F.when(once_here(f), "53")


def rule_tie(f: Facts, p: Parameters) -> Column:
    """R-06d."""
    return F.when(yes(f.worked_on >= f.before(p.days.work_in_force)), "51").otherwise("52")


def thin(code: Column, confidence: Column, p: Parameters) -> Column:
    """R-10: a non-local counted as living here on an evidence score below the bound is 62, unless settled."""
    here = code.isin([c for c, s in CODES.items() if s.kind in ("R", "T")])
    return ~F.col("local") & ~F.col("settled") & here & (confidence < p.scores.low)
