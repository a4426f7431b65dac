"""What a contract may say: its clauses as types, and the words they draw on.

Contracts name cleaning functions and code lists, never expressions. What the types cannot say, checks.py does.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLEANERS = _words(
    "citizen_number id_number id_type person_name sex date datetime month phone address address_id division ethnic country "
    "code text key name_list"
)
"""Names of the cleaning functions (jobs/cleaning/registry.py implements each)."""

RECORD_FIELDS = _words(
    "account id_number id_type alias_number name former_name sex birth_date ethnic nationality phone address address_id "
    "in_district hukou_division hukou_address hukou_active employer school birth_order mother_number father_number "
    "spouse_number household"
)
"""What a record may take from a source row. `address` is the dwelling's text, `in_district` a division that the source
states for the dwelling (6 to 12 digits; from 9 digits on it also names the township)."""

SIGNS = frozenset([f"S{n:02d}" for n in range(1, 22)] + [f"N{n:02d}" for n in range(1, 10)])
RELATIONS = _words("mother_of father_of spouse_of guardian_of same_household tenant_of")

Manner = Literal["database", "rest", "files", "workbook"]
Conditions = dict[str, list[str] | Literal["present", "absent"]]
"""Column → allowed delivered codes (after trimming), or `present` / `absent`; all must hold."""


class Part(BaseModel):
    """Base of all contract parts: unknown words are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Part):
    """A text in both languages."""

    zh: str
    en: str


class Lawful(Part):
    """The frame within which the data may be held and used."""

    legal_basis: str
    purpose: str
    sharing: Literal["unconditional", "conditional", "none"]
    level: Literal["L1", "L2", "L3", "L4"]
    retention_days: int = Field(gt=0)
    assessment: str  # number of the impact assessment


class ColumnSpec(Part):
    """One delivered column: its meaning, the cleaning function (jobs/cleaning/registry.py), its code list.

    A `required` column that is part of the key refuses the rows in which it is empty.
    """

    zh: str = ""
    clean: str
    codes: dict[str, str] | str | None = None  # delivered code → standard value, or the name of a shared list
    required: bool = False
    typed_by: str | None = None  # for id_number: the id_type column that says what the number is
    typed: str | None = None  # for id_number: what the number always is (birth_certificate, school …)


class Value(Part):
    """Where a record's field comes from: one column, the first non-empty of several, or a constant."""

    column: str | None = None
    first: list[str] | None = None
    const: str | None = None


FieldSource = str | Value


class RecordSpec(Part):
    """One role: record field (jobs.tables.RECORDS column) → where it comes from.

    `{n}` in the role's name and in column names repeats it 1 … `count` times (wide rows, JSON lists). `when` says which
    rows mention the person at all. `address` names the dwelling text, `address_id` the standard address id.
    """

    when: Conditions = {}
    count: int = 1
    fields: dict[str, FieldSource]


class Owner(Part):
    """A record of another table of the same department: its role, and the columns holding its source key here."""

    table: str
    role: str = "self"
    key: list[str]


class SignSpec(Part):
    """A sign that a row emits. `from`/`to` name date columns (month columns cover the whole month)."""

    sign: str = Field(pattern=r"^[SN]\d\d$")
    of: str | Owner
    when: Conditions = {}
    unless: Conditions = {}
    since: str = Field(alias="from")
    until: str | None = Field(default=None, alias="to")
    place: Literal["dwelling", "district", "work", "none", "elsewhere"]
    detail: FieldSource | None = None
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class TieSpec(Part):
    """A stated relation between two roles of a row (`{n}` repeats)."""

    from_role: str = Field(alias="from")
    relation: str
    to_role: str = Field(alias="to")
    when: Conditions = {}
    since: str | None = None
    until: str | None = None
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Bounds(Part):
    """Rows of one full delivery per 1,000 residents of the district; below `min` holds, above `max` warns."""

    min: float = 0
    max: float | None = None
    shrink: float = 0.3  # a full delivery may be smaller than the one before by this share; more holds it


class Late(Part):
    """What to do when a due delivery is not there: stop the night, or carry the last one for some days."""

    stop: bool = False
    carry_days: int = 0


class TableSpec(Part):
    """One delivered table."""

    title: Words
    manner: Manner | None = None  # where it differs from the department's
    source: str  # view or table, REST path, or file name pattern with {date} (yyyyMMdd) and {iso} (yyyy-MM-dd)
    key: list[str] = Field(min_length=1)
    mode: Literal["full", "delta"]  # full: absence closes a row; delta: rows are merged by key (the first one is complete)
    updated: str | None = None  # column that orders versions of a row and bounds a delta query
    overlap_days: int = 3
    deleted: Conditions = {}  # soft delete: such a row closes its key
    scope: str | None = None  # full deliveries by part (a school): absence closes only rows of the scopes delivered
    due: Literal["daily", "weekly", "monthly", "termly", "when_sent"] = "daily"
    late: Late = Late(carry_days=3)
    rows: Bounds = Bounds()
    format: dict[str, Any] = {}  # what the reader needs: charset, separator, header, sheet, page_size …
    json_lists: dict[str, dict[str, ColumnSpec]] = {}  # JSON list column → fields; seen by records as `column.{n}.field`
    columns: dict[str, ColumnSpec]
    ignored: list[str] = []  # delivered, known, not taken
    refused: list[str] = []  # delivered but beyond the purpose: dropped before landing, and the drop is logged
    records: dict[str, RecordSpec] = {}
    signs: list[SignSpec] = []
    ties: list[TieSpec] = []

    @property
    def delivered(self) -> list[str]:
        """Every known column in the order it is delivered: `format.order`, else taken, ignored, refused."""
        order: list[str] | None = self.format.get("order")
        return order or [*self.columns, *self.ignored, *self.refused]


class Contract(Part):
    """One department."""

    code: str
    version: str
    name: Words
    manner: Manner
    group: str = ""  # departments that copy one another count as one for confidence
    copies: str = ""  # the department whose identity data this one takes over: their errors come together
    trust: dict[str, int] = {}  # attribute → rank, 1 is best; others rank 9
    lawful: Lawful
    tables: dict[str, TableSpec]

    @property
    def voice(self) -> str:
        """What counts as one for confidence: the group of departments that copy one another, else the department."""
        return self.group or self.code

    @property
    def origin(self) -> str:
        """Whose word a number is: two departments of one origin do not confirm a number (design §9: errors are copied)."""
        return self.copies or self.code

    def manner_of(self, table: str) -> Manner:
        """How a table is delivered."""
        return self.tables[table].manner or self.manner
