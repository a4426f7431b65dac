"""R-02 for one person in plain Python: the identity class."""

from __future__ import annotations

import datetime as dt

from jobs.residence.codes import FOREIGN, HKMT, URBAN, URBAN_BEFORE
from jobs.residence.parameters import Parameters
from jobs.residence.plain.evidence import Row


def age_of(birth: dt.date | None, today: dt.date) -> int | None:
    """Completed years."""
    if birth is None:
        return None
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def nature(resident: Row, age: int | None, today: dt.date, p: Parameters) -> str:
    """R-02."""
    kind, number = resident["id_type"], resident["id_number"]
    if resident["hukou_active"]:
        return "LOCAL_HUKOU"
    if kind in HKMT:
        return "HKMT"
    if kind in FOREIGN or (resident["nationality"] not in (None, "CHN") and kind != "citizen"):
        return "FOREIGN"
    division = resident["hukou_division"]
    if division is None and kind == "citizen" and number and len(number) >= 15:
        division = number[:6]
    if division is None:
        birth = resident["birth_date"]
        newborn = birth is not None and (today - birth).days < p.days.newborn
        young = age is not None and age < p.age.minor
        return "NO_HUKOU" if newborn or kind == "birth_certificate" or young else "CITY_HUKOU"
    if division[:6] in (*URBAN, *URBAN_BEFORE, "330100"):
        return "CITY_HUKOU"
    return "PROV_HUKOU" if division[:2] == "33" else "OUT_HUKOU"
