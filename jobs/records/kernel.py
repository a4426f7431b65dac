"""The kernel: source rows in, records, signs, ties, refusals and cell issues out, all in one wide table.

`standardize_batch` is a pure function on Arrow data; Spark only feeds it (jobs/standardize.py). `kind` says what a wide row
is: record, sign, owned (a sign, or only a word, about a record of another table), tie, refused, issue. The address columns
of records and signs wait for jobs/records/dwellings.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from jobs.cleaning.reasons import Reason
from jobs.records import evidence, family
from jobs.records.keys import key_column
from jobs.records.mentions import mention
from jobs.records.plan import TablePlan
from jobs.records.rows import Rows, read_rows
from jobs.tables import CELL_ISSUES, RECORDS, REJECTED_ROWS, SIGNS, SOURCE_ROWS, TIES

Plans = Mapping[tuple[str, str], TablePlan]

KINDS = ("record", "sign", "owned", "tie", "refused", "issue")
_EXTRA = {"kind": pa.string(), "address_key": pa.string(), "place_key": pa.string()}


def _wide() -> pa.Schema:
    fields = dict(_EXTRA)
    for table in (RECORDS, SIGNS, TIES, REJECTED_ROWS, CELL_ISSUES):
        fields |= {c.name: c.type for c in table.columns}
    return pa.schema(list(fields.items()))


WIDE = _wide()
"""One row of any kind: the columns of all five tables, and `kind`, `address_key`, `place_key`."""

SOURCE = pa.schema([("dept", pa.string()), ("source_table", pa.string()), *((f.name, f.type) for f in SOURCE_ROWS.schema)])
"""A batch in: source rows with the department and table they are of."""


def standardize_batch(plans: Plans, batch: pa.Table) -> pa.Table:
    """Standardize source rows of any tables; the result depends on each row alone, not on the batch it came in."""
    out = []
    tables = batch.select(["dept", "source_table"]).group_by(["dept", "source_table"]).aggregate([])
    for dept, table in sorted(zip(tables["dept"].to_pylist(), tables["source_table"].to_pylist(), strict=True)):
        mine = pc.and_(pc.equal(batch["dept"], dept), pc.equal(batch["source_table"], table))
        out += _table(plans[dept, table], batch if len(tables) == 1 else batch.filter(mine))
    frame = pl.concat(out, how="diagonal") if out else pl.DataFrame()
    return _conform(frame)


def _conform(frame: pl.DataFrame) -> pa.Table:
    schema: Any = pl.from_arrow(WIDE.empty_table())
    missing = {n: t for n, t in schema.schema.items() if n not in frame.columns}
    whole = frame.with_columns(pl.lit(None, t).alias(n) for n, t in missing.items()).select(schema.columns)
    return whole.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(WIDE)


def _table(plan: TablePlan, batch: pa.Table) -> list[pl.DataFrame]:
    """All wide rows of one table's source rows."""
    if plan.reference or not batch.num_rows:
        return []
    rows = read_rows(plan, batch)
    mentions = family.settle(rows, {role.name: mention(rows, role) for role in plan.roles})
    test = _tests(rows, mentions)
    stands = {role: mark & ~test for role, mark in family.admitted(rows, mentions).items()}
    records = _records(rows, mentions, stands)
    ids = {role: frame["record_id"] for role, frame in records.items()}
    out = [frame.drop_nulls("record_id").with_columns(kind=pl.lit("record")) for frame in records.values()]
    found, refused = _signs(rows, records)
    out += found
    out += [_stamp(rows, evidence.ties(rows, rule, ids), "tie") for rule in plan.ties]
    out += _with_row_ids([*_refused(rows, mentions, stands, test), *refused], ("part", "reason"))
    return [*out, *_with_row_ids([_issues(rows)], ())]


def _tests(rows: Rows, mentions: family.Mentions) -> pl.Series:
    """Rows made for testing: a test name, or name and number of the first role both placeholders."""
    marks = pl.Series([False]).new_from_index(0, len(rows))
    for frame in mentions.values():
        marks = marks | (frame["name_reason"] == Reason.TEST_ROW.name).fill_null(False)
    return marks | _placeholders(mentions, len(rows))


def _placeholders(mentions: family.Mentions, size: int) -> pl.Series:
    """Name and number of the row's first role both say nothing."""
    if not mentions:
        return pl.Series([False]).new_from_index(0, size)
    first = next(iter(mentions.values()))
    return (first["name_kind"] == "placeholder") & (first["id_grade"] == "PLACEHOLDER")


def _stamp(rows: Rows, frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Add where wide rows come from, by their position `at`."""
    meta = rows.meta.select("source_key", "delivery_id", "known_from")
    return frame.hstack(meta.select(pl.all().gather(frame["at"]))).with_columns(
        kind=pl.lit(kind), dept=pl.lit(rows.plan.dept), source_table=pl.lit(rows.plan.table)
    )  # fmt: skip


def _records(rows: Rows, mentions: family.Mentions, stands: Mapping[str, pl.Series]) -> dict[str, pl.DataFrame]:
    """One frame a role, as long as the rows; record_id is null where the mention is no record."""
    out = {}
    for role, frame in mentions.items():
        frame = frame.hstack(rows.meta.select("source_key", "known_from", "closed_on"))
        frame = frame.with_columns(dept=pl.lit(rows.plan.dept), source_table=pl.lit(rows.plan.table), role=pl.lit(role))
        own = [pl.when(stands[role]).then(pl.col("dept")), pl.col("source_table"), pl.col("source_key"), pl.col("role")]
        frame = frame.with_columns(key_column(frame, own).alias("record_id"), *_address_keys())
        out[role] = frame.drop(*_INNER)
    return out


_ORIGIN = ("dept", "source_table", "source_key")
_INNER = (
    "present", "name_reason", "stated_birth", "number_birth", "number_sex", "place", "building", "unit", "room",
)  # fmt: skip


def _address_keys() -> list[pl.Expr]:
    """Keys of a dwelling's text: `address_key` all that was read, `place_key` what every spelling has."""
    deep = pl.col("address_level").is_in(["room", "unit", "building"]) & pl.col("place").is_not_null()
    here = deep & pl.col("in_district").fill_null(True)
    blank = {c: pl.col(c).fill_null("") for c in ("place", "building", "unit", "room", "township")}
    return [
        pl.when(here).then(pl.concat_str(list(blank.values()), separator="|")).alias("address_key"),
        pl.when(here).then(pl.concat_str([blank["place"], blank["building"], blank["room"]], separator="|")).alias("place_key"),
    ]


def _signs(rows: Rows, records: Mapping[str, pl.DataFrame]) -> tuple[list[pl.DataFrame], list[pl.DataFrame]]:
    """Signs of the rows' own records, or of another table's; of two with one id the contract's first stands."""
    owner = rows.plan.owner
    found: list[pl.DataFrame] = []
    refused: list[pl.DataFrame] = []
    owners = _owners(rows) if owner else None
    for rule in rows.plan.signs:
        whose = owners if rule.role is None else records[rule.role]
        assert whose is not None
        good, bad = evidence.signs(rows, rule, whose["record_id"].is_not_null())
        if good.height:
            found.append(_placed(good, whose))
        if bad.height:
            refused.append(_stamp(rows, bad, "refused"))
    kind = "owned" if owner else "sign"
    if found:
        whole = _stamp(rows, pl.concat(found), kind)
        whole = whole.with_columns(evidence.sign_ids(whole).alias("sign_id")).unique("sign_id", keep="first", maintain_order=True)
        found = [whole]
    if owners is not None:
        missing = pl.lit(f"row|{Reason.OWNER_MISSING.name}")
        whole = pl.concat([*found, _silent(rows, owners, found)], how="diagonal")
        found = [whole.with_columns(key_column(whole, [*(pl.col(c) for c in _ORIGIN), missing]).alias("row_id"))]
    return found, refused


def _owners(rows: Rows) -> pl.DataFrame:
    """The record of another table that each row speaks of."""
    owner = rows.plan.owner
    assert owner is not None
    key = pl.concat_str([pl.col(c) for c in owner.key], separator="|")
    parts = [pl.lit(rows.plan.dept), pl.lit(owner.table), key, pl.lit(owner.role)]
    ids = key_column(rows.raw, parts)
    return pl.DataFrame({"record_id": ids}).with_columns(
        *(pl.lit(None, pl.String).alias(c) for c in ("dwelling_id", "township", "address_key")),
        in_district=pl.lit(None, pl.Boolean),
    )


def _silent(rows: Rows, owners: pl.DataFrame, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Rows that say nothing further of their owner: kept as a word, so that every row is accounted for."""
    spoken = found[0]["at"].to_list() if found else []
    rest = owners.select("record_id").with_row_index("at").filter(~pl.col("at").is_in(spoken) & pl.col("record_id").is_not_null())
    return _stamp(rows, rest, "owned")


def _placed(good: pl.DataFrame, whose: pl.DataFrame) -> pl.DataFrame:
    """Signs with their record, and where they prove presence: a dwelling's is the record's."""
    columns = ("record_id", "dwelling_id", "township", "in_district", "address_key")
    here = whose.select(pl.col(c).gather(good["at"]) for c in columns)
    dwelling = pl.col("place") == "dwelling"
    inside = pl.col("place").replace_strict(evidence.INSIDE, return_dtype=pl.Boolean)
    return good.hstack(here).with_columns(
        *(pl.when(dwelling).then(pl.col(c)).alias(c) for c in ("dwelling_id", "township", "address_key")),
        pl.when(dwelling).then("in_district").otherwise(inside).alias("in_district"),
    )


def _refused(
    rows: Rows, mentions: family.Mentions, stands: Mapping[str, pl.Series], test: pl.Series
) -> list[pl.DataFrame]:  # fmt: skip
    """Rows that yield no record at all, and mentions refused beside others that stand."""
    if not rows.plan.roles:
        return _ownerless(rows)
    size = len(rows)
    present = pl.select(pl.any_horizontal(*(m["present"] for m in mentions.values())))[:, 0]
    standing = pl.select(pl.any_horizontal(*stands.values()))[:, 0]
    reason = pl.select(
        pl.when(_placeholders(mentions, size)).then(pl.lit(Reason.ALL_PLACEHOLDERS.name))
        .when(test).then(pl.lit(Reason.TEST_ROW.name))
        .when(present).then(pl.lit(Reason.NO_IDENTITY.name))
        .otherwise(pl.lit(Reason.NOTHING_STATED.name)).alias("reason")
    )["reason"]  # fmt: skip
    out = [_refusal(rows, ~standing, "row", reason)]
    for role, frame in mentions.items():
        stated = frame["name_raw"].is_not_null() | frame["id_raw"].is_not_null()
        lost = standing & frame["present"] & stated & ~stands[role]
        out.append(_refusal(rows, lost, role, pl.Series([Reason.NO_IDENTITY.name]).new_from_index(0, size)))
    return [o for o in out if o.height]


def _ownerless(rows: Rows) -> list[pl.DataFrame]:
    """Rows that name no owner at all; an owner that does not exist is found when all records are known."""
    lost = _owners(rows)["record_id"].is_null()
    reason = pl.Series([Reason.OWNER_MISSING.name]).new_from_index(0, len(rows))
    return [_refusal(rows, lost, "row", reason)]


def _refusal(rows: Rows, at: pl.Series, part: str, reason: pl.Series) -> pl.DataFrame:
    where = at.arg_true()
    frame = pl.DataFrame({"at": where, "reason": reason.gather(where)}).with_columns(part=pl.lit(part))
    return _stamp(rows, frame, "refused")


def _issues(rows: Rows) -> pl.DataFrame:
    """Cell issues of the rows, one a column and reason."""
    empty = {"at": pl.UInt32, "column": pl.String, "reason": pl.String, "repaired": pl.Boolean}
    found = pl.concat([pl.DataFrame(schema=empty), *(i.cast({"at": pl.UInt32}) for i in rows.issues)])
    found = found.unique(["at", "column", "reason"], keep="first", maintain_order=True)
    return _stamp(rows, found, "issue")


def _with_row_ids(frames: list[pl.DataFrame], parts: tuple[str, ...]) -> list[pl.DataFrame]:
    """Give refusals (with part and reason) or cell issues (the source row alone) their row_id."""
    whole = pl.concat(frames, how="diagonal") if frames else pl.DataFrame()
    if not whole.height:
        return []
    columns = [pl.col(c) for c in (*_ORIGIN, *parts)]
    made = whole.with_columns(key_column(whole, columns).alias("row_id"))
    # the same sign refused twice on one row for one reason is said once
    return [made.unique("row_id", keep="first", maintain_order=True) if parts else made]
