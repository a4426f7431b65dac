"""What a contract's types cannot say: every name in it must refer to something. Each mistake is one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.departments.clauses import (
    CLEANERS,
    RECORD_FIELDS,
    RELATIONS,
    SIGNS,
    Conditions,
    Contract,
    FieldSource,
    Owner,
    RecordSpec,
    SignSpec,
    TableSpec,
    Value,
)


def mistakes(contract: Contract) -> Iterator[str]:
    """Every mistake of a contract, table by table; a sound one yields nothing."""
    for attribute in contract.trust:
        if attribute not in RECORD_FIELDS:
            yield f"trust names {attribute}, which is no record field"
    for name, spec in contract.tables.items():
        for mistake in _table(contract, spec):
            yield f"table {name}: {mistake}"


def references(source: FieldSource) -> list[str]:
    """The columns that a field's source names."""
    if isinstance(source, str):
        return [source]
    return [source.column] if source.column else list(source.first or [])


def _table(contract: Contract, spec: TableSpec) -> Iterator[str]:
    yield from _columns(spec)
    yield from _addressing(spec)
    for role, record in spec.records.items():
        for mistake in _record(spec, role, record):
            yield f"record {role}: {mistake}"
    for index, sign in enumerate(spec.signs, 1):
        for mistake in _sign(contract, spec, sign):
            yield f"sign {index} ({sign.sign}): {mistake}"
    for index, tie in enumerate(spec.ties, 1):
        if tie.relation not in RELATIONS:
            yield f"tie {index}: {tie.relation} is no relation"
        for role in (tie.from_role, tie.to_role):
            if role not in spec.records:
                yield f"tie {index}: {role} is no record of this table"
        for mistake in _conditions(spec, tie.when, _count(spec, tie.from_role, tie.to_role)):
            yield f"tie {index}: {mistake}"
        for column in (tie.since, tie.until):
            if column is not None and column not in spec.columns:
                yield f"tie {index}: there is no column {column}"


def _columns(spec: TableSpec) -> Iterator[str]:
    lists = (("columns", list(spec.columns)), ("ignored", spec.ignored), ("refused", spec.refused))
    seen: dict[str, str] = {}
    for kind, names in lists:
        for name in names:
            if name in seen:
                yield f"column {name} stands in {seen[name]} and in {kind}"
            seen[name] = kind
    for name in {"delivery_id", "position"} & set(spec.columns):
        yield f"column {name} has the name of one that landing adds"
    described = [*spec.columns.items(), *((f"{c}.{f}", s) for c, fields in spec.json_lists.items() for f, s in fields.items())]
    for name, column in described:
        if column.clean not in CLEANERS:
            yield f"column {name}: {column.clean} is no cleaning function (known: {', '.join(sorted(CLEANERS))})"
        if column.typed_by is not None and column.typed_by not in spec.columns:
            yield f"column {name}: typed_by names {column.typed_by}, which is no column"
        if (column.typed_by or column.typed) and column.clean != "id_number":
            yield f"column {name}: only an id_number is typed"
        if column.clean == "id_number" and not (column.typed_by or column.typed):
            yield f"column {name}: an id_number needs typed_by (a column) or typed (a constant)"
    order = spec.format.get("order")
    if order is not None and sorted(order) != sorted(seen):
        yield "format.order must hold exactly the columns, the ignored and the refused ones"


def _addressing(spec: TableSpec) -> Iterator[str]:
    for what, names in (
        ("key", spec.key),
        ("updated", [spec.updated] if spec.updated else []),
        ("scope", [spec.scope] if spec.scope else []),
        ("json_lists", list(spec.json_lists)),
    ):
        for name in names:
            if name not in spec.columns:
                yield f"{what} names {name}, which is not among the columns"
    yield from (f"deleted: {m}" for m in _conditions(spec, spec.deleted, 1))
    if spec.scope and spec.mode != "full":
        yield "scope is for full deliveries"


def _record(spec: TableSpec, role: str, record: RecordSpec) -> Iterator[str]:
    if (record.count > 1) != ("{n}" in role):
        yield "a role repeated by count has {n} in its name, others have not"
    yield from _conditions(spec, record.when, record.count)
    for field, source in record.fields.items():
        if field not in RECORD_FIELDS:
            yield f"{field} is no record field (known: {', '.join(sorted(RECORD_FIELDS))})"
        if isinstance(source, Value) and sum(x is not None for x in (source.column, source.first, source.const)) != 1:
            yield f"field {field} needs exactly one of column, first, const"
        for column in references(source):
            yield from (f"field {field}: {m}" for m in _missing(spec, column, record.count))


def _sign(contract: Contract, spec: TableSpec, sign: SignSpec) -> Iterator[str]:
    if sign.sign not in SIGNS:
        yield "there is no such sign"
    count = 1
    if isinstance(sign.of, Owner):
        owner = contract.tables.get(sign.of.table)
        if owner is None or sign.of.role not in owner.records:
            yield f"there is no record {sign.of.role} of table {sign.of.table}"
        elif len(owner.key) != len(sign.of.key):
            yield f"the key of {sign.of.table} has {len(owner.key)} parts"
        for column in sign.of.key:
            yield from _missing(spec, column, 1)
    elif sign.of not in spec.records:
        yield f"{sign.of} is no record of this table"
    else:
        count = _count(spec, sign.of)
    yield from _conditions(spec, sign.when, count)
    yield from _conditions(spec, sign.unless, count)
    for dated in (sign.since, sign.until):
        if dated is not None:
            yield from _missing(spec, dated, count)
            if dated in spec.columns and spec.columns[dated].clean not in ("date", "datetime", "month"):
                yield f"{dated} is no date, datetime or month"
    if sign.detail is not None:
        for column in references(sign.detail):
            yield from _missing(spec, column, count)


def _count(spec: TableSpec, *roles: str) -> int:
    return max((spec.records[r].count for r in roles if r in spec.records), default=1)


def _conditions(spec: TableSpec, conditions: Conditions, count: int) -> Iterator[str]:
    for column in conditions:
        yield from _missing(spec, column, count)


def _missing(spec: TableSpec, column: str, count: int) -> Iterator[str]:
    """Complaints about a column reference; `{n}` must resolve for 1 … count, `list.{n}.field` to a JSON list's field."""
    found = re.fullmatch(r"(.+)\.(?:\{n\}|\d+)\.(.+)", column)
    if found and found.group(1) in spec.json_lists:
        if found.group(2) not in spec.json_lists[found.group(1)]:
            yield f"JSON list {found.group(1)} has no field {found.group(2)}"
        return
    for name in sorted({column.replace("{n}", str(n)) for n in range(1, count + 1)}):
        if name not in spec.columns:
            yield f"there is no column {name}"
