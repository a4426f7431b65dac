"""Cleaning functions by the names contracts use, applied to whole columns through their distinct values.

A column comes back as a frame of the same length: `value`, `reason` (code of a Reason), and what else the function knows
(a number's type and grade, a name's kind, an address' levels). What is already in standard form, nearly all of it, is
recognised without Python code per value (`fast`); the rest goes through the pure function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from jobs.cleaning import addresses, codes, dates, divisions, id_numbers, names, phones, shortcuts

S, D = pl.String, pl.Date
SEPARATOR = "\x1f"
"""Between a number and its stated type, when a column of numbers is typed by another column."""

Codes = dict[str, str] | None


@dataclass(frozen=True)
class Cleaner:
    """One cleaning function: its columns out (value, reason, …), the pure function on one text, the shortcut for values in
    standard form."""

    schema: dict[str, Any]
    one: Callable[[str, Codes], Sequence[Any]]
    fast: Callable[[pl.Series], tuple[pl.Series, pl.DataFrame]] | None = field(default=None)

    def column(self, raw: pl.Series, code_list: Codes = None) -> pl.DataFrame:
        """Clean a column of trimmed texts; null stays null in every column out."""
        encoded = raw.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
        cleaned = self._distinct(pl.Series(encoded.dictionary, dtype=S), code_list)
        return cleaned.select(pl.all().gather(pl.Series(encoded.indices, dtype=pl.UInt32)))

    def _distinct(self, values: pl.Series, code_list: Codes) -> pl.DataFrame:
        if self.fast is None or values.is_empty():
            return self._frame([self.one(v, code_list) for v in values])
        easy, ready = self.fast(values)
        if easy.all():
            return ready.select(*self.schema)
        hard = self._frame([self.one(v, code_list) for v in values.filter(~easy)])
        places = pl.concat([easy.arg_true(), (~easy).arg_true()]).alias("at")
        return pl.concat([ready.select(*self.schema), hard]).with_columns(places).sort("at").drop("at")

    def _frame(self, rows: list[Sequence[Any]]) -> pl.DataFrame:
        if not rows:
            return pl.DataFrame(schema=self.schema)
        columns = list(zip(*rows, strict=True))
        columns[1] = tuple(reason and reason.name for reason in columns[1])
        return pl.DataFrame([pl.Series(n, c, dtype=t) for (n, t), c in zip(self.schema.items(), columns, strict=True)])


def _number(text: str, code_list: Codes) -> Sequence[Any]:
    raw, _, stated = text.partition(SEPARATOR)
    n = id_numbers.clean_number(raw, stated or None)
    return n.value, n.reason, n.type, n.grade, n.birth, n.sex, n.alias


def _citizen(text: str, code_list: Codes) -> Sequence[Any]:
    return _number(text if SEPARATOR in text else f"{text}{SEPARATOR}citizen", None)


def _name(text: str, code_list: Codes) -> Sequence[Any]:
    n = names.clean_name(text)
    return n.value, n.reason, n.kind, n.former


def _date(text: str, code_list: Codes) -> Sequence[Any]:
    return tuple(dates.clean_date(text))


def _month(text: str, code_list: Codes) -> Sequence[Any]:
    return tuple(dates.clean_month(text))


def _address(text: str, code_list: Codes) -> Sequence[Any]:
    a = addresses.clean_address(text)
    return text, a.reason, a.level, a.place, a.building, a.unit, a.room, a.township, a.in_district


def _address_id(text: str, code_list: Codes) -> Sequence[Any]:
    return addresses.clean_address_id(text), None


def _text(text: str, code_list: Codes) -> Sequence[Any]:
    return text, None


PLAIN = {"value": S, "reason": S}
NUMBER = PLAIN | {"type": S, "grade": S, "birth": D, "sex": S, "alias": S}
NAME = PLAIN | {"kind": S, "former": S}
DATE = {"value": D, "reason": S, "last": D}
ADDRESS = PLAIN | {"level": S, "place": S, "building": S, "unit": S, "room": S, "township": S, "in_district": pl.Boolean}

_id_number = Cleaner(NUMBER, _number, shortcuts.numbers)
_day = Cleaner(DATE, _date, shortcuts.days)
_plain_text = Cleaner(PLAIN, _text)

CLEANERS: dict[str, Cleaner] = {
    "citizen_number": Cleaner(NUMBER, _citizen, shortcuts.numbers),
    "id_number": _id_number,
    "id_type": Cleaner(PLAIN, codes.clean_id_type),
    "person_name": Cleaner(NAME, _name, shortcuts.han_names),
    "name_list": _plain_text,
    "sex": Cleaner(PLAIN, codes.clean_sex),
    "date": _day,
    "datetime": _day,
    "month": Cleaner(DATE, _month),
    "phone": Cleaner(PLAIN, lambda text, code_list: phones.clean_phone(text), shortcuts.mobiles),
    "address": Cleaner(ADDRESS, _address),
    "address_id": Cleaner(PLAIN, _address_id),
    "division": Cleaner(PLAIN, lambda text, code_list: divisions.clean_division(text)),
    "ethnic": Cleaner(PLAIN, codes.clean_ethnic),
    "country": Cleaner(PLAIN, codes.clean_country),
    "code": Cleaner(PLAIN, codes.clean_code),
    "text": _plain_text,
    "key": _plain_text,
}
"""Every name a contract's `clean` may hold."""
