"""One frame per role: what each row says of that person, before the rules between family members (jobs/records/family.py).

Frames are as long as the rows; `present` marks the rows that mention the person at all.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from jobs.cleaning import divisions, names
from jobs.cleaning.id_numbers import KEPT
from jobs.cleaning.registry import ADDRESS, NAME, NUMBER
from jobs.records.plan import Role, Source
from jobs.records.rows import Rows

S = pl.String
_RELATIVES = ("mother_number", "father_number", "spouse_number")
_PLAIN = ("sex", "ethnic", "nationality", "phone", "hukou_division", "employer", "school", "birth_order")
_SEPARATED = f"[{names.HAN}][.。\\- ][{names.HAN}]"


def mention(rows: Rows, role: Role) -> pl.DataFrame:
    """Everything a row states of one role, cleaned, column by column of jobs.tables.RECORDS."""
    columns: dict[str, pl.Series] = {"present": rows.holds(role.when)}
    columns |= _number(rows, role) | _name(rows, role) | _birth(rows, role) | _address(rows, role)
    for field in _PLAIN:
        columns[field] = _value(rows, role, field)
    columns["phone_raw"] = _raw(rows, role, "phone")
    columns["hukou_address_raw"] = _raw(rows, role, "hukou_address")
    columns["hukou_active"] = _flag(rows, role)
    for field in _RELATIVES:
        columns[field] = _relative(rows, role, field)
    for field in ("account", "household"):
        columns[field] = _prefixed(rows, role, field)
    return pl.DataFrame(columns)


def _null(rows: Rows, dtype: pl.DataType | type[pl.DataType] = S) -> pl.Series:
    return pl.Series([None], dtype=dtype).new_from_index(0, len(rows))


def _value(rows: Rows, role: Role, field: str) -> pl.Series:
    source = role.fields.get(field)
    if source is None:
        return _null(rows)
    return _constant(rows, source) if source.const is not None else rows.first(source)["value"]


def _constant(rows: Rows, source: Source) -> pl.Series:
    return pl.Series([source.const], dtype=S).new_from_index(0, len(rows))


def _raw(rows: Rows, role: Role, field: str) -> pl.Series:
    source = role.fields.get(field)
    return _null(rows) if source is None or not source.columns else rows.raw_first(source)


def _flag(rows: Rows, role: Role) -> pl.Series:
    """hukou_active: the contract's code list says true or false; a closed row is active no more."""
    if "hukou_active" not in role.fields:
        return _null(rows, pl.Boolean)
    value = _value(rows, role, "hukou_active")
    return pl.select(((value == "true") & rows.meta["closed_on"].is_null()).alias("hukou_active"))["hukou_active"]


def _cleaned(rows: Rows, role: Role, field: str, parts: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """What cleaning made of a field, and its raw text; all null where the role has no such field."""
    source = role.fields.get(field)
    if source is None:
        return pl.DataFrame({name: _null(rows, dtype) for name, dtype in parts.items()}).with_columns(raw=_null(rows))
    return rows.first(source)


def _number(rows: Rows, role: Role) -> dict[str, pl.Series]:
    """The number with its type, grade and what it says itself; a second number as type:number."""
    found = _cleaned(rows, role, "id_number", NUMBER)
    stated = _value(rows, role, "id_type")
    kept = pl.col("grade").is_in(list(KEPT))
    out = found.with_columns(stated=stated).select(
        pl.coalesce("type", "stated").alias("id_type"),
        pl.when(kept).then("value").alias("id_number"),
        pl.col("grade").fill_null("MISSING").alias("id_grade"),
        pl.col("raw").alias("id_raw"),
        pl.col("birth").alias("number_birth"),
        pl.col("sex").alias("number_sex"),
    )
    return {**out.to_dict(), "alias_number": _alias(rows, role, out["id_number"])}


def _alias(rows: Rows, role: Role, number: pl.Series) -> pl.Series:
    """A further number: the citizen number inside a pupil's number where it differs, else the number itself."""
    source = role.fields.get("alias_number")
    if source is None:
        return _null(rows)
    found = rows.first(source).with_columns(own=number)
    own = pl.concat_str([pl.col("type"), pl.col("value")], separator=":")
    inner = pl.col("alias").is_not_null() & (pl.col("alias") != pl.concat_str([pl.lit("citizen:"), pl.col("own")]).fill_null(""))
    usable = pl.col("grade").is_in(list(KEPT))
    return found.select(pl.when(inner).then("alias").when(usable).then(own).alias("a"))["a"]


def _name(rows: Rows, role: Role) -> dict[str, pl.Series]:
    source = role.fields.get("name")
    if source is None:
        found = pl.DataFrame({name: _null(rows, dtype) for name, dtype in NAME.items()}).with_columns(raw=_null(rows))
    else:
        found = _dotted(rows, role, rows.first(source))
    former = pl.select(pl.coalesce([_value(rows, role, "former_name"), found["former"]]).alias("f"))["f"]
    same = former.to_frame("f").select(pl.when(pl.col("f").ne_missing(found["value"])).then("f"))["f"]
    kind = found["kind"].fill_null("missing")
    return {
        "name": found["value"],
        "name_kind": kind,
        "name_raw": found["raw"],
        "former_name": same,
        "name_reason": found["reason"],
    }


def _dotted(rows: Rows, role: Role, found: pl.DataFrame) -> pl.DataFrame:
    """Names of groups that write a middle dot are read again where a stop, hyphen or space stands between two parts."""
    if "ethnic" not in role.fields:
        return found
    ethnic = _value(rows, role, "ethnic").is_in(list(names.DOTTED_ETHNIC)).fill_null(False)
    at = (ethnic & found["raw"].str.contains(_SEPARATED).fill_null(False)).arg_true()
    if not len(at):
        return found
    again = [names.clean_name(text, dotted=True) for text in found["raw"].gather(at)]
    return found.with_columns(
        found["value"].scatter(at, pl.Series([n.value for n in again], dtype=S)),
        found["kind"].scatter(at, pl.Series([n.kind for n in again], dtype=S)),
    )


def _birth(rows: Rows, role: Role) -> dict[str, pl.Series]:
    source = role.fields.get("birth_date")
    return {"stated_birth": _null(rows, pl.Date) if source is None else rows.first(source)["value"]}


def _address(rows: Rows, role: Role) -> dict[str, pl.Series]:
    """The dwelling: parsed levels, standard id, and the township a division code of the row states."""
    found = _cleaned(rows, role, "address", ADDRESS)
    code = _value(rows, role, "in_district")
    stated = code.to_frame("code").select(
        pl.col("code").replace_strict(_townships(code), default=None, return_dtype=S).alias("township"),
        pl.col("code").replace_strict(_insides(code), default=None, return_dtype=pl.Boolean).alias("inside"),
    )
    std = _value(rows, role, "address_id")
    out = found.with_columns(stated=stated["township"], inside=stated["inside"], std=std).select(
        pl.col("raw").alias("address_raw"),
        pl.when(pl.col("std").is_not_null())
        .then(pl.lit("room"))
        .otherwise(pl.col("level").fill_null("none"))
        .alias("address_level"),
        pl.col("std").alias("dwelling_id"),
        pl.coalesce("stated", "township").alias("township"),
        pl.coalesce("inside", "in_district").alias("in_district"),
        *(pl.col(part) for part in ("place", "building", "unit", "room")),
    )
    return out.to_dict()


def _townships(code: pl.Series) -> dict[str, str | None]:
    return {c: divisions.township_of(c) for c in code.unique().drop_nulls()}


def _insides(code: pl.Series) -> dict[str, bool | None]:
    return {c: divisions.within(c) for c in code.unique().drop_nulls()}


def _relative(rows: Rows, role: Role, field: str) -> pl.Series:
    """A parent's or spouse's citizen number stated on the row, sound grades only."""
    source = role.fields.get(field)
    if source is None:
        return _null(rows)
    found = rows.first(source)
    return sound_citizen(found["type"], found["grade"], found["value"])


def sound_citizen(kind: pl.Series, grade: pl.Series, value: pl.Series) -> pl.Series:
    """Citizen numbers that identify by themselves; null elsewhere."""
    sound = (kind == "citizen") & grade.is_in(["OK", "OK_15", "REPAIRED", "BAD_AREA"])
    return pl.select(pl.when(sound).then(value).alias("n"))["n"]


def _prefixed(rows: Rows, role: Role, field: str) -> pl.Series:
    value = _value(rows, role, field)
    return pl.select(pl.concat_str([pl.lit(f"{rows.plan.dept}:"), value]).alias(field))[field]
