"""One resident per person: who, of which records, and what became of the ids."""

from jobs.tables.columns import BIRTH, LIST, NAME, NUMBER, PHONE, B, Column, D, F, I, S, Table, key

RESIDENTS = Table(
    "residents",
    "one per person: best value of each attribute with its source",
    ("resident_id",),
    (
        key("resident_id", "RK + 12 base-32 + check character; never changes meaning"),
        Column("records", I, "how many records", required=True),
        Column("departments", LIST, "department codes, sorted"),
        Column("id_type", S, "of the best number"),
        Column("id_number", S, "best number", NUMBER),
        Column("id_number_source", S, "record it comes from"),
        Column("name", S, "best name", NAME),
        Column("name_source", S, "record it comes from"),
        Column("sex", S, "M, F or null"),
        Column("sex_source", S, "record it comes from"),
        Column("birth_date", D, "best birth date", BIRTH),
        Column("birth_date_source", S, "record it comes from"),
        Column("ethnic", S, "GB/T 3304"),
        Column("ethnic_source", S, "record it comes from"),
        Column("nationality", S, "alpha-3"),
        Column("nationality_source", S, "record it comes from"),
        Column("phone", S, "newest sound phone", PHONE),
        Column("phone_source", S, "record it comes from"),
        Column("hukou_division", S, "公安 first, else newest statement"),
        Column("hukou_division_source", S, "record it comes from"),
        Column("hukou_active", B, "holds an active row of the local hukou register"),
        Column("mother_id", S, "mother's resident id"),
        Column("father_id", S, "father's resident id"),
        Column("spouse_id", S, "spouse's resident id"),
        Column("provisional_of", S, "the resident that this one probably is, until somebody decides; such a row is not counted"),
        Column("provisional_probability", F, "of being that resident"),
        Column(
            "not_counted", S, "why the row is in no count: provisional, or unidentified (no number and no birth date); else null"
        ),
    ),
)

RESIDENT_RECORDS = Table(
    "resident_records",
    "which record belongs to which resident",
    ("record_id",),
    (
        key("record_id", "record"),
        key("resident_id", "its resident"),
        key("profile_id", "the profile it went through"),
        Column("since", D, "business date since which it belongs there", required=True),
    ),
)

RESIDENT_EVENTS = Table(
    "resident_events",
    "what happened to resident ids; append-only",
    ("resident_id", "date", "kind", "other_id"),
    (
        key("resident_id", "whose"),
        Column("date", D, "business date", required=True),
        key("kind", "created, merged_into, split_from, retired"),
        key("other_id", "the other resident, or empty"),
        Column("reason", S, "a sentence: which new, changed or removed evidence made it"),
    ),
)
