"""R-05: people with a local hukou: abroad, here, away for a short time, silent, away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters
from jobs.residence.rules.leaving import gone_on
from jobs.residence.rules.reading import Facts, present, township_code, yes

if TYPE_CHECKING:
    from pyspark.sql import Column


def rule_abroad(f: Facts, p: Parameters) -> Column:
    """R-05a: outside the border and not seen since."""
    gone = f.local & f.abroad.isNotNull() & ~yes(f.newest_own > f.abroad_on)
    return F.when(gone, F.when(f.abroad.isin(p.abroad_stay), "14").otherwise("61"))


def newly_registered(f: Facts, p: Parameters) -> Column:
    """A hukou registered in person lately, and nothing else that tells anything."""
    return f.last_seen.isNull() & f.elsewhere_on.isNull() & yes(f.registered_on > f.before(p.days.newly_registered))


def rule_local_present(f: Facts, p: Parameters) -> Column:
    """R-05b."""
    here = (yes(f.in_force) | present(f, p) | newly_registered(f, p)) & gone_on(f).isNull()
    return F.when(f.local & here, township_code(f, f.home_township))


def absence(f: Facts) -> Column:
    """Days since the first departure that nothing newer answers, else since last seen; one never seen counts from the day the
    hukou was registered in person."""
    return F.date_diff(f.today, F.coalesce(gone_on(f), f.last_seen, f.registered_on))


def rule_local_silent(f: Facts, p: Parameters) -> Column:
    """R-05c: no sign at all in any other register."""
    silent = yes(absence(f) >= p.days.silent) & ~yes(f.any_on > f.before(p.days.silent))
    return F.when(f.local & silent & f.elsewhere_on.isNull() & ~f.carded, "42")


def rule_local_short(f: Facts, p: Parameters) -> Column:
    """R-05c: absent for less than half a year."""
    return F.when(f.local & yes(absence(f) < p.days.absent), "13")


def rule_local_household(f: Facts, p: Parameters) -> Column:
    """R-05c: a silent elder or small child whose household is here, or whose spouse, parent or child is; no sign elsewhere.
    Before the half year too: silence is no absence then."""
    tender = yes((f.age >= p.age.elder) | (f.age < p.age.child)) & yes(f.household_present)
    kept = f.local & f.elsewhere_on.isNull() & gone_on(f).isNull()
    return F.when(kept & (tender | f.kin_here.isNotNull()), township_code(f, f.home_township))


def rule_local_away(f: Facts, p: Parameters) -> Column:
    """R-05c: half a year or more."""
    return F.when(f.local, "41")
