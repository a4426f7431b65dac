"""R-08: small children and silent minors go with a parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts, inland_code, outside_code, present, township_code, yes

if TYPE_CHECKING:
    from pyspark.sql import Column


def newcomer(f: Facts, p: Parameters) -> Column:
    """An inland infant with a hukou elsewhere that has not been here half a year: born so, it has no half year of its own."""
    inland = f.nature.isin("CITY_HUKOU", "PROV_HUKOU", "OUT_HUKOU")
    return yes(inland & (F.date_diff(f.today, f.birth_date) < p.days.newborn)) & f.basis.isNull()


def follows_parent(f: Facts, p: Parameters) -> Column:
    """Small children not present on their own evidence, infants too young for a half year of their own, minors without any own
    sign in the last year."""
    small = ((f.age < p.age.child) & ~present(f, p)) | newcomer(f, p)
    alone = (f.age < p.age.minor) & ~yes(f.newest_own >= f.before(p.days.window))
    known_elsewhere = yes(f.elsewhere_on > F.coalesce(f.newest_own, f.birth_date))
    return yes(small | alone) & ~known_elsewhere


def rule_child(f: Facts, p: Parameters) -> Column:
    """R-08: the parent's class with the child's own nature. A parent absent for a while keeps a local child at 13."""
    parent = f.parent_code
    here = parent.isin("11", "12", "21", "22", "23", "24", "25", "26")
    local = F.when(here | parent.isin("31", "32"), township_code(f, F.coalesce(f.parent_township, f.home_township))).when(
        parent.isin("13", "14"), parent
    )
    abroad = F.when(here, outside_code(f)).when(parent.isin("31", "32"), "32")
    inland = F.when(f.nature == "NO_HUKOU", F.when(here | (parent == "31"), "24")).otherwise(
        F.when(here, inland_code(f)).when(parent.isin("31", "32"), "31")
    )
    code = F.when(f.local, local).when(f.nature.isin("HKMT", "FOREIGN"), abroad).otherwise(inland)
    return F.when(follows_parent(f, p) & parent.isNotNull(), code)
