"""Which columns a proposed model uses: the one that names the row, those that say something of a person, those that repeat others."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import combinations

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from jobs.errors import UserError
from jobs.linkage.alignment import BETWEEN, ROW
from jobs.linkage.encoding import as_text
from jobs.linkage.proposal.roles import HINTS, NAMES, Guess, guess_roles
from jobs.linkage.proposal.shapes import shape_of

LOOKED_AT = 20_000
"""Rows looked at for columns that repeat one another."""
TEXTS = {*NAMES, "words", "place", "address", "category"}
NUMBERS = {"number", "phone", "postcode", "house", "category", "citizen"}
CLEAR_OVERLAP = 0.3
OVERLAP = 0.02
"""Share of values two columns of two tables must have in common to be taken for the same thing under different names;
`CLEAR_OVERLAP` where their roles differ too."""


@dataclass(frozen=True)
class Chosen:
    """The row's id, why it was taken, the columns in use (`first|second` where two tables name them differently), the rest."""

    id: str
    id_evidence: str
    used: list[Guess]
    ignored: list[Guess]


def choose_columns(tables: list[pa.Table]) -> Chosen:
    """Columns for one table, or those two tables share; UserError when nothing says anything of a person."""
    guesses = [guess_roles(table) for table in tables]
    identifier, why = _row_id(tables, guesses)
    own = identifier.split(BETWEEN)
    guesses = [[g for g in found if g.column != own[min(i, len(own) - 1)]] for i, found in enumerate(guesses)]
    found = guesses[0] if len(tables) == 1 else _matched(tables, guesses)
    used = _without_repeats(tables, [g for g in found if g.role != "ignored"])
    kept = {g.column for g in used if g.role != "ignored"}
    ignored = [g for g in [*used, *found] if g.role == "ignored" and g.column not in kept]
    telling = [g for g in used if g.role not in {"ignored", "category", "sex", "age", "house"}]
    if not telling:
        raise UserError(
            "No column says enough about a person to propose a model: names, dates, numbers or addresses are needed.",
            _seen(found),
        )
    return Chosen(identifier, why, [g for g in used if g.role != "ignored"], ignored)


def _seen(found: list[Guess]) -> str:
    roles = ", ".join(f"{g.column}: {g.role}" for g in found) or "no columns in common"
    return f"Seen were {roles}; write a model by hand, see docs/linkage.md."


def _row_id(tables: list[pa.Table], guesses: list[list[Guess]]) -> tuple[str, str]:
    """The best column of each table that has a value of its own in every row."""
    picked = []
    for table, found in zip(tables, guesses, strict=True):
        unique = [
            g for g in found if g.shape.unique and g.role in {"number", "house", "postcode", "year", "words", "ignored", "phone"}
        ]
        picked.append([g for g in unique if g.shape.kind == "text" and not _shared(tables, table, g.column)])
    if len(tables) == 2:
        both = {g.column for g in picked[0]} & {g.column for g in picked[1]}
        picked = [[g for g in found if g.column in both] or found for found in picked]
    if not all(picked):
        return ROW, "no column has a value of its own in every row; rows are numbered as they stand in the file"
    names = list(dict.fromkeys(min(found, key=_unlike_id).column for found in picked))
    return BETWEEN.join(names), "a value of its own in every row"


def _unlike_id(g: Guess) -> tuple[bool, bool, bool, str]:
    named = re.search(HINTS["id"], g.column.strip().lower()) is not None
    return not named, not g.shape.dense, g.role == "words", g.column


def _shared(tables: list[pa.Table], table: pa.Table, name: str) -> bool:
    """Whether the other table states the same values, and not because both count from one: then it is a number of persons."""
    others = [t for t in tables if t is not table and name in t.column_names]
    if not others:
        return False
    if all(_counts(t[name]) for t in [table, *others]):
        return False
    mine, theirs = as_text(table[name].combine_chunks(), "text"), as_text(others[0][name].combine_chunks(), "text")
    return float(pc.mean(pc.cast(pc.is_in(mine, value_set=theirs), pa.float64())).as_py() or 0) >= OVERLAP


def _counts(column: pa.ChunkedArray) -> bool:
    return shape_of(column).dense


def _matched(tables: list[pa.Table], guesses: list[list[Guess]]) -> list[Guess]:
    """Columns of the first table with their counterparts: the same name and a role that agrees, else the same role and values."""
    first, second = guesses
    by_name = {g.column.strip().lower(): g for g in second}
    pairs: list[tuple[Guess, Guess]] = []
    for g in first:
        other = by_name.get(g.column.strip().lower())
        if other is not None and (g.role == other.role or _agree(tables, g, other)):
            pairs.append((g, other))
    taken = {a.column for a, _ in pairs}, {b.column for _, b in pairs}
    rest = [
        (_likeness(tables, a, b), a, b)
        for a in first if a.column not in taken[0] and a.role != "ignored"
        for b in second if b.column not in taken[1] and _comparable(a, b)
    ]  # fmt: skip
    for likeness, a, b in sorted(rest, key=lambda x: (-x[0], x[1].column, x[2].column)):
        if (
            likeness >= (OVERLAP if a.role == b.role else CLEAR_OVERLAP)
            and a.column not in {p.column for p, _ in pairs}
            and b.column not in {q.column for _, q in pairs}
        ):
            pairs.append((a, b))
    order = {g.column: i for i, g in enumerate(first)}
    joined = [_joined(a, b) for a, b in sorted(pairs, key=lambda p: order[p[0].column])]
    alone = [g for g in first if g.column not in {a.column for a, _ in pairs}]
    alone += [g for g in second if g.column not in {b.column for _, b in pairs} and g.column not in order]
    return joined + [g.ignored("has no counterpart in the other table") for g in alone]


def _comparable(a: Guess, b: Guess) -> bool:
    return a.role == b.role or {a.role, b.role} <= TEXTS or {a.role, b.role} <= NUMBERS


def _agree(tables: list[pa.Table], a: Guess, b: Guess) -> bool:
    """Roles that differ by a threshold only: two kinds of text, two kinds of number."""
    if "ignored" in {a.role, b.role}:
        return False
    return ({a.role, b.role} <= TEXTS) or ({a.role, b.role} <= NUMBERS) or _likeness(tables, a, b) >= OVERLAP


def _likeness(tables: list[pa.Table], a: Guess, b: Guess) -> float:
    """Share of the smaller column's distinct values that the other has too; dates of different spelling count by role alone."""
    if a.role in {"date", "year", "sex", "age", "house"}:
        return 0.5
    mine, theirs = _distinct(tables[0][a.column]), _distinct(tables[1][b.column])
    return len(mine & theirs) / max(min(len(mine), len(theirs)), 1)


def _distinct(column: pa.ChunkedArray) -> set[str]:
    if pa.types.is_nested(column.type):
        return set()
    return {v.strip().upper() for v in pc.unique(as_text(column.combine_chunks(), "text")).to_pylist() if v}


def _joined(a: Guess, b: Guess) -> Guess:
    """One guess for both tables; where they spell a date or number differently, the spelling that reads both."""
    name = a.column if a.column == b.column else f"{a.column}{BETWEEN}{b.column}"
    kinds = {a.type, b.type}
    if kinds <= {"date", "date_ymd", "date_dmy", "date_mdy"} and len(kinds) > 1:
        kind = max(kinds, key=["date", "date_ymd", "date_mdy", "date_dmy"].index)  # a year in front is read by all of them
    elif "name" in kinds or len(kinds) == 1:
        kind = a.type
    else:
        kind = "digits" if kinds == {"text", "digits"} else "folded"
    return replace(a, column=name, type=kind)


def _without_repeats(tables: list[pa.Table], used: list[Guess]) -> list[Guess]:
    """Leave out what other columns say too: counting one fact twice makes strangers look alike."""
    frame = _looked_at(tables, used)
    reasons: dict[str, str] = {}
    for a, b in combinations([g for g in used if g.column in frame.columns], 2):
        same = _share(frame, a.column, b.column, "same")
        if same >= 0.9 and min(a.shape.distinct, b.shape.distinct) > 20:
            less = min((a, b), key=lambda g: (g.shape.filled, g.shape.length))
            reasons.setdefault(less.column, f"the same as {(b if less is a else a).column}")
    held: dict[str, list[str]] = {}
    for whole in used:
        for part in used:
            if (
                whole is part
                or {whole.column, part.column} & reasons.keys()
                or not {whole.column, part.column} <= {*frame.columns}
            ):
                continue
            longer = part.shape.length >= 2 and whole.shape.length >= 1.3 * part.shape.length
            if longer and part.shape.distinct > 20 and _share(frame, whole.column, part.column, "inside") >= 0.9:
                held.setdefault(whole.column, []).append(part.column)
    for whole_name, parts in held.items():
        role = next(g.role for g in used if g.column == whole_name)
        if len(parts) >= 2 and role in TEXTS:
            reasons[whole_name] = f"holds what {' and '.join(parts[:3])} say"
        elif role in {"date", "full_name", "email"}:
            reasons |= dict.fromkeys(parts, f"stands in {whole_name} already")
    return [g.ignored(reasons[g.column]) if g.column in reasons else g for g in used]


def _looked_at(tables: list[pa.Table], used: list[Guess]) -> pl.DataFrame:
    """Texts of the first table's columns, of so many rows, chosen by their contents."""
    whole = pl.DataFrame([_texts(tables[0], g.column) for g in used if not _nested(tables[0], g.column)])
    if whole.height <= LOOKED_AT or not whole.width:
        return whole
    return whole[whole.hash_rows(seed=1).arg_sort()[:LOOKED_AT].sort()]


def _nested(table: pa.Table, column: str) -> bool:
    return pa.types.is_nested(table[_own(table, column)].type)


def _own(table: pa.Table, column: str) -> str:
    return column if column in table.column_names else column.split(BETWEEN)[0]


def _texts(table: pa.Table, column: str) -> pl.Series:
    array = table[_own(table, column)].combine_chunks()
    kind = "date" if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type) else "text"
    found = pl.Series(column, pl.from_arrow(as_text(array, kind)), dtype=pl.String).str.strip_chars().str.to_lowercase()
    return found.set(found == "", None)


def _share(frame: pl.DataFrame, a: str, b: str, how: str) -> float:
    """Share of rows, both filled, in which the two are the same or the second stands inside the first."""
    left, right = pl.col(a), pl.col(b)
    test = (left == right) if how == "same" else left.str.contains(right, literal=True)
    both = frame.filter(left.is_not_null() & right.is_not_null())
    return float(both.select(test.mean()).item() or 0) if both.height >= 20 else 0.0
