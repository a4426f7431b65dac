"""R-05: people with a local hukou: abroad, here, away for a short time, silent, away."""

from __future__ import annotations

import polars as pl

from jobs.residence.days import between
from jobs.residence.parameters import Parameters
from jobs.residence.rules.leaving import gone_on
from jobs.residence.rules.reading import Facts, lives_at, present, township_code, yes


def rule_abroad(f: Facts, p: Parameters) -> pl.Expr:
    """R-05a: outside the border and not seen since."""
    gone = f.local & f.abroad.is_not_null() & ~yes(f.newest_own > f.abroad_on)
    return pl.when(gone).then(pl.when(f.abroad.is_in(p.abroad_stay)).then(pl.lit("14")).otherwise(pl.lit("61")))


def newly_registered(f: Facts, p: Parameters) -> pl.Expr:
    """A hukou registered in person lately, and nothing else that tells anything."""
    return f.last_seen.is_null() & f.elsewhere_on.is_null() & yes(f.registered_on > f.before(p.days.newly_registered))


def rule_local_present(f: Facts, p: Parameters) -> pl.Expr:
    """R-05b."""
    here = (yes(f.in_force) | present(f, p) | newly_registered(f, p)) & gone_on(f).is_null()
    return pl.when(f.local & here).then(township_code(f, lives_at(f)))


def absence(f: Facts) -> pl.Expr:
    """Days since the first departure that nothing newer answers, else since last seen; at most those since the hukou was registered
    in person, from which one never seen counts."""
    return between(f.today, pl.max_horizontal(pl.coalesce(gone_on(f), f.last_seen), f.registered_on))


def rule_local_silent(f: Facts, p: Parameters) -> pl.Expr:
    """R-05c: no sign at all in any other register."""
    silent = yes(absence(f) >= p.days.silent) & ~yes(f.any_on > f.before(p.days.silent))
    return pl.when(f.local & silent & f.elsewhere_on.is_null() & ~f.carded).then(pl.lit("42"))


def rule_local_short(f: Facts, p: Parameters) -> pl.Expr:
    """R-05c: absent for less than half a year."""
    return pl.when(f.local & yes(absence(f) < p.days.absent)).then(_or_abroad(f, p, "13"))


def rule_local_household(f: Facts, p: Parameters) -> pl.Expr:
    """R-05c: a silent elder or small child whose household is here, or whose spouse, parent or child is; no sign elsewhere.
    Before the half year too: silence is no absence then."""
    tender = yes((f.age >= p.age.elder) | (f.age < p.age.child)) & yes(f.household_present)
    kept = f.local & (f.elsewhere_on.is_null() | f.stays_with) & gone_on(f).is_null()
    return pl.when(kept & (tender | f.kin_here.is_not_null())).then(township_code(f, lives_at(f)))


def rule_local_away(f: Facts, p: Parameters) -> pl.Expr:
    """R-05c: half a year or more."""
    return pl.when(f.local).then(_or_abroad(f, p, "41"))


def _or_abroad(f: Facts, p: Parameters, code: str) -> pl.Expr:
    """The code; 14 where spouse, a parent or a child works or studies outside the border."""
    return pl.when(f.kin_abroad | yes(f.abroad.is_in(p.abroad_stay))).then(pl.lit("14")).otherwise(pl.lit(code))
