"""R-08: small children and silent minors go with a parent."""

from __future__ import annotations

import polars as pl

from jobs.residence.days import between
from jobs.residence.parameters import Parameters
from jobs.residence.rules.reading import Facts, inland_code, lives_at, outside_code, present, township_code, yes


def newcomer(f: Facts, p: Parameters) -> pl.Expr:
    """An inland infant with a hukou elsewhere that has not been here half a year: born so, it has no half year of its own."""
    inland = f.nature.is_in(["CITY_HUKOU", "PROV_HUKOU", "OUT_HUKOU"])
    return yes(inland & (between(f.today, f.birth_date) < p.days.newborn)) & f.basis.is_null()


def follows_parent(f: Facts, p: Parameters) -> pl.Expr:
    """Small children not present on their own evidence, infants too young for a half year of their own, minors without any own
    sign in the last year."""
    small = ((f.age < p.age.child) & ~present(f, p)) | newcomer(f, p)
    alone = (f.age < p.age.minor) & ~yes(f.newest_own >= f.before(p.days.window))
    known_elsewhere = yes(f.elsewhere_on > pl.coalesce(f.newest_own, f.birth_date))
    return yes(small | alone) & ~known_elsewhere


def rule_child(f: Facts, p: Parameters) -> pl.Expr:
    """R-08: the parent's class with the child's own nature. A parent absent for a while keeps a local child at 13. No hukou stated of
    a child older than a year means that nobody asked: births are registered within a month, where the parents are."""
    parent = f.parent_code
    here = parent.is_in(["11", "12", "21", "22", "23", "24", "25", "26"])
    briefly, absent = parent.is_in(["31", "32"]), parent.is_in(["13", "14"])
    at_home = township_code(f, pl.coalesce(f.parent_township, lives_at(f)))
    local = pl.when(here | briefly).then(at_home).when(absent).then(parent)
    abroad = pl.when(here).then(outside_code(f)).when(briefly).then(pl.lit("32"))
    asked = between(f.today, f.birth_date) >= p.days.newborn
    unregistered = (
        pl.when(asked & parent.is_in(["21", "22", "23", "31"])).then(parent).when(here | (parent == "31")).then(pl.lit("24"))
    )
    inland = pl.when(here).then(inland_code(f)).when(briefly).then(pl.lit("31"))
    code = (
        pl.when(f.local)
        .then(local)
        .when(f.nature.is_in(["HKMT", "FOREIGN"]))
        .then(abroad)
        .when(f.nature == "NO_HUKOU")
        .then(unregistered)
        .otherwise(inland)
    )
    return pl.when(follows_parent(f, p) & parent.is_not_null()).then(code)
