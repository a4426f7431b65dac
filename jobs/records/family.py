"""Rules between the people of one row: whose number is it, who is whose mother, who may stand as a record (design §2).

Pitfall 18 of domain §8: a child's column often holds a parent's number. It is taken off the child and given to the
parent of the number's sex who has none.
"""

from __future__ import annotations

import polars as pl

from jobs.cleaning.id_numbers import SOUND
from jobs.cleaning.reasons import Reason
from jobs.records.mentions import sound_citizen
from jobs.records.plan import KIN, TablePlan
from jobs.records.rows import Rows

Mentions = dict[str, pl.DataFrame]
YEAR = 365.2425
CHILD, LEAST, MOST = 18, 15, 50
"""Years: below CHILD a stated age makes a child; a parent is LEAST to MOST years older."""
NAMED = ("han", "dotted", "foreign", "damaged")
_NUMBER = ("id_number", "number_birth", "number_sex")


def settle(rows: Rows, mentions: Mentions) -> Mentions:
    """All rules in order; each returns new frames, issues are noted on the rows."""
    found = dict(mentions)
    for child in mentions:
        _parents_number(rows, found, child)
    for child in mentions:
        found[child] = _relatives(rows.plan, found, child)
    return {role: _attributes(rows, role, frame) for role, frame in found.items()}


def _parents_number(rows: Rows, found: Mentions, child: str) -> None:
    """Move a parent's number off the child's mention, or a child's number off the parent's."""
    parents = rows.plan.parents(child)
    frame = found[child].with_columns(known=rows.meta["known_from"])
    older = (pl.col("stated_birth") - pl.col("number_birth")).dt.total_days() / YEAR
    young = (pl.col("known") - pl.col("stated_birth")).dt.total_days() / YEAR < CHILD
    by_age = (older.is_between(LEAST, MOST) & (young | pl.lit(bool(parents)))).fill_null(False)
    same = pl.any_horizontal(
        pl.lit(False), *(pl.col("id_number") == found[p]["id_number"] for p in parents),
        pl.col("id_number") == pl.col("mother_number"), pl.col("id_number") == pl.col("father_number"),
    ).fill_null(False)  # fmt: skip
    own = (same & (pl.col("stated_birth") == pl.col("number_birth"))).fill_null(False)
    marks = frame.select(taken=by_age | (same & ~own), own=own)
    if marks["own"].any():
        _drop_from_parents(rows, found, child, marks["own"])
    if marks["taken"].any():
        _take_off(rows, found, child, marks["taken"])


def _drop_from_parents(rows: Rows, found: Mentions, child: str, own: pl.Series) -> None:
    """The number is the child's by its birth date: the parent stands without."""
    number = found[child]["id_number"]
    for parent in rows.plan.parents(child):
        hit = (own & (found[parent]["id_number"] == number)).fill_null(False)
        found[parent] = _without(found[parent], hit)
        _note(rows, parent, hit, Reason.NUMBER_OF_CHILD)
    found[child] = found[child].with_columns(
        pl.when(~own | (pl.col(c) != number)).then(pl.col(c)).alias(c) for c in ("mother_number", "father_number")
    )


def _take_off(rows: Rows, found: Mentions, child: str, taken: pl.Series) -> None:
    """The number is a parent's: it goes to the parent of its sex on this row who has none."""
    frame = found[child]
    sex = frame["number_sex"]
    number = pl.select(pl.when(taken).then(frame["id_number"]).alias("n"))["n"]
    left = taken
    for parent, relations in rows.plan.parents(child).items():
        other = found[parent]
        fits = _of_sex(relations, other["sex"], sex)
        free = (left & fits & other["present"] & other["id_number"].is_null()).fill_null(False)
        found[parent] = _receive(other, frame, free)
        left = left & ~free
    citizen = number.is_not_null() & (frame["id_type"] == "citizen")
    found[child] = _without(frame, taken).with_columns(
        pl.when(citizen & (sex == s) & pl.col(c).is_null()).then(number).otherwise(pl.col(c)).alias(c)
        for c, s in (("mother_number", "F"), ("father_number", "M"))
    )
    _note(rows, child, taken, Reason.NUMBER_OF_PARENT)


def _of_sex(relations: set[str], stated: pl.Series, sex: pl.Series) -> pl.Series:
    """Whether a number of this sex can be this parent's: by the relation, else by the parent's stated sex."""
    if relations == {"mother_of"}:
        return sex == "F"
    if relations == {"father_of"}:
        return sex == "M"
    return (stated == sex).fill_null(False)


def _without(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    return frame.with_columns(
        *(pl.when(~rows).then(pl.col(c)).alias(c) for c in _NUMBER),
        pl.when(rows).then(pl.lit("MISSING")).otherwise(pl.col("id_grade")).alias("id_grade"),
    )


def _receive(frame: pl.DataFrame, giver: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    return frame.with_columns(
        pl.when(rows).then(giver[c]).otherwise(pl.col(c)).alias(c) for c in (*_NUMBER, "id_type", "id_grade", "id_raw")
    )


def _note(rows: Rows, role: str, at: pl.Series, reason: Reason) -> None:
    source = next(r for r in rows.plan.roles if r.name == role).fields.get("id_number")
    if source is not None and source.columns:
        rows.note(source.columns[0], at, reason)


def _relatives(plan: TablePlan, found: Mentions, child: str) -> pl.DataFrame:
    """Numbers of mother, father and spouse from their own mentions, where no column states them."""
    frame = found[child]
    for tie in plan.ties:
        column = {"mother_of": "mother_number", "father_of": "father_number", "spouse_of": "spouse_number"}.get(tie.relation)
        if column and child in (tie.one, tie.other) and not (tie.relation != "spouse_of" and child == tie.one):
            other = found[tie.one if child == tie.other else tie.other]
            number = sound_citizen(other["id_type"], other["id_grade"], other["id_number"])
            if tie.when:
                continue
            frame = frame.with_columns(
                pl.coalesce(pl.col(column), pl.select(pl.when(other["present"]).then(number))[:, 0]).alias(column)
            )
    return frame


def _attributes(rows: Rows, role: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Birth date, sex and nationality: stated if sound, else what the number says; contradictions are noted."""
    known = rows.meta["known_from"]
    future = (frame["stated_birth"] > known).fill_null(False) & frame["present"]
    frame = frame.with_columns(
        pl.when(~future).then("stated_birth").alias("stated_birth"),
        pl.when(pl.col("number_birth") <= known).then("number_birth").alias("number_birth"),
    )
    births = (frame["stated_birth"] != frame["number_birth"]).fill_null(False) & frame["present"]
    sexes = (frame["sex"] != frame["number_sex"]).fill_null(False) & frame["present"]
    fields = next(r for r in rows.plan.roles if r.name == role).fields
    for name, at, reason in (
        ("birth_date", future, Reason.BIRTH_AFTER_DELIVERY),
        ("birth_date", births, Reason.BIRTH_CONTRADICTS_NUMBER),
        ("sex", sexes, Reason.SEX_CONTRADICTS_NUMBER),
    ):
        if name in fields and fields[name].columns:
            rows.note(fields[name].columns[0], at, reason)
    citizen = pl.col("id_number").is_not_null() & (pl.col("id_type") == "citizen")
    return frame.with_columns(
        pl.coalesce("stated_birth", "number_birth").alias("birth_date"),
        pl.when(pl.col("stated_birth").is_not_null()).then(pl.lit("stated")).when(pl.col("number_birth").is_not_null())
        .then(pl.lit("number")).alias("birth_date_basis"),
        pl.coalesce("sex", "number_sex").alias("sex"),
        pl.coalesce("nationality", pl.when(citizen).then(pl.lit("CHN"))).alias("nationality"),
    )  # fmt: skip


def admitted(rows: Rows, found: Mentions) -> dict[str, pl.Series]:
    """Which mentions become records: a usable number, or name and birth date, or an account, or a tie to a numbered one.

    A number whose check fails counts only beside a name; a tie admits who has at least a name or a birth date.
    """
    numbered = {role: _numbered(frame) for role, frame in found.items()}
    alone = {role: numbered[role] | _known(frame) for role, frame in found.items()}
    tied = dict(alone)
    for tie in rows.plan.ties:
        if tie.relation in KIN:
            when = rows.holds(tie.when)
            for one, other in ((tie.one, tie.other), (tie.other, tie.one)):
                tied[one] = tied[one] | (when & numbered[other] & _something(found[one]))
    return tied


def _numbered(frame: pl.DataFrame) -> pl.Series:
    sound = pl.col("id_grade").is_in(list(SOUND)) | pl.col("name").is_not_null()
    return frame.select(_=pl.col("present") & pl.col("id_number").is_not_null() & sound)["_"]


def _known(frame: pl.DataFrame) -> pl.Series:
    named = pl.col("name").is_not_null() & pl.col("name_kind").is_in(NAMED) & pl.col("birth_date").is_not_null()
    return frame.select(_=pl.col("present") & (named | pl.col("account").is_not_null()))["_"]


def _something(frame: pl.DataFrame) -> pl.Series:
    return frame.select(_=pl.col("present") & (pl.col("name").is_not_null() | pl.col("birth_date").is_not_null()))["_"]
