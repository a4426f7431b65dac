"""A contract's table made ready for the kernel: numbered roles written out, every source a tuple of columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from jobs.departments.clauses import ColumnSpec, Conditions, Contract, FieldSource, Owner, TableSpec
from jobs.departments.contract import all_contracts

KIN = frozenset({"mother_of", "father_of", "spouse_of", "guardian_of", "same_household"})
"""Relations that lend identity: a tenancy does not, a landlord known by name alone is no resident."""
PARENTAL = frozenset({"mother_of", "father_of", "guardian_of"})


@dataclass(frozen=True)
class Source:
    """Where a value comes from: the first of some columns that has one, or a constant."""

    columns: tuple[str, ...]
    const: str | None = None


@dataclass(frozen=True)
class Role:
    """One mention of one person in a row."""

    name: str
    when: Conditions
    fields: dict[str, Source]


@dataclass(frozen=True)
class SignRule:
    """A sign of a role of the row, or of another table's record (`owner`)."""

    sign: str
    role: str | None
    owner: Owner | None
    when: Conditions
    unless: Conditions
    since: str
    until: str | None
    place: str
    detail: Source | None


@dataclass(frozen=True)
class TieRule:
    """A relation between two roles of the row."""

    one: str
    relation: str
    other: str
    when: Conditions
    since: str | None
    until: str | None


@dataclass(frozen=True)
class TablePlan:
    """All that the kernel needs to know of one table."""

    dept: str
    table: str
    columns: tuple[str, ...]
    specs: dict[str, ColumnSpec]
    lists: dict[str, int]
    roles: tuple[Role, ...]
    signs: tuple[SignRule, ...]
    ties: tuple[TieRule, ...]
    ends: frozenset[str]

    @property
    def owner(self) -> Owner | None:
        """The other table whose records this one's signs belong to, if any."""
        return next((s.owner for s in self.signs if s.owner), None)

    @property
    def reference(self) -> bool:
        """A table that speaks of no person (rooms): its rows count as standardized and yield nothing."""
        return not self.roles and not self.signs

    def parents(self, child: str) -> dict[str, set[str]]:
        """Roles that the row states to be parents or guardians of a role, with the relations."""
        found: dict[str, set[str]] = {}
        for tie in self.ties:
            if tie.other == child and tie.relation in PARENTAL:
                found.setdefault(tie.one, set()).add(tie.relation)
        return found


@cache
def all_plans() -> dict[tuple[str, str], TablePlan]:
    """Plans of every table of every department, made once a process."""
    return {(c.code, table): table_plan(c, table) for c in all_contracts().values() for table in c.tables}


def table_plan(contract: Contract, table: str) -> TablePlan:
    """The plan of one table of a contract."""
    spec = contract.tables[table]
    counts = {name: role.count for name, role in spec.records.items()}
    return TablePlan(
        dept=contract.code,
        table=table,
        columns=tuple(spec.columns),
        specs={**spec.columns, **_list_columns(spec, max(counts.values(), default=1))},
        lists={column: max(counts.values(), default=1) for column in spec.json_lists},
        roles=tuple(_roles(spec)),
        signs=tuple(_signs(spec, counts)),
        ties=tuple(_ties(spec, counts)),
        ends=_ends(spec),
    )


def _roles(spec: TableSpec) -> Iterable[Role]:
    for name, role in spec.records.items():
        for n in _numbers(name, role.count):
            fields = {field: _source(source, n) for field, source in role.fields.items()}
            yield Role(_at(name, n), _conditions(role.when, n), fields)


def _signs(spec: TableSpec, counts: Mapping[str, int]) -> Iterable[SignRule]:
    for sign in spec.signs:
        of = sign.of
        for n in _numbers(of, counts.get(of, 1)) if isinstance(of, str) else (0,):
            yield SignRule(
                sign=sign.sign,
                role=_at(of, n) if isinstance(of, str) else None,
                owner=None if isinstance(of, str) else of,
                when=_conditions(sign.when, n),
                unless=_conditions(sign.unless, n),
                since=_at(sign.since, n),
                until=_at(sign.until, n) if sign.until else None,
                place=sign.place,
                detail=_source(sign.detail, n) if sign.detail is not None else None,
            )


def _ties(spec: TableSpec, counts: Mapping[str, int]) -> Iterable[TieRule]:
    for tie in spec.ties:
        wide = tie.from_role if "{n}" in tie.from_role else tie.to_role
        for n in _numbers(wide, counts.get(wide, 1)):
            yield TieRule(
                _at(tie.from_role, n), tie.relation, _at(tie.to_role, n), _conditions(tie.when, n), tie.since, tie.until
            )  # fmt: skip


def _list_columns(spec: TableSpec, count: int) -> dict[str, ColumnSpec]:
    """JSON lists as columns of their own: `co_lessees.2.name`."""
    return {
        f"{column}.{n}.{field}": inner
        for column, fields in spec.json_lists.items()
        for n in range(1, count + 1)
        for field, inner in fields.items()
    }


def _ends(spec: TableSpec) -> frozenset[str]:
    """Columns that only ever end something: there 9999-12-31 means open and is no fault."""
    ends = {s.until for s in spec.signs if s.until} | {t.until for t in spec.ties if t.until}
    starts = {s.since for s in spec.signs} | {t.since for t in spec.ties if t.since}
    return frozenset(ends - starts)


def _numbers(name: str, count: int) -> Iterable[int]:
    return range(1, count + 1) if "{n}" in name else (0,)


def _at(text: str, n: int) -> str:
    return text.replace("{n}", str(n))


def _conditions(conditions: Conditions, n: int) -> Conditions:
    return {_at(column, n): wanted for column, wanted in conditions.items()}


def _source(source: FieldSource, n: int) -> Source:
    if isinstance(source, str):
        return Source((_at(source, n),))
    columns = [source.column] if source.column else source.first or []
    return Source(tuple(_at(c, n) for c in columns), source.const)
