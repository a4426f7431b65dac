"""Every fault kind of the sample: its name, the field it befalls, how it damages a value, and its rate in each department.

Rates are shares of non-empty cells (domain §2.4, [A]), multiplied by the sample's `rates` and by the row's proneness (mean 1).
One cell suffers at most one fault. What was done is returned as truth: table, key, role, column, fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jobs.sample.deliveries import characters as ch
from jobs.sample.deliveries import numbers as no
from jobs.sample.deliveries.clerks import F64, mix, uniform

Damage = Callable[[str, int], str | None]
OTHERS = "*"
MOST = 0.6  # a cell's faults together never exceed this chance


@dataclass(frozen=True)
class Kind:
    """One kind of fault on one field. `damage` None: the value comes from elsewhere (`relative`) or vanishes (`missing`)."""

    name: str
    field: str  # number, name, birth, sex, phone
    damage: Damage | None
    rates: dict[str, float]  # dept.table.role, dept.table or dept → rate; "*" for all others
    only: str = ""  # pattern of values that can suffer it; the rate is then the share of those


KINDS: tuple[Kind, ...] = (
    Kind("number_missing", "number", None, {
        "ga": .0002, "wj": .004, "wj.vaccination": .12, "zf": .06, "zj": .01, "sj": .002, "mz": .003, "jy": .005, "*": .003}),
    Kind("number_bad_check", "number", no.bad_check, {
        "ga": .0001, "wj": .003, "jy": .004, "jy.pupil.guardian": .02, "zf": .004, "*": .0015}),
    Kind("number_wrong_valid", "number", no.wrong_valid, {"ga": .00002, "zf": .0008, "wj": .0008, "jy": .0006, "*": .0003}),
    Kind("number_relative", "number", None, {"ga": 0, "wj": .003, "wj.vaccination": .015, "jy": .004, "zf": .003, "*": .0008}),
    Kind("number_15", "number", no.fifteen, {"ga": 0, "rs": .006, "gjj": .008, "zj": .002, "*": .0005}, r"^\d{6}19[0-8]"),
    Kind("number_lower_x", "number", no.lower_x, {"ga": 0, "yb": .02, "*": .06}, r"X$"),
    Kind("number_full_width", "number", no.full_width, {"mz": .003, "jy": .003, "zf": .001, "zj": .001, "*": 0}),
    Kind("number_spaces", "number", no.spaced_number, {"ga": .0005, "mz": .005, "jy": .005, "rs": .003, "*": .002}),
    Kind("number_apostrophe", "number", no.apostrophe, {"mz": .004, "jy": .004, "*": 0}),
    Kind("number_scientific", "number", no.scientific, {"mz": .006, "jy": .002, "*": 0}),
    Kind("number_masked", "number", no.masked, {"zj": .03, "sj": .03, "*": 0}),
    Kind("number_temporary", "number", no.temporary, {"wj": .002, "yb": .0005, "jy": .0005, "*": 0}),
    Kind("name_missing", "name", None, {"ga": 0, "wj": .001, "wj.vaccination": .004, "*": .0003}),
    Kind("name_placeholder", "name", ch.placeholder_name, {"ga": 0, "*": .0003}),
    Kind("name_homophone", "name", ch.homophone, {"ga": .0002, "zf": .012, "jy": .006, "wj": .005, "yb": .002, "*": .003}),
    Kind("name_lookalike", "name", ch.lookalike, {"ga": .0002, "zf": .005, "jy": .003, "wj": .003, "*": .0015}),
    Kind("name_traditional", "name", ch.traditional, {"ga": .0001, "sj": .002, "*": .0006}),
    Kind("name_masked", "name", ch.masked_name, {"zj": .012, "sj": .01, "*": 0}),
    Kind("name_spaces", "name", ch.spaced, {"rs": .05, "mz": .05, "jy": .03, "gjj": .03, "*": .004}, r"^[^\x00-\xff]{2}$"),
    Kind("name_truncated", "name", ch.truncated, {"ga": .2, "*": .1}, r".{7}"),
    Kind("name_rare_character", "name", ch.rare, {"wj": .05, "zf": .08, "*": .1}, ch.RARE_PATTERN),
    Kind("birth_missing", "birth", None, {"ga": 0, "*": .002}),
    Kind("birth_placeholder", "birth", no.default_birth, {"ga": .00005, "rs": .003, "*": .0008}),
    Kind("birth_swapped", "birth", no.swapped_day, {"ga": .0001, "wj": .003, "jy": .002, "*": .001}),
    Kind("birth_wrong_year", "birth", no.wrong_year, {"ga": .0001, "*": .001}),
    Kind("birth_first_of_month", "birth", no.first_of_month, {"ga": .0001, "rs": .001, "*": .0015}),
    Kind("birth_time_zone", "birth", no.eight_hours_early, {"wj.birth_cert": .004, "*": 0}),
    Kind("birth_excel_serial", "birth", no.excel_serial, {"mz": .004, "jy": .003, "*": 0}),
    Kind("sex_wrong", "sex", no.other_sex, {"ga": .0002, "*": .0006}),
    Kind("phone_missing", "phone", None, {"rs": .3, "zf": .1, "*": .04}),
    Kind("phone_placeholder", "phone", no.placeholder_phone, {"rs": .05, "yb": .04, "*": .012}),
    Kind("phone_form", "phone", no.phone_form, {"*": .01}),
    Kind("phone_short", "phone", no.short_phone, {"zf": .01, "*": .004}),
    Kind("phone_masked", "phone", no.masked_phone, {"sj": .02, "zj": .01, "*": 0}),
    Kind("phone_mistyped", "phone", no.mistyped_phone, {"*": .006}),
    Kind("phone_office", "phone", None, {"wj": .02, "rs": .02, "ga": .01, "zf": .005, "*": .004}),
)  # fmt: skip
"""The one table of cell faults."""

ROW_RATES: dict[str, dict[str, float]] = {
    "duplicate_exact": {"wj": 0.004, "yb": 0.003, "jy": 0.001, "*": 0.0002},
    "test_row": {"rs": 0.0, "*": 0.00005},
    "delivery_missing": {"yb": 0.03, "*": 0.0},
    "new_column": {"yb": 0.004, "wj": 0.004, "zf": 0.002, "*": 0.0},
    "copied_error": {"zf": 0.6, "yb": 0.5, "gjj": 0.5, "*": 0.0},
}
"""Rates of what befalls whole rows, and deliveries of a night after the first.

`copied_error` is the share of source errors that the copying department takes over.
"""


def rate_of(table: dict[str, float], dept: str, name: str = "", role: str = "") -> float:
    """The most particular rate of a table of rates; roles are compared without their number."""
    base = role.rstrip("0123456789").rstrip("_")
    for key in (f"{dept}.{name}.{base}", f"{dept}.{name}", dept):
        if key in table:
            return table[key]
    return table.get(OTHERS, 0.0)


@dataclass(frozen=True)
class Mention:
    """Where a row names one person: the role, and the columns of the fields that can suffer."""

    role: str
    number: str | None = None
    name: str | None = None
    birth: str | None = None
    sex: str | None = None
    phone: str | None = None

    @property
    def person(self) -> str:
        """The hidden column with the person behind the mention."""
        return f"_pid_{self.role}"


@dataclass(frozen=True)
class Dice:
    """One table's draws: the row ids, each row's proneness × the sample's rate, and the seed."""

    rows: NDArray[np.int64]
    prone: F64
    seed: int


Hits = list[tuple[NDArray[np.int64], str, str, str]]
"""Row positions, role, column, kind."""


def damage_cells(
    rows: pl.DataFrame, where: tuple[str, str], mentions: tuple[Mention, ...], dice: Dice
) -> tuple[pl.DataFrame, Hits]:
    """Inject every cell fault into `rows` of the table `where` = (department, table).

    Relatives' numbers come from hidden columns `_relative_{role}`, office phones from `_office`.
    """
    hits: Hits = []
    for mention in mentions:
        for field in ("number", "name", "birth", "sex", "phone"):
            column = getattr(mention, field)
            if column is not None:
                values, found = _damage_cell(rows, where, (mention.role, field, column), dice)
                rows = rows.with_columns(values.alias(column))
                hits += found
    return rows, hits


def _damage_cell(rows: pl.DataFrame, where: tuple[str, str], cell: tuple[str, str, str], dice: Dice) -> tuple[pl.Series, Hits]:
    """One column of one role."""
    role, field, column = cell
    values = rows[column]
    filled = values.is_not_null().to_numpy()
    salt = dice.seed * 7919 + sum(ord(c) * (i + 1) for i, c in enumerate(f"{where[0]}.{where[1]}.{role}.{field}"))
    hits: Hits = []
    for number, kinds in enumerate(_passes(field)):
        rates = np.array([rate_of(k.rates, *where, role) for k in kinds])
        if not rates.any():
            continue
        able = filled & (values.str.contains(kinds[0].only).fill_null(False).to_numpy() if kinds[0].only else True)
        drawn = uniform(dice.rows, salt + number)
        total = np.minimum(rates.sum() * dice.prone, MOST)
        places = np.nonzero(able & (drawn < total))[0]
        choice = np.searchsorted(np.cumsum(rates) / rates.sum(), drawn[places] / total[places], side="right")
        for index, kind in enumerate(kinds):
            chosen = places[choice == index]
            values, done = _apply(kind, values, chosen, _offered(rows, kind, role), mix(dice.rows[chosen], salt + 99))
            filled[done] = False
            if len(done):
                hits.append((done, role, column, kind.name))
    return values, hits


def _passes(field: str) -> list[list[Kind]]:
    """The field's kinds: those that can befall any value share one draw; particular ones draw by themselves."""
    kinds = [k for k in KINDS if k.field == field]
    common = [k for k in kinds if not k.only]
    return [[k] for k in kinds if k.only] + ([common] if common else [])


def _offered(rows: pl.DataFrame, kind: Kind, role: str) -> pl.Series | None:
    """The column whose value replaces the right one, for kinds that copy from elsewhere."""
    name = {"number_relative": f"_relative_{role}", "phone_office": "_office"}.get(kind.name)
    if name is None:
        return None
    return rows[name] if name in rows.columns else pl.Series([None] * rows.height, dtype=pl.String)


def _apply(
    kind: Kind, values: pl.Series, chosen: NDArray[np.int64], offered: pl.Series | None, picks: NDArray[np.uint64]
) -> tuple[pl.Series, NDArray[np.int64]]:
    """Damage the chosen places; give the new column and the places really changed."""
    if not len(chosen):
        return values, chosen
    before = values.gather(pl.Series(chosen)).to_list()
    if offered is not None:
        after = offered.gather(pl.Series(chosen)).to_list()
    elif kind.damage is None:
        return values.scatter(pl.Series(chosen), [None] * len(chosen)), chosen
    else:
        after = [kind.damage(value, int(pick >> 8)) for value, pick in zip(before, picks.tolist(), strict=True)]
    changed = np.array([a is not None and a != b for a, b in zip(after, before, strict=True)], dtype=bool)
    done = chosen[changed]
    if not len(done):
        return values, done
    return values.scatter(pl.Series(done), [a for a, c in zip(after, changed, strict=True) if c]), done
