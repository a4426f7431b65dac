"""Every table that one stage writes and another reads: meaning, key, columns, and which columns are personal.

This is the one declaration that the stages, the digest, the masks, the privacy tests and docs/tables.md follow.
Types are Arrow types; Spark's are derived from them. Dates are dates in Asia/Shanghai; intervals are half-open [from, to).
"""

from jobs.tables.columns import ADDRESS, BIRTH, LIST, NAME, NUMBER, NUMBERS, ORIGIN, PHONE, B, Column, D, F, I, S, Table
from jobs.tables.deliveries import CELL_ISSUES, DELIVERIES, REJECTED_ROWS, SOURCE_ROWS
from jobs.tables.linkage import LINKS, PROFILE_RECORDS, PROFILE_STAMPS, PROFILES
from jobs.tables.living import DWELLINGS, HOUSEHOLD_MEMBERS, HOUSEHOLDS, RESIDENT_TIES
from jobs.tables.quality import BALANCE, CHANGES, QUALITY
from jobs.tables.records import RECORDS, SIGNS, TIES
from jobs.tables.residence import RESIDENCE, RESIDENCY_INDEX, STATUS_HISTORY
from jobs.tables.residents import RESIDENT_EVENTS, RESIDENT_RECORDS, RESIDENTS

__all__ = [
    "ADDRESS", "BALANCE", "BIRTH", "CELL_ISSUES", "CHANGES", "DELIVERIES", "DWELLINGS", "HOUSEHOLDS",
    "HOUSEHOLD_MEMBERS", "LINKS", "LIST", "NAME", "NUMBER", "NUMBERS", "ORIGIN", "PHONE", "PROFILES", "PROFILE_RECORDS",
    "PROFILE_STAMPS", "QUALITY", "RECORDS", "REJECTED_ROWS", "RESIDENCE", "RESIDENCY_INDEX", "RESIDENTS",
    "RESIDENT_EVENTS", "RESIDENT_RECORDS", "RESIDENT_TIES", "SIGNS", "SOURCE_ROWS", "STATUS_HISTORY", "TABLES", "TIES",
    "B", "Column", "D", "F", "I", "S", "Table", "table_for",
]  # fmt: skip

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        DELIVERIES, SOURCE_ROWS, RECORDS, SIGNS, TIES, REJECTED_ROWS, CELL_ISSUES, PROFILES, PROFILE_RECORDS,
        PROFILE_STAMPS, LINKS, RESIDENTS, RESIDENT_RECORDS, RESIDENT_EVENTS, RESIDENCE, STATUS_HISTORY,
        DWELLINGS, HOUSEHOLDS, HOUSEHOLD_MEMBERS, RESIDENT_TIES, RESIDENCY_INDEX,
        CHANGES, BALANCE, QUALITY,
    )
}  # fmt: skip


def table_for(name: str) -> Table:
    """The declaration behind a stored table's name: `source_current/ga/czrk` follows `source_current`."""
    return TABLES[name.split("/")[0]]
